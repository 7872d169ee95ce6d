"""log Γ and likelihoods of counts with their slopes, for log-gamma.test.ts and count-losses.test.ts.

Run: python counts.py > counts.json

Computed from the definitions with 60 digits (mpmath), where differences of large logarithms of Γ do no harm; the script
stops unless SciPy agrees. Arguments are float32 numbers, so that a float32 graph is fed with exactly these. Grids run with
their last axis fastest: count, mean, dispersion, and logit where there is one.
"""
import itertools
import json
from importlib.metadata import version

import mpmath
import numpy as np
from mpmath import mp, mpf
from scipy import special, stats

mp.dps = 60
float32 = lambda values: [float(np.float32(v)) for v in values]
counts = [0, 1, 2, 7, 100, 3000, 100000]
means = float32([0.01, 0.5, 3, 100, 100000])
dispersions = float32([0.01, 0.5, 5, 200, 10000])
logits = float32([-7, -0.5, 4])
shown = lambda v: float(mpmath.nstr(v, 12))


def negative_binomial(x, mu, theta):
    """−log pmf, and its slopes by mean and dispersion."""
    x, mu, theta = mpf(x), mpf(mu), mpf(theta)
    value = -(
        mp.loggamma(x + theta) - mp.loggamma(theta) - mp.loggamma(x + 1)
        + theta * mp.log(theta / (theta + mu)) + x * mp.log(mu / (theta + mu))
    )
    by_mu = theta * (mu - x) / (mu * (theta + mu))
    by_theta = -(
        mp.digamma(x + theta) - mp.digamma(theta) + mp.log(theta / (theta + mu)) + (mu - x) / (theta + mu)
    )
    return value, by_mu, by_theta


def zero_inflated(x, mu, theta, logit):
    """−log of the mixture, and its slope by the logit."""
    n = negative_binomial(x, mu, theta)[0]
    pi = 1 / (1 + mp.exp(-mpf(logit)))
    if x > 0:
        return n - mp.log1p(-pi), pi
    likelihood = pi + (1 - pi) * mp.exp(-n)
    return -mp.log(likelihood), -pi * (1 - pi) * -mp.expm1(-n) / likelihood


def agree(value, scipy_value):
    assert abs(value - scipy_value) <= 1e-7 * max(1, abs(value)), (value, scipy_value)


grid = list(itertools.product(counts, means, dispersions))
nb = [negative_binomial(*each) for each in grid]
for (x, mu, theta), (value, _, _) in zip(grid, nb):
    agree(float(value), -stats.nbinom.logpmf(x, theta, theta / (theta + mu)))
zinb = [zero_inflated(*each, logit) for each in grid for logit in logits]
poisson_grid = list(itertools.product(counts, means))
poisson = [mpf(mu) - mpf(x) * mp.log(mpf(mu)) + mp.loggamma(x + 1) for x, mu in poisson_grid]
for (x, mu), value in zip(poisson_grid, poisson):
    agree(float(value), -stats.poisson.logpmf(x, mu))
points = float32(np.concatenate([np.logspace(-3, 7, 101), np.linspace(0.5, 6, 56)]))
for x in points:
    agree(float(mp.loggamma(x)), special.gammaln(x))

print(json.dumps({
    "versions": {name: version(name) for name in ["mpmath", "scipy"]},
    "logGamma": {
        "x": points,
        "value": [shown(mp.loggamma(x)) for x in points],
        "slope": [shown(mp.digamma(x)) for x in points],
    },
    "grid": {"counts": counts, "means": means, "dispersions": dispersions, "logits": logits},
    "negativeBinomial": {
        "value": [shown(v) for v, _, _ in nb],
        "slopeByMean": [shown(v) for _, v, _ in nb],
        "slopeByDispersion": [shown(v) for _, _, v in nb],
    },
    "zeroInflated": {"value": [shown(v) for v, _ in zinb], "slopeByLogit": [shown(v) for _, v in zinb]},
    "poisson": {"value": [shown(v) for v in poisson]},
}))
