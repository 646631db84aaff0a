"""Weights of connections: their signs, their distribution and their scale."""

import numpy as np
from sklearn.base import BaseEstimator

from .._jit import njit
from .._validation import check_choice, check_number
from ._wiring import csr, scale_by_pair
from .spectrum import spectral_radius

__all__ = ["Weights", "check_distribution", "draw_magnitudes"]

DISTRIBUTIONS = ("constant", "uniform", "normal", "lognormal", "gamma", "signed")
SCALES = ("degree", "spectral_radius")


class Weights(BaseEstimator):
    """How strong the connections of a wiring are.

    Magnitudes are drawn around `excitation` for synapses of excitatory and around `inhibition`
    for synapses of inhibitory neurons, whose sign is negative: so a neuron is one or the other
    (Dale's law). Then all weights are scaled together.

    Parameters
    ----------
    excitation : float or (float, float), default=1.0
        Mean magnitude of weights from excitatory neurons; a pair has the weights onto
        excitatory and onto inhibitory neurons. In nA for exponential synapses.
    inhibition : float or (float, float), default=4.0
        The same from inhibitory neurons. The default balances 80 % excitatory and 20 %
        inhibitory neurons, as in [1]_.
    distribution : {"constant", "uniform", "normal", "lognormal", "gamma", "signed"}, \
default="gamma"
        Distribution of the magnitudes. Normal ones are clipped at zero. "signed" is for networks
        without Dale's law: normal weights of either sign, with `excitation` and `inhibition` as
        standard deviations.
    cv : float, default=0.7071
        Standard deviation of the magnitudes over their mean; of no effect where it is fixed.
    balance : float, optional
        Let the inhibitory weights onto each neuron sum up to this share of its excitatory ones,
        by scaling them; neurons with only one kind of input are left as they are. One is the
        exact balance of [2]_.
    scale : {"degree", "spectral_radius"} or None, default="degree"
        What the weights are divided by: "degree", the square root of the mean number of synapses
        a neuron, which keeps the spread of its input the same for any number; or
        "spectral_radius", the largest magnitude among the eigenvalues, see
        :func:`spectral_radius`. None takes them as drawn.
    gain : float, default=1.0
        Factor of all weights; with `scale="spectral_radius"` it is their spectral radius.

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
    >>> wiring = ErdosRenyi(weights=Weights(scale="spectral_radius", gain=0.9))
    >>> round(spectral_radius(wiring.draw(200, np.random.default_rng(0)).weights), 3)
    0.9
    """

    def __init__(
        self,
        excitation=1.0,
        inhibition=4.0,
        distribution="gamma",
        cv=0.7071,
        balance=None,
        scale="degree",
        gain=1.0,
    ):
        self.excitation = excitation
        self.inhibition = inhibition
        self.distribution = distribution
        self.cv = cv
        self.balance = balance
        self.scale = scale
        self.gain = gain

    @classmethod
    def maass2002(cls):
        """Return the weights of the column of Maass, Natschläger & Markram (2002)."""
        return cls(excitation=(30.0, 60.0), inhibition=(19.0, 19.0), cv=1.0, scale=None)

    def check(self):
        """Raise a TypeError or ValueError that names a parameter outside its meaning."""
        for name in ("excitation", "inhibition"):
            self._means(name)
        check_distribution("Weights", self.distribution, self.cv)
        if self.balance is not None:
            check_number("Weights.balance", self.balance, 0)
        if self.scale is not None:
            check_choice("Weights.scale", self.scale, SCALES)
        check_number("Weights.gain", self.gain, 0)

    def draw(self, indptr, targets, inhibitory, rng):
        """Draw the weights of a pattern.

        Parameters
        ----------
        indptr, targets : int arrays
            The pattern: targets of neuron i are `targets[indptr[i]:indptr[i + 1]]`.
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        rng : numpy.random.Generator
            Source of draws.

        Returns
        -------
        weights : float32 array of the shape of `targets`

        Raises
        ------
        TypeError, ValueError
            If a parameter is outside its meaning, or the connections have no spectral radius to
            scale by.
        """
        self.check()
        n_neurons = len(inhibitory)
        means = np.concatenate([self._means("excitation"), -self._means("inhibition")])
        if self.scale != "spectral_radius":
            means *= self.gain
        if self.scale == "degree" and len(targets):
            means /= np.sqrt(len(targets) / n_neurons)
        weights = draw_magnitudes(self.distribution, self.cv, len(targets), rng)
        scale_by_pair(weights, indptr, targets, inhibitory, means.astype(np.float32))
        if self.balance is not None:
            _balance(weights, targets, n_neurons, self.balance)
        if self.scale == "spectral_radius" and len(targets):
            radius = spectral_radius(csr(weights, targets, indptr, (n_neurons, n_neurons)))
            if radius == 0:
                raise ValueError(
                    "Weights.scale='spectral_radius' needs connections that form a loop: without "
                    "one the spectral radius is 0; use scale='degree' or None"
                )
            weights *= np.float32(self.gain / radius)
        return weights

    def _means(self, name):
        """Return the magnitudes onto excitatory and onto inhibitory neurons."""
        value = getattr(self, name)
        pair = value if isinstance(value, tuple | list) else (value, value)
        if len(pair) != 2:
            raise ValueError(f"Weights.{name} must be one or two numbers, got {value!r}")
        return np.array([check_number(f"Weights.{name}", mean, 0) for mean in pair])


def check_distribution(name, distribution, cv):
    """Refuse a distribution or a `cv` outside its meaning; `name` is that of their owner."""
    check_choice(f"{name}.distribution", distribution, DISTRIBUTIONS)
    cv = check_number(f"{name}.cv", cv, 0)
    if distribution == "uniform" and cv > 1 / np.sqrt(3):
        raise ValueError(f"{name}.cv of a uniform distribution is at most 0.577, got {cv!r}")


def draw_magnitudes(distribution, cv, size, rng):
    """Draw float32 magnitudes of mean one, in place: a large network has no room for a second.

    Parameters
    ----------
    distribution : {"constant", "uniform", "normal", "lognormal", "gamma", "signed"}
        Kind of distribution. Normal draws are clipped at zero, to keep Dale's law; "signed" are
        of mean zero and standard deviation one.
    cv : float
        Standard deviation over mean.
    size : int
        How many.
    rng : numpy.random.Generator
        Source of draws.

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
    """Scale the negative weights onto each neuron to sum to a share of the positive ones."""
    excitation, inhibition = np.zeros(n_neurons), np.zeros(n_neurons)
    for k, target in enumerate(targets):
        if weights[k] > 0:
            excitation[target] += weights[k]
        else:
            inhibition[target] -= weights[k]
    for k, target in enumerate(targets):
        if weights[k] < 0 and excitation[target] > 0:
            weights[k] *= share * excitation[target] / inhibition[target]
