"""Encoders of signals as input to a liquid, one code a file.

An encoder is a scikit-learn transformer whose `transform` returns a
:class:`~lsm.spikes.SpikeArray`. What it gives for a sample depends on that sample alone.
"""

from .cochleagram import CochleagramEncoder

__all__ = ["CochleagramEncoder"]
