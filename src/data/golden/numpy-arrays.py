"""Arrays written by NumPy itself, for src/data/numpy.test.ts. Run: python numpy-arrays.py > numpy-arrays.json"""
import base64
import io
import json

import numpy as np

# 65504 is the largest float16; the other values are exact in every type that can hold them.
base = np.array([[0, 1, 2], [3, 100, 7]])
arrays = {code: base.astype(code) for code in "?,i1,u1,<i2,>i2,<u2,<i4,>i4,<u4,<i8,>i8,<u8,<f2,>f2,<f4,>f4,<f8,>f8".split(",")}
arrays["fortran"] = np.asfortranarray(base.astype("<f8"))
arrays["cube"] = np.asfortranarray(np.arange(24, dtype="<i2").reshape(2, 3, 4))
arrays["half extremes"] = np.array([65504, -65504, 6e-8, np.nan, 0.333251953125], dtype="<f2")
arrays["text"] = np.array(["ok", "Zürich", ""], dtype="<U6")
arrays["bytes"] = np.array([b"ok", b"no"], dtype="S2")
arrays["scalar"] = np.float64(5)
arrays["complex"] = np.array([1j])
arrays["records"] = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
arrays["objects"] = np.array([{"a": 1}], dtype=object)


def npy(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return base64.b64encode(file.getvalue()).decode()


def npz(save, **content):
    file = io.BytesIO()
    save(file, **content)
    return base64.b64encode(file.getvalue()).decode()


X, y = np.array([[1.5, 2], [3, np.inf], [5, 6]]), np.array([0, 1, 0], dtype=np.uint8)
print(json.dumps({
    "numpy": np.__version__,
    "arrays": {name: npy(array) for name, array in arrays.items()},
    "archives": {"plain": npz(np.savez, X=X, y=y), "compressed": npz(np.savez_compressed, X=X, y=y), "other": npz(np.savez, a=X, b=y)},
}, indent=1))
