"""Readouts of words: of a liquid's states, and of the front end without a liquid."""

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from lsm._validation import check_choice
from lsm.readout import KernelRidgeClassifier, WithinClassWhitener

__all__ = ["N_BINS", "READOUTS", "make_baseline", "make_readout", "mean_in_bins"]

N_BINS = 8
READOUTS = {"ridge": "ridge", "kernel": "RBF kernel", "whitened": "whitened RBF kernel"}


def make_readout(readout):
    """Make an unfitted readout of standardised states: "ridge", "kernel" or "whitened"."""
    check_choice("readout", readout, READOUTS)
    if readout == "ridge":
        # Searched over 1 to 3000 for 1000 neurons, and as good as any for the baseline.
        return RidgeClassifier(alpha=300.0)
    if readout == "kernel":
        return KernelRidgeClassifier()
    return make_pipeline(WithinClassWhitener(), KernelRidgeClassifier())


def make_baseline(encoder, readout="ridge"):
    """Make an unfitted classifier with a front end and a readout, but no liquid.

    Its features are the means of each channel over eight equal parts of the word.
    """
    steps = [
        ("encoder", clone(encoder)),
        ("bins", FunctionTransformer(mean_in_bins)),
        ("scaler", StandardScaler(copy=False)),
        ("readout", make_readout(readout)),
    ]
    return Pipeline(steps)


def mean_in_bins(spikes, n_bins=N_BINS):
    """Average each channel over equal parts of each sample; parts of short samples share rows."""
    features = np.empty((len(spikes), n_bins * spikes.n_channels), dtype=np.float32)
    for i in range(len(spikes)):
        rows = spikes.to_dense(i)
        edges = np.arange(n_bins + 1) * len(rows) / n_bins
        first, last = np.floor(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int)
        total = np.vstack([np.zeros(spikes.n_channels), np.cumsum(rows, axis=0, dtype=float)])
        features[i] = ((total[last] - total[first]) / (last - first)[:, None]).ravel()
    return features
