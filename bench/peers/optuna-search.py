"""Optuna as a contender of bench/tune.mjs: chooses configurations and prunes trials, while the trials themselves run elsewhere.

Speaks JSON, one object a line. First comes {"space": …, "seed": …, "reduction": …, "first": …}, where the first
configuration may be absent; then any of
  {"ask": true}                       answered by {"configuration": {name: value}}
  {"rung": r, "loss": x}              answered by {"prune": true or false}
  {"loss": x}, {"pruned": true} or {"failed": true}: the end of the trial, answered by {}
It uses the multivariate TPE with groups for conditional options, and successive halving with the same rungs.
"""
import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def suggest(trial, space):
    """A configuration, option by option; those whose conditions do not hold are left out."""
    values = {}
    for option in space["options"]:
        if any(values.get(c["option"]) not in c["among"] for c in option.get("when", [])):
            continue
        name, kind = option["name"], option["type"]
        if kind == "choice" and option.get("ordered"):
            # As for Hourglass, neighbours are alike: the position is what is searched.
            position = trial.suggest_int(name, 0, len(option["choices"]) - 1)
            values[name] = option["choices"][position]
        elif kind == "choice":
            values[name] = trial.suggest_categorical(name, option["choices"])
        elif kind == "integer":
            values[name] = trial.suggest_int(name, option["low"], option["high"], log=option.get("log", False))
        else:
            values[name] = trial.suggest_float(name, option["low"], option["high"], log=option.get("log", False))
    return values


def positions(configuration, space):
    """A configuration as Optuna has it: of an ordered choice the position."""
    values = dict(configuration)
    for option in space["options"]:
        if option["type"] == "choice" and option.get("ordered") and option["name"] in values:
            values[option["name"]] = option["choices"].index(values[option["name"]])
    return values


def main():
    setup = json.loads(sys.stdin.readline())
    sampler = optuna.samplers.TPESampler(seed=setup["seed"], multivariate=True, group=True)
    # Resources are counted in the smallest rung, so that rungs lie at 1, reduction, reduction² …
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=setup["reduction"])
    study = optuna.create_study(sampler=sampler, pruner=pruner)
    if setup.get("first") is not None:
        study.enqueue_trial(positions(setup["first"], setup["space"]))
    trial = None
    for line in sys.stdin:
        request, answer = json.loads(line), {}
        if "ask" in request:
            trial = study.ask()
            answer = {"configuration": suggest(trial, setup["space"])}
        elif "rung" in request:
            trial.report(request["loss"], setup["reduction"] ** request["rung"])
            answer = {"prune": trial.should_prune()}
        elif request.get("failed"):
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        elif request.get("pruned"):
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, request["loss"])
        print(json.dumps(answer), flush=True)


main()
