"""Places rows with a model file: MODEL and CELLS (JSON, one list a column, null where missing); prints the latent numbers."""

import json
import sys

import numpy
import onnxruntime

cells = json.load(open(sys.argv[2]))
session = onnxruntime.InferenceSession(sys.argv[1])
feeds = {}
for wanted in session.get_inputs():
    column = cells[wanted.name]
    if wanted.type == "tensor(string)":
        array = numpy.array([cell or "" for cell in column], dtype=object)
    else:
        array = numpy.array([float("nan") if cell is None else cell for cell in column], dtype=float)
    feeds[wanted.name] = array.reshape(-1, 1)
print(json.dumps(session.run(["latent"], feeds)[0].ravel().tolist()))
