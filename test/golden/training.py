"""Writes training.json: the loss at each of 200 steps of torch.optim.AdamW on a dense autoencoder.

Data, first weights and batches come from formulas that training.test.ts computes too, so only losses are stored.
Rectifiers can make training chaotic: a last bit of a first weight may grow into thousandths of the
loss. The case here is a calm one, and the JSON says how calm: `sensitivity` is the largest relative change of a loss
when first weights are disturbed in their last bit. Run by hand (python test/golden/training.py).
"""

import json
import math
import pathlib
import platform

import torch

WIDTHS = [10, 32, 16, 4, 16, 32, 10]
LINEAR = {2, 5}  # layers without a rectifier after them: the code and the output
ROWS, BATCH, STEPS = 120, 32, 200  # three batches of 32 and one of 24 in an epoch
LEARNING_RATE, WEIGHT_DECAY = 1e-3, 0.05


def wave(count, seed, scale):
    """Numbers between -scale and scale, in a fixed disorder (the square keeps matrices of full rank)."""
    return torch.tensor([scale * math.sin(0.7390851 * (i + 1) ** 2 + seed) for i in range(count)], dtype=torch.float32)


def data():
    """Rows on a curve that a code of four can hold, with a little disorder on it."""
    values = []
    for row in range(ROWS):
        t = row / ROWS
        for column in range(WIDTHS[0]):
            curve = math.sin(2 * math.pi * (1 + column % 3) * t + column)
            values.append(curve + 0.1 * math.sin(0.7390851 * (row * WIDTHS[0] + column + 1) ** 2))
    return torch.tensor(values, dtype=torch.float32).reshape(ROWS, WIDTHS[0])


def rows_of(step):
    """The rows of a step: an epoch goes through all of them, 37 apart and starting elsewhere each time."""
    per_epoch = math.ceil(ROWS / BATCH)
    epoch, start = step // per_epoch, step % per_epoch * BATCH
    return [(37 * p + 11 * epoch) % ROWS for p in range(start, min(start + BATCH, ROWS))]


def network(disturbance):
    """Weights and biases; weights are multiplied by 1 ± the disturbance."""
    layers = []
    for i, (inputs, outputs) in enumerate(zip(WIDTHS, WIDTHS[1:])):
        weight = wave(inputs * outputs, 2 * i, math.sqrt(6 / (inputs + outputs))).reshape(inputs, outputs)
        weight = weight * (1 + disturbance * torch.randn(inputs, outputs))
        bias = wave(outputs, 2 * i + 1, 0.1)
        layers.append((weight.requires_grad_(), bias.requires_grad_()))
    return layers


def train(disturbance=0.0):
    x, layers = data(), network(disturbance)
    optimizer = torch.optim.AdamW(
        [
            dict(params=[weight for weight, _ in layers], weight_decay=WEIGHT_DECAY),
            dict(params=[bias for _, bias in layers], weight_decay=0.0),
        ],
        lr=LEARNING_RATE,
    )
    losses = []
    for step in range(STEPS):
        batch = x[rows_of(step)]
        h = batch
        for i, (weight, bias) in enumerate(layers):
            h = h @ weight + bias
            h = h if i in LINEAR else torch.relu(h)
        loss = (0.5 * (batch - h) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(f"{loss.item():.9g}"))
    return losses


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    losses = train()
    disturbed = [train(disturbance=2**-23) for _ in range(8)]
    sensitivity = max(abs(a - b) / b for other in disturbed for a, b in zip(other, losses))
    golden = dict(
        made_by="test/golden/training.py",
        versions=dict(torch=torch.__version__, python=platform.python_version()),
        tolerance=dict(relative=1e-4),
        sensitivity=float(f"{sensitivity:.1g}"),
        widths=WIDTHS,
        rows=ROWS,
        batch=BATCH,
        learningRate=LEARNING_RATE,
        weightDecay=WEIGHT_DECAY,
        losses=losses,
    )
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
