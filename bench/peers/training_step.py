"""What PyTorch's training steps share: rows, batches, AdamW, timing, and talk with bench/lib/python-peer.mjs.

One JSON command a line from standard input, one JSON answer a line:
    {"open": SETUP, "threads": 1, "fused": false, …}  →  {}
    {"steps": 5}                                      →  {"losses": […]}     with the noise of a formula
    {"timed": 100}                                    →  {"seconds": …, "processor": …}     with noise that is drawn
Numbers are the formulas of bench/lib/networks.mjs.
"""

import json
import sys
import time

import torch


def wave(count, seed, scale):
    i = torch.arange(1, count + 1, dtype=torch.float64)
    return (scale * torch.sin(0.7390851 * i**2 + seed)).to(torch.float32)


class TrainingStep:
    """A subclass sets `x`, `[rows, …]`, and `optimizer`, and has `loss(batch)`."""

    # Hourglass halves squared errors; twice its epsilon makes the same step of a gradient twice as long.
    halved = True

    def __init__(self, setup, threads, fused):
        self.threads, self.fused, self.at = threads, fused, 0
        self.batch, self.rows, self.learning_rate = setup["batch"], setup["rows"], setup["learningRate"]
        self.drawn = False
        torch.set_num_threads(threads)
        self.batches = [
            torch.tensor([(1361 * (step * self.batch + i)) % self.rows for i in range(self.batch)]) for step in range(64)
        ]

    def adamw(self, parameters):
        eps = 2e-8 if self.halved else 1e-8
        return torch.optim.AdamW(
            parameters, lr=self.learning_rate, eps=eps, weight_decay=0.0, fused=self.fused or None
        )

    def normal(self, *shape):
        """Normal noise while timed, the formula's while compared."""
        if self.drawn:
            return torch.randn(shape)
        return wave(torch.Size(shape).numel(), 500 + self.at, 1.5).reshape(shape)

    def step(self):
        loss = self.loss(self.x.index_select(0, self.batches[self.at % 64]))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.at += 1
        return loss.detach()

    def steps(self, count):
        torch.set_num_threads(self.threads)
        self.drawn = False
        return dict(losses=[self.step().item() / (2 if self.halved else 1) for _ in range(count)])

    def timed(self, count):
        torch.set_num_threads(self.threads)
        self.drawn = True
        began, busy = time.perf_counter(), time.process_time()
        for _ in range(count):
            self.step()
        return dict(seconds=time.perf_counter() - began, processor=time.process_time() - busy)


def serve(make):
    """Answers until the input ends. `make(setup, **options)` makes the step."""
    step = None
    for line in sys.stdin:
        command = json.loads(line)
        if "open" in command:
            setup = command.pop("open")
            step, answer = make(setup, **command), {}
        elif "steps" in command:
            answer = step.steps(command["steps"])
        else:
            answer = step.timed(command["timed"])
        print(json.dumps(answer), flush=True)
