"""Saved readouts that spike come back as they were."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import lsm
from lsm.conversion import SpikingReadout
from lsm.readout import PDeltaClassifier, PDeltaRegressor, ReSuMe, SuperSpike, Tempotron


@pytest.mark.parametrize(
    "readout",
    [
        PDeltaClassifier(n_epochs=3, random_state=0),
        PDeltaRegressor(n_epochs=3, random_state=0),
        Tempotron(max_iter=3, random_state=0),
        ReSuMe(n_epochs=3, random_state=0),
        SuperSpike(n_epochs=3, random_state=0),
        SpikingReadout(LogisticRegression()),
    ],
    ids=lambda readout: type(readout).__name__,
)
def test_it_comes_back(readout, tmp_path):
    X, y = np.random.default_rng(0).normal(size=(60, 8)), np.arange(60) % 3
    lsm.save(readout.fit(X, y), tmp_path / "readout")
    np.testing.assert_array_equal(lsm.load(tmp_path / "readout").predict(X), readout.predict(X))
