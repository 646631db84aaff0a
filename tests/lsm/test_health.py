"""Health of liquids: warnings with remedies, dead channels and synchrony."""

import numpy as np
import pytest

from lsm import Liquid
from lsm.health import Health
from lsm.neurons import LIF
from lsm.topology import ErdosRenyi, RandomInput, Weights
from tests.helpers.samples import spike_samples


def test_a_useless_liquid_is_reported_with_a_remedy():
    X = spike_samples(rate=0.2)
    quiet = Liquid(n_neurons=30, calibration=None, inputs=RandomInput(weight=1e-6), random_state=0)
    with pytest.warns(UserWarning, match="nearly silent.*raise the input weights"):
        quiet.fit(X)
    assert quiet.set_params(calibration="auto").fit(X).health_.complaint() is None
    wild = Liquid(n_neurons=30, calibration=None, random_state=0, neurons=LIF(bias=50.0))
    with pytest.warns(UserWarning, match="saturated.*lower the weights or the neurons' bias"):
        wild.fit(X)
    assert wild.set_params(neurons__bias=1.1).fit(X).health_.complaint() is None
    chaotic = Liquid(
        n_neurons=200, calibration=None, random_state=0, neurons=LIF(bias=1.2),
        topology=ErdosRenyi(weights=Weights(gain=40.0)),
    )  # fmt: skip
    with pytest.warns(UserWarning, match="does not forget"):
        chaotic.fit(X)
    assert chaotic.set_params(topology__weights__gain=0.5).fit(X).health_.complaint() is None


def test_health_reports_dead_channels():
    X = [np.concatenate([x, np.zeros((len(x), 1), dtype=int)], axis=1) for x in spike_samples()]
    liquid = Liquid(n_neurons=30, random_state=0).fit(X)
    assert liquid.health_.dead_channels == (8,)
    assert "dead channels     [8]" in str(liquid.health_)


def test_synchrony_tells_lockstep_from_independence():
    drive = np.random.default_rng(0).poisson(0.02, (400, 1))
    unconnected = ErdosRenyi(fan_out=0)
    strong = RandomInput(weight=5.0, distribution="constant")
    same = Liquid(50, topology=unconnected, inputs=strong, calibration=None, random_state=0)
    same.fit([drive] * 3)
    assert same.health_.synchrony == pytest.approx(1)
    independent = Liquid(300, topology=unconnected, inputs=RandomInput(fan_in=1), random_state=0)
    independent.fit(spike_samples(n_channels=300))
    assert independent.health_.synchrony < 0.15


def test_a_notebook_shows_units_limits_and_a_verdict():
    health = Health(0.2, 0.1, 0.95, 0.0, 0.1, 0.9, (3, 4), 500.0)
    shown = health._repr_html_()
    assert "<tr><td>rate</td><td>0.2 Hz</td><td>at least 0.5 Hz</td></tr>" in shown
    assert "<td>silent neurons</td><td>95.0%</td><td>at most 90%" in shown
    assert "the liquid is nearly silent" in shown
    assert shown.count("<tr>") < 20  # a screen at most
