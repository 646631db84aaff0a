"""Synapses whose current is the difference of two exponentials."""

import numpy as np

from ._membrane import membrane
from ._two_stages import TwoStages, two_stages

__all__ = ["Biexponential"]


class Biexponential(TwoStages):
    """Synaptic currents that rise and decay exponentially [1]_.

    A spike that arrives at time 0 through a weight w causes the current::

        I(t) = w k (exp(-t / tau_decay) - exp(-t / tau_rise))

    with k such that the peak is w; where the time constants are equal, it is an alpha function.
    Positive weights feed the excitatory current, negative ones the inhibitory. With a LIF neuron
    the pair is integrated exactly [2]_.

    Parameters
    ----------
    tau_rise_exc, tau_rise_inh : float, default=1.0
        Time constants in ms with which the currents rise, at most those of their decay.
    tau_decay_exc : float, default=5.0
        Time constant in ms with which the excitatory current decays.
    tau_decay_inh : float, default=10.0
        Time constant in ms with which the inhibitory current decays.

    References
    ----------
    .. [1] A. Roth, M. C. W. van Rossum (2009). Modeling synapses. In: Computational modeling
       methods for neuroscientists, MIT Press, 139-160.
    .. [2] S. Rotter, M. Diesmann (1999). Exact digital simulation of time-invariant linear
       systems with applications to neuronal modeling. Biological Cybernetics 81, 381-402.
    """

    _bounds = {
        "tau_rise_exc": {"low": 0, "low_open": True},
        "tau_rise_inh": {"low": 0, "low_open": True},
        "tau_decay_exc": {"low": 0, "low_open": True},
        "tau_decay_inh": {"low": 0, "low_open": True},
    }

    def __init__(
        self, tau_rise_exc=1.0, tau_rise_inh=1.0, tau_decay_exc=5.0, tau_decay_inh=10.0
    ):  # fmt: skip
        self.tau_rise_exc = tau_rise_exc
        self.tau_rise_inh = tau_rise_inh
        self.tau_decay_exc = tau_decay_exc
        self.tau_decay_inh = tau_decay_inh

    def _check(self, parameters, dt):
        for sign in ("exc", "inh"):
            rise, decay = parameters[f"tau_rise_{sign}"], parameters[f"tau_decay_{sign}"]
            if np.any(np.asarray(rise) > decay):
                raise ValueError(
                    f"Biexponential.tau_rise_{sign} must be at most tau_decay_{sign}, got "
                    f"{getattr(self, f'tau_rise_{sign}')!r} and "
                    f"{getattr(self, f'tau_decay_{sign}')!r}"
                )

    @staticmethod
    def constants(parameters, neurons, dt):
        """Return what one step of `dt` ms needs, in the order of `current` and `decay`."""
        leak, _ = membrane(neurons, dt)
        taus = [[parameters[f"tau_{part}_{sign}"] for part in ("rise", "decay")]
                for sign in ("exc", "inh")]  # fmt: skip
        return sum((two_stages(*pair, leak, dt) for pair in taus), ())
