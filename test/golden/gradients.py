"""Writes gradients.json: losses and slopes of a dense autoencoder by torch.autograd, in float64.

Two cases over the same weights. `objective`: reconstruction through relu, tanh, sigmoid, softmax and linear layers, with
a masked squared error over the numbers and a cross-entropy through log-softmax over one group of categories.
`contraction`: the mean squared Frobenius norm of the encoder's Jacobian (Rifai et al. 2011), whose slopes are gradients
of gradients. Data and weights are formulas that gradients.test.ts computes too; its tolerance is relative to the
largest slope of each parameter. Run by hand (python test/golden/gradients.py).
"""

import json
import math
import pathlib
import platform

import torch

ROWS, NUMBERS, CATEGORIES = 7, 6, 4
WIDTHS = [NUMBERS + CATEGORIES, 12, 8, 3, 8, 12, NUMBERS + CATEGORIES]
ACTIVATIONS = ["relu", "tanh", "sigmoid", "softmax", "relu", "linear"]
ENCODER_LAYERS = 3

APPLY = dict(
    relu=torch.relu,
    tanh=torch.tanh,
    sigmoid=torch.sigmoid,
    softmax=lambda x: torch.softmax(x, dim=-1),
    linear=lambda x: x,
)


def wave(count, seed, scale):
    """Numbers between -scale and scale, in a fixed disorder (the square keeps matrices of full rank)."""
    values = [scale * math.sin(0.7390851 * (i + 1) ** 2 + seed) for i in range(count)]
    return torch.tensor(values, dtype=torch.float64)


def parameters():
    result = {}
    for i, (inputs, outputs) in enumerate(zip(WIDTHS, WIDTHS[1:])):
        result[f"weight{i}"] = wave(inputs * outputs, 2 * i, 1.5 / math.sqrt(inputs)).reshape(inputs, outputs)
        result[f"bias{i}"] = wave(outputs, 2 * i + 1, 0.5)
    return {name: value.requires_grad_() for name, value in result.items()}


def data():
    """Numbers, then one category a row as one-hot; the mask hides every fifth number."""
    numbers = wave(ROWS * NUMBERS, 100, 1.0).reshape(ROWS, NUMBERS)
    chosen = torch.arange(ROWS) * 3 % CATEGORIES
    mask = torch.tensor([float(i % 5 != 0) for i in range(ROWS * NUMBERS)], dtype=torch.float64)
    return torch.cat([numbers, torch.eye(CATEGORIES, dtype=torch.float64)[chosen]], dim=1), mask.reshape(ROWS, NUMBERS)


def layers(x, weights, start, end):
    for i in range(start, end):
        x = APPLY[ACTIVATIONS[i]](x @ weights[f"weight{i}"] + weights[f"bias{i}"])
    return x


def objective(weights):
    x, mask = data()
    output = layers(x, weights, 0, len(ACTIVATIONS))
    squared = ((output[:, :NUMBERS] - x[:, :NUMBERS]) ** 2 * mask).sum(dim=1) / mask.sum(dim=1)
    cross_entropy = -(x[:, NUMBERS:] * torch.log_softmax(output[:, NUMBERS:], dim=1)).sum(dim=1)
    return (squared + cross_entropy).mean()


def contraction(weights):
    x, _ = data()
    norms = []
    for row in x:
        jacobian = torch.autograd.functional.jacobian(
            lambda v: layers(v, weights, 0, ENCODER_LAYERS), row, create_graph=True
        )
        norms.append((jacobian**2).sum())
    return torch.stack(norms).mean()


def case(loss):
    weights = parameters()
    value = loss(weights)
    slopes = torch.autograd.grad(value, list(weights.values()), allow_unused=True)
    return dict(
        loss=value.item(),
        slopes={
            name: (torch.zeros_like(weight) if slope is None else slope).flatten().tolist()
            for (name, weight), slope in zip(weights.items(), slopes)
        },
    )


def main():
    torch.set_num_threads(1)
    golden = dict(
        made_by="test/golden/gradients.py",
        versions=dict(torch=torch.__version__, python=platform.python_version()),
        tolerance=dict(float64=1e-10, float32=1e-5),
        rows=ROWS,
        numbers=NUMBERS,
        categories=CATEGORIES,
        widths=WIDTHS,
        activations=ACTIVATIONS,
        encoderLayers=ENCODER_LAYERS,
        objective=case(objective),
        contraction=case(contraction),
    )
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
