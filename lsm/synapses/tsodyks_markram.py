"""Short-term plasticity of synapses: their efficacy depends on the spikes before."""

import numpy as np
from sklearn.base import BaseEstimator

from .._validation import check_number

__all__ = ["TsodyksMarkram"]


class TsodyksMarkram(BaseEstimator):
    """Dynamic synapses that depress and facilitate [1]_.

    The k-th spike through a synapse acts with the weight times u_k R_k::

        u_k = U + u_(k-1) (1 - U) exp(-t / F)
        R_k = 1 + (R_(k-1) - u_(k-1) R_(k-1) - 1) exp(-t / D)

    where t is the time since the spike before; the first acts with u = U and R = 1. Each of the
    three parameters is a number, or four numbers for synapses from excitatory to excitatory, from
    excitatory to inhibitory, from inhibitory to excitatory and between inhibitory neurons. Each
    synapse draws its own from a normal distribution around it; what falls outside the meaning is
    drawn again.

    Parameters
    ----------
    U : float or sequence of 4 floats, default=0.5
        Share of the resources that a spike after a long silence uses, above 0 and at most 1.
    D : float or sequence of 4 floats, default=800.0
        Time constant in ms with which resources recover.
    F : float or sequence of 4 floats, default=50.0
        Time constant in ms with which facilitation fades.
    cv : float, default=0.0
        Standard deviation of each parameter over its mean, at most 1.

    References
    ----------
    .. [1] H. Markram, Y. Wang, M. Tsodyks (1998). Differential signaling via the same axon of
       neocortical pyramidal neurons. PNAS 95, 5323-5328.
    """

    _bounds = {
        "U": {"low": 0, "high": 1, "low_open": True},
        "D": {"low": 0, "low_open": True},
        "F": {"low": 0, "low_open": True},
    }

    def __init__(self, U=0.5, D=800.0, F=50.0, cv=0.0):
        self.U = U
        self.D = D
        self.F = F
        self.cv = cv

    @classmethod
    def maass2002(cls):
        """Return the synapses of the column of Maass, Natschläger & Markram (2002)."""
        return cls(
            U=(0.5, 0.05, 0.25, 0.32),
            D=(1100.0, 125.0, 700.0, 144.0),
            F=(50.0, 1200.0, 20.0, 60.0),
            cv=0.5,
        )

    def draw(self, weights, inhibitory, rng):
        """Check the parameters and draw them for each synapse.

        Parameters
        ----------
        weights : scipy.sparse.csr_array of shape (n_neurons, n_neurons)
            Recurrent weights `weights[pre, post]`.
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        rng : numpy.random.Generator
            Source of draws.

        Returns
        -------
        U, D, F : float64 arrays of shape (weights.nnz,)
            In the order of `weights.data`; D and F in ms.

        Raises
        ------
        TypeError, ValueError
            If a parameter is outside its meaning.
        """
        cv = check_number("TsodyksMarkram.cv", self.cv, 0, 1)
        means = [self._means(name) for name in self._bounds]
        kind = np.repeat(2 * inhibitory.astype(np.uint8), np.diff(weights.indptr))
        kind += inhibitory[weights.indices]
        highest = (1.0, np.inf, np.inf)
        return tuple(
            _draw_within(mean[kind], cv, high, rng)
            for mean, high in zip(means, highest, strict=True)
        )

    def _means(self, name):
        """Return a parameter's means of the four kinds of synapse."""
        values, label = getattr(self, name), f"TsodyksMarkram.{name}"
        if np.ndim(values) == 0:
            values = [values] * 4
        if np.shape(values) != (4,):
            raise ValueError(
                f"{label} must be a number, or four for the synapses EE, EI, IE and II (source, "
                f"then target), got {values!r}"
            )
        return np.array([check_number(label, value, **self._bounds[name]) for value in values])


def _draw_within(means, cv, high, rng):
    """Draw from normal distributions until all draws are above 0 and at most `high`."""
    values = means.copy()
    if cv == 0:
        return values
    outside = np.arange(len(values))
    while len(outside):
        values[outside] = rng.normal(means[outside], cv * means[outside])
        drawn = values[outside]
        outside = outside[(drawn <= 0) | (drawn > high)]
    return values
