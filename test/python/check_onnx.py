"""Checks every .onnx file of a folder with ONNX's own checker, shape inference included.

usage: check_onnx.py FOLDER
Prints one line a file; exits with 1 when any is refused.
"""
import pathlib
import sys

import onnx

failed = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    try:
        onnx.checker.check_model(onnx.load(str(path)), full_check=True)
        print(f"ok {path.name}")
    except Exception as error:  # the checker raises several kinds
        failed += 1
        print(f"REFUSED {path.name}: {error}", file=sys.stderr)
sys.exit(1 if failed else 0)
