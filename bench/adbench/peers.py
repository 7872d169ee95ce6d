"""The peers of run.mjs: k-nearest neighbours and Isolation Forest of scikit-learn on the rows it wrote."""

import json
import sys

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

folder, columns, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
train, test = (np.fromfile(f"{folder}/{name}.bin").reshape(-1, columns) for name in ("train", "test"))
labels = np.fromfile(f"{folder}/labels.bin", dtype=np.uint8)
scaler = StandardScaler().fit(train)
train, test = scaler.transform(train), scaler.transform(test)


def figures(scores):
    return {"auroc": roc_auc_score(labels, scores), "averagePrecision": average_precision_score(labels, scores)}


distances, _ = NearestNeighbors(n_neighbors=5).fit(train).kneighbors(test)
forest = IsolationForest(random_state=seed).fit(train)
print(json.dumps({"knn": figures(distances[:, -1]), "forest": figures(-forest.score_samples(test))}))
