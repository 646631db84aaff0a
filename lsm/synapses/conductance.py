"""Synapses that open conductances, which decay exponentially."""

import numpy as np
from numba.extending import overload, register_jitable
from scipy.special import exprel

from .._model import SynapseModel
from ._membrane import membrane

__all__ = ["Conductance", "shunt", "shunted"]

# Leak of a membrane that has none: too small to matter, but 0 / 0 otherwise.
NO_LEAK = 1e-9


def shunt(parameters, neurons, dt):
    """Return what `shunted` needs for a step of `dt` ms."""
    leak, push = membrane(neurons, dt)
    leak = np.maximum(leak, NO_LEAK)
    rest = np.asarray(neurons.get("v_rest", 0.0))
    mean = exprel(-leak)
    return (
        push,
        (parameters["e_rev_exc"] - rest) / mean,
        (parameters["e_rev_inh"] - rest) / mean,
        1 / mean,
        rest,
        leak,
        -np.expm1(-leak),
        np.exp(-leak),
        np.exp(-leak) / (push * mean),
    )


def closing(x):
    """Return exp(-x) - 1 for x that is not negative."""
    return np.expm1(-x)


@overload(closing)
def _closing(x):
    """Compute it in plain arithmetic, of which the compiler makes vector instructions."""
    real = np.dtype(str(x)).type
    top, part, two = real(40), real(-1 / 128), real(2)
    a, b, c, d, e = (real(1 / n) for n in (6, -360, 15120, -604800, 23950080))

    def compiled(x):
        # exp(y) - 1 = 2 y / (y coth(y / 2) - y), for the 128th part of -x, by a series.
        y = min(x, top) * part
        square = y * y
        series = square * (a + square * (b + square * (c + square * (d + square * e))))
        closed = two * y / (two + series - y)
        closed *= two + closed
        closed *= two + closed
        closed *= two + closed
        closed *= two + closed
        closed *= two + closed
        closed *= two + closed
        closed *= two + closed
        return closed

    return compiled


@register_jitable
def shunted(exc, inh, v, drive, constants):
    """Return the mean current through open conductances, the inhibitory one negative.

    Over a step with a constant conductance the potential follows a leak of `leak + opened`,
    under the drive too. The current is the one that, with the drive, moves a membrane that knows
    its own leak alone to the same place.
    """
    push, pull_exc, pull_inh, pull_drive, rest, leak, forgotten, kept, drop = constants
    opened = push * (exc - inh)
    closes = closing(opened)
    pull = pull_exc * exc - pull_inh * inh + pull_drive * drive
    pull *= (forgotten - kept * closes) / (leak + opened)
    return pull + drop * closes * (v - rest) - drive


class Conductance(SynapseModel):
    """Synaptic conductances that decay exponentially [1]_.

    They follow::

        tau_syn dg/dt = -g      and g jumps by the weight when a spike arrives
        I = g_exc (e_rev_exc - v) + g_inh (e_rev_inh - v)

    Positive weights open the excitatory conductance, negative ones the inhibitory, by their
    amount in uS. In each step the conductances are held at their mean, and with a LIF neuron
    leak and conductances together are integrated exactly: the error falls with the square of
    the step, and no weight is too strong for it.

    Parameters
    ----------
    tau_syn_exc : float, default=5.0
        Time constant of the excitatory conductance in ms.
    tau_syn_inh : float, default=10.0
        Time constant of the inhibitory conductance in ms.
    e_rev_exc : float, default=6.0
        Potential in mV to which excitation pulls. The defaults are those of [1]_ on the scale
        of the default LIF neuron, where rest is 0 and the threshold 1.
    e_rev_inh : float, default=-2.0
        Potential in mV to which inhibition pulls, below `e_rev_exc`.

    References
    ----------
    .. [1] T. P. Vogels, L. F. Abbott (2005). Signal propagation and logic gating in networks of
       integrate-and-fire neurons. Journal of Neuroscience 25, 10786-10795.
    """

    needs_potential = True
    _bounds = {
        "tau_syn_exc": {"low": 0, "low_open": True},
        "tau_syn_inh": {"low": 0, "low_open": True},
    }

    def __init__(self, tau_syn_exc=5.0, tau_syn_inh=10.0, e_rev_exc=6.0, e_rev_inh=-2.0):
        self.tau_syn_exc = tau_syn_exc
        self.tau_syn_inh = tau_syn_inh
        self.e_rev_exc = e_rev_exc
        self.e_rev_inh = e_rev_inh

    @classmethod
    def vogels2005(cls):
        """Return the synapses of Vogels & Abbott (2005), for neurons whose rest is -60 mV."""
        return cls(tau_syn_exc=5.0, tau_syn_inh=10.0, e_rev_exc=0.0, e_rev_inh=-80.0)

    def _check(self, parameters, dt):
        self._check_below("e_rev_inh", "e_rev_exc", parameters)

    @staticmethod
    def constants(parameters, neurons, dt):
        """Return what one step of `dt` ms needs, in the order of `current` and `decay`."""
        falls = [dt / np.asarray(parameters[name]) for name in ("tau_syn_exc", "tau_syn_inh")]
        return (
            *(exprel(-fall) for fall in falls),
            *(np.exp(-fall) for fall in falls),
            *shunt(parameters, neurons, dt),
        )

    @staticmethod
    def current(n, syn, constants, v, drive):
        """Return the mean current into neuron n over the coming step."""
        exc, inh = syn
        mean_exc, mean_inh = constants[:2]
        return shunted(mean_exc * exc[n], mean_inh * inh[n], v, drive, constants[4:])

    @staticmethod
    def decay(n, syn, constants):
        """Let the conductances of neuron n fall for one step."""
        exc, inh = syn
        decay_exc, decay_inh = constants[2:4]
        exc[n] *= decay_exc
        inh[n] *= decay_inh
