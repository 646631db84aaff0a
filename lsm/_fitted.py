"""Networks drawn and calibrated for samples, of which a process keeps a few."""

from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import replace
from numbers import Integral
from typing import Any, NamedTuple

from ._kept import Kept
from ._typing import RandomState
from .calibration import Calibrated, Calibration
from .kernel import Network, Recipe
from .memory import Memory, content_of
from .spikes import SpikeArray
from .topology import Wiring

__all__ = ["Fitted", "fit_network"]

KEPT = Kept(max_bytes=2**27)


class Fitted(NamedTuple):
    """A network that was drawn and calibrated.

    Attributes
    ----------
    network : lsm.kernel.Network
        The network.
    wiring : lsm.topology.Wiring
        Its recurrent synapses as drawn.
    other_initial : tuple of arrays of shape (n_neurons,)
        Second initial state, for the echo-state index.
    calibrated : Calibrated or None
        The gains; None without calibration.
    """

    network: Network
    wiring: Wiring
    other_initial: tuple[Any, ...]
    calibrated: Calibrated | None


def fit_network(
    recipe: Recipe,
    calibration: Calibration | None,
    stimulus: SpikeArray,
    rngs: dict[str, Any],
    check: Callable[[Network], None],
    *,
    seed: RandomState,
    memory: Memory | None,
) -> Fitted:
    """Draw and calibrate a network, or take it from those that this process keeps.

    With a `memory` and an integer seed the network is kept. A search over readouts fits the same
    liquid again and again.

    Parameters
    ----------
    recipe : lsm.kernel.Recipe
        Models and wirings.
    calibration : Calibration or None
        Search for the gains.
    stimulus : SpikeArray
        Samples for the calibration, like those of the fit.
    rngs : dict of str to numpy.random.Generator
        Generators, made from the seed.
    check : function
        Raises an error if the drawn network does not suit; called before the search for gains.
    seed : int, RandomState instance or None
        Seed.
    memory : Memory or None
        Cache of results.

    Returns
    -------
    fitted : Fitted
    """

    def fit():
        network, *drawn = recipe.draw(rngs, stimulus.n_channels, stimulus.graded)
        check(network)
        calibrated = None
        if calibration is not None:
            network, calibrated = calibration.calibrate(
                network, stimulus, drawn[1], memory, given=recipe.given
            )
        return Fitted(network, *drawn, calibrated)

    if memory is None or not isinstance(seed, Integral):
        return fit()
    found = KEPT.get(content_of(int(seed), recipe, calibration, stimulus), fit)
    check(found.network)
    # The arrays are shared and read-only, but models and parameters can be changed.
    network = replace(
        found.network,
        neurons=deepcopy(found.network.neurons),
        synapses=deepcopy(found.network.synapses),
        parameters=copy(found.network.parameters),
    )
    return found._replace(network=network)
