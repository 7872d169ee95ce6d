"""Writes ms-ssim.json: multi-scale structural similarity of pairs of images by pytorch-msssim.

Run by hand (python test/golden/ms-ssim.py) when a case is added; the tests only read the JSON.
Read by test/golden/ms-ssim.test.ts, which makes the same images by the same formula. Sides are multiples of 16: where one
is odd on the way down, pytorch-msssim adds a border of zeros to the smaller scale and ours leaves the last row out.
"""

import json
import pathlib
import platform
from importlib.metadata import version

import numpy as np
import torch
from pytorch_msssim import ms_ssim

# width, height, channels, how the second image differs: noise (levels), blur (pixels), shift (levels), contrast
CASES = [
    (192, 176, 3, dict(noise=4, blur=0, shift=0, contrast=1.0)),
    (176, 208, 1, dict(noise=0, blur=2, shift=0, contrast=1.0)),
    (240, 192, 3, dict(noise=25, blur=1, shift=0, contrast=0.9)),
    (256, 256, 1, dict(noise=0, blur=0, shift=30, contrast=0.7)),
    (192, 192, 3, dict(noise=90, blur=0, shift=0, contrast=0.4)),
    (320, 176, 3, dict(noise=1, blur=0, shift=1, contrast=1.0)),
]


def hashed(index):
    """Whole numbers to 0 … 1, the same in every language: 32-bit multiplications and shifts."""
    x = (index.astype(np.uint64) * 2654435761 + 12345) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> 13
    return x.astype(np.float64) / 2**32


def pair(width, height, channels, noise, blur, shift, contrast):
    """Two images, [height, width, channels], 0 to 255."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    index = (y * width + x) * channels + c

    def scene(x):
        wave = 45 * np.sin(x / 7 + c) * np.cos(y / 11) + 25 * np.sin((x + 2 * y) / 23)
        return 128 + wave + np.where((x // 32 + y // 24) % 2 == 0, 20, -20) + 10 * (hashed(index) - 0.5)

    first = np.floor(np.clip(scene(x), 0, 255))
    spread = sum(scene(x + k) for k in range(-blur, blur + 1)) / (2 * blur + 1)
    second = 128 + contrast * (spread - 128) + shift + noise * (hashed(index + 1000003) - 0.5)
    return first, np.floor(np.clip(second, 0, 255))


def similarity(images):
    """The window that pytorch-msssim makes itself has 32 bits, which shows in the sixth digit: here it has 64."""
    window = torch.exp(-(torch.arange(11, dtype=torch.float64) - 5) ** 2 / (2 * 1.5**2))
    window = (window / window.sum()).repeat(images[0].shape[2], 1, 1, 1)
    tensors = [torch.tensor(image.transpose(2, 0, 1)[None], dtype=torch.float64) for image in images]
    return ms_ssim(*tensors, data_range=255, size_average=True, win=window).item()


cases = []
for width, height, channels, change in CASES:
    images = pair(width, height, channels, **change)
    sums = [int(image.sum()) for image in images]
    cases.append(dict(width=width, height=height, channels=channels, **change, sums=sums, msSsim=similarity(images)))

written = {
    "made with": f"pytorch-msssim {version('pytorch-msssim')}, torch {torch.__version__}, Python {platform.python_version()}",
    "tolerance": 1e-9,
    "cases": cases,
}
path = pathlib.Path(__file__).with_name("ms-ssim.json")
path.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
