"""Spiking networks whose memory is in the delays of their synapses."""

from lsm import Liquid
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi, Weights

__all__ = ["KINDS", "make_delayed_liquid"]

KINDS = ("liquid", "echo-state")


def make_delayed_liquid(neurons, tau_syn, gain, delay, **params):
    """Make a liquid with recurrent weights of either sign, which are not calibrated.

    `tau_syn` is the time constant of the synapses in ms, and `delay` the delay of the recurrent
    ones in ms, or the ends of a uniform distribution.
    """
    weights = Weights(distribution="signed", inhibition=1.0, gain=gain)
    return Liquid(
        neurons=neurons,
        synapses=Exponential(tau_syn, tau_syn),
        topology=ErdosRenyi(weights=weights, delay=delay),
        calibration=None,
        initial="random",
        **params,
    )
