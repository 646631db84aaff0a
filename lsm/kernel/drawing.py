"""Drawing of a network from models and wirings."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._units import nearest_steps
from .._validation import check_choice, check_integer, check_number
from ..topology import Wiring
from .network import Network

__all__ = ["GENERATORS", "Recipe"]

# Each part draws from a random generator of its own: a change of one leaves the others.
GENERATORS = (
    "topology", "input", "parameters", "synapses", "short_term", "noise", "learning", "initial",
    "other",
)  # fmt: skip
N_NEURONS = 1000  # where neither the user nor a wiring fixes the number


@dataclass(frozen=True)
class Recipe:
    """Models and wirings from which a network is drawn.

    Attributes
    ----------
    neurons : neuron model
        See :mod:`lsm.neurons`.
    synapses : synapse model
        See :mod:`lsm.synapses`.
    topology : wiring of the liquid
        See :mod:`lsm.topology`.
    inputs : wiring of the input
        See :mod:`lsm.topology`.
    short_term_plasticity : TsodyksMarkram or None
        Draws the parameters of dynamic synapses.
    n_neurons : int or "auto"
        Number of neurons; "auto" takes that of the topology, or else that of the input wiring, or
        else 1000.
    noise : float
        Standard deviation of a noise current in nA.
    initial : {"rest", "random"}
        State of the neurons at the start of a sample.
    dt : float
        Length of a step in ms.
    """

    neurons: Any
    synapses: Any
    topology: Any
    inputs: Any
    short_term_plasticity: Any = None
    n_neurons: int | str = "auto"
    noise: float = 0.0
    initial: str = "rest"
    dt: float = 1.0

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the weights that the user gives, of "recurrence" and "inputs"."""
        parts = {"recurrence": self.topology, "inputs": self.inputs}
        return tuple(name for name, part in parts.items() if getattr(part, "is_given", False))

    def check(self) -> None:
        """Validate the numbers, and the combination of models."""
        check_number("Liquid.dt", self.dt, 0, low_open=True)
        check_choice("Liquid.initial", self.initial, ("rest", "random"))
        check_number("Liquid.noise", self.noise, 0)
        if not (isinstance(self.n_neurons, str) and self.n_neurons == "auto"):
            check_integer("Liquid.n_neurons", self.n_neurons, 1, 10**9, suffix=" or 'auto'")
        if not self.neurons.spiking:
            if self.short_term_plasticity:
                raise ValueError(
                    "Liquid.short_term_plasticity acts at spikes, which neurons of "
                    f"{self.neurons!r} do not send: set it to None"
                )
            if self.synapses.needs_potential:
                raise ValueError(
                    f"Liquid.synapses={self.synapses!r} act on a membrane potential, which "
                    f"neurons of {self.neurons!r} do not have: take Delta()"
                )

    def draw(
        self, rngs: dict[str, Any], n_channels: int, graded: bool
    ) -> tuple[Network, Wiring, tuple[Any, ...]]:
        """Draw a network.

        Parameters
        ----------
        rngs : dict of str to numpy.random.Generator
            One for each of `GENERATORS`.
        n_channels : int
            Number of input channels.
        graded : bool
            Whether the input is currents, or spikes.

        Returns
        -------
        network : Network
        wiring : lsm.topology.Wiring
            Recurrent synapses, and which neurons are inhibitory.
        other_initial : tuple of arrays
            Another, random initial state.
        """
        n_neurons: Any = self.n_neurons
        if n_neurons == "auto":
            n_neurons = getattr(self.inputs, "n_neurons", N_NEURONS)
            n_neurons = getattr(self.topology, "n_neurons", n_neurons)
        recurrence, wiring = self._draw_recurrence(rngs, n_neurons, self.dt)
        parameters = self.neurons.draw(wiring.inhibitory, self.dt, rngs["parameters"])
        w_in, delays_in = self.inputs.draw(n_channels, wiring.inhibitory, rngs["input"])
        start = None if self.initial == "rest" else rngs["initial"]
        network = Network(
            # A copy, since changes of the user's own object must wait for the next fit.
            neurons=deepcopy(self.neurons),
            synapses=deepcopy(self.synapses),
            parameters=parameters,
            syn_parameters=self.synapses.draw(wiring.inhibitory, self.dt, rngs["synapses"]),
            initial=self.neurons.initial(parameters, n_neurons, start),
            bias=np.broadcast_to(parameters.get("bias", 0.0), n_neurons).astype(float),
            w_in=w_in,
            delays_in=_delay_steps(self.inputs, w_in, delays_in, self.dt, 0),
            dt=self.dt,
            graded=graded,
            noise=self.noise,
            seed=int(rngs["noise"].integers(2**32)),
            inhibitory=wiring.inhibitory,
            **recurrence,
        )
        for part, w in ((self.topology, network.w), (self.inputs, network.w_in)):
            if not np.isfinite([w.data.min(initial=0), w.data.max(initial=0)]).all():
                raise ValueError(f"{part!r} has weights beyond what {w.dtype} can hold")
        return network, wiring, self.neurons.initial(parameters, n_neurons, rngs["other"])

    def rewire(self, network: Network, gain: float, rng: np.random.Generator) -> Network:
        """Draw the recurrent synapses of a network again.

        Parameters
        ----------
        network : Network
            The network, which is left as it is.
        gain : float
            Factor on the drawn weights.
        rng : numpy.random.Generator
            Source of draws.

        Returns
        -------
        network : Network
            With other recurrent synapses.
        """
        rngs = dict.fromkeys(("topology", "short_term"), rng)
        recurrence, _ = self._draw_recurrence(rngs, network.n_neurons, network.dt)
        return replace(network, **recurrence | {"w": recurrence["w"] * gain})

    def _draw_recurrence(self, rngs, n_neurons, dt):
        """Draw `w`, `delays` and `short_term` of a network, as a dict; return the wiring too."""
        wiring = self.topology.draw(n_neurons, rngs["topology"])
        short_term = None
        if self.short_term_plasticity is not None:
            short_term = self.short_term_plasticity.draw(
                wiring.weights, wiring.inhibitory, rngs["short_term"]
            )
        delays = _delay_steps(self.topology, wiring.weights, wiring.delays, dt, 1)
        return {"w": wiring.weights, "delays": delays, "short_term": short_term}, wiring


def _delay_steps(part, weights, delays, dt, at_least):
    """Convert the delays of a wiring to steps."""
    if weights.nnz == 0:
        return np.int32(at_least)
    delay = getattr(part, "delay", None)
    drawn = isinstance(delay, tuple | list) and len(delay) == 2  # the ends of a distribution
    name = f"{type(part).__name__}.delay"
    return nearest_steps(name, delays, dt, at_least=at_least, drawn=drawn)
