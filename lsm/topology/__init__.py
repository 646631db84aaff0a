"""Wirings of the liquid and of its input, drawn as sparse matrices `W[pre, post]`.

A wiring of the liquid is a class with `draw(n_neurons, rng)` that returns a :class:`Wiring`; a
wiring of the input has `draw(n_channels, inhibitory, rng)` and returns a CSR array.
"""

from ._wiring import Wiring
from .column import Column
from .erdos_renyi import ErdosRenyi
from .inputs import RandomInput

__all__ = ["Column", "ErdosRenyi", "RandomInput", "Wiring"]
