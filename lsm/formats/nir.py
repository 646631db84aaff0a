"""Networks as graphs of NIR, the Neuromorphic Intermediate Representation."""

import warnings
from typing import Any

import numpy as np
from scipy import sparse

from .._validation import check_bool, check_choice, check_number, is_auto
from ..inside import find_liquid
from ..liquid import Liquid
from ..neurons import LIF
from ..synapses import Delta, Exponential
from ..topology import FixedInputs, FixedWeights
from ._nir_graph import paths_of, population_of
from ._plain import refractory, refuse_feedback

__all__ = ["from_nir", "to_nir"]

UNITS = {"ms": 1.0, "s": 1000.0}  # in ms
METADATA = ("lsm_dt", "lsm_graded", "lsm_time_unit")  # in ms; whether input is currents
MAX_BYTES = 2**32  # of dense weights, which NIR has alone


def to_nir(model: Any, *, time_unit: str = "ms") -> Any:
    """Return a fitted network as a graph of NIR [1]_.

    NIR has LIF neurons without a refractory period, with synapses that are exponential or act at
    once. Times are in ms and potentials in mV, as NIR's documentation has them.

    Parameters
    ----------
    model : Liquid, estimator with one in `liquid_`, or pipeline with one of these
        Fitted model. Its readout stays here.
    time_unit : {"ms", "s"}, default="ms"
        Unit of times in the graph. NIR's documentation says ms, but several frameworks that write
        and read NIR take seconds.

    Returns
    -------
    graph : nir.NIRGraph
        `nir.write(path, graph)` writes it to an HDF5 file.

    Raises
    ------
    ImportError
        If nir is not installed.
    TypeError, ValueError
        If the model contains no liquid, or NIR cannot hold its network: other neurons or synapses,
        a refractory period, short-term plasticity, noise, another start than rest, or more than
        4 GiB of dense weights.

    Notes
    -----
    The nodes are `input`, `neurons` and `output`, and between them `Delay` and `Linear` nodes, a
    pair for each delay. The neurons are `CubaLIF` if all input passes through synapses of one time
    constant. Otherwise they are `LIF` behind `LI` nodes, which are the synapses, or behind a
    `Scale` node for :class:`~lsm.synapses.Delta`. A spike is an impulse of area 1 in `time_unit`.
    NIR neurons spike above their threshold and those of this package also at it, so the threshold
    in the graph is the next smaller number.

    Several synapses of one pair with one delay become one. The metadata say the step `dt`, whether
    the input is currents, and the unit of time.

    References
    ----------
    .. [1] J. E. Pedersen, S. Abreu, M. Jobst, G. Lenz, V. Fra, F. C. Bauer, D. R. Muir, et al.
       (2024). Neuromorphic intermediate representation: a unified instruction set for interoperable
       brain-inspired computing. Nature Communications 15, 8122.
    """
    nir = _import_nir("to_nir")
    unit = UNITS[check_choice("time_unit", time_unit, tuple(UNITS))]
    network = find_liquid(model).network_
    refuse_feedback(model, "to_nir")
    _check(network)
    neurons, filters, ends = _population(nir, network, unit)
    straight = {"all": "neurons"}
    ways = [
        *_ways("input", network.w_in, network.delays_in, straight if network.graded else ends),
        *_ways("neurons", network.w, network.delays, ends),
    ]
    nodes = {"input": nir.Input({"input": np.array(network.w_in.shape[:1])}), "neurons": neurons}
    edges = [("neurons", "output")]
    for source, end, delay, weight in ways:
        if end in filters and end not in nodes:
            nodes[end] = filters[end]
            edges.append((end, "neurons"))
        name = f"{source}_{end}_{delay}"
        nodes[name] = nir.Linear(weight)
        edges.append((name, end))
        if delay:
            late = f"{source}_{delay}"
            if late not in nodes:
                nodes[late] = nir.Delay(np.full(weight.shape[1], delay * network.dt / unit))
                edges.append((source, late))
        edges.append((late if delay else source, name))
    if network.bias.any():
        nodes["bias"] = nir.Affine(np.zeros(network.w_in.shape[::-1]), network.bias.copy())
        edges += [("input", "bias"), ("bias", "neurons")]
    nodes["output"] = nir.Output({"output": np.array([network.n_neurons])})
    metadata = dict(zip(METADATA, (network.dt, int(network.graded), time_unit), strict=True))
    return nir.NIRGraph(nodes, edges, metadata=metadata)


def _import_nir(function):
    """Return the package nir, an optional dependency."""
    try:
        import nir
    except ImportError as error:
        raise ImportError(f"{function} needs the package nir: pip install nir") from error
    return nir


def _check(network):
    """Raise a ValueError that names what NIR cannot hold of a network."""
    neurons, synapses = network.neurons, network.synapses
    if type(neurons) is not LIF:
        raise ValueError(
            f"to_nir: NIR has no {type(neurons).__name__} neurons: fit a liquid of "
            "LIF(refractory=0.0), or use to_brian2"
        )
    starts_at_rest = np.all(network.initial[0] == network.parameters["v_rest"])
    lacks = {
        f"{type(synapses).__name__} synapses: fit the liquid with Exponential() or Delta(), or use "
        "to_brian2": type(synapses) not in (Exponential, Delta),
        "refractory period: fit the liquid with LIF(refractory=0.0), or use to_nest or "
        "to_brian2": refractory(network).any(),
        "short-term plasticity: fit the liquid with short_term_plasticity=None, or use to_nest or "
        "to_brian2": network.short_term is not None,
        "potentials at the start: fit the liquid with initial='rest', or use to_nest or "
        "to_brian2": not starts_at_rest,
        "noise: fit the liquid with noise=0": network.noise > 0,
    }
    for lack, present in lacks.items():
        if present:
            raise ValueError(f"to_nir: NIR has no {lack}")
    delays = len(np.unique(network.delays)), len(np.unique(network.delays_in))
    n_bytes = 16 * network.n_neurons * (
        delays[0] * network.n_neurons + delays[1] * network.w_in.shape[0]
    )  # fmt: skip
    if n_bytes > MAX_BYTES:
        raise ValueError(
            f"to_nir: NIR holds a dense matrix of weights for each sign and delay, which would be "
            f"{n_bytes / 2**30:.1f} GiB here, more than {MAX_BYTES / 2**30:.0f}: fit a smaller "
            "liquid or one with fewer delays, or use to_nest or to_brian2"
        )


def _population(nir, network, unit):
    """Return the node of the neurons, nodes of synapses, and where weights of each sign lead."""
    n = network.n_neurons
    lif, synapse = (
        {name: np.broadcast_to(value, n).astype(float) for name, value in parameters.items()}
        for parameters in (network.parameters, network.syn_parameters)
    )
    tau = lif["tau_m"] / unit
    potential = {
        "r": lif["resistance"],
        "v_leak": lif["v_rest"],
        "v_threshold": np.nextafter(lif["v_threshold"], -np.inf),
        "v_reset": lif["v_reset"],
    }
    if isinstance(network.synapses, Delta):
        jump = {"synapses": nir.Scale(tau / lif["resistance"])}
        return nir.LIF(tau=tau, **potential), jump, {"all": "synapses"}
    exc, inh = (synapse[f"tau_syn_{sign}"] / unit for sign in ("exc", "inh"))
    if np.array_equal(exc, inh) and not network.graded and not network.bias.any():
        neurons = nir.CubaLIF(tau_syn=exc, tau_mem=tau, w_in=exc.copy(), **potential)
        return neurons, {}, {"all": "neurons"}
    filters = {
        name: nir.LI(tau=tau_syn, r=tau_syn.copy(), v_leak=np.zeros(n))
        for name, tau_syn in (("excitation", exc), ("inhibition", inh))
    }
    return nir.LIF(tau=tau, **potential), filters, {"exc": "excitation", "inh": "inhibition"}


def _ways(source, w, delays, ends):
    """Yield source, end, delay in steps and dense weights of the synapses from a source."""
    delays = np.broadcast_to(delays, w.nnz)
    for delay in np.unique(delays):
        for sign, end in ends.items():
            chosen = delays == delay
            if sign != "all":
                chosen &= (w.data >= 0) == (sign == "exc")
            if chosen.any():
                part = sparse.csr_array((np.where(chosen, w.data, 0), w.indices, w.indptr), w.shape)
                yield source, end, int(delay), part.T.toarray().astype(np.float64)


def from_nir(
    graph: Any, *, dt: float | str = "auto", graded: bool | str = "auto", time_unit: str = "auto"
) -> Liquid:
    """Return an unfitted liquid with the neurons and weights of a graph of NIR.

    Parameters
    ----------
    graph : nir.NIRGraph
        Graph of one input and one population of LIF or CubaLIF neurons, such as `to_nir` or
        `nir.read` returns. On a way to the neurons may be one `Linear` or `Affine` node, and
        `Delay`, `Scale` and one `LI` node, which is an exponential synapse.
    dt : float or "auto", default="auto"
        Length of a step of the liquid in ms; "auto" is that in the metadata of the graph, or 1.
    graded : bool or "auto", default="auto"
        Whether the input is currents and not spikes; "auto" is what the metadata say, or spikes.
    time_unit : {"ms", "s", "auto"}, default="auto"
        Unit of times in the graph; "auto" is that in the metadata, or ms as in NIR's documentation.

    Returns
    -------
    liquid : Liquid
        With `FixedWeights` and `FixedInputs`, which hold weights in single precision, without
        calibration, and with `dtype="float64"`. Its `fit` draws nothing at random.

    Raises
    ------
    TypeError, ValueError
        If the graph has a node or a connection that a liquid does not have.

    Warns
    -----
    UserWarning
        If times look like seconds.

    Notes
    -----
    A recurrent connection without a delay gets the shortest that a liquid has, one step. Delays
    are rounded to steps by `fit`. Neurons start at `v_leak`.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid
    >>> from lsm.formats import from_nir, to_nir
    >>> from lsm.neurons import LIF
    >>> X = np.random.default_rng(0).poisson(0.1, (20, 100, 8))
    >>> liquid = Liquid(50, neurons=LIF(refractory=0.0), dtype="float64", random_state=0).fit(X)
    >>> other = from_nir(to_nir(liquid)).fit(X)
    >>> bool((liquid.transform(X) != other.transform(X)).nnz)
    False
    """
    nir = _import_nir("from_nir")
    if not isinstance(graph, nir.NIRGraph):
        raise TypeError(f"graph must be a nir.NIRGraph, got {graph!r:.80}")
    defaults = zip(METADATA, (1.0, False, "ms"), strict=True)
    said = [graph.metadata.get(name, default) for name, default in defaults]
    dt = check_number("dt", float(said[0]) if is_auto(dt) else dt, 0, low_open=True)
    graded = check_bool("graded", bool(said[1]) if is_auto(graded) else graded)
    time_unit = said[2] if is_auto(time_unit) else time_unit
    unit = UNITS[check_choice("time_unit", time_unit, tuple(UNITS))]

    source, population = population_of(graph)
    node, paths = graph.nodes[population], paths_of(graph, source, population)
    tau, r, rest, threshold, reset = (
        np.asarray(values, dtype=float).ravel()
        for values in (
            getattr(node, "tau", getattr(node, "tau_mem", None)), node.r, node.v_leak,
            node.v_threshold, node.v_reset,
        )
    )  # fmt: skip
    _warn_of_seconds(tau * unit, dt)
    neurons = LIF(
        _one(tau * unit), _one(rest), _one(np.nextafter(threshold, np.inf)), _one(reset), 0.0,
        _one(r), _one(sum((path.bias * path.scale for path in paths), np.zeros(len(r)))),
    )  # fmt: skip
    spiking = [path for path in paths if path.recurrent or not graded]
    synapses = _synapses(spiking, unit)
    for path in paths:
        if path.tau is not None and path not in spiking:
            raise ValueError(
                f"from_nir: the input passes a filter, {' to '.join(path.nodes)}, which currents "
                "do not pass in a liquid: give graded=False if it is spikes"
            )
    # The jump of a potential by an impulse of area 1.
    per_impulse = tau / r if isinstance(synapses, Delta) else 1.0
    n_sources = int(np.prod(graph.nodes[source].output_type["output"]))
    w_in, delays_in = _merged(paths, False, spiking, per_impulse, (len(r), n_sources), unit, dt)
    w, delays = _merged(paths, True, spiking, per_impulse, (len(r), len(r)), unit, dt)
    return Liquid(
        neurons=neurons, synapses=synapses, topology=FixedWeights(w, delay=delays),
        inputs=FixedInputs(w_in, delay=delays_in), calibration=None, dt=float(dt), dtype="float64",
    )  # fmt: skip


def _one(values):
    """Return a number where all neurons have the same, else the array."""
    return float(values[0]) if np.all(values == values[0]) else values


def _warn_of_seconds(tau, dt):
    """Warn of time constants that are far shorter than a step."""
    if tau.max() < dt / 5:
        warnings.warn(
            f"the membranes of the graph have time constants up to {tau.max():g} ms, less than a "
            f"step of {dt:g} ms. If they are in seconds, give time_unit='s'",
            UserWarning,
            stacklevel=3,
        )


def _synapses(paths, unit):
    """Return the synapses that filter the spikes of some paths."""
    filtered = [path for path in paths if path.tau is not None]
    if not filtered:
        return Delta()
    taus = {}
    for path in paths:
        if path.tau is None and np.any(path.weights):
            raise ValueError(
                f"from_nir: spikes reach neurons by {' to '.join(path.nodes)} at once, but on "
                "another way through a filter, which a liquid cannot do. If the input is "
                "currents, give graded=True"
            )
        for sign in ("exc", "inh"):
            weights = path.weights * np.reshape(path.scale, (-1, 1))
            present = path.tau is not None and np.any(weights > 0 if sign == "exc" else weights < 0)
            if present and not np.array_equal(taus.setdefault(sign, path.tau), path.tau):
                raise ValueError(
                    f"from_nir: {' to '.join(path.nodes)} has another time constant than other "
                    "synapses of its sign, which a liquid cannot have"
                )
    known = next(iter(taus.values()), filtered[0].tau)
    exc, inh = (_one(taus.get(sign, known) * unit) for sign in ("exc", "inh"))
    return Exponential(exc, inh)


def _merged(paths, recurrent, spiking, per_impulse, shape, unit, dt):
    """Return the weights from a source and their delays in ms, of shape (n_sources, n_neurons)."""
    total, late = np.zeros(shape), np.full(shape, np.nan)
    for path in (path for path in paths if path.recurrent == recurrent):
        gain = path.scale if path.gain is None else path.scale * path.gain
        if path in spiking:
            gain = gain / per_impulse
        delays = np.maximum(path.delays * unit, dt if recurrent else 0.0)
        delays = np.broadcast_to(delays, shape)
        there = path.weights != 0
        if np.any(there & (late != delays) & np.isfinite(late)):
            raise ValueError(
                f"from_nir: {' to '.join(path.nodes)} connects a pair that another way connects "
                "with another delay, and a liquid of given weights has one delay a pair"
            )
        total += path.weights * np.reshape(gain, (-1, 1))
        late[there] = delays[there]
    there = np.isfinite(late)
    if len(np.unique(late[there])) < 2:
        return sparse.csr_array(total.T), float(late[there][0]) if there.any() else float(dt)
    return sparse.csr_array(total.T), sparse.csr_array(np.where(there, late, 0.0).T)
