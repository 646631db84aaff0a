"""Trained models as networks of spiking neurons."""

from .spiking_readout import SpikingReadout, convert

__all__ = ["SpikingReadout", "convert"]
