"""Writes optimizer.json: 50 steps of torch.optim.AdamW and SGD, with clipping and weight averaging.

Run by hand (python test/golden/optimizer.py) when a case is added; the tests only read the JSON.
Read by src/engine/optimizer/golden.test.ts.
"""

import json
import pathlib
import platform

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn

STEPS = 50
SHAPES = {"weight": 13, "bias": 5, "kernel": 32, "scale": 1}
DECAYED = {"weight", "kernel"}

CASES = {
    "adamw": dict(kind="adamw", lr=1e-2, weightDecay=0.1),
    "adamw-clipped": dict(kind="adamw", lr=1e-2, weightDecay=0.05, beta1=0.8, beta2=0.99, epsilon=1e-6, clip=0.7),
    "adamw-averaged": dict(kind="adamw", lr=3e-3, weightDecay=0.01, average=0.9),
    "sgd": dict(kind="sgd", lr=1e-2, weightDecay=0.05, momentum=0.9),
    "sgd-clipped-averaged": dict(kind="sgd", lr=2e-2, weightDecay=0.01, momentum=0.8, clip=1.5, average=0.95),
    "sgd-plain": dict(kind="sgd", lr=1e-2, weightDecay=0.0, momentum=0.0),
}


def rounded(tensor):
    """Numbers as float32 prints them: reading them back gives the same bits."""
    return [float(f"{x:.9g}") for x in tensor.detach().to(torch.float32).tolist()]


def optimizer_of(case, parameters):
    groups = [
        dict(params=[parameters[n] for n in SHAPES if n in DECAYED], weight_decay=case["weightDecay"]),
        dict(params=[parameters[n] for n in SHAPES if n not in DECAYED], weight_decay=0.0),
    ]
    if case["kind"] == "sgd":
        return torch.optim.SGD(groups, lr=case["lr"], momentum=case["momentum"])
    betas = (case.get("beta1", 0.9), case.get("beta2", 0.999))
    return torch.optim.AdamW(groups, lr=case["lr"], betas=betas, eps=case.get("epsilon", 1e-8))


def run(case, start, gradients, dtype):
    parameters = {n: t.to(dtype).clone().requires_grad_() for n, t in start.items()}
    optimizer = optimizer_of(case, parameters)
    averages = None
    norms = []
    for step in range(STEPS):
        for n in SHAPES:
            parameters[n].grad = gradients[step][n].to(dtype).clone()
        norms.append(torch.nn.utils.get_total_norm([p.grad for p in parameters.values()]).item())
        if "clip" in case:
            torch.nn.utils.clip_grad_norm_(parameters.values(), case["clip"])
        optimizer.step()
        if "average" in case:
            current = [p.detach() for p in parameters.values()]
            if averages is None:
                averages = [p.clone() for p in current]
            else:
                get_ema_multi_avg_fn(case["average"])(averages, current, step)
    result = dict(parameters={n: rounded(p) for n, p in parameters.items()}, norms=norms)
    if averages is not None:
        result["averages"] = {n: rounded(a) for n, a in zip(SHAPES, averages)}
    return result


def main():
    torch.manual_seed(0)
    start = {n: torch.randn(size) for n, size in SHAPES.items()}
    # Gradients of very different sizes per number, drifting over the steps, and some that stay zero.
    sizes = {n: 10 ** (torch.rand(size) * 4 - 3) for n, size in SHAPES.items()}
    sizes["kernel"][:3] = 0
    gradients = [{n: (torch.randn(size) + 0.5) * sizes[n] for n, size in SHAPES.items()} for _ in range(STEPS)]
    golden = dict(
        made_by="test/golden/optimizer.py",
        versions=dict(torch=torch.__version__, python=platform.python_version()),
        tolerance=dict(relative=1e-5, of="the larger of a number at the start and at the end"),
        decayed=sorted(DECAYED),
        start={n: rounded(t) for n, t in start.items()},
        gradients=[{n: rounded(t) for n, t in g.items()} for g in gradients],
        cases={
            name: dict(
                options=case,
                float32=run(case, start, gradients, torch.float32),
                float64=run(case, start, gradients, torch.float64),
            )
            for name, case in CASES.items()
        },
    )
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")


main()
