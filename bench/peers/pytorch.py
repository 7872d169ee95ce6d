"""PyTorch's training step of a dense network, for bench/training-step.mjs: eager mode, torch.optim.AdamW."""

import math

import torch

from training_step import TrainingStep, serve, wave


def network_of(widths):
    layers = []
    count = len(widths) - 1
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        linear = torch.nn.Linear(inputs, outputs)
        weight = wave(inputs * outputs, 2 * i, math.sqrt(6 / (inputs + outputs)))
        with torch.no_grad():
            linear.weight.copy_(weight.reshape(inputs, outputs).T)
            linear.bias.copy_(wave(outputs, 2 * i + 1, 0.1))
        layers.append(linear)
        if i not in (count // 2 - 1, count - 1):
            layers.append(torch.nn.ReLU())
    return torch.nn.Sequential(*layers)


class Step(TrainingStep):
    def __init__(self, setup, threads, fused):
        super().__init__(setup, threads, fused)
        self.x = wave(self.rows * setup["widths"][0], 1000, 1).reshape(self.rows, -1)
        self.network = network_of(setup["widths"])
        self.optimizer = self.adamw(self.network.parameters())

    def loss(self, batch):
        return torch.nn.functional.mse_loss(self.network(batch), batch)


serve(Step)
