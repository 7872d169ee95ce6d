"""Numbers of scikit-learn for the tests of src/geometry. Run: python geometry.py > geometry.json

Points are multiples of 1/32768, which float32 and JSON both hold exactly.
"""
import json

import numpy as np
import scipy
import sklearn
from scipy.stats import spearmanr
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.neighbors import KNeighborsClassifier

rng = np.random.default_rng(7)


def points(rows, width, spread=1.0):
    return np.round(rng.normal(size=(rows, width)) * spread * 32768) / 32768


def components(x, count):
    pca = PCA(count, svd_solver="full").fit(x)
    signs = np.sign(pca.components_[np.arange(count), np.abs(pca.components_).argmax(axis=1)])
    return {
        "points": x.tolist(),
        "mean": pca.mean_.tolist(),
        "components": (pca.components_ * signs[:, None]).tolist(),
        "variances": pca.explained_variance_.tolist(),
        "total": float(x.var(axis=0, ddof=1).sum()),
        "projected": (pca.transform(x) * signs).tolist(),
    }


def stable_trustworthiness(x, y, k):
    """The formula of scikit-learn's trustworthiness with every tie decided by the smaller index, over exact distances."""
    def order(z):
        d = ((z[:, None] - z[None]) ** 2).sum(-1)
        np.fill_diagonal(d, np.inf)
        return np.argsort(d, axis=1, kind="stable")

    n = len(x)
    rank = np.empty((n, n), int)
    rank[np.arange(n)[:, None], order(x)] = np.arange(1, n + 1)
    excess = rank[np.arange(n)[:, None], order(y)[:, :k]] - k
    return float(1 - excess[excess > 0].sum() * 2 / (n * k * (2 * n - 3 * k - 1)))


def preserved(x, y, k):
    def near(z):
        d = ((z[:, None] - z[None]) ** 2).sum(-1)
        np.fill_diagonal(d, np.inf)
        return np.argsort(d, axis=1, kind="stable")[:, :k]

    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(near(x), near(y))]))


def pairs_correlation(x, y):
    i, j = np.triu_indices(len(x), 1)
    return float(spearmanr(np.linalg.norm(x[i] - x[j], axis=1), np.linalg.norm(y[i] - y[j], axis=1)).statistic)


def quality(original, on, k):
    x, y = clouds[original], clouds[on]
    return {
        "original": original,
        "map": on,
        "neighbors": k,
        "trustworthiness": float(trustworthiness(x, y, n_neighbors=k)),
        "continuity": float(trustworthiness(y, x, n_neighbors=k)),
        "stableTrustworthiness": stable_trustworthiness(x, y, k),
        "stableContinuity": stable_trustworthiness(y, x, k),
        "neighborhoodPreservation": preserved(x, y, k),
        "distanceCorrelation": pairs_correlation(x, y),
    }


wide = points(150, 8)
integers = rng.integers(0, 4, size=(80, 5)).astype(float)
doubled = np.repeat(points(40, 6), 2, axis=0)
many = points(120, 20)
clouds = {
    "wide": wide,
    "wide and far": wide + 256,
    "noisy": wide[:, :2] + points(150, 2, 0.3),
    "unrelated": points(150, 2),
    "many": many,
    "many in ten": np.round((many @ rng.normal(size=(20, 10))) * 32768) / 32768,
    "integers": integers,
    "integers in two": integers[:, :2],
    "doubled": doubled,
    "doubled in two": np.round((doubled @ rng.normal(size=(6, 2))) * 32768) / 32768,
}

labelled = points(200, 2)
labels = (np.round(labelled[:, 0] * 1.5 + rng.normal(size=200) * 0.5) + 3).astype(int)
asked = points(70, 2)
asked_labels = (np.round(asked[:, 0] * 1.5 + rng.normal(size=70) * 0.5) + 3).astype(int)


def accuracy(k):
    return float(KNeighborsClassifier(k).fit(labelled, labels).score(asked, asked_labels))


def leave_one_out(k):
    hits = 0
    for i in range(len(labelled)):
        others = np.arange(len(labelled)) != i
        hits += int(KNeighborsClassifier(k).fit(labelled[others], labels[others]).predict(labelled[[i]])[0] == labels[i])
    return hits / len(labelled)


def agreement(a, b):
    return {
        "a": np.asarray(a).tolist(),
        "b": np.asarray(b).tolist(),
        "adjustedRand": float(adjusted_rand_score(a, b)),
        "normalizedMutualInformation": float(normalized_mutual_info_score(a, b)),
    }


first = rng.integers(0, 5, 300)
second = np.where(rng.random(300) < 0.6, first, rng.integers(0, 7, 300))
blobs = np.concatenate([points(40, 3, 0.5) + center for center in ([0, 0, 0], [4, 0, 0], [0, 4, 0], [3, 3, 3])])
blobs = blobs[rng.permutation(len(blobs))]
k_means = KMeans(4, n_init=10, random_state=0, tol=0).fit(blobs)

print(json.dumps({
    "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "scipy": scipy.__version__},
    "principalComponents": {
        "tall": components(points(60, 9) * np.arange(1, 10) + 50, 9),
        "wide": components(points(12, 30) + 5, 11),
    },
    "clouds": {name: cloud.tolist() for name, cloud in clouds.items()},
    "mapQuality": {
        "close": quality("wide", "noisy", 10),
        "few neighbours": quality("wide", "noisy", 1),
        "most neighbours": quality("wide", "noisy", 74),
        "far from the origin": quality("wide and far", "noisy", 10),
        "unrelated": quality("wide", "unrelated", 5),
        "ten dimensions": quality("many", "many in ten", 12),
        "twenty dimensions to themselves": quality("many", "many", 12),
    },
    "ties": {
        "whole numbers": quality("integers", "integers in two", 5),
        "every point twice": quality("doubled", "doubled in two", 5),
    },
    "neighborAccuracy": {
        "map": labelled.tolist(), "labels": labels.tolist(), "queries": asked.tolist(), "queryLabels": asked_labels.tolist(),
        "accuracy": {str(k): accuracy(k) for k in (1, 4, 10)},
        "leaveOneOut": {str(k): leave_one_out(k) for k in (1, 4, 10)},
    },
    "agreement": {
        "much": agreement(first, second),
        "none": agreement(first, rng.permutation(first)),
        "renamed": agreement(first, (first * 3 + 1) % 5),
        "one against many": agreement(np.zeros(50, int), np.arange(50)),
        "one group each": agreement(np.zeros(9, int), np.ones(9, int)),
        "all alone": agreement(np.arange(20), np.arange(20)[::-1]),
        "less than chance": agreement([0, 0, 1, 1], [0, 1, 0, 1]),
    },
    "kMeans": {
        "points": blobs.tolist(), "centers": k_means.cluster_centers_.tolist(),
        "labels": k_means.labels_.tolist(), "inertia": float(k_means.inertia_),
    },
}))
