"""Sharing of samples among calls of the loop, and what the arrays of a call hold."""

import contextlib

import numpy as np
import pytest

from lsm import Liquid
from lsm.kernel import Plan, _run, compiled, with_weight
from lsm.kernel._pack import pack_network, pack_readings
from lsm.kernel.compiled import costs_of, share, simulate
from tests.helpers.networks import make_input, make_network, make_plan

FLOAT64 = np.dtype("float64")


@pytest.fixture(autouse=True)
def few_updates(monkeypatch):
    monkeypatch.setattr(compiled, "UPDATES_PER_CALL", 100)
    monkeypatch.setattr(compiled, "UPDATES_PER_THREAD", 1)


def calls_of(lengths, cost_of_call=100, record=False, cost_of_step=10):
    n_steps = np.array(lengths)
    return share(n_steps, cost_of_step * n_steps, cost_of_call, record)


def test_neighbours_share_a_call_up_to_its_cost():
    assert calls_of([3, 4, 3, 5, 5, 1]) == [
        ((0, 3), [(0, 4)]),
        ((3, 5), [(0, 5)]),
        ((5, 6), [(0, 1)]),
    ]
    assert calls_of([3, 4, 3], cost_of_call=69) == [
        ((0, 1), [(0, 3)]),
        ((1, 2), [(0, 4)]),
        ((2, 3), [(0, 3)]),
    ]
    assert calls_of([3, 4], cost_of_call=70) == [((0, 2), [(0, 4)])]


def test_a_sample_that_is_recorded_has_a_call_of_its_own():
    assert calls_of([3, 4, 10], record=True) == [
        ((0, 1), [(0, 3)]),
        ((1, 2), [(0, 4)]),
        ((2, 3), [(0, 10)]),
    ]


def test_a_long_sample_is_cut_into_windows_and_its_neighbours_are_not():
    calls = calls_of([2, 2, 25, 11, 3, 10])
    assert calls == [
        ((0, 2), [(0, 2)]),
        ((2, 3), [(0, 10), (10, 20), (20, 25)]),
        ((3, 4), [(0, 10), (10, 11)]),
        ((4, 5), [(0, 3)]),
        ((5, 6), [(0, 10)]),
    ]
    # A step of many neurons costs more than a call should.
    assert calls_of([3], cost_of_step=1000) == [((0, 1), [(0, 1), (1, 2), (2, 3)])]
    assert all(
        isinstance(edge, int) for _, windows in calls for window in windows for edge in window
    )


@pytest.mark.parametrize("record", [False, True])
def test_every_step_of_every_sample_is_run_once(record):
    lengths = np.random.default_rng(0).integers(1, 40, 60)
    covered = np.zeros(60, int)
    for (first, end), windows in calls_of(lengths, 77, record):
        assert [window[0] for window in windows] == [0, *(window[1] for window in windows[:-1])]
        assert windows[-1][1] == lengths[first:end].max()
        covered[first:end] += 1
        assert end == first + 1 or 10 * lengths[first:end].sum() <= 77
    np.testing.assert_array_equal(covered, 1)


def test_costs_are_updates_of_neurons_and_of_the_targets_of_events():
    network, spikes = make_network(10, density=0.5), make_input(3, hold=2)
    targets = network.w_in.nnz / 5
    expected = [2 * spikes.n_rows[i] * 10 + len(spikes[[i]].rows) * targets for i in range(3)]
    np.testing.assert_allclose(costs_of(network, spikes), expected)


@pytest.mark.parametrize("n_jobs", [1, 2, 7])
def test_threads_call_the_loop_for_all_samples(n_jobs, monkeypatch):
    calls = []
    original = compiled.share
    monkeypatch.setattr(
        compiled, "share", lambda *arguments: calls.append(arguments) or original(*arguments)
    )
    network, spikes = make_network(10), make_input(6)
    simulate(network, spikes, make_plan(spikes), dtype="float64", n_jobs=n_jobs)
    (_, costs, cost_of_call, record) = calls[0]
    n_threads = min(n_jobs, 6)
    usual = 100 if n_threads == 1 else min(100, costs.sum() / n_threads)
    assert cost_of_call == pytest.approx(usual)
    assert record is False


def test_one_thread_gets_calls_of_the_usual_cost(monkeypatch):
    monkeypatch.setattr(compiled, "UPDATES_PER_CALL", 10**9)
    costs = []
    monkeypatch.setattr(compiled, "share", lambda *arguments: costs.append(arguments[2]) or [])
    network, spikes = make_network(10), make_input(6)
    for n_jobs in (1, 2):
        simulate(network, spikes, make_plan(spikes), dtype="float64", n_jobs=n_jobs)
    assert costs[0] == 10**9
    assert costs[1] == pytest.approx(costs_of(network, spikes).sum() / 2)


def test_short_runs_get_no_threads(monkeypatch):
    network, spikes, costs = make_network(10), make_input(6), []
    total = costs_of(network, spikes).sum()
    monkeypatch.setattr(compiled, "share", lambda *arguments: costs.append(arguments[2]) or [])
    monkeypatch.setattr(compiled, "UPDATES_PER_CALL", 10**9)
    for least, n_threads in ((2 * total, 1), (0.9 * total, 2), (0.4 * total, 3)):
        monkeypatch.setattr(compiled, "UPDATES_PER_THREAD", least)
        simulate(network, spikes, make_plan(spikes), dtype="float64", n_jobs=3)
        assert costs[-1] == pytest.approx(10**9 if n_threads == 1 else total / n_threads)


def test_an_error_in_a_thread_stops_the_others(monkeypatch):
    network, spikes = make_network(10), make_input(6, seed=1)
    network.w_in.data[:] = np.nan
    with pytest.raises(ValueError, match="became NaN or infinite"):
        simulate(network, spikes, make_plan(spikes), dtype="float64", n_jobs=3)


def test_a_progress_bar_counts_samples(capsys):
    network, spikes = make_network(10), make_input(6)
    simulate(network, spikes, make_plan(spikes), dtype="float64", verbose=True)
    assert "6/6" in capsys.readouterr().err
    simulate(network, spikes, make_plan(spikes), dtype="float64")
    assert capsys.readouterr().err == ""


def test_an_input_with_other_channels_is_refused():
    with pytest.raises(ValueError, match="^X has 4 channels, but the network has 5$"):
        simulate(make_network(10), make_input(2, 4), make_plan(make_input(2, 4)))


# ----------------------------------------------------------------------------- layout of arrays


@pytest.mark.parametrize("n_neurons", [1, 8, 9, 17, 33])
def test_arrays_of_currents_are_padded_with_delays_to_a_power_of_two(n_neurons):
    for options in ({}, {"max_delay": 4, "density": 1.0}):
        packed = pack_network(make_network(n_neurons, seed=1, **options), 1.0, FLOAT64)
        assert packed.n_padded % 8 == 0
        assert n_neurons <= packed.n_padded <= 2 * n_neurons + 14
    assert packed.n_padded & (packed.n_padded - 1) == 0


@pytest.mark.parametrize("longest", [2, 4, 5, 8])
def test_rings_are_as_long_as_the_longest_delay_needs(longest):
    network = make_network(max_delay=2, density=0.5)
    network.delays[:] = longest
    assert pack_network(network, 1.0, FLOAT64).n_slots == 1 << (longest - 1).bit_length()
    late = make_network(max_delay_in=2, density=0.5)
    late.delays_in[:] = longest
    packed = pack_network(late, 1.0, FLOAT64)
    assert packed.n_slots == 1 << longest.bit_length()
    assert packed.n_drive_slots == 0
    graded = make_network(max_delay_in=2, density=0.5, graded=True)
    graded.delays_in[:] = longest
    packed = pack_network(graded, 3.5, FLOAT64)  # a current lasts for up to four steps
    assert packed.n_slots == 0
    assert packed.n_drive_slots == 1 << (longest + 3).bit_length()


def test_a_network_without_delays_needs_no_ring():
    packed = pack_network(make_network(density=0.5), 1.0, FLOAT64)
    assert packed.n_slots == packed.n_drive_slots == 0
    assert len(packed.recurrence.place) == 0
    assert len(packed.recurrence.dense) == 20
    assert packed.order is None
    assert packed.noise is None
    assert pack_network(make_network(noise=0.5), 1.0, FLOAT64).noise == 0.5
    assert len(pack_network(make_network(density=0.02), 1.0, FLOAT64).recurrence.dense) == 0


def test_parameters_that_all_neurons_share_stay_numbers():
    shared = pack_network(make_network(), 1.0, FLOAT64).population
    assert all(np.ndim(value) == 0 for value in shared.constants)
    own = pack_network(make_network(heterogeneous=True), 1.0, FLOAT64).population
    assert all(len(value) >= 20 for value in own.constants)


def test_neurons_of_a_weight_are_counted_from_zero():
    network = make_network()
    for pre, post in ((-1, 0), (0, -1), (20, 0), (0, 20)):
        name = "pre" if post == 0 else "post"
        with pytest.raises(ValueError, match=f"^{name} must be an integer >= 0 and <= 19"):
            with_weight(network, pre, post, 1.0)
    assert with_weight(network, 19, 0, 0.5).w.toarray()[19, 0] == 0.5


def test_a_new_synapse_has_the_delay_of_all_others():
    network = make_network(max_delay=2, density=0.3)
    network.delays[:] = 3
    pre, post = np.argwhere(network.w.toarray() == 0)[0]
    grown = with_weight(network, pre, post, 0.5)
    assert np.all(grown.delays == 3)
    assert len(grown.delays) == grown.w.nnz == network.w.nnz + 1
    network.delays[0] = 2
    with pytest.raises(ValueError, match="delay must be given for new synapses"):
        with_weight(network, pre, post, 0.5)


def test_a_delay_that_no_ring_holds_is_refused():
    network = make_network(max_delay=2, density=0.5)
    network.delays[0] = 2**28
    message = r"^delays of 268435456 steps for 20 neurons need a buffer of 137 GB: at most 2\*\*32"
    with pytest.raises(ValueError, match=message):
        pack_network(network, 1.0, FLOAT64)
    network.delays[0] = 2**26  # of 64 numbers a slot: 2**32 in all
    assert pack_network(network, 1.0, FLOAT64).n_slots == 2**26


def test_weights_beyond_a_precision_are_refused():
    network = make_network(10)
    network.bias[0] = 1e39
    with pytest.raises(ValueError, match=r"is beyond what float32 can hold, 3.4e\+38"):
        pack_network(network, 1.0, np.dtype("float32"))
    pack_network(network, 1.0, FLOAT64)


def test_filters_that_have_faded_are_zero():
    plan = Plan(np.array([0, 1]), np.array([3]), np.array([1.0, 0.5]))
    readings = pack_readings(plan, 200, 4, FLOAT64)
    np.testing.assert_array_equal(readings.table[0], np.ones(201))
    np.testing.assert_array_equal(readings.table[1, :99], 0.5 ** np.arange(99))
    assert readings.table[1, 99] == 0.5**99  # 1.6e-30
    np.testing.assert_array_equal(readings.table[1, 100:], 0)
    assert readings.out.shape == (1, 2, 4)


@pytest.mark.parametrize("folder", ["/somewhere/__pycache__", None])
def test_the_message_about_compilation_is_one_plain_line(monkeypatch, folder):
    messages = []

    @contextlib.contextmanager
    def announced(message):
        messages.append(message)
        yield

    monkeypatch.setattr(_run, "announced", announced)
    monkeypatch.setattr(_run, "folder_of", lambda kernel: folder)
    monkeypatch.setattr(_run, "_called", set())
    Liquid(10, calibration=None, random_state=0).fit(np.ones((2, 5, 2), int)).transform(
        np.ones((1, 5, 2), int)
    )
    message = messages[0]
    assert message.startswith("lsm: compiling the simulation of LIF, Exponential, about 10 to 30 s")
    assert not set("\r\n") & set(message)
    assert (folder or "set NUMBA_CACHE_DIR") in message
