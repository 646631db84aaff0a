"""Recorded spikes and potentials of some neurons."""

import numpy as np
import pytest

from lsm import Liquid, Snapshots, SpikeArray
from lsm.kernel import recording
from lsm.neurons import LIF, LeakyTanh
from lsm.synapses import Delta
from lsm.topology import ErdosRenyi, RandomInput
from tests.helpers.samples import graded_samples, spike_samples

X = spike_samples(5)


@pytest.fixture(scope="module")
def liquid():
    return Liquid(30, noise=0.1, initial="random", random_state=0).set_params(
        topology__delay=(1.0, 9.0), inputs__delay=(0.0, 5.0)
    ).fit(X)  # fmt: skip


@pytest.mark.parametrize("window", [2**22, 30 * 7])
@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_potentials_are_those_that_snapshots_read(liquid, window, n_jobs, dtype, monkeypatch):
    monkeypatch.setattr(recording, "WINDOW", window)
    liquid = liquid.set_params(snapshots=Snapshots(feature="membrane"), n_jobs=n_jobs, dtype=dtype)
    spikes, potentials = liquid.record(X, neurons=[7, 3], potentials=True)
    whole = liquid.record(X)
    for i, expected in enumerate(liquid.trajectory(X)):
        np.testing.assert_array_equal(potentials[i], expected[:, [7, 3]])
        np.testing.assert_array_equal(spikes.to_dense(i), whole.to_dense(i)[:, [7, 3]])


def test_potentials_are_read_at_every_step_of_a_row():
    currents = SpikeArray.from_dense(graded_samples(4), row_duration=2.0)
    liquid = Liquid(20, snapshots=Snapshots(feature="membrane"), random_state=0).fit(currents)
    _, potentials = liquid.record(currents, potentials=True)
    for values, at_rows in zip(potentials, liquid.trajectory(currents), strict=True):
        assert values.shape == (600, 20)
        np.testing.assert_array_equal(values[1::2], at_rows)


def test_a_potential_without_input_follows_its_equation():
    liquid = Liquid(
        3, LIF(tau_m=20.0, bias=0.5), topology=ErdosRenyi(fan_out=0), calibration=None,
        inputs=RandomInput(weight=0.0), dtype="float64",
    )  # fmt: skip
    silent = [np.zeros((50, 2), int)]
    with pytest.warns(UserWarning, match="silent"):
        liquid.fit(silent)
    recorded = liquid.record(silent, neurons=[1], potentials=True)
    resistance = liquid.parameters_["resistance"]
    expected = 0.5 * resistance * (1 - np.exp(-np.arange(1, 51) / 20))
    np.testing.assert_allclose(recorded.potentials[0][:, 0], expected, rtol=1e-9)
    assert len(recorded.spikes.rows) == 0


def test_a_mask_and_indices_choose_neurons(liquid):
    whole, mask = liquid.record(X), np.arange(30) % 3 == 0
    some = liquid.record(X, neurons=mask)
    for i in range(len(X)):
        np.testing.assert_array_equal(some.to_dense(i), whole.to_dense(i)[:, mask])
        assert some.digest(i) == liquid.record(X, neurons=np.flatnonzero(mask)).digest(i)
    assert liquid.record(X, neurons="all").digest(0) == whole.digest(0)


@pytest.mark.parametrize(
    "neurons",
    [
        [30],
        [-1],
        [],
        [1, 1],
        [0.5],
        3,
        "some",
        np.ones(29, bool),
        np.zeros(30, bool),
        [[1], [2, 3]],
    ],
)
def test_neurons_that_do_not_exist_are_refused(liquid, neurons):
    with pytest.raises(ValueError, match="neurons must be 'all', different indices from 0 to 29"):
        liquid.record(X, neurons=neurons)


def test_potentials_that_no_memory_holds_are_refused_before_the_run(liquid):
    long = SpikeArray([], [], None, [0, 0], [2**31 - 1], 8)
    with pytest.raises(ValueError, match="30 neurons .* need .* GB, .*: record fewer neurons"):
        liquid.record(long, potentials=True)
    with pytest.raises(TypeError, match="potentials must be True or False, got 'yes'"):
        liquid.record(X, potentials="yes")


def test_activations_are_the_potentials_of_neurons_that_send_no_spikes():
    currents = graded_samples(3)
    liquid = Liquid(20, LeakyTanh(), Delta(), calibration=None, random_state=0).fit(currents)
    with pytest.raises(ValueError, match="read their activation with potentials=True"):
        liquid.record(currents)
    spikes, activations = liquid.record(currents, neurons=[4, 2], potentials=True)
    assert spikes is None
    for values, expected in zip(activations, liquid.trajectory(currents), strict=True):
        np.testing.assert_array_equal(values, expected[:, [4, 2]])
