"""The current through open conductances over one step."""

import numpy as np
from numba.extending import overload, register_jitable
from scipy.special import exprel

from ._membrane import membrane

__all__ = ["shunt", "shunted"]

# Leak of a membrane without a leak: too small to matter, and it avoids 0 / 0.
NO_LEAK = 1e-9


def shunt(parameters, neurons, dt):
    """Return the numbers that :func:`shunted` needs.

    Parameters
    ----------
    parameters : dict
        Parameters of the synapses, of which `e_rev_exc` and `e_rev_inh` in mV are read.
    neurons : dict
        Parameters of the neurons: those of :func:`lsm.synapses._membrane.membrane`, and `v_rest`
        in mV, 0 by default.
    dt : float
        Length of a step in ms.

    Returns
    -------
    constants : tuple of 9
        In the order of their use.
    """
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
    """Return exp(-x) - 1 for x >= 0."""
    return np.expm1(-x)


@overload(closing)
def _closing(x):
    """Return `closing` in plain arithmetic, which the compiler can vectorise."""
    real = np.dtype(str(x)).type
    top, part, two = real(40), real(-1 / 128), real(2)
    a, b, c, d, e = (real(1 / n) for n in (6, -360, 15120, -604800, 23950080))

    def compiled(x):
        # exp(y) - 1 = 2 y / (y coth(y / 2) - y), by a series, where y is -x / 128.
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
    """Return the mean current through open conductances.

    With a constant conductance the membrane leaks by `leak + opened` in the step. The result is
    the constant current that, together with the drive, moves a membrane with its own leak alone
    to the same potential.

    Parameters
    ----------
    exc, inh : float
        Conductances in uS, constant over the step; the inhibitory one is negative.
    v : float
        Potential at the start of the step in mV.
    drive : float
        Other current into the neuron in nA.
    constants : tuple of 9
        As :func:`shunt` returned them.

    Returns
    -------
    current : float
        In nA.
    """
    push, pull_exc, pull_inh, pull_drive, rest, leak, forgotten, kept, drop = constants
    opened = push * (exc - inh)
    closes = closing(opened)
    pull = pull_exc * exc - pull_inh * inh + pull_drive * drive
    pull *= (forgotten - kept * closes) / (leak + opened)
    return pull + drop * closes * (v - rest) - drive
