"""Counts written by AnnData, SciPy and h5py, and variable genes by Scanpy, for src/data/read-counts.test.ts and
variable-genes.test.ts. Run: python counts.py > counts.json (needs anndata, scanpy, scikit-misc)."""
import base64
import gzip
import io
import json
import tempfile
import warnings
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import scanpy
import scipy
import scipy.io
import scipy.sparse as sparse

warnings.simplefilter("ignore")
folder = Path(tempfile.mkdtemp())


def packed(path):
    return base64.b64encode(gzip.compress(path.read_bytes(), mtime=0)).decode()


rng = np.random.default_rng(5)
counts = rng.poisson(0.7, (6, 5)).astype(np.float32)
counts[2] = 0
cells = [f"cell{i}" for i in range(6)]
genes = ["ACTB", "GAPDH", "B2M", "ACTB", "MALAT1"]
obs = pd.DataFrame({
    "type": pd.Categorical(["T", "B", "T", None, "NK", "B"]),
    "cluster": pd.Categorical([0, 1, 0, 1, 1, 0]),
    "batch": ["one", "two", "one", "two", "one", "two"],
    "depth": [1.5, 2, np.nan, 4, 5, 6],
    "good": [True, False, True, True, False, True],
    "age": pd.array([1, None, 3, 4, 5, 6], dtype="Int64"),
}, index=cells)
var = pd.DataFrame({"length": range(5)}, index=genes)
logged = np.log1p(counts)


def h5ad(name, X, **parts):
    data = anndata.AnnData(X=X, obs=obs.copy(), var=var.copy(), **parts)
    if name == "raw":
        data.raw = anndata.AnnData(X=sparse.csr_matrix(counts), obs=obs.copy(), var=var.copy())
        data = data[:, [0, 2]].copy()
    path = folder / f"{name}.h5ad"
    data.write_h5ad(path, **({"compression": "gzip"} if name == "csr" else {}))
    return packed(path)


def old(name, write):
    path = folder / f"{name}.h5ad"
    with h5py.File(path, "w") as file:
        write(file)
    return packed(path)


def seventh(file):
    """AnnData 0.7: categories beside the frame's columns."""
    X = file.create_group("X")
    matrix = sparse.csc_matrix(counts)
    X.attrs["encoding-type"], X.attrs["shape"] = "csc_matrix", matrix.shape
    for part in ("data", "indices", "indptr"):
        X.create_dataset(part, data=getattr(matrix, part))
    frame = file.create_group("obs")
    frame.attrs["_index"] = "index"
    frame.create_dataset("index", data=np.array(cells, dtype=h5py.string_dtype()))
    frame.create_dataset("type", data=np.array([2, 0, 2, -1, 1, 0], dtype="i1"))
    frame.create_dataset("__categories/type", data=np.array(["B", "NK", "T"], dtype=h5py.string_dtype()))
    names = file.create_group("var")
    names.attrs["_index"] = "index"
    names.create_dataset("index", data=np.array(genes, dtype=h5py.string_dtype()))


def sixth(file):
    """AnnData 0.6: frames as records, categories in uns, the kind of a sparse matrix as h5sparse has it."""
    X = file.create_group("X")
    matrix = sparse.csr_matrix(counts)
    X.attrs["h5sparse_format"], X.attrs["h5sparse_shape"] = "csr", matrix.shape
    for part in ("data", "indices", "indptr"):
        X.create_dataset(part, data=getattr(matrix, part))
    records = [(name.encode(), code, depth) for name, code, depth in zip(cells, [2, 0, 2, -1, 1, 0], obs["depth"])]
    file.create_dataset("obs", data=np.array(records, dtype=[("index", "S8"), ("type", "i1"), ("depth", "f4")]))
    file.create_dataset("var", data=np.array([(name.encode(),) for name in genes], dtype=[("index", "S8")]))
    file.create_dataset("uns/type_categories", data=np.array(["B", "NK", "T"], dtype=h5py.string_dtype()))


def ten_x(file):
    """Cell Ranger 3: a column for each barcode, and antibodies among the genes."""
    matrix = sparse.csc_matrix(counts.T)
    group = file.create_group("matrix")
    for part in ("data", "indices", "indptr"):
        group.create_dataset(part, data=getattr(matrix, part))
    group.create_dataset("shape", data=np.array(matrix.shape))
    group.create_dataset("barcodes", data=np.array(cells, dtype="S10"))
    group.create_dataset("features/name", data=np.array(genes, dtype="S10"))
    kinds = ["Gene Expression"] * 4 + ["Antibody Capture"]
    group.create_dataset("features/feature_type", data=np.array(kinds, dtype="S20"))


def without_x(file):
    file.create_group("obs")
    file.create_dataset("other", data=np.arange(3))


def squeezed(file):
    file.create_dataset("X", data=counts, compression="lzf", chunks=(3, 5))


def half(file):
    file.create_dataset("X", data=counts.astype("f2"))


files = {
    "csr": h5ad("csr", sparse.csr_matrix(counts)),
    "csc": h5ad("csc", sparse.csc_matrix(counts.astype(np.int64))),
    "dense": h5ad("dense", counts),
    "raw": h5ad("raw", sparse.csr_matrix(logged)),
    "layer": h5ad("layer", logged, layers={"counts": sparse.csr_matrix(counts)}),
    "layer only": h5ad("layer only", None, layers={"counts": sparse.csr_matrix(counts)}),
    "scaled": h5ad("scaled", counts - counts.mean(0)),
    "logged": h5ad("logged", logged),
    "seventh": old("seventh", seventh),
    "sixth": old("sixth", sixth),
    "10x": old("10x", ten_x),
    "without X": old("without X", without_x),
    "lzf": old("lzf", squeezed),
    "half": old("half", half),
}


def npz(name, save, *content, **named):
    save(folder / f"{name}.npz", *content, **named)
    return packed(folder / f"{name}.npz")


archives = {
    "csr": npz("csr", sparse.save_npz, sparse.csr_matrix(counts)),
    "csc": npz("csc", sparse.save_npz, sparse.csc_matrix(counts.astype(np.int16)), compressed=False),
    "coo": npz("coo", sparse.save_npz, sparse.coo_matrix(counts)),
    "dense": npz("dense", np.savez, X=counts.astype(np.int16), y=np.array(list("abaacc")), genes=np.array(genes)),
    "mislabelled": npz("mislabelled", np.savez, X=counts.T, y=np.arange(4)),
    "sideways": npz("sideways", np.savez, X=counts.T, y=np.arange(6)),
}

stream = io.BytesIO()
scipy.io.mmwrite(stream, sparse.coo_matrix(counts.T.astype(int)), field="integer")

# Variable genes: negative binomial counts of two kinds of cells, and one gene that is constant.
shape, scale = rng.gamma(0.6, 1, 160), rng.gamma(8, 0.12, (130, 1))
means = scale * shape * np.exp(rng.normal(0, 1, 160) * (rng.random(160) < 0.2) * (np.arange(130) % 2)[:, None])
many = rng.negative_binomial(2, 2 / (2 + means)).astype(np.float32)
many[:, 7] = 0


def variable(flavor):
    data = anndata.AnnData(sparse.csr_matrix(many))
    if flavor == "seurat":
        scanpy.pp.normalize_total(data)
        scanpy.pp.log1p(data)
    scanpy.pp.highly_variable_genes(data, flavor=flavor, n_top_genes=40)
    score = data.var["variances_norm" if flavor == "seurat_v3" else "dispersions_norm"]
    return {
        "scores": [None if np.isnan(value) else float(f"{value:.9g}") for value in score],
        "genes": np.flatnonzero(data.var["highly_variable"]).tolist(),
    }


# As an array: of sparse rows, Scanpy 1.11 takes the median over empty cells too, against its own description.
normalised = anndata.AnnData(counts.copy())
scanpy.pp.normalize_total(normalised)
scanpy.pp.log1p(normalised)

print(json.dumps({
    "versions": {module.__name__: module.__version__ for module in (anndata, h5py, np, scanpy, scipy)},
    "counts": counts.tolist(),
    "normalised": normalised.X.astype(float).round(6).tolist(),
    "cells": cells,
    "genes": genes,
    "h5ad": files,
    "npz": archives,
    "matrixMarket": stream.getvalue().decode(),
    "many": npz("many", sparse.save_npz, sparse.csr_matrix(many.astype(np.uint8))),
    "seurat_v3": variable("seurat_v3"),
    "dispersion": variable("seurat"),
}))
