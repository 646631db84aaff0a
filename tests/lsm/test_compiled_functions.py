"""Compiled functions give what they give as Python, where coverage sees their lines."""

import numba
import numpy as np
import pytest

from lsm import SpikeArray, encoding
from lsm.distances import victor_purpura
from lsm.encoding import DeltaEncoder, LyonEncoder, RateEncoder
from lsm.kernel import _steps
from lsm.readout import RLS
from lsm.synapses import _shunting, sampled
from lsm.topology import (
    Column,
    ErdosRenyi,
    Layered,
    Modular,
    RandomInput,
    Ring,
    ScaleFree,
    SmallWorld,
    Weights,
)
from tests.helpers.interpreted import as_python
from tests.helpers.models import models_of

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")
N = 30


def both(monkeypatch, call):
    """Return the result of a call with compiled functions, and as Python."""
    compiled = call()
    as_python(monkeypatch)
    return compiled, call()


WIRINGS = [
    Column((3, 2, 5), periodic=True, delay=(1.0, 5.0)),
    Column((2, 5, 3)),
    ErdosRenyi(fan_out=20),  # most of the neurons
    ErdosRenyi(fan_out=2),
    ErdosRenyi(fan_in=4),
    ErdosRenyi(probability=0.3, weights=Weights(balance=0.5)),
    Layered(),
    Modular((10, 12, 8)),
    Ring(fan_out=6),
    ScaleFree(fan_out=5),
    SmallWorld(fan_out=6, rewiring=0.5),
]


@pytest.mark.parametrize("wiring", WIRINGS, ids=repr)
def test_a_wiring_is_drawn_alike(wiring, monkeypatch):
    one, other = both(monkeypatch, lambda: wiring.draw(N, np.random.default_rng(3)))
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(one.weights, name), getattr(other.weights, name))
    np.testing.assert_array_equal(one.delays, other.delays)
    np.testing.assert_array_equal(one.inhibitory, other.inhibitory)
    assert one.weights.nnz > 0


@pytest.mark.parametrize("fan_in", [2, 12])
def test_the_wiring_of_the_input_is_drawn_alike(fan_in, monkeypatch):
    inputs, inhibitory = RandomInput(fan_in, synapses=2, weight=(2.0, 1.0)), np.arange(N) < 6
    drawn = both(monkeypatch, lambda: inputs.draw(15, inhibitory, np.random.default_rng(0))[0])
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(drawn[0], name), getattr(drawn[1], name))


CODES = [code() for code in models_of(encoding) if not issubclass(code, encoding.SoundEncoder)]


@pytest.mark.parametrize(
    "encoder", [*CODES, RateEncoder(kind="regular"), DeltaEncoder(method="moving-window")], ids=repr
)
def test_a_signal_is_encoded_alike(encoder, monkeypatch):
    rng = np.random.default_rng(0)
    X = [np.cumsum(rng.normal(size=(20, 2)), axis=0) for _ in range(2)]
    if "random_state" in encoder.get_params():
        encoder.set_params(random_state=0)
    one, other = both(monkeypatch, lambda: encoder.fit_transform(X))
    assert len(one.rows) > 0
    for sample in range(2):
        np.testing.assert_array_equal(one.to_dense(sample), other.to_dense(sample))


def test_a_sound_is_encoded_alike(monkeypatch):
    X = [np.random.default_rng(0).normal(0, 0.1, 300)]
    one, other = both(monkeypatch, lambda: LyonEncoder(sample_rate=8000).fit_transform(X))
    np.testing.assert_allclose(one.to_dense(0), other.to_dense(0), rtol=1e-5)
    assert np.ptp(one.amplitudes) > 0


def test_distances_are_alike(monkeypatch):
    rng = np.random.default_rng(0)
    spikes = SpikeArray.from_dense(rng.poisson(0.3, (3, 20, 2)))
    one, other = both(monkeypatch, lambda: victor_purpura(spikes, 0.3))
    np.testing.assert_array_equal(one, other)
    assert one[0, 1] > 0


def test_recursive_least_squares_learn_alike(monkeypatch):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    one, other = both(monkeypatch, lambda: RLS(forget=0.9).fit(X, y).coef_)
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_arithmetic_for_compiled_code_alone_is_that_for_arrays():
    closed, x = _shunting._closing(numba.float64), np.linspace(0, 30, 301)
    np.testing.assert_allclose([closed(value) for value in x], np.expm1(-x), rtol=1e-13)
    flow, pending = sampled._flow_of(None, None, None), np.arange(12.0)
    np.testing.assert_array_equal(flow(1, pending, 4), sampled.flow_of(1, pending, 4))
    constants = (np.arange(3.0), np.arange(3.0) + 5)
    per_neuron = numba.typeof(constants)
    assert _steps._at(per_neuron, numba.int64)(constants, 2) == (2.0, 7.0)
    assert _steps._at(numba.typeof((1.0, 2.0)), numba.int64)((1.0, 2.0), 1) == (1.0, 2.0)
