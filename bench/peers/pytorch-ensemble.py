"""PyTorch's training step of an ensemble, for bench/ensemble.mjs: all members in one torch.baddbmm a layer.

Speaks as pytorch.py does, one JSON line each way; `members` networks of the same widths train on the same batches.
Numbers are the formulas of bench/lib/networks.mjs, weights of member m those of seeds 100·m and up.
"""

import json
import math
import sys
import time

import torch


def wave(count, seed, scale):
    i = torch.arange(1, count + 1, dtype=torch.float64)
    return (scale * torch.sin(0.7390851 * i**2 + seed)).to(torch.float32)


def member_weights(widths, member):
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        scale = math.sqrt(6 / (inputs + outputs))
        weight = wave(inputs * outputs, 100 * member + 2 * i, scale).reshape(inputs, outputs)
        yield weight, wave(outputs, 100 * member + 2 * i + 1, 0.1).reshape(1, outputs)


class Step:
    def __init__(self, setup, threads, fused):
        self.threads, self.batch, self.rows = threads, setup["batch"], setup["rows"]
        self.members, widths = setup["members"], setup["widths"]
        torch.set_num_threads(threads)
        self.x = wave(self.rows * widths[0], 1000, 1).reshape(self.rows, -1)
        members = [list(member_weights(widths, member)) for member in range(self.members)]
        self.layers = [
            tuple(torch.stack([member[i][j] for member in members]).requires_grad_() for j in (0, 1))
            for i in range(len(widths) - 1)
        ]
        # Hourglass halves the squared error; twice its epsilon makes the same step of a gradient twice as long.
        parameters = [parameter for layer in self.layers for parameter in layer]
        self.optimizer = torch.optim.AdamW(
            parameters, lr=setup["learningRate"], eps=2e-8, weight_decay=0.0, fused=fused or None
        )
        self.batches = [
            torch.tensor([(1361 * (step * self.batch + i)) % self.rows for i in range(self.batch)]) for step in range(64)
        ]
        self.at = 0

    def step(self):
        batch = self.x.index_select(0, self.batches[self.at % 64])
        self.at += 1
        target = batch.expand(self.members, *batch.shape)
        h, count = target, len(self.layers)
        for i, (weight, bias) in enumerate(self.layers):
            h = torch.baddbmm(bias, h, weight)
            if i not in (count // 2 - 1, count - 1):
                h = torch.relu(h)
        loss = torch.nn.functional.mse_loss(h, target)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def steps(self, count):
        torch.set_num_threads(self.threads)
        began, busy = time.perf_counter(), time.process_time()
        losses = [self.step() for _ in range(count)]
        seconds, processor = time.perf_counter() - began, time.process_time() - busy
        return dict(losses=[loss.item() / 2 for loss in losses], seconds=seconds, processor=processor)


step = None
for line in sys.stdin:
    command = json.loads(line)
    if "open" in command:
        step = Step(command["open"], command["threads"], command["fused"])
        answer = dict(version=torch.__version__)
    else:
        answer = step.steps(command["steps"])
    print(json.dumps(answer), flush=True)
