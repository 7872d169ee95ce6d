"""PyTorch's training step of an ensemble, for bench/ensemble.mjs: all members in one torch.baddbmm a layer.

`members` networks of the same widths train on the same batches; weights of member m are the formulas of seeds 100·m and
up.
"""

import math

import torch

from training_step import TrainingStep, serve, wave


def member_weights(widths, member):
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        scale = math.sqrt(6 / (inputs + outputs))
        weight = wave(inputs * outputs, 100 * member + 2 * i, scale).reshape(inputs, outputs)
        yield weight, wave(outputs, 100 * member + 2 * i + 1, 0.1).reshape(1, outputs)


class Step(TrainingStep):
    def __init__(self, setup, threads, fused):
        super().__init__(setup, threads, fused)
        self.members, widths = setup["members"], setup["widths"]
        self.x = wave(self.rows * widths[0], 1000, 1).reshape(self.rows, -1)
        members = [list(member_weights(widths, member)) for member in range(self.members)]
        self.layers = [
            tuple(torch.stack([member[i][j] for member in members]).requires_grad_() for j in (0, 1))
            for i in range(len(widths) - 1)
        ]
        self.optimizer = self.adamw([parameter for layer in self.layers for parameter in layer])

    def loss(self, batch):
        target = batch.expand(self.members, *batch.shape)
        h, count = target, len(self.layers)
        for i, (weight, bias) in enumerate(self.layers):
            h = torch.baddbmm(bias, h, weight)
            if i not in (count // 2 - 1, count - 1):
                h = torch.relu(h)
        return torch.nn.functional.mse_loss(h, target)


serve(Step)
