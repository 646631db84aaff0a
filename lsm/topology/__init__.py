"""Wirings of the liquid and of its input, drawn as sparse matrices `W[pre, post]`, one a file.

A wiring of the liquid is a subclass of :class:`Topology`, which documents the method `connect`
that a wiring must have; a wiring of the input is a subclass of :class:`InputWiring`.
:class:`FixedWeights` and :class:`FixedInputs` take the matrices of the user. :class:`Weights`
draws the weights of the connections.
"""

from .base import InputWiring, Topology, Wiring
from .column import Column
from .erdos_renyi import ErdosRenyi
from .fixed import FixedWeights
from .fixed_inputs import FixedInputs
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
    "FixedInputs",
    "FixedWeights",
    "InputWiring",
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
