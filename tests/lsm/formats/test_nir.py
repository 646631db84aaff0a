"""Networks as graphs of NIR: the graph's own equations, the way there and back, refusals."""

from dataclasses import replace

import nir
import numpy as np
import pytest
from scipy.linalg import expm
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from lsm import Liquid
from lsm.formats import from_nir, to_nir
from lsm.neurons import LIF, AdEx
from lsm.synapses import Alpha, Delta, Exponential, TsodyksMarkram
from lsm.topology import ErdosRenyi, RandomInput

X = np.random.default_rng(0).poisson(0.1, (5, 100, 8))
CURRENTS = np.random.default_rng(0).normal(0, 1, (5, 100, 8))
TAUS = np.linspace(10, 30, 40)
IN_MV = LIF(TAUS, -70.0, -55.0, -72.0, 0.0, 40.0, bias=0.1)
SILENT = pytest.mark.filterwarnings("ignore::UserWarning")  # a useless liquid is carried as well


def fitted(samples=X, *, neurons=None, synapses=None, delay=1.0, delay_in=0.0, **params):
    liquid = Liquid(
        40, neurons=neurons or LIF(refractory=0.0), synapses=synapses or Exponential(),
        topology=ErdosRenyi(fan_out=8, delay=delay), inputs=RandomInput(fan_in=3, delay=delay_in),
        dtype="float64", random_state=0, **params,
    )  # fmt: skip
    return liquid.fit(samples)


def same(spikes, others):
    return np.array_equal(spikes.rows, others.rows) and np.array_equal(
        spikes.channels, others.channels
    )


def run_graph(graph, counts, dt=1.0):
    """Return step and neuron of each spike, by the equations of the nodes of a graph.

    Between the ends of steps the linear equations of each neuron and its filters are solved by a
    matrix exponential, and impulses come at the ends.
    """
    neurons = graph.nodes["neurons"]
    n = len(neurons.v_threshold)
    cuba = isinstance(neurons, nir.CubaLIF)
    filters = {k: v for k, v in graph.nodes.items() if isinstance(v, nir.LI)}
    order = ["neurons"] if cuba else list(filters)
    taus = [neurons.tau_syn] if cuba else [filters[name].tau for name in order]
    gains = [neurons.w_in] if cuba else [filters[name].r for name in order]
    tau = neurons.tau_mem if cuba else neurons.tau
    bias = graph.nodes["bias"].bias if "bias" in graph.nodes else np.zeros(n)
    # State of a neuron: its filters, the potential from v_leak on, and 1 for the bias.
    moves = []
    for k in range(n):
        a = np.zeros((len(order) + 2, len(order) + 2))
        for f, tau_syn in enumerate(taus):
            a[f, f], a[-2, f] = -1 / tau_syn[k], neurons.r[k] / tau[k]
        a[-2, -2], a[-2, -1] = -1 / tau[k], neurons.r[k] * bias[k] / tau[k]
        moves.append(expm(a * dt))
    moves, state = np.array(moves), np.zeros((n, len(order) + 2))
    state[:, -1] = 1
    ways = []
    for a, b in graph.edges:
        if a in ("input", "neurons") and b not in ("bias", "output"):
            delay = 0
            if isinstance(graph.nodes[b], nir.Delay):
                delay = round(graph.nodes[b].delay[0] / dt)
                ways += [(a, delay, c, d) for e, c in graph.edges if e == b
                         for f, d in graph.edges if f == c]  # fmt: skip
            else:
                ways += [(a, 0, b, d) for f, d in graph.edges if f == b]
    sent = {"input": counts, "neurons": np.zeros((len(counts), n))}
    spikes = []
    for t in range(len(counts)):
        state = np.einsum("kij,kj->ki", moves, state)
        for source, delay, linear, end in ways:
            if t >= delay:
                impulse = graph.nodes[linear].weight @ sent[source][t - delay]
                if end in order:
                    f = order.index(end)
                    state[:, f] += impulse * gains[f] / taus[f]
                else:
                    scale = graph.nodes[end].scale
                    state[:, -2] += impulse * scale * neurons.r / tau
        over = neurons.v_leak + state[:, -2] > neurons.v_threshold
        state[over, -2] = (neurons.v_reset - neurons.v_leak)[over]
        sent["neurons"][t] = over
        spikes += [(t, k) for k in np.flatnonzero(over)]
    return spikes


@SILENT
@pytest.mark.parametrize(
    ("neurons", "synapses", "kind"),
    [
        (None, Exponential(), nir.LIF),
        (IN_MV, Exponential(TAUS / 5, 4.0), nir.LIF),
        (IN_MV, Delta(), nir.LIF),
        (LIF(refractory=0.0), Exponential(5.0, 5.0), nir.CubaLIF),
    ],
)
def test_the_equations_of_a_graph_give_the_spikes_of_the_liquid(neurons, synapses, kind):
    given = {} if kind is nir.LIF else {"calibration": None}  # which makes a bias
    liquid = fitted(neurons=neurons, synapses=synapses, delay=(1.0, 3.0), delay_in=(0.0, 2.0),
                    **given)  # fmt: skip
    if given:
        liquid.network_ = replace(liquid.network_, w_in=liquid.network_.w_in * 8)
    graph = to_nir(liquid)
    assert type(graph.nodes["neurons"]) is kind
    recorded = liquid.record(X[:1])
    assert len(recorded.rows) > 50
    found = run_graph(graph, X[0])
    assert found == sorted(zip(recorded.rows.tolist(), recorded.channels.tolist(), strict=True))


@SILENT
@pytest.mark.parametrize("samples", [X, CURRENTS], ids=["spikes", "currents"])
@pytest.mark.parametrize("neurons", [None, IN_MV], ids=["default", "heterogeneous"])
@pytest.mark.parametrize("synapses", [Exponential(), Exponential(5.0, 5.0), Delta()])
def test_there_and_back_the_spikes_are_the_same(samples, neurons, synapses, tmp_path):
    liquid = fitted(samples, neurons=neurons, synapses=synapses, delay=(1.0, 4.0),
                    delay_in=(0.0, 5.0))  # fmt: skip
    recorded = liquid.record(samples)
    assert len(recorded.rows) > 100
    graph = to_nir(liquid)
    nir.write(tmp_path / "liquid.nir", graph)
    for read in (graph, nir.read(tmp_path / "liquid.nir")):
        assert same(recorded, from_nir(read).fit(samples).record(samples))


def test_steps_other_than_a_millisecond_and_seconds_come_back():
    liquid = fitted(dt=0.5, row_duration=1.0)
    graph = to_nir(liquid, time_unit="s")
    np.testing.assert_allclose(graph.nodes["neurons"].tau, 0.02)
    np.testing.assert_allclose(graph.nodes["neurons_2"].delay, 0.001)
    other = from_nir(graph).set_params(row_duration=1.0).fit(X)
    assert other.dt == 0.5
    np.testing.assert_allclose(other.parameters_["tau_m"], 20.0)
    assert same(liquid.record(X), other.record(X))


def test_above_the_threshold_of_a_graph_is_at_or_above_that_of_a_liquid():
    graph = to_nir(fitted())
    highest_silent = graph.nodes["neurons"].v_threshold
    assert np.all(highest_silent < 1.0)
    assert np.all(np.nextafter(highest_silent, 2.0) == 1.0)
    assert from_nir(graph).neurons.v_threshold == 1.0


def test_a_liquid_in_a_pipeline_is_found():
    pipeline = make_pipeline(FunctionTransformer(), fitted())
    assert set(to_nir(pipeline).nodes) == set(to_nir(pipeline[-1]).nodes)


@SILENT
@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"neurons": AdEx()}, r"NIR has no AdEx neurons: fit a liquid of LIF\(refractory=0.0\)"),
        ({"neurons": LIF()}, r"NIR has no refractory period: fit the liquid with LIF\(refractory"),
        ({"synapses": Alpha()}, "NIR has no Alpha synapses: fit the liquid with Exponential"),
        ({"short_term_plasticity": TsodyksMarkram()}, "NIR has no short-term plasticity: fit"),
        ({"noise": 0.1}, "NIR has no noise: fit the liquid with noise=0"),
        ({"initial": "random"}, "NIR has no potentials at the start: .* initial='rest'"),
    ],
)
def test_what_nir_lacks_is_refused_by_name(params, message):
    liquid = fitted()
    network = liquid.network_
    # The network alone is changed, since a fit would compile each model.
    neurons = params.get("neurons", network.neurons)
    parameters = neurons.draw(np.zeros(40, bool), 1.0, None)
    start = np.random.default_rng(0) if "initial" in params else None
    liquid.network_ = replace(
        network,
        neurons=neurons,
        parameters=parameters,
        initial=neurons.initial(parameters, 40, start),
        synapses=params.get("synapses", network.synapses),
        noise=params.get("noise", 0.0),
        short_term=(1, 1, 1) if "short_term_plasticity" in params else None,
    )
    with pytest.raises(ValueError, match=message):
        to_nir(liquid)


def test_too_many_dense_weights_are_refused(monkeypatch):
    monkeypatch.setattr("lsm.formats.nir.MAX_BYTES", 1000)
    with pytest.raises(ValueError, match=r"holds a dense matrix of weights for each sign and del"):
        to_nir(fitted())


def lif(n=2, tau=20.0):
    numbers = np.ones(n)
    return nir.LIF(
        tau=tau * numbers, r=numbers, v_leak=0 * numbers, v_threshold=numbers, v_reset=0 * numbers
    )


def graph_of(nodes, edges, n_channels=2, neurons=None):
    ends = {"input": nir.Input({"input": np.array([n_channels])}), "neurons": neurons or lif(),
            "output": nir.Output({"output": np.array([2])})}  # fmt: skip
    return nir.NIRGraph(ends | nodes, [*edges, ("neurons", "output")])


@SILENT
def test_a_graph_of_another_tool_becomes_a_liquid():
    w_in, w = np.array([[1.0, 2.0], [0.0, -3.0]]), np.array([[0.0, 0.5], [-1.0, 0.0]])
    graph = graph_of(
        {"up": nir.Affine(w_in, np.array([0.25, 0.5])), "loop": nir.Linear(w),
         "late": nir.Delay(np.array([3.0, 2.0]))},
        [("input", "up"), ("up", "neurons"), ("neurons", "late"), ("late", "loop"),
         ("loop", "neurons")],
    )  # fmt: skip
    liquid = from_nir(graph)
    network = liquid.fit(X[:, :, :2]).network_
    # An impulse of area 1 ms moves the potential by r / tau.
    np.testing.assert_allclose(network.w_in.toarray(), w_in.T / 20, rtol=1e-6)
    np.testing.assert_allclose(network.w.toarray(), w.T / 20, rtol=1e-6)
    assert network.delays.tolist() == [3, 2]  # of the synapses from each neuron
    assert network.bias.tolist() == [0.25, 0.5]
    assert isinstance(liquid.synapses, Delta)
    currents = from_nir(graph, graded=True).fit(CURRENTS[:, :, :2]).network_
    np.testing.assert_allclose(currents.w_in.toarray(), w_in.T, rtol=1e-6)


def test_a_filter_without_gain_scales_the_weights():
    filters = nir.LI(tau=np.full(2, 4.0), r=np.full(2, 1.0), v_leak=np.zeros(2))
    graph = graph_of(
        {"up": nir.Linear(np.eye(2)), "filter": filters},
        [("input", "up"), ("up", "filter"), ("filter", "neurons")],
    )
    liquid = from_nir(graph)
    assert (liquid.synapses.tau_syn_exc, liquid.synapses.tau_syn_inh) == (4.0, 4.0)
    np.testing.assert_allclose(liquid.inputs.matrix.toarray(), np.eye(2) / 4)


def li(tau):
    return nir.LI(tau=np.full(2, tau), r=np.full(2, tau), v_leak=np.zeros(2))


def test_what_leads_to_the_output_is_left_out():
    nodes = {"up": nir.Linear(np.eye(2)), "read": nir.Linear(np.eye(2)), "last": li(3.0)}
    edges = [("input", "up"), ("up", "neurons"), ("neurons", "read"), ("read", "last"),
             ("last", "output")]  # fmt: skip
    liquid = from_nir(graph_of(nodes, edges))
    assert isinstance(liquid.synapses, Delta)
    assert not liquid.topology.matrix.nnz


UP = {"up": nir.Linear(np.eye(2))}
WAY = [("input", "up"), ("up", "neurons")]


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            graph_of(UP | {"more": lif()}, [*WAY, ("neurons", "more"), ("more", "neurons")]),
            "one Input and one population of LIF or CubaLIF neurons",
        ),
        (
            graph_of(UP | {"odd": nir.Threshold(np.ones(2))},
                     [("input", "odd"), ("odd", "up"), ("up", "neurons")]),
            "cannot read node 'odd', Threshold",
        ),
        (
            graph_of(UP | {"two": nir.Linear(np.eye(2))},
                     [("input", "up"), ("up", "two"), ("two", "neurons")]),
            "Linear 'two' behind another Linear",
        ),
        (
            graph_of(UP | {"a": li(3.0), "b": li(4.0)},
                     [("input", "up"), ("up", "a"), ("a", "neurons"), ("neurons", "b"),
                      ("b", "neurons")]),
            "another time constant than other synapses of its sign",
        ),
        (
            graph_of(UP | {"a": li(3.0)},
                     [*WAY, ("neurons", "a"), ("a", "neurons")]),
            "at once, but on another way through a filter.* give graded=True",
        ),
        (
            graph_of(UP | {"late": nir.Delay(np.full(2, 3.0)), "w": nir.Linear(np.eye(2))},
                     [*WAY, ("input", "late"), ("late", "w"), ("w", "neurons")]),
            "connects a pair that another way connects with another delay",
        ),
    ],
)  # fmt: skip
def test_graphs_that_no_liquid_has_are_refused(graph, message):
    with pytest.raises(ValueError, match=message):
        from_nir(graph)


def test_seconds_are_suspected_and_wrong_arguments_refused():
    graph = graph_of(UP, WAY, neurons=lif(tau=0.02))
    with pytest.warns(UserWarning, match="If they are in seconds, give time_unit='s'"):
        from_nir(graph)
    assert from_nir(graph, time_unit="s").neurons.tau_m == 20.0
    with pytest.raises(TypeError, match=r"graph must be a nir\.NIRGraph, got 'x'"):
        from_nir("x")
    with pytest.raises(ValueError, match="time_unit must be one of 'ms', 's', got 'h'"):
        from_nir(graph, time_unit="h")
    with pytest.raises(ValueError, match="dt must be a finite number > 0, got 0"):
        from_nir(graph, dt=0)
