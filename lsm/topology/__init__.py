"""Wirings of the liquid and of its input, drawn as sparse matrices `W[pre, post]`.

A wiring of the liquid is a class with `draw(n_neurons, rng)` that returns a :class:`Wiring`; most
derive from :class:`Topology`, and say in `connect(n_neurons, inhibitory, rng)` who connects to
whom, see :mod:`lsm.topology.ring`. One that fixes the number of neurons has it as `n_neurons`. A
wiring of the input has `draw(n_channels, inhibitory, rng)` and returns a CSR array and delays.
"""

from ._base import Topology
from ._wiring import Wiring
from .column import Column
from .erdos_renyi import ErdosRenyi
from .fixed import FixedWeights
from .inputs import RandomInput
from .layered import Layered
from .modular import Modular
from .ring import Ring
from .scale_free import ScaleFree
from .small_world import SmallWorld
from .spectrum import spectral_radius
from .weights import Weights

__all__ = [
    "Column",
    "ErdosRenyi",
    "FixedWeights",
    "Layered",
    "Modular",
    "RandomInput",
    "Ring",
    "ScaleFree",
    "SmallWorld",
    "Topology",
    "Weights",
    "Wiring",
    "spectral_radius",
]
