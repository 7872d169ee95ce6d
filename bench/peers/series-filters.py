"""Series through smoothing filters of SciPy: python series-filters.py JOB.json

The job names a file of float64 [rows, columns], a file alike of the series without the planted noise, the lengths of the series
that lie one behind the other, and the windows to try. Each column of each series is filtered by itself. Prints, for every filter and
window, the root mean square error of every column.
"""

import json
import sys
import time

import numpy as np
import scipy
from scipy.ndimage import median_filter
from scipy.signal import savgol_filter

job = json.load(open(sys.argv[1]))
shape = job["shape"]
noisy = np.fromfile(job["noisy"]).reshape(shape)
clean = np.fromfile(job["clean"]).reshape(shape)
ends = np.cumsum(job["lengths"])


def by_series(smooth, window):
    smoothed = np.empty_like(noisy)
    for start, end in zip(np.r_[0, ends[:-1]], ends):
        odd = min(window, (end - start - 1) // 2 * 2 + 1)
        smoothed[start:end] = smooth(noisy[start:end], odd) if odd > 1 else noisy[start:end]
    return smoothed


def savitzky_golay(order):
    def smooth(series, window):
        return savgol_filter(series, window, order, axis=0) if window > order else series

    return smooth


filters = {
    **{f"Savitzky-Golay, order {order}": savitzky_golay(order) for order in job["orders"]},
    "median": lambda series, window: median_filter(series, (window, 1), mode="nearest"),
}
errors = []
for name, smooth in filters.items():
    for window in job["windows"]:
        began = time.perf_counter()
        smoothed = by_series(smooth, window)
        seconds = time.perf_counter() - began
        error = np.sqrt(((smoothed - clean) ** 2).mean(axis=0)).tolist()
        errors.append({"filter": name, "window": window, "errors": error, "seconds": seconds})
print(json.dumps({"version": scipy.__version__, "errors": errors}))
