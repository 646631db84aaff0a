"""Readouts of words: of a liquid's states, and of the front end without a liquid."""

from sklearn.base import clone
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from lsm import Snapshots
from lsm._validation import check_choice
from lsm.pooled import Pooled
from lsm.readout import KernelRidgeClassifier, WithinClassWhitener

__all__ = ["N_BINS", "READOUTS", "make_baseline", "make_readout", "make_window_means"]

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
        ("bins", make_window_means()),
        ("scaler", StandardScaler(copy=False)),
        ("readout", make_readout(readout)),
    ]
    return Pipeline(steps)


def make_window_means(n=N_BINS):
    """Make an unfitted transformer: means of each channel over equal parts, as in lsm.compare."""
    return Pooled(Snapshots(n=n), tau=None)
