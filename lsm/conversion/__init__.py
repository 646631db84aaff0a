"""Trained models as networks of spiking neurons."""

from .perceptron import convert
from .spiking_readout import SpikingReadout

__all__ = ["SpikingReadout", "convert"]
