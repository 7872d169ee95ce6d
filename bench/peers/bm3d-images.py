"""Images through BM3D (Mäkinen, Azzari & Foi 2020; package bm3d), timed: python bm3d-images.py JOBS.json

A job names a file of bytes [height, width, channels], its shape, the noise's standard deviation (0 to 255) and a file for the
result, bytes alike. Prints the package's version and the seconds of each job.
"""

import importlib.metadata
import json
import sys
import time

import bm3d
import numpy as np

jobs = json.load(open(sys.argv[1]))
seconds = []
for job in jobs:
    height, width, channels = job["shape"]
    noisy = np.fromfile(job["noisy"], np.uint8).reshape(height, width, channels) / 255
    began = time.perf_counter()
    if channels == 1:
        clean = bm3d.bm3d(noisy[:, :, 0], job["level"] / 255)
    else:
        clean = bm3d.bm3d_rgb(noisy, job["level"] / 255)
    seconds.append(time.perf_counter() - began)
    np.clip(np.round(clean * 255), 0, 255).astype(np.uint8).tofile(job["clean"])
print(json.dumps({"version": importlib.metadata.version("bm3d"), "seconds": seconds}))
