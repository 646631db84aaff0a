"""Short-term plasticity: the efficacy of a synapse depends on its previous spikes."""

from typing import Self

import numpy as np
from scipy import sparse

from .._checked import Checked, check_value
from .._typing import Array, ArrayLike, Parameter

__all__ = ["TsodyksMarkram"]

MEANS = {"U": "> 0 and <= 1", "D": "> 0", "F": "> 0"}


class TsodyksMarkram(Checked):
    """Dynamic synapses that depress and facilitate [1]_.

    The k-th spike through a synapse acts with the weight times u_k R_k::

        u_k = U + u_(k-1) (1 - U) exp(-t / F)
        R_k = 1 + (R_(k-1) - u_(k-1) R_(k-1) - 1) exp(-t / D)

    where t is the time since the previous spike; the first spike acts with u = U and R = 1. Each
    of U, D and F is a number, or four numbers for the synapses EE, EI, IE and II (source, then
    target; excitatory and inhibitory neurons). Each synapse draws its own values from normal
    distributions with these means; invalid values are drawn again.

    Parameters
    ----------
    U : float or sequence of 4 floats, default=0.5
        Share of the resources that a spike uses after a long silence, above 0 and at most 1.
    D : float or sequence of 4 floats, default=800.0
        Time constant of the recovery from depression in ms.
    F : float or sequence of 4 floats, default=50.0
        Time constant of the decay of facilitation in ms.
    cv : float, default=0.0
        Coefficient of variation: standard deviation of U, D and F over their means, at most 1.

    References
    ----------
    .. [1] H. Markram, Y. Wang, M. Tsodyks (1998). Differential signaling via the same axon of
       neocortical pyramidal neurons. PNAS 95, 5323-5328.
    """

    bounds = {"cv": ">= 0 and <= 1"}

    def __init__(
        self, U: Parameter = 0.5, D: Parameter = 800.0, F: Parameter = 50.0, cv: Parameter = 0.0
    ) -> None:
        self.U = U
        self.D = D
        self.F = F
        self.cv = cv

    @classmethod
    def maass2002(cls) -> Self:
        """Return the synapses of the column of Maass, Natschläger & Markram (2002)."""
        return cls(
            U=(0.5, 0.05, 0.25, 0.32),
            D=(1100.0, 125.0, 700.0, 144.0),
            F=(50.0, 1200.0, 20.0, 60.0),
            cv=0.5,
        )

    def check(self) -> None:
        """Check the parameters.

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid.
        """
        super().check()
        for name in MEANS:
            self._means(name)

    def draw(
        self, weights: ArrayLike | sparse.sparray, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[Array, Array, Array]:
        """Check the parameters and draw them for each synapse.

        Parameters
        ----------
        weights : scipy.sparse.csr_array of shape (n_neurons, n_neurons)
            Recurrent weights `weights[pre, post]`.
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        rng : numpy.random.Generator
            Random generator.

        Returns
        -------
        U, D, F : float64 arrays of shape (weights.nnz,)
            In the order of `weights.data`; D and F in ms.

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid.
        """
        self.check()
        means = [self._means(name) for name in MEANS]
        kind = np.repeat(2 * inhibitory.astype(np.uint8), np.diff(weights.indptr))
        kind += inhibitory[weights.indices]
        highest = (1.0, np.inf, np.inf)
        return tuple(
            _draw_within(mean[kind], self.cv, high, rng)
            for mean, high in zip(means, highest, strict=True)
        )

    def _means(self, name):
        """Return the means of a parameter for the four kinds of synapse."""
        values, label = getattr(self, name), f"TsodyksMarkram.{name}"
        if np.ndim(values) == 0:
            values = [values] * 4
        if np.shape(values) != (4,):
            raise ValueError(
                f"{label} must be a number, or four for the synapses EE, EI, IE and II (source, "
                f"then target), got {values!r}"
            )
        for value in values:
            check_value(label, value, MEANS[name])
        return np.array(values, dtype=float)


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
