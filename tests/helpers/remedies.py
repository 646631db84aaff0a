"""Data and liquids of the tests of remedies, and the check of a remedy."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from lsm import (
    Liquid,
    LSMClassifier,
    LSMRegressor,
    Snapshots,
    SpikeArray,
)
from lsm.neurons import LeakyTanh
from lsm.synapses import Delta

RNG = np.random.default_rng(0)
CURRENTS = RNG.normal(size=(8, 40, 3))
COUNTS = RNG.poisson(0.2, (8, 40, 3))
LABELS = np.arange(8) % 2
WAVE = np.convolve(RNG.uniform(-1, 1, 204), np.ones(5) / 5, "valid")
SERIES = np.repeat(WAVE, 2)[:200, None] + 0.1 * RNG.normal(size=(200, 1))
TARGETS = np.roll(SERIES[:, 0], 1)
SPIKES = SpikeArray.from_dense(COUNTS)
EVENTS = (np.array([1.0, 7.0]), np.array([0, 1]))
SQUARE = np.diag(np.ones(19), 1)


def liquid(**params):
    return Liquid(**{"n_neurons": 20, "random_state": 0} | params)


def rates(**params):
    """Return a liquid whose neurons send no spikes."""
    membrane = Snapshots(feature="membrane")
    return liquid(**{"neurons": LeakyTanh(), "synapses": Delta(), "snapshots": membrane} | params)


def fitted(**params):
    return liquid(**params).fit(COUNTS)


def regressor(readout="auto", feedback=None, X=SERIES, y=TARGETS, **params):
    model = LSMRegressor(liquid(), readout, feedback, **params)
    return model.fit([X], [y])


def classifier(**params):
    return LSMClassifier(**{"liquid": liquid()} | params)


def events(times, n_channels=2, **params):
    return SpikeArray.from_events(
        [(np.asarray(times), EVENTS[1][: len(times)])], n_channels, **params
    )


RECORDING = np.array([(0, 0, 1, 0), (2000, 3, 2, 1)], dtype=[(name, int) for name in "txyp"])
FRAMES = [pd.DataFrame(x, columns=list("abc")) for x in CURRENTS]
MIXED = [*FRAMES[:4], *(x[list("cba")] for x in FRAMES[4:])]
TEXT = pd.DataFrame({"a": CURRENTS[0, :, 0], "b": ["text"] * 40})
PANEL = pd.concat(FRAMES, keys=range(8))
TIMED = np.concatenate([CURRENTS, np.tile(np.arange(40.0)[:, None], (8, 1, 1))], axis=2)
HIDDEN = np.ma.masked_less(CURRENTS, -1)
WIDE = RNG.normal(size=(30, 40))
WAVEFORM = RNG.normal(size=(1, 8000))
RISING = np.linspace(0, 1, 200)[:, None] ** 2


def fitted_to_series():
    return liquid().fit([SERIES])


def follow(call):
    """Call, with no warning but that of a liquid's health."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.filterwarnings("ignore", "the liquid|rounded to whole steps are Column")
        call()


def check_remedy(fails, message, advised):
    """Check that a call fails with a message, and that the calls that it advises do not."""
    with pytest.raises((TypeError, ValueError)) as caught:
        fails()
    text = str(caught.value)
    assert re.search(message, text, re.DOTALL), text
    assert len(text) < 500
    for call in advised:
        follow(call)
