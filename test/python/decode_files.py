"""Decodes .hgl files with examples/decode_hgl.py, and prints a line of JSON for each.

usage: decode_files.py PACKAGE DECODER.onnx FILE.hgl ...
Each line: the SHA-256 of the integers of all tiles, one tile after the other, and the pixels in base64.
"""
import base64
import hashlib
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "examples"))
from decode_hgl import TILE, decoder

package, graph, *files = sys.argv[1:]
decode = decoder(package, graph)
for file in files:
    _, values, pixels = decode(pathlib.Path(file).read_bytes())
    digest = hashlib.sha256()
    for top in range(0, values.shape[0], TILE):
        for left in range(0, values.shape[1], TILE):
            digest.update(values[top : top + TILE, left : left + TILE].tobytes())
    print(json.dumps({"latent": digest.hexdigest(), "pixels": base64.b64encode(pixels.tobytes()).decode()}))
