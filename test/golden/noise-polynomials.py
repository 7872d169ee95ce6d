"""Prints the polynomials of src/engine/optimizer/assembly/noise.ts, highest power first, and their errors.

Minimax fits by iteratively reweighted least squares (Lawson 1961) on Chebyshev nodes, in float64 with numpy.
The coefficients are printed as float32; evaluation in float32 adds a few units in the last place.
"""

import numpy as np


def minimax(function, low, high, degree, nodes=4000, rounds=400):
    """Polynomial of least greatest relative error; returns its coefficients, lowest power first, and that error."""
    t = np.cos(np.pi * (np.arange(nodes) + 0.5) / nodes)
    y = function((low + high) / 2 + (high - low) / 2 * t)
    basis = np.polynomial.chebyshev.chebvander(t, degree)
    weight = np.ones(nodes)
    for _ in range(rounds):
        w = np.sqrt(weight) / np.abs(y)
        fit = np.linalg.lstsq(basis * w[:, None], y * w, rcond=None)[0]
        error = np.abs((basis @ fit - y) / y)
        weight *= error / error.max() + 1e-3
        weight /= weight.mean()
    in_t = np.polynomial.Polynomial(np.polynomial.chebyshev.cheb2poly(fit))
    to_t = np.polynomial.Polynomial([-(low + high) / (high - low), 2 / (high - low)])
    return in_t(to_t).coef, error.max()


FITS = {
    "-2 ln(1+f)/f, 1+f in [sqrt(1/2), sqrt(2)]": (lambda f: -2 * np.log1p(f) / f, 0.5**0.5 - 1, 2**0.5 - 1, 7),
    "sin(pi x/4)/x in z = x^2": (lambda z: np.sin(np.pi / 4 * np.sqrt(z)) / np.sqrt(z), 1e-12, 1, 3),
    "cos(pi x/4) in z = x^2": (lambda z: np.cos(np.pi / 4 * np.sqrt(z)), 1e-12, 1, 3),
}

for name, (function, low, high, degree) in FITS.items():
    coefficients, error = minimax(function, low, high, degree)
    print(f"{name}: relative error {error:.1e}")
    print("  ", [float(np.float32(c)) for c in coefficients[::-1]])
