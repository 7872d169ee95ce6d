"""Runs an .onnx file in Python's onnxruntime on inputs from a JSON file, and prints the outputs as JSON.

usage: run_onnx.py MODEL.onnx INPUTS.json
INPUTS.json: {name: {"dtype": "float32", "shape": [2, 1], "data": [...]}}; null stands for NaN.
"""
import json
import sys

import numpy
import onnxruntime

kinds = {"string": object, "bool": numpy.bool_}
model, inputs = sys.argv[1:3]
feeds = {}
with open(inputs, encoding="utf-8") as file:
    for name, value in json.load(file).items():
        data = [float("nan") if cell is None else cell for cell in value["data"]]
        kind = kinds.get(value["dtype"]) or numpy.dtype(value["dtype"])
        feeds[name] = numpy.array(data, dtype=kind).reshape(value["shape"])

session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
results = session.run(None, feeds)
outputs = {}
for output, value in zip(session.get_outputs(), results):
    outputs[output.name] = {"shape": list(value.shape), "data": value.flatten().tolist()}
json.dump(outputs, sys.stdout)
