"""Weights of connections: signs, distribution and normalization."""

from typing import Self

import numpy as np

from .._checked import Checked, check_value
from .._jit import njit
from .._typing import Array
from ._wiring import csr, scale_by_pair
from .spectrum import spectral_radius

__all__ = ["DISTRIBUTIONS", "Weights", "check_uniform", "draw_magnitudes"]

DISTRIBUTIONS = ("constant", "uniform", "normal", "lognormal", "gamma", "signed")


class Weights(Checked):
    """Weights of the connections of a wiring.

    Magnitudes are drawn with the mean `excitation` for synapses of excitatory neurons, and with
    the mean `inhibition` for synapses of inhibitory neurons, whose weights are negative (Dale's
    law). Then all weights are divided by a normalization and multiplied by `gain`.

    Parameters
    ----------
    excitation : float or (float, float), default=1.0
        Mean magnitude of the weights from excitatory neurons, in nA for exponential synapses; a
        pair gives those onto excitatory and onto inhibitory neurons.
    inhibition : float or (float, float), default=4.0
        Mean magnitude of the weights from inhibitory neurons, like `excitation`. The default
        balances 80 % excitatory and 20 % inhibitory neurons, as in [1]_.
    distribution : {"constant", "uniform", "normal", "lognormal", "gamma", "signed"}, \
default="gamma"
        Distribution of the magnitudes. Normal magnitudes are clipped at zero, which raises their
        mean by 2.5 % at the default `cv`, and by 8.3 % at a `cv` of one. "signed" is for
        networks without Dale's law: normal weights of either sign, with `excitation` and
        `inhibition` as standard deviations.
    cv : float, default=0.7071
        Coefficient of variation of the magnitudes: standard deviation over mean. The
        distributions "constant" and "signed" do not use it.
    balance : float or None, default=None
        Sum of the inhibitory weights onto each neuron, as a share of the sum of its excitatory
        weights: inhibitory weights are scaled to it, except onto neurons with one kind of input
        alone. One is the exact balance of [2]_; None leaves the weights as drawn.
    normalization : {"degree", "spectral_radius"} or None, default="degree"
        Divisor of all weights. "degree" is the square root of the mean number of synapses of a
        neuron, so that the spread of its input does not depend on this number;
        "spectral_radius" is the largest magnitude of the eigenvalues, see
        :func:`spectral_radius`. None does not divide.
    gain : float, default=1.0
        Factor of all weights; with `normalization="spectral_radius"` it is their spectral radius.

    References
    ----------
    .. [1] N. Brunel (2000). Dynamics of sparsely connected networks of excitatory and
       inhibitory spiking neurons. Journal of Computational Neuroscience 8, 183-208.
    .. [2] K. Rajan, L. F. Abbott (2006). Eigenvalue spectra of random matrices for neural
       networks. Physical Review Letters 97, 188104.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.topology import ErdosRenyi, Weights, spectral_radius
    >>> wiring = ErdosRenyi(weights=Weights(normalization="spectral_radius", gain=0.9))
    >>> round(spectral_radius(wiring.draw(200, np.random.default_rng(0)).weights), 3)
    0.9
    """

    bounds = {
        "distribution": DISTRIBUTIONS,
        "cv": ">= 0",
        "balance": ">= 0 or None",
        "normalization": ("degree", "spectral_radius", None),
        "gain": ">= 0",
    }

    def __init__(
        self,
        excitation: float | tuple[float, float] = 1.0,
        inhibition: float | tuple[float, float] = 4.0,
        distribution: str = "gamma",
        cv: float = 0.7071,
        balance: float | None = None,
        normalization: str | None = "degree",
        gain: float = 1.0,
    ) -> None:
        self.excitation = excitation
        self.inhibition = inhibition
        self.distribution = distribution
        self.cv = cv
        self.balance = balance
        self.normalization = normalization
        self.gain = gain

    @classmethod
    def maass2002(cls) -> Self:
        """Return the weights of the column of Maass, Natschläger & Markram (2002)."""
        return cls(excitation=(30.0, 60.0), inhibition=(19.0, 19.0), cv=1.0, normalization=None)

    def check(self) -> None:
        """Check the parameters.

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid.
        """
        super().check()
        for name in ("excitation", "inhibition"):
            self._means(name)
        check_uniform("Weights", self.distribution, self.cv)

    def draw(
        self, indptr: Array, targets: Array, inhibitory: Array, rng: np.random.Generator
    ) -> Array:
        """Draw the weights of a pattern.

        Parameters
        ----------
        indptr, targets : int arrays
            The pattern, see :meth:`Topology.connect`.
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        rng : numpy.random.Generator
            Random generator.

        Returns
        -------
        weights : float32 array of the shape of `targets`

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid, or the connections have no spectral radius to normalize
            by.
        """
        self.check()
        n_neurons = len(inhibitory)
        means = np.concatenate([self._means("excitation"), -self._means("inhibition")])
        if self.normalization != "spectral_radius":
            means *= self.gain
        if self.normalization == "degree" and len(targets):
            means /= np.sqrt(len(targets) / n_neurons)
        weights = draw_magnitudes(self.distribution, self.cv, len(targets), rng)
        scale_by_pair(weights, indptr, targets, inhibitory, means.astype(np.float32))
        if self.balance is not None:
            _balance(weights, targets, n_neurons, self.balance)
        if self.normalization == "spectral_radius" and len(targets):
            radius = spectral_radius(csr(weights, targets, indptr, (n_neurons, n_neurons)))
            if radius == 0:
                raise ValueError(
                    "Weights.normalization='spectral_radius' needs connections that form a loop, "
                    "since without loops the spectral radius is 0; use 'degree' or None"
                )
            weights *= np.float32(self.gain / radius)
        return weights

    def _means(self, name):
        """Return the mean magnitudes onto excitatory and onto inhibitory neurons."""
        value = getattr(self, name)
        pair = value if isinstance(value, tuple | list) else (value, value)
        if len(pair) != 2:
            raise ValueError(f"Weights.{name} must be one or two numbers, got {value!r}")
        for mean in pair:
            check_value(f"Weights.{name}", mean, ">= 0")
        return np.array(pair, dtype=float)


def check_uniform(owner: str, distribution: str, cv: float) -> None:
    """Raise a ValueError if a uniform distribution with this `cv` has negative magnitudes."""
    if distribution == "uniform" and cv > 1 / np.sqrt(3):
        raise ValueError(f"{owner}.cv must be at most 0.577 for a uniform distribution, got {cv!r}")


def draw_magnitudes(distribution: str, cv: float, size: int, rng: np.random.Generator) -> Array:
    """Draw float32 magnitudes of mean one.

    All is computed in place, since memory may not hold a second array for a large network.

    Parameters
    ----------
    distribution : {"constant", "uniform", "normal", "lognormal", "gamma", "signed"}
        Kind of distribution. Normal draws are clipped at zero, to keep Dale's law; "signed"
        draws have mean zero and standard deviation one.
    cv : float
        Coefficient of variation: standard deviation over mean.
    size : int
        Number of draws.
    rng : numpy.random.Generator
        Random generator.

    Returns
    -------
    magnitudes : float32 array of shape (size,)
    """
    magnitudes = np.empty(size, dtype=np.float32)
    if distribution == "signed":
        return rng.standard_normal(dtype=np.float32, out=magnitudes)
    if distribution == "constant" or cv == 0:
        magnitudes.fill(1)
    elif distribution == "gamma":
        rng.standard_gamma(1 / cv**2, dtype=np.float32, out=magnitudes)
        magnitudes *= np.float32(cv**2)
    elif distribution == "uniform":
        rng.random(dtype=np.float32, out=magnitudes)
        magnitudes -= np.float32(0.5)
        magnitudes *= np.float32(np.sqrt(12) * cv)
        magnitudes += 1
    else:
        sigma = cv if distribution == "normal" else np.sqrt(np.log1p(cv**2))
        rng.standard_normal(dtype=np.float32, out=magnitudes)
        magnitudes *= np.float32(sigma)
        if distribution == "normal":
            magnitudes += 1
            np.maximum(magnitudes, 0, out=magnitudes)
        else:
            magnitudes -= np.float32(sigma**2 / 2)
            np.exp(magnitudes, out=magnitudes)
    return magnitudes


@njit
def _balance(weights, targets, n_neurons, share):
    """Scale the negative weights onto each neuron to a share of the sum of the positive ones."""
    excitation, inhibition = np.zeros(n_neurons), np.zeros(n_neurons)
    for k, target in enumerate(targets):
        if weights[k] > 0:
            excitation[target] += weights[k]
        else:
            inhibition[target] -= weights[k]
    for k, target in enumerate(targets):
        if weights[k] < 0 and excitation[target] > 0:
            weights[k] *= share * excitation[target] / inhibition[target]
