"""`lsm run encoders`: codes of spoken digits, read with and without a liquid."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.utils import Bunch

from lsm.datasets import make_spoken_words
from lsm.experiments import encoders, spoken_words
from lsm.experiments.__main__ import main
from lsm.experiments._words import codes

CODES = ["rate, Poisson", "step forward", "direct current, gammatone"]


@pytest.fixture(scope="module")
def digits():
    """Let synthesised digits of three voices pass for the recorded ones."""
    words = make_spoken_words(["zero", "one", "two"], n_voices=6, takes=3, random_state=0)
    kept = np.flatnonzero(np.isin(words.speaker, np.unique(words.speaker)[:3]))
    names = ("data", "target", "speaker", "take")
    digits = Bunch(**{name: words[name][kept] for name in names}, DESCR=words.DESCR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoders, "_fetch", lambda data_home: digits)
        yield digits


@pytest.fixture(scope="module")
def results(digits, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "out"
    options = ["--codes", *CODES, "--takes", "2", "--n-neurons", "40", "--repeats", "2"]
    assert main(["run", "encoders", *options, "--jobs", "1", "--out", str(out)]) == 0
    return out


def test_a_run_has_every_code_readout_and_model(results):
    table = pd.read_csv(results / "table.csv").set_index(["code", "measure", "model"]).sort_index()
    for code in CODES:
        for readout in encoders.READOUTS:
            models = {"liquid", "static random features", "no liquid"}
            assert models == set(table.loc[(code, readout)].index)
    # Chance is a third.
    assert (table.xs("ridge", level="measure")["median"] > 0.5).all()
    assert table.loc[("rate, Poisson", "channels", "liquid"), "seed 0"] == 42
    assert table.loc[("step forward", "channels", "liquid"), "seed 0"] == 28
    spikes = table.xs("spikes a word", level="measure")["seed 0"]
    assert spikes["rate, Poisson"].item() > spikes["step forward"].item() > 0
    assert np.isnan(spikes["direct current, gammatone"].item())
    errors = table.xs("decoding error", level="measure")["median"]
    assert 0 < errors["step forward"].item() < errors["rate, Poisson"].item()


def test_an_accuracy_is_the_mean_over_speakers(results, digits):
    table = pd.read_csv(results / "table.csv").set_index(["code", "measure", "model"])
    kept = digits.take < 2
    target, speaker = digits.target[kept], digits.speaker[kept]
    currents = codes.MEL.fit_transform(digits.data[kept])
    encoder = clone(codes.CODES["rate, Poisson"])
    spikes = encoder.set_params(limits=codes.LIMITS, random_state=1).fit_transform(currents)
    liquid = spoken_words.make_model(40, random_state=1)["liquid"]
    right = []
    for train, test in LeaveOneGroupOut().split(target, groups=speaker):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            states = liquid.fit(spikes[train]).transform(spikes)
        states = (states - states[train].mean(axis=0)) / np.maximum(states[train].std(axis=0), 1e-9)
        readout = clone(encoders.READOUTS["5 nearest"]).fit(states[train], target[train])
        right.append(readout.score(states[test], target[test]))
    expected = table.loc[("rate, Poisson", "5 nearest", "liquid"), "seed 1"]
    assert np.mean(right) == pytest.approx(expected)


def test_slow_noise_fills_its_range():
    noise = codes.make_slow_noise().to_dense(0)
    assert noise.shape == (200, 10)
    np.testing.assert_allclose([noise.min(axis=0), noise.max(axis=0)], [[0] * 10, [1] * 10])
    power = np.abs(np.fft.rfft(noise - noise.mean(axis=0), axis=0)) ** 2
    assert power[np.fft.rfftfreq(200, 0.01) > 5].max() < 1e-6 * power.max()


def test_an_unknown_code_is_named(tmp_path, capsys):
    assert main(["run", "encoders", "--codes", "morse", "--out", str(tmp_path / "out")]) == 2
    assert "'morse'" in capsys.readouterr().err
