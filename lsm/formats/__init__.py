"""Samples of other libraries, and networks for other tools.

`from_aeon`, `from_neo`, `from_tonic` and `read_shd` convert samples to a
:class:`~lsm.spikes.SpikeArray`. `to_nir`, `to_nest` and `to_brian2` carry a fitted network
elsewhere, and `from_nir` brings one in. The import of this package needs none of these libraries.
"""

from .brian2 import to_brian2
from .nest import to_nest
from .nir import from_nir, to_nir
from .samples import from_aeon, from_neo, from_tonic, read_shd

__all__ = [
    "from_aeon", "from_neo", "from_nir", "from_tonic", "read_shd", "to_brian2", "to_nest", "to_nir",
]  # fmt: skip
