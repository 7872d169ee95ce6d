"""Peers of bench/cells.mjs: scikit-learn's principal components of log-normalised counts, and scVI's latent space; k-means
on either. Reads a folder with counts.f32 and cells.json, prints a line of JSON for each seed. One thread."""
import json
import logging
import os
import sys
import time
import warnings

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
warnings.filterwarnings("ignore")

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

folder = sys.argv[1]
with open(f"{folder}/cells.json") as file:
    cells = json.load(file)
shape = (cells["rows"], cells["columns"])
counts = np.fromfile(f"{folder}/counts.f32", dtype="<f4").reshape(shape)
classes = np.array(cells["classes"])


def principal_components(seed):
    sizes = np.maximum(np.array(cells["sizes"]), 1)[:, None]
    logarithms = np.log1p(counts / sizes * cells["librarySize"])
    return PCA(cells["dims"], random_state=seed).fit_transform(logarithms)


def scvi_latent(seed):
    """With the library's own defaults: epochs by the number of cells, one hidden layer of 128, negative binomial with extra zeros."""
    import anndata
    import scvi
    import torch

    logging.disable(logging.CRITICAL)
    torch.set_num_threads(1)
    scvi.settings.seed = seed
    data = anndata.AnnData(counts.copy())
    scvi.model.SCVI.setup_anndata(data)
    model = scvi.model.SCVI(data, n_latent=cells["dims"])
    model.train(accelerator="cpu", enable_progress_bar=False, logger=False)
    return model.get_latent_representation()


way = {"sklearnPca": principal_components, "scvi": scvi_latent}[cells["way"]]
for seed in cells["seeds"]:
    start = time.process_time()
    places = way(seed)
    seconds = time.process_time() - start
    groups = KMeans(cells["k"], n_init=10, random_state=seed).fit_predict(places)
    line = {
        "seed": seed,
        "ari": adjusted_rand_score(classes, groups),
        "nmi": normalized_mutual_info_score(classes, groups),
        "seconds": seconds,
    }
    print(json.dumps(line), flush=True)
