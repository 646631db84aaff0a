"""One sample on several threads: the same result to the last bit, and none waits for ever."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lsm.kernel import _blocks, _team, compiled, simulate
from lsm.kernel._blocks import n_blocks_for
from lsm.kernel._run import Run
from lsm.neurons import LIF, LeakyTanh, StochasticLIF
from lsm.synapses import Alpha, Delta, Exponential
from tests.helpers.interpreted import interpret_loop
from tests.helpers.networks import make_input, make_network, make_plan

N = 150  # blocks of 128 or 64 neurons, the last one shorter


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(_blocks, "LEAST_NEURONS", 40)


@pytest.fixture
def loop_as_python(monkeypatch):
    interpret_loop(monkeypatch)
    monkeypatch.setattr(_team, "PATIENCE", 0)  # a thread that waits holds Python's lock


def assert_threads_change_nothing(network, spikes, n_jobs, dtype="float64"):
    for potential in (False, True):
        plan = make_plan(spikes)._replace(potential=potential)
        alone, spikes_alone = simulate(network, spikes, plan, dtype=dtype, record=True)
        shared, spikes_shared = simulate(
            network, spikes, plan, dtype=dtype, record=True, n_jobs=n_jobs
        )
        np.testing.assert_array_equal(shared, alone)
        for pair, other in zip(spikes_shared, spikes_alone, strict=True):
            np.testing.assert_array_equal(pair, other)
    assert len(spikes_alone[0][0]) > 50


@pytest.mark.parametrize(
    "options",
    [
        {"noise": 0.3},
        {"density": 0.05, "heterogeneous": True},
        {"max_delay": 4, "max_delay_in": 3},
        {"dynamic": True},
        {"graded": True},
        {"graded": True, "max_delay_in": 3},
        {"models": (StochasticLIF, Exponential)},
        {"models": (LIF, Alpha), "max_delay": 3},
        {"models": (LIF, Delta)},
    ],
)
@pytest.mark.usefixtures("loop_as_python")
@pytest.mark.filterwarnings("ignore:overflow encountered in scalar")
def test_a_sample_is_the_same_on_several_threads(options):
    network = make_network(N, **{"density": 0.1} | options)
    network.w_in.data[:] *= 3
    spikes = make_input(1, graded=options.get("graded", False), seed=8, rate=0.5)
    assert n_blocks_for(Run(network, spikes, make_plan(spikes), "float64"), 3) == 3
    assert_threads_change_nothing(network, spikes, 3)


@pytest.mark.parametrize("n_jobs", [2, 3, 5])
def test_compiled_threads_change_nothing(n_jobs, monkeypatch):
    """With more threads than cores, samples and windows."""
    monkeypatch.setattr(compiled, "UPDATES_PER_CALL", 40 * N)
    network, spikes = make_network(N, max_delay=3, noise=0.3), make_input(2, seed=5, rate=0.5)
    assert_threads_change_nothing(network, spikes, n_jobs)


def test_where_cores_are_busy_one_thread_runs_the_sample(monkeypatch):
    monkeypatch.setattr(_blocks, "PATIENCE", 0.0)
    network, spikes = make_network(N, max_delay=3, noise=0.3), make_input(2, seed=5, rate=0.5)
    assert_threads_change_nothing(network, spikes, 3)


def test_threads_share_a_sample_only_where_they_can():
    spikes = make_input(1)

    def n_blocks(n_threads=3, **options):
        network = make_network(N, **options)
        return n_blocks_for(Run(network, spikes, make_plan(spikes), "float64"), n_threads)

    assert n_blocks() == n_blocks(max_delay=3) == n_blocks(n_threads=7) == 3
    assert n_blocks(n_threads=2) == 2
    assert n_blocks(n_threads=1) == 1
    assert n_blocks(dale=False) == 1
    assert n_blocks(models=(LeakyTanh, Delta)) == 1
    assert n_blocks(density=0.0) == 3


def test_a_neuron_that_is_not_finite_is_named_as_by_one_thread():
    network, spikes = make_network(N), make_input(1, seed=1)
    network.w_in.data[network.w_in.indices == 140] = 1e308
    messages = []
    for n_jobs in (1, 2):
        with pytest.raises(ValueError, match=r"neuron 140 became NaN or infinite in step") as error:
            simulate(network, spikes, make_plan(spikes), dtype="float64", n_jobs=n_jobs)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_no_thread_waits_for_one_that_never_came(monkeypatch):
    network, spikes = make_network(N), make_input(1, seed=5)
    submit, started = ThreadPoolExecutor.submit, []

    def interrupted(pool, *arguments, **options):
        if started:
            raise KeyboardInterrupt
        started.append(submit(pool, *arguments, **options))
        return started[0]

    monkeypatch.setattr(ThreadPoolExecutor, "submit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        simulate(network, spikes, make_plan(spikes), dtype="float64", n_jobs=2)
    assert started[0].done()
