"""Outputs and slopes of PyTorch's layers and losses, for the tests of normalizations, attention, recurrent, losses and
divergences.

Run: python layers.py > layers.json

Inputs and weights are the formula `wave` of test/support/slopes.ts in float64, so only results are stored: the output,
and the slope of Σ c·output with respect to the input (c = wave(1) + 1.3). Parameters are numbered in the order of the
Hourglass layer, whose matrices are the transposes of PyTorch's.
"""
import json

import torch
from torch import distributions as d
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def wave(shape, seed=0, scale=1.0):
    i = torch.arange(1, torch.Size(shape).numel() + 1)
    return (scale * torch.sin(0.7390851 * i**2 + seed)).reshape(shape)


def result(f, *inputs):
    inputs = [x.clone().requires_grad_() for x in inputs]
    y = f(*inputs)
    (y * (wave(y.shape, 1) + 1.3)).sum().backward()
    flat = lambda t: [float(f"{v:.12g}") for v in t.detach().flatten().tolist()]
    return {"output": flat(y), "slopes": [flat(x.grad) for x in inputs]}


def fill(targets, scale=0.5):
    """Weights by position; matrices are given in the shape of Hourglass and transposed."""
    for i, target in enumerate(targets):
        turned = target.dim() == 2
        shape = target.shape[::-1] if turned else target.shape
        value = wave(shape, i, scale)
        target.data = value.T.contiguous() if turned else value


def gru(width, inputs, steps, sequence, initial):
    layer = nn.GRU(inputs, width, batch_first=True)
    fill([layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0])
    x = wave([3, steps, inputs], 5)

    def run(x, h=None):
        output, last = layer(x, None if h is None else h[None])
        return output if sequence else last[0]

    return result(run, x, wave([3, width], 6)) if initial else result(run, x)


def convolved(module, shape, activation=lambda y: y):
    fill([module.weight, module.bias])
    return result(lambda x: activation(module(x)), wave(shape, 5))


def causal():
    module = nn.Conv1d(2, 3, 3, dilation=2)
    fill([module.weight, module.bias])
    return result(lambda x: torch.tanh(module(F.pad(x, (4, 0)))), wave([2, 2, 7], 5))


def attention():
    layer = nn.MultiheadAttention(6, 2, batch_first=True)
    fill([layer.in_proj_weight, layer.in_proj_bias, layer.out_proj.weight, layer.out_proj.bias])
    return result(lambda x: layer(x, x, x)[0], wave([2, 5, 6], 5))


def block():
    layer = nn.TransformerEncoderLayer(6, 2, 10, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
    a = layer.self_attn
    fill([
        layer.norm1.weight, layer.norm1.bias,
        a.in_proj_weight, a.in_proj_bias, a.out_proj.weight, a.out_proj.bias,
        layer.norm2.weight, layer.norm2.bias,
        layer.linear1.weight, layer.linear1.bias, layer.linear2.weight, layer.linear2.bias,
    ])
    return result(layer, wave([2, 5, 6], 5))


def normalisation(layer, shape):
    fill(list(layer.parameters()))
    return result(layer, wave(shape, 5, 2))


def elementwise(f, inputs=2, scale=1):
    return result(f, *[wave([4, 3], 5 + i, scale) for i in range(inputs)])


def normal(mean, log_variance):
    return d.Normal(mean, torch.exp(0.5 * log_variance))


print(json.dumps({
    "torch": torch.__version__.split("+")[0],
    "layerNormalization": normalisation(nn.LayerNorm(6), [2, 3, 6]),
    "rmsNormalization": normalisation(nn.RMSNorm(6, eps=1e-6), [4, 6]),
    "groupNormalization": normalisation(nn.GroupNorm(2, 4), [2, 4, 3, 2]),
    "unitNorm": result(lambda x: nn.functional.normalize(x, dim=1), wave([2, 3, 2], 5)),
    "selfAttention": attention(),
    "convolution": convolved(nn.Conv2d(2, 3, 3, stride=2, padding=1), [2, 2, 5, 4]),
    "patchEmbedding": convolved(nn.Conv2d(2, 3, 2, stride=2), [2, 2, 5, 4], torch.tanh),
    "transposedConvolution": convolved(
        nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1), [2, 2, 5, 4], torch.sigmoid
    ),
    "causalConvolution": causal(),
    "sameConvolution": convolved(nn.Conv1d(2, 3, 4, padding="same"), [2, 2, 7]),
    "temporalConvolution": convolved(nn.Conv1d(2, 3, 3, stride=2), [2, 2, 7]),
    "transformerBlock": block(),
    "gru": gru(4, 2, 5, False, False),
    "gruSequence": gru(4, 2, 5, True, True),
    "gruOneStep": gru(4, 2, 1, True, False),
    "absolute": elementwise(lambda x, y: F.l1_loss(y, x, reduction="none")),
    "huber": elementwise(lambda x, y: F.huber_loss(y, x, delta=0.7, reduction="none")),
    "bernoulli": elementwise(lambda x, y: F.binary_cross_entropy_with_logits(y, x, reduction="none"), scale=8),
    "gaussian": elementwise(
        lambda x, y, s: F.gaussian_nll_loss(y, x, torch.exp(s), full=True, eps=0, reduction="none"), 3, scale=3
    ),
    "gaussianKl": elementwise(lambda m, s: d.kl_divergence(normal(m, s), d.Normal(0.0, 1.0)), scale=3),
    "bernoulliKl": elementwise(
        lambda x: d.kl_divergence(d.Bernoulli(torch.tensor(0.05)), d.Bernoulli(0.5 + 0.25 * x)), 1
    ),
    "logDensityNormal": elementwise(lambda z, m, s: normal(m, s).log_prob(z), 3, scale=3),
}))
