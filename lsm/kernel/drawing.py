"""Draw a network from models and wirings."""

from copy import deepcopy

import numpy as np

from .._units import steps
from .network import Network

__all__ = ["GENERATORS", "draw_network", "draw_recurrence"]

# Each part draws from a random generator of its own: a change of one leaves the others.
GENERATORS = (
    "topology", "input", "parameters", "synapses", "short_term", "noise", "learning", "initial",
    "other",
)  # fmt: skip


def draw_network(
    neurons, synapses, topology, inputs, rngs, *, n_neurons, n_channels, graded, dt=1.0,
    short_term_plasticity=None, noise=0.0, at_rest=True,
):  # fmt: skip
    """Draw a network.

    Parameters
    ----------
    neurons, synapses : object
        Models, see :mod:`lsm.neurons` and :mod:`lsm.synapses`.
    topology, inputs : object
        Wirings, see :mod:`lsm.topology`.
    rngs : dict of str to numpy.random.Generator
        One for each of `GENERATORS`.
    n_neurons, n_channels : int
        Numbers of neurons and of input channels.
    graded : bool
        Whether the input is a current, or spikes.
    dt : float, default=1.0
        Length of a step in ms.
    short_term_plasticity : object, optional
        What draws the parameters of dynamic synapses.
    noise : float, default=0.0
        Standard deviation of a noise current in nA.
    at_rest : bool, default=True
        Whether samples start at rest, or at random potentials.

    Returns
    -------
    network : Network
    wiring : lsm.topology.Wiring
        As drawn.
    other_initial : tuple of arrays
        Another, random initial state.
    """
    recurrence, wiring = draw_recurrence(topology, short_term_plasticity, rngs, n_neurons, dt)
    parameters = neurons.draw(wiring.inhibitory, dt, rngs["parameters"])
    w_in, delays_in = inputs.draw(n_channels, wiring.inhibitory, rngs["input"])
    start = None if at_rest else rngs["initial"]
    network = Network(
        neurons=deepcopy(neurons),  # what is set in the user's own acts in the next fit
        synapses=deepcopy(synapses),
        parameters=parameters,
        syn_parameters=synapses.draw(wiring.inhibitory, dt, rngs["synapses"]),
        initial=neurons.initial(parameters, n_neurons, start),
        bias=np.broadcast_to(parameters.get("bias", 0.0), n_neurons).astype(float),
        w_in=w_in,
        delays_in=steps(f"{type(inputs).__name__}.delay", delays_in, dt, may_vanish=True),
        dt=dt,
        graded=graded,
        noise=noise,
        seed=int(rngs["noise"].integers(2**32)),
        inhibitory=wiring.inhibitory,
        **recurrence,
    )
    for part, w in ((topology, network.w), (inputs, network.w_in)):
        if not np.isfinite([w.data.min(initial=0), w.data.max(initial=0)]).all():
            raise ValueError(f"{part!r} has weights beyond what {w.dtype} can hold")
    return network, wiring, neurons.initial(parameters, n_neurons, rngs["other"])


def draw_recurrence(topology, short_term_plasticity, rngs, n_neurons, dt):
    """Draw the recurrent synapses; parameters are those of :func:`draw_network`.

    Returns
    -------
    recurrence : dict
        The attributes `w`, `delays` and `short_term` of a network.
    wiring : lsm.topology.Wiring
        As drawn.
    """
    wiring = topology.draw(n_neurons, rngs["topology"])
    short_term = None
    if short_term_plasticity is not None:
        short_term = short_term_plasticity.draw(
            wiring.weights, wiring.inhibitory, rngs["short_term"]
        )
    delays = steps(f"{type(topology).__name__}.delay", wiring.delays, dt)
    return {"w": wiring.weights, "delays": delays, "short_term": short_term}, wiring
