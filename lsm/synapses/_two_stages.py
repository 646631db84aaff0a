"""Synapses of two stages, whose response rises and falls: the first stage drives the second."""

from typing import Any

import numpy as np
from scipy.special import exprel

from .._typing import Array
from ._membrane import overlap, overlap_of_two
from .base import SynapseModel

__all__ = ["TwoStages", "two_stages"]


def two_stages(tau_rise, tau_decay, leak, dt):
    """Return the numbers that one step needs, for a response with a peak of one.

    Parameters
    ----------
    tau_rise, tau_decay : float or array of shape (n_neurons,)
        Time constants of the two stages in ms.
    leak : float or array of shape (n_neurons,)
        Length of a step over the membrane's time constant, see
        :func:`lsm.synapses._membrane.membrane`.
    dt : float
        Length of a step in ms.

    Returns
    -------
    factors : tuple of 5
        Mean current in the step from the first and from the second stage, relative to their
        values; decay of the first stage; gain of the second stage from the first; decay of the
        second stage.
    """
    rise, decay = dt / np.asarray(tau_rise), dt / np.asarray(tau_decay)
    # The peak of a unit response is x**(-1 / (x - 1)) with x = tau_decay / tau_rise.
    gain = rise * np.exp(1 / exprel(np.log(rise / decay)))
    return (
        gain * overlap_of_two(leak, decay, rise) / exprel(-leak),
        overlap(leak, decay) / exprel(-leak),
        np.exp(-rise),
        gain * overlap(decay, rise),
        np.exp(-decay),
    )


class TwoStages(SynapseModel):
    """Base of synapses with two stages for each sign; weights add to the first."""

    @staticmethod
    def initial(n_neurons: int) -> tuple[Array, ...]:
        """Return the second stages, excitatory and inhibitory, at zero."""
        return np.zeros(n_neurons), np.zeros(n_neurons)

    @staticmethod
    def current(n: Any, syn: Any, constants: Any, v: Any, drive: Any) -> Any:
        """Return the mean current into neuron n over the coming step."""
        first_exc, first_inh, exc, inh = syn
        adds_exc, holds_exc = constants[:2]
        adds_inh, holds_inh = constants[5:7]
        return (
            adds_exc * first_exc[n]
            + holds_exc * exc[n]
            + adds_inh * first_inh[n]
            + holds_inh * inh[n]
        )

    @staticmethod
    def decay(n: Any, syn: Any, constants: Any) -> None:
        """Move both stages of the synapses onto neuron n by one step."""
        first_exc, first_inh, exc, inh = syn
        fall_exc, gain_exc, decay_exc = constants[2:5]
        fall_inh, gain_inh, decay_inh = constants[7:10]
        exc[n] = decay_exc * exc[n] + gain_exc * first_exc[n]
        inh[n] = decay_inh * inh[n] + gain_inh * first_inh[n]
        first_exc[n] *= fall_exc
        first_inh[n] *= fall_inh
