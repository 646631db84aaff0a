"""Forms of samples, events on steps, and classes, which all readouts of spikes share."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from lsm import Liquid, SpikeArray
from lsm.readout import SpikeReadout, Tempotron
from lsm.readout.spike_readout import Trains, encode_classes


class Counts(SpikeReadout):
    def fit(self, X, y=None):
        self.in_fit_ = self.fit_trains(X)
        return self

    def predict(self, X):
        trains = self.trains(X)
        return np.array([trains.dense(i).sum() for i in range(len(trains))])


RASTERS = np.random.default_rng(0).poisson(0.2, (3, 7, 2))


@pytest.mark.parametrize(
    "form", [list, np.asarray, SpikeArray.from_dense], ids=["list", "array", "SpikeArray"]
)
def test_every_form_of_samples_gives_the_same_events(form):
    model = Counts().fit(form(RASTERS))
    for i, raster in enumerate(RASTERS):
        np.testing.assert_array_equal(model.in_fit_.dense(i), raster)
    np.testing.assert_array_equal(model.predict(form(RASTERS)), RASTERS.sum(axis=(1, 2)))
    assert model.n_features_in_ == 2


def test_an_event_acts_at_the_start_of_its_row():
    spikes = SpikeArray.from_events([([0.0, 5.0], [0, 1])], 2, 9.0, row_duration=2.5)
    trains = Trains.of(spikes, 0.5, "Counts")
    assert trains.steps.tolist() == [0, 10]
    assert trains.n_steps.tolist() == [20]  # four rows


def test_a_static_pattern_is_one_event_for_each_feature_that_is_not_zero():
    trains = Counts(static_steps=30).fit_trains([[0.5, 0.0, -2.0]])
    assert trains.steps.tolist() == [0, 0]
    assert trains.amplitudes.tolist() == [0.5, -2.0]
    assert trains.n_steps.tolist() == [30]


def test_a_row_that_is_shorter_than_a_step_is_refused_with_a_way_out():
    spikes = SpikeArray.from_dense(RASTERS, row_duration=0.25)
    with pytest.raises(ValueError, match=r"set Counts\.dt=0\.25 or less"):
        Counts().fit(spikes)
    assert Counts(dt=0.25).fit(spikes).in_fit_.n_steps.tolist() == [7, 7, 7]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_it_reads_the_spikes_of_a_liquid_in_a_pipeline():
    liquid = Liquid(20, output="spikes", random_state=0)
    X = np.random.default_rng(0).poisson(0.2, (4, 50, 3))
    model = make_pipeline(liquid, Counts()).fit(X)
    recorded = liquid.transform(X)
    expected = [recorded.to_dense(i).sum() for i in range(4)]
    assert model.predict(X).tolist() == expected


def test_states_of_a_liquid_are_refused_with_a_way_out():
    X = np.random.default_rng(0).poisson(0.2, (4, 50, 3))
    states = Liquid(5, random_state=0, calibration=None).fit_transform(X)
    with pytest.raises(ValueError, match="set output='spikes' of that liquid"):
        Counts().fit(states)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"dt": 0.0}, r"Counts\.dt must be a finite number > 0"),
        ({"static_steps": 0}, r"Counts\.static_steps must be an integer >= 1"),
        ({"row_duration": -1.0}, r"Counts\.row_duration must be a finite number > 0 or 'auto'"),
    ],
)
def test_an_invalid_parameter_is_refused_by_its_name(params, message):
    with pytest.raises(ValueError, match=message):
        Counts(**params).fit(RASTERS)


def test_classes_are_sorted_and_counted_from_zero():
    classes, indices = encode_classes(RASTERS, ["b", "a", "b"], "Counts")
    assert classes.tolist() == ["a", "b"]
    assert indices.tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match="Counts needs samples of two classes or more"):
        encode_classes(RASTERS, [1, 1, 1], "Counts")


@pytest.mark.parametrize("dt", [0, -1, np.nan, "long", None])
def test_an_invalid_step_is_refused_by_its_name(dt):
    with pytest.raises((TypeError, ValueError), match=r"Counts\.dt must be"):
        Counts().fit(RASTERS).set_params(dt=dt).predict(RASTERS)
    with pytest.raises((TypeError, ValueError), match=r"Tempotron\.dt must be"):
        Tempotron(dt=dt).fit(RASTERS, [0, 1, 0])
