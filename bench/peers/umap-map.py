"""A map by umap-learn, timed: python umap-map.py TRAIN.f32 TEST.f32 WIDTH OUT

Reads rows of float32, fits on the first file, maps the second twice (the first time compiles), writes OUT.train.f32 and
OUT.test.f32, and prints seconds by the clock and of the processors.
"""

import json
import sys
import time

import numpy as np
import umap

train, test, width, out = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
learned = np.fromfile(train, np.float32).reshape(-1, width)
new = np.fromfile(test, np.float32).reshape(-1, width)


def timed(work):
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}


# What numba compiles is not counted: a small fit before.
umap.UMAP(n_epochs=11).fit(learned[:5000]).transform(new[:50])
model, fit = timed(lambda: umap.UMAP().fit(learned))
_, first = timed(lambda: model.transform(new))
placed, second = timed(lambda: model.transform(new))
model.embedding_.astype(np.float32).tofile(out + ".train.f32")
placed.astype(np.float32).tofile(out + ".test.f32")
print(json.dumps({"version": umap.__version__, "fit": fit, "map": min(first, second, key=lambda t: t["processor"])}))
