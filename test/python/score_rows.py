"""Scores the rows of a CSV file with a model file, in Python alone: what a user of the file would write.

usage: score_rows.py MODEL DATA.csv [--no-header]

Prints one JSON object: score, p_value and is_anomaly of every row, and the name of the column that adds most.
"""

import csv
import json
import sys
from datetime import datetime, timezone

import numpy as np
import onnxruntime

model, data = sys.argv[1:3]
session = onnxruntime.InferenceSession(model)
with open(data, encoding="utf-8-sig", newline="") as file:
    rows = list(csv.reader(file))
names = [f"c{i}" for i in range(len(rows[0]))] if "--no-header" in sys.argv else rows.pop(0)
columns = dict(zip(names, zip(*rows)))
missing = {"", "NA", "?", "NaN", "null"}


def number(cell):
    if cell in missing:
        return float("nan")
    if cell in ("true", "false"):
        return float(cell == "true")
    try:
        return float(cell)
    except ValueError:  # a date: milliseconds since 1970
        return datetime.fromisoformat(cell).replace(tzinfo=timezone.utc).timestamp() * 1000


def tensor(meta):
    cells = columns[meta.name]
    if meta.type == "tensor(string)":
        return np.array(["" if cell in missing else cell for cell in cells], dtype=object)[:, None]
    return np.array([number(cell) for cell in cells], dtype=np.float64)[:, None]


feeds = {meta.name: tensor(meta) for meta in session.get_inputs()}
outputs = dict(zip([meta.name for meta in session.get_outputs()], session.run(None, feeds)))
used = [name[len("expected.") :] for name in outputs if name.startswith("expected.")]
print(
    json.dumps(
        {
            "score": outputs["score"].astype(float).tolist(),
            "p_value": outputs["p_value"].astype(float).tolist(),
            "is_anomaly": outputs["is_anomaly"].tolist(),
            "top": [used[i] for i in outputs["contributions"].argmax(axis=1)],
        }
    )
)
