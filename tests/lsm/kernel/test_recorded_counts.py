"""Recorded spike counts, equal on every supported Python, numpy and numba, compiled or not.

Every job of `.ci/run` runs this file. A change of a model or of a wiring may change the numbers;
another version of a dependency may not.
"""

import numpy as np
import pytest

from lsm import Liquid
from lsm import neurons as neuron_models
from lsm import synapses as synapse_models
from lsm.kernel import learn, simulate
from lsm.neurons import LIF
from lsm.plasticity import PairSTDP
from lsm.synapses import Exponential
from tests.helpers.models import models_of
from tests.helpers.networks import make_input, make_network, make_plan

# Spikes in each of three samples. A neuron that sends no spikes has an output in every step.
OF_NEURONS = {
    "AdEx": [352, 399, 40],
    "AdaptiveLIF": [85, 99, 16],
    "EIF": [91, 106, 11],
    "GLIF": [112, 113, 22],
    "HodgkinHuxley": [36, 26, 19],
    "IF": [106, 117, 20],
    "Izhikevich": [249, 298, 42],
    "LIF": [97, 111, 17],
    "LeakyTanh": [560, 620, 120],
    "QIF": [56, 66, 7],
    "StochasticLIF": [89, 103, 17],
}
OF_SYNAPSES = {
    "Alpha": [107, 128, 16],
    "AlphaConductance": [165, 185, 29],
    "Biexponential": [113, 132, 16],
    "Conductance": [169, 185, 29],
    "Delta": [171, 189, 38],
    "Exponential": [97, 111, 17],
    "Sampled": [37, 47, 11],
}
SYNAPSES = [model for model in models_of(synapse_models) if hasattr(model, "current")]


def counts(models, **parts):
    """Return the number of spikes in each sample of a small network."""
    network = make_network(seed=1, models=models, **parts)
    spikes = make_input(seed=1, rate=0.5)
    _, recorded = simulate(network, spikes, make_plan(spikes), dtype="float64", record=True)
    return [len(steps) for steps, _ in recorded]


@pytest.mark.parametrize("model", models_of(neuron_models), ids=lambda model: model.__name__)
def test_every_neuron(model):
    assert counts((model, Exponential)) == OF_NEURONS[model.__name__]


@pytest.mark.parametrize("model", SYNAPSES, ids=lambda model: model.__name__)
def test_every_synapse(model):
    assert counts((LIF, model)) == OF_SYNAPSES[model.__name__]


def test_delays_noise_and_dynamic_synapses():
    parts = {"max_delay": 4, "max_delay_in": 2, "dynamic": True, "noise": 0.3}
    assert counts((LIF, Exponential), **parts) == [78, 93, 13]


def test_a_rule():
    network, spikes = make_network(seed=1), make_input(seed=1, rate=0.5)
    network = learn(network, spikes, [PairSTDP(a_plus=0.1)], unit=1.0, dtype="float64")
    _, recorded = simulate(network, spikes, make_plan(spikes), dtype="float64", record=True)
    assert [len(steps) for steps, _ in recorded] == [123, 145, 19]


def test_a_calibrated_liquid():
    X = [np.random.default_rng(i).poisson(0.05, (100, 5)) for i in range(3)]
    liquid = Liquid(30, random_state=0, dtype="float64").fit(X)
    assert liquid.record(X).offsets.tolist() == [0, 37, 88, 126]
