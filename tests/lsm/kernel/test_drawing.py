"""Networks drawn from models and wirings."""

import numpy as np
import pytest
from scipy import sparse, stats

from lsm import SpikeArray
from lsm.kernel import GENERATORS, Network, Plan, Recipe
from lsm.neurons import LIF, LeakyTanh, StochasticLIF
from lsm.synapses import Conductance, Delta, Exponential, TsodyksMarkram
from lsm.topology import ErdosRenyi, FixedInputs, FixedWeights, RandomInput
from tests.helpers.networks import make_input, make_network

MATRIX = np.diag(np.ones(11), 1)


def recipe(**params):
    parts = {
        "neurons": LIF(tau_m=stats.uniform(10, 20)), "synapses": Exponential(),
        "topology": ErdosRenyi(fan_out=5, delay=(1.0, 8.0)), "inputs": RandomInput(delay=(0, 5)),
        "n_neurons": 30, "short_term_plasticity": TsodyksMarkram(cv=0.3),
    }  # fmt: skip
    return Recipe(**parts | params)


def draw(seed=0, *, other=None, n_channels=4, graded=False, **params):
    """Draw a network; the generator `other` has another seed."""
    rngs = {name: np.random.default_rng([seed, i]) for i, name in enumerate(GENERATORS)}
    if other is not None:
        rngs[other] = np.random.default_rng(99)
    return recipe(**params).draw(rngs, n_channels, graded)


def parts_of(drawn):
    """Return the parts of the network, by the generator that draws each."""
    network, wiring, other_initial = drawn
    return {
        "topology": (network.w.toarray(), network.delays, wiring.inhibitory),
        "input": (network.w_in.toarray(), network.delays_in),
        "parameters": (network.parameters["tau_m"],),
        "short_term": network.short_term,
        "noise": (network.seed,),
        "initial": network.initial,
        "other": other_initial,
    }


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", ["topology", "input", "parameters", "short_term", "noise"])
def test_each_part_has_a_generator_of_its_own(name):
    usual, changed = (parts_of(draw(other=other)) for other in (None, name))
    follows = {"topology": {"input", "parameters", "short_term"}, "parameters": set()}
    for part in usual:
        if part == name:
            assert not same(usual[part], changed[part]), part
        elif part not in follows.get(name, set()) | {"initial", "other"}:
            assert same(usual[part], changed[part]), part


def test_a_start_is_at_rest_or_random():
    rest, _, other = draw()
    assert np.ptp(rest.initial[0]) == 0
    assert np.ptp(other[0]) > 0
    random, _, other = draw(initial="random")
    assert np.ptp(random.initial[0]) > 0
    assert not np.array_equal(random.initial[0], other[0])
    again = draw(initial="random", other="initial")[0]
    assert not np.array_equal(random.initial[0], again.initial[0])


@pytest.mark.parametrize(
    ("params", "n_neurons"),
    [
        ({"n_neurons": 17}, 17),
        ({"n_neurons": "auto"}, 1000),
        ({"n_neurons": "auto", "topology": FixedWeights(MATRIX)}, 12),
        ({"n_neurons": "auto", "inputs": FixedInputs(np.ones((4, 9)))}, 9),
        (
            {
                "n_neurons": "auto",
                "topology": FixedWeights(MATRIX),
                "inputs": FixedInputs(np.ones((4, 12))),
            },
            12,
        ),
    ],
)
def test_the_number_of_neurons_comes_from_the_user_or_a_wiring(params, n_neurons):
    network, wiring, _ = draw(short_term_plasticity=None, **params)
    assert network.n_neurons == n_neurons
    assert network.w.shape == (n_neurons, n_neurons)
    assert network.w_in.shape == (4, n_neurons)
    assert network.short_term is None
    assert len(wiring.inhibitory) == n_neurons


def test_numbers_of_the_recipe_reach_the_network():
    network, wiring, _ = draw(
        neurons=LIF(bias=(0.5, 0.25)), noise=0.25, dt=0.5, graded=True,
        topology=ErdosRenyi(fan_out=5, delay=2.0), inputs=RandomInput(delay=1.5),
    )  # fmt: skip
    assert (network.noise, network.dt, network.graded) == (0.25, 0.5, True)
    assert np.all(network.delays == 4)
    assert np.all(network.delays_in == 3)
    np.testing.assert_array_equal(network.bias, np.where(wiring.inhibitory, 0.25, 0.5))
    assert 0 <= network.seed < 2**32
    assert network.inhibitory is wiring.inhibitory
    assert all(len(part) == network.w.nnz for part in network.short_term)
    silent = draw(topology=ErdosRenyi(fan_out=0), short_term_plasticity=None)[0]
    assert silent.w.nnz == 0
    assert silent.delays == 1


def test_the_network_has_models_of_its_own():
    neurons, synapses = LIF(), Exponential()
    network, *_ = draw(neurons=neurons, synapses=synapses)
    assert network.neurons is not neurons
    assert network.synapses is not synapses
    assert network.neurons.get_params() == neurons.get_params()


def test_synapses_are_drawn_again_with_the_same_size_and_another_gain():
    network, *_ = draw()
    rewired = recipe().rewire(network, 3.0, np.random.default_rng(5))
    plain = recipe().rewire(network, 1.0, np.random.default_rng(5))
    np.testing.assert_allclose(rewired.w.data, 3 * plain.w.data, rtol=1e-6)
    assert not np.array_equal(plain.w.indices, network.w.indices)
    assert rewired.w_in is network.w_in
    assert len(rewired.delays) == len(rewired.short_term[0]) == rewired.w.nnz


def test_weights_that_a_user_gives_are_named():
    assert recipe().given == ()
    assert recipe(topology=FixedWeights(MATRIX)).given == ("recurrence",)
    both = recipe(topology=FixedWeights(MATRIX), inputs=FixedInputs(np.ones((4, 12))))
    assert both.given == ("recurrence", "inputs")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"dt": 0.0}, "Liquid.dt must be a finite number > 0, got 0.0"),
        ({"noise": -0.1}, "Liquid.noise must be a finite number >= 0, got -0.1"),
        ({"initial": "zero"}, "Liquid.initial must be one of 'rest', 'random', got 'zero'"),
        ({"n_neurons": 0}, "Liquid.n_neurons must be an integer >= 1 .* or 'auto', got 0"),
        ({"n_neurons": 10**9 + 1}, "Liquid.n_neurons must be an integer .* got 1000000001"),
        ({"n_neurons": "all"}, "Liquid.n_neurons must be an integer .* got 'all'"),
        ({"neurons": LeakyTanh()}, "Liquid.short_term_plasticity acts at spikes.* to None"),
        (
            {"neurons": LeakyTanh(), "short_term_plasticity": None, "synapses": Conductance()},
            r"Liquid.synapses=Conductance\(\) act on a membrane potential.* take Delta\(\)",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(params, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        recipe(**params).check()


def test_what_can_be_drawn_is_not_refused():
    recipe().check()
    recipe(n_neurons=1, noise=0, initial="random", dt=0.01).check()
    recipe(n_neurons=10**9).check()
    recipe(n_neurons="auto", synapses=Conductance()).check()
    recipe(neurons=LeakyTanh(), synapses=Delta(), short_term_plasticity=None).check()


@pytest.mark.parametrize("name", ["topology", "inputs"])
def test_weights_that_are_not_finite_are_refused(name):
    class Wild(FixedWeights if name == "topology" else FixedInputs):
        def draw(self, *arguments):
            drawn = super().draw(*arguments)
            (drawn.weights if name == "topology" else drawn[0]).data[0] = np.inf
            return drawn

    matrix = np.array(MATRIX) if name == "topology" else np.ones((4, 12))
    params = {name: Wild(matrix), "n_neurons": 12, "short_term_plasticity": None}
    with pytest.raises(ValueError, match="has weights beyond what float32 can hold"):
        draw(**params)


# ------------------------------------------------------------------------------------- network


def test_keys_hang_on_content_and_seed_and_are_zero_where_nothing_is_random():
    spikes = make_input(3)
    assert make_network().keys(spikes).tolist() == [0, 0, 0]
    for options in ({"noise": 0.1}, {"models": (StochasticLIF, Exponential)}):
        network = make_network(seed=5, **options)
        keys = network.keys(spikes)
        expected = [int(spikes.digest(i)[:8], 16) ^ 5 for i in range(3)]
        assert keys.tolist() == expected
        assert keys.dtype == np.uint32


def test_rows_begin_at_the_nearest_step_of_their_time():
    spikes = SpikeArray.from_dense([np.ones((3, 5), int), np.ones((5, 5), int)], row_duration=1.5)
    network = make_network(dt=1.0)
    assert network.row_start(spikes).tolist() == [0, 2, 3, 5, 6, 8]
    assert network.row_start(spikes, 2).tolist() == [3, 5, 6, 8, 9, 11]
    assert network.n_steps(spikes).tolist() == [5, 8]
    # As many steps as can be counted, and one more.
    most = SpikeArray([], [], None, [0, 0], [2**31 - 1], 5)
    assert network.n_steps(most).tolist() == [2**31 - 1]
    more = SpikeArray([], [], None, [0, 0], [2**30], 5, row_duration=2.0)
    with pytest.raises(ValueError, match=r"lasts 2.14748e\+09 ms, more than 2147483647 steps of"):
        network.row_start(more)


def test_a_plan_of_some_samples_has_their_readings():
    plan = Plan(np.array([0, 2, 3, 6]), np.array([4, 9, 3, 1, 2, 8]), np.ones(1), True)
    some = plan.select(np.array([2, 0]))
    assert some.offsets.tolist() == [0, 3, 5]
    assert some.times.tolist() == [1, 2, 8, 4, 9]
    assert some.potential is True
    assert plan.select(np.array([1])).times.tolist() == [3]
    assert plan.select(np.array([], int)).times.tolist() == []


def test_a_network_is_of_models_and_sparse_weights():
    network = make_network()
    assert isinstance(network, Network)
    assert isinstance(network.w, sparse.csr_array)
    with pytest.raises(AttributeError):
        network.noise = 1.0
