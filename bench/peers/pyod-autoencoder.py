"""PyOD's AutoEncoder on a matrix, for bench/whole-job.mjs: python pyod-autoencoder.py MATRIX WIDTH SETUP

MATRIX is a file of row-major float64; SETUP is JSON with hidden, epochs, batch, learningRate and checkedRows.
Batch normalisation and dropout are off, so that the network is the one Hourglass trains. Prints one JSON line:
seconds of processor time of training (fit without the scoring that it ends in), seconds of scoring, and the mean squared error over
the first checkedRows standardised rows.
"""

import json
import sys
import time
from importlib.metadata import version

import numpy
import torch
from pyod.models.auto_encoder import AutoEncoder


def main():
    path, width, setup = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    torch.set_num_threads(1)
    x = numpy.fromfile(path).reshape(-1, width)
    detector = AutoEncoder(
        hidden_neuron_list=setup["hidden"],
        epoch_num=setup["epochs"],
        batch_size=setup["batch"],
        lr=setup["learningRate"],
        batch_norm=False,
        dropout_rate=0.0,
        optimizer_params=dict(weight_decay=0.0),
        device=torch.device("cpu"),
        verbose=0,
    )
    began = time.process_time()
    detector.fit(x)
    fitted = time.process_time()
    detector.decision_function(x)
    scored = time.process_time()
    # A score is the Euclidean distance between a standardised row and its reconstruction.
    squared = (detector.decision_scores_[: setup["checkedRows"]] ** 2).mean() / width
    print(
        json.dumps(
            dict(
                version=version("pyod"),
                trainSeconds=(fitted - began) - (scored - fitted),
                scoreSeconds=scored - fitted,
                meanSquaredError=float(squared),
            )
        )
    )


main()
