"""Reading of a NIR graph: the paths along which signals reach the one population of neurons."""

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Path", "paths_of", "population_of"]

SPIKING = ("LIF", "CubaLIF")


@dataclass(frozen=True, eq=False)
class Path:
    """A way from the input, or from the population, to the population.

    Attributes
    ----------
    nodes : tuple of str
        Names of the nodes on the way, the source first.
    recurrent : bool
        Whether the source is the population.
    weights : array of shape (n_neurons, n_sources)
        Factor from each source to each neuron; before the Linear node of the way, one of each
        source.
    is_linear : bool
        Whether a Linear or Affine node is on the way.
    delays : array that broadcasts to the shape of `weights`
        Delay in the graph's unit.
    scale : array of shape (n_neurons,) or float
        Product of the Scale nodes behind the weights.
    bias : array of shape (n_neurons,) or float
        Constant that is added, in front of the scale.
    tau, gain : arrays of shape (n_neurons,), or None
        Time constant of the filter on the way in the graph's unit, and the height of its response
        to a unit impulse.
    """

    nodes: tuple
    recurrent: bool
    weights: np.ndarray
    is_linear: bool = False
    delays: float | np.ndarray = 0.0
    scale: float | np.ndarray = 1.0
    bias: float | np.ndarray = 0.0
    tau: np.ndarray | None = None
    gain: np.ndarray | None = None


def population_of(graph):
    """Return the name of the input and of the one population of spiking neurons.

    Parameters
    ----------
    graph : nir.NIRGraph
        The graph.

    Returns
    -------
    source, population : str

    Raises
    ------
    ValueError
        If there is not one of each.
    """
    kinds = {name: type(node).__name__ for name, node in graph.nodes.items()}
    sources = [name for name, kind in kinds.items() if kind == "Input"]
    populations = [name for name, kind in kinds.items() if kind in SPIKING]
    if len(sources) != 1 or len(populations) != 1:
        raise ValueError(
            "from_nir reads graphs of one Input and one population of LIF or CubaLIF neurons, got "
            f"the nodes {kinds}: give a part of the graph with one of each"
        )
    return sources[0], populations[0]


def paths_of(graph, source, population):
    """Return all paths from the input and from the population to the population.

    Parameters
    ----------
    graph : nir.NIRGraph
        The graph.
    source, population : str
        Names of the input and of the population.

    Returns
    -------
    paths : list of Path

    Raises
    ------
    ValueError
        If a node on a way has no counterpart in a liquid.
    """
    before = {population}  # what leads to the population
    while more := {a for a, b in graph.edges if b in before} - before:
        before |= more
    paths = []
    for start in (source, population):
        n = int(np.prod(next(iter(graph.nodes[start].output_type.values()))))
        path = Path((start,), start == population, np.ones(n))
        paths += _walk(graph, path, population, before)
    return paths


def _walk(graph, path, population, before):
    """Return the paths on which a path goes on to the population."""
    found = []
    for here, following in graph.edges:
        if here != path.nodes[-1] or following not in before:
            continue
        node, name = graph.nodes[following], type(graph.nodes[following]).__name__
        if following == population:
            found.append(_arrive(path, node, name))
            continue
        if name not in PASS or following in path.nodes:
            raise ValueError(
                f"from_nir cannot read node {following!r}, {name}, between {path.nodes[0]!r} and "
                f"{population!r}: between them may be one Linear or Affine, and Delay, Scale and "
                "one LI without leak voltage"
            )
        passed = replace(PASS[name](path, node, following), nodes=(*path.nodes, following))
        found += _walk(graph, passed, population, before)
    return found


def _arrive(path, node, name):
    """Return a path that ends in the population, which filters it if it is CubaLIF."""
    if not path.is_linear:
        path = replace(path, weights=np.diag(path.weights))
    if name == "LIF":
        return path
    if path.tau is not None or np.any(path.bias):
        raise ValueError(
            f"from_nir cannot read {' to '.join(path.nodes)} to CubaLIF neurons: they filter their "
            "input, which must be no other filter's and have no bias"
        )
    tau = np.asarray(node.tau_syn, dtype=float).ravel()
    return replace(path, tau=tau, gain=np.asarray(node.w_in, dtype=float).ravel() / tau)


def _linear(path, node, name):
    """Pass through weights."""
    if path.is_linear or path.tau is not None:
        raise ValueError(
            f"from_nir cannot read Linear {name!r} behind another Linear or a filter: multiply "
            "weights into one node"
        )
    weights = np.asarray(node.weight, dtype=float)
    if weights.ndim != 2:
        raise ValueError(f"from_nir reads 2-D weights, but those of {name!r} are {weights.ndim}-D")
    bias = np.asarray(getattr(node, "bias", 0.0), dtype=float)
    return replace(path, weights=weights * path.weights, is_linear=True, bias=bias)


def _delay(path, node, name):
    """Pass through delays, of sources before the weights and of neurons behind them."""
    if np.any(path.bias):
        raise ValueError(f"from_nir cannot read Delay {name!r} of a bias: put it before the Affine")
    delay = np.asarray(node.delay, dtype=float).ravel()
    delay = delay[:, None] if path.is_linear else delay[None]
    return replace(path, delays=path.delays + delay)


def _scale(path, node, name):
    """Pass through factors."""
    scale = np.asarray(node.scale, dtype=float).ravel()
    if not path.is_linear:
        return replace(path, weights=path.weights * scale)
    return replace(path, scale=path.scale * scale)


def _filter(path, node, name):
    """Pass through a leaky integrator, which makes an exponential current of an impulse."""
    if path.tau is not None or np.any(node.v_leak) or np.any(path.bias):
        raise ValueError(
            f"from_nir cannot read LI {name!r}: a filter must be the only one on its way, with "
            "v_leak of zero, and get no bias"
        )
    tau = np.asarray(node.tau, dtype=float).ravel()
    return replace(path, tau=tau, gain=np.asarray(node.r, dtype=float).ravel() / tau)


PASS = {"Linear": _linear, "Affine": _linear, "Delay": _delay, "Scale": _scale, "LI": _filter}
