"""PyTorch's training step, for bench/lib/pytorch-step.mjs: eager mode, torch.optim.AdamW, one batch gathered a step.

Reads one JSON command a line from standard input and answers with one JSON line each:
    {"open": {"widths": …, "batch": …, "rows": …, "learningRate": …}, "threads": 1, "fused": false}  →  {}
    {"steps": 100}                                                 →  {"losses": […], "seconds": …}
Numbers are the formulas of bench/lib/networks.mjs.
"""

import json
import math
import sys
import time

import torch


def wave(count, seed, scale):
    i = torch.arange(1, count + 1, dtype=torch.float64)
    return (scale * torch.sin(0.7390851 * i**2 + seed)).to(torch.float32)


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


class Step:
    def __init__(self, setup, threads, fused):
        self.threads, self.batch, self.rows = threads, setup["batch"], setup["rows"]
        torch.set_num_threads(threads)
        self.x = wave(self.rows * setup["widths"][0], 1000, 1).reshape(self.rows, -1)
        self.network = network_of(setup["widths"])
        # Hourglass halves the squared error; twice its epsilon makes the same step of a gradient twice as long.
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=setup["learningRate"], eps=2e-8, weight_decay=0.0, fused=fused or None
        )
        self.batches = [
            torch.tensor([(1361 * (step * self.batch + i)) % self.rows for i in range(self.batch)]) for step in range(64)
        ]
        self.at = 0

    def step(self):
        batch = self.x.index_select(0, self.batches[self.at % 64])
        self.at += 1
        loss = torch.nn.functional.mse_loss(self.network(batch), batch)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def steps(self, count):
        torch.set_num_threads(self.threads)
        began = time.perf_counter()
        losses = [self.step() for _ in range(count)]
        seconds = time.perf_counter() - began
        return dict(losses=[loss.item() / 2 for loss in losses], seconds=seconds)


step = None
for line in sys.stdin:
    command = json.loads(line)
    if "open" in command:
        step = Step(command["open"], command["threads"], command["fused"])
        answer = dict(version=torch.__version__)
    else:
        answer = step.steps(command["steps"])
    print(json.dumps(answer), flush=True)
