"""Static random features: the strongest control of a liquid, without neurons and time."""

import numpy as np
from scipy import sparse

from ._random import generators
from ._typing import Array, Estimator, RandomState, Samples
from ._validation import check_choice, check_integer, check_number
from .pooled import Pooled
from .snapshots import Snapshots
from .topology import RandomInput

__all__ = ["RandomFeatures"]

SMALL = 1e-6  # a standard deviation below this share of the mean comes from rounding


class RandomFeatures(Pooled):
    """Static random features: what remains of a liquid without neurons, recurrence and time [1]_.

    A unit adds a few channels of a row with random weights, and rectifies the sum above a random
    threshold. The values of a row are those of that row and at most `n_taps - 1` rows before, and
    are pooled over the windows of a sample. In a liquid's place in a model this is the strongest
    control: where it reaches the score of the liquid, the task needs a nonlinear projection of a
    finite window and no dynamics. :func:`lsm.compare` makes this comparison.

    Channels are centred and scaled to unit variance, and the sum of a unit has a variance of about
    one, which is the unit of the thresholds.

    Parameters
    ----------
    n_units : int, default=1000
        Number of units.
    inputs : input wiring, default=RandomInput()
        Connections from the channels to the units. Delays and the scale of weights are not used.
        With the seed and the size of a liquid these are the connections of that liquid.
    activation : {"rectify", "threshold"}, default="rectify"
        Value of a unit: its sum minus its threshold where that is positive and 0 elsewhere, or 1
        and 0.
    threshold, spread : float, default=DEF
        Mean and standard deviation of the normal distribution of the thresholds.
    snapshots : Snapshots, default=Snapshots()
        Windows over which values are pooled. With the feature "root_count" the roots of the
        pooled values are returned; other features are not used.
    pool : {"mean", "sum", "max", "last"} or tuple of them, default="sum"
        As of :class:`~lsm.pooled.Pooled`. The sum grows with the duration, as the counts of a
        liquid do.
    tau : object
        Time constants of the traces of the input that units read, as of
        :class:`~lsm.pooled.Pooled`.
    n_taps : int or "auto", default=1
        Number of rows from which units read: the present one and those before. Each unit reads
        back to a row of its own, log-uniform up to this number. "auto" as of
        :class:`~lsm.pooled.Pooled`.
    dt, row_duration, static_steps : object
        As of :class:`~lsm.Liquid`: the durations of rows and of static patterns.
    random_state : int, RandomState instance or None, default=None
        Seed of the weights and biases.

    Attributes
    ----------
    weights_ : sparse array of shape (n_units, n_inputs)
        Weights of the scaled channels, or of their traces and taps.
    bias_ : float32 array of shape (n_units,)
        Thresholds with the opposite sign.
    center_, scale_ : float64 arrays of shape (n_inputs,)
        Mean and standard deviation of each channel, or of its traces, over all rows of `fit`; with
        several taps those of the present rows first.
    n_features_in_ : int
        Number of input channels.
    n_taps_ : int
        Number of rows from which units read.

    References
    ----------
    .. [1] A. Rahimi, B. Recht (2008). Weighted sums of random kitchen sinks: replacing
       minimization with randomization in learning. Advances in Neural Information Processing
       Systems 21.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import LSMClassifier, RandomFeatures
    >>> t = np.arange(60)[:, None]
    >>> y = np.arange(20) % 2
    >>> X = [np.sin(t / (3 + label) + i) for i, label in enumerate(y)]
    >>> LSMClassifier(RandomFeatures(n_units=200, random_state=0)).fit(X, y).score(X, y)
    1.0
    """

    _parts = Pooled._parts | {"inputs": RandomInput}
    _part_methods = Pooled._part_methods | {"inputs": "draw"}

    def __init__(
        self, n_units: int = 1000, inputs: Estimator | str = "auto", activation: str = "rectify",
        threshold: float = 0.7, spread: float = 0.4, snapshots: Snapshots | str = "auto",
        pool: str | tuple[str, ...] = "sum", tau: float | tuple[float, ...] | str | None = "auto",
        n_taps: int | str = 1, dt: float = 1.0, row_duration: float | str = "auto",
        static_steps: int = 100, random_state: RandomState = None,
    ) -> None:  # fmt: skip
        super().__init__(snapshots, pool, tau, n_taps, dt, row_duration, static_steps)
        self.n_units = n_units
        self.inputs = inputs
        self.activation = activation
        self.threshold = threshold
        self.spread = spread
        self.random_state = random_state

    def _check(self):
        super()._check()
        check_integer("RandomFeatures.n_units", self.n_units, 1)
        check_number("RandomFeatures.threshold", self.threshold)
        check_number("RandomFeatures.spread", self.spread, 0)
        choices = ("rectify", "threshold")
        check_choice("RandomFeatures.activation", self.activation, choices)

    def _fit(self, spikes):
        center, scale = self._moments(spikes)
        self.center_, self.scale_ = np.tile(center, self.n_taps_), np.tile(scale, self.n_taps_)
        rngs = generators(self.random_state, ["input", "parameters"])
        none_inhibitory = np.zeros(self.n_units, dtype=bool)
        drawn, _ = self._part("inputs").draw(len(self.center_), none_inhibitory, rngs["input"])
        weights = sparse.coo_array(drawn.T.astype(np.float64))
        if self.n_taps_ > 1:
            weights = self._within_reach(weights, len(center), rngs["input"])
        weights = weights.tocsr()  # adds up duplicates
        norms = np.sqrt(np.asarray(weights.power(2).sum(axis=1)).ravel())
        norms[norms == 0] = 1.0
        self.weights_ = sparse.csr_array(sparse.diags_array(1 / norms) @ weights, dtype=np.float32)
        thresholds = rngs["parameters"].normal(self.threshold, self.spread, size=self.n_units)
        self.bias_ = -thresholds.astype(np.float32)

    def _within_reach(self, weights, n_traces, rng):
        """Return weights in which each unit reads back to a row of its own, at most the last tap.

        The reach is log-uniform, so that some units read the newest rows alone.
        """
        reach = self.n_taps_ ** rng.uniform(size=self.n_units)
        units, columns = weights.coords
        taps, traces = np.divmod(columns, n_traces)
        taps = np.ceil((taps + 1) * reach[units] / self.n_taps_).astype(int) - 1
        return sparse.coo_array((weights.data, (units, taps * n_traces + traces)), weights.shape)

    def _moments(self, spikes):
        """Return mean and standard deviation of the inputs, or of their traces, over all rows."""
        n_rows = spikes.n_rows.sum()
        samples = range(len(spikes))
        mean = sum(self._inputs(spikes, i).sum(axis=0) for i in samples) / n_rows
        squares = sum(((self._inputs(spikes, i) - mean) ** 2).sum(axis=0) for i in samples)
        std = np.sqrt(squares / n_rows)
        return mean, np.where(std > SMALL * np.abs(mean), std, 1.0)

    def transform(self, X: Samples) -> Array:
        """Return the values of samples, pooled over windows.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        pooled : float32 array of shape (n_samples, n_windows * n_units)
            Column `k * n_units + i` holds unit i in window k.
        """
        pooled = super().transform(X)
        return np.sqrt(pooled) if self._part("snapshots").feature == "root_count" else pooled

    def _n_values(self):
        return self.n_units

    def _window_values(self, taps):
        scaled = ((taps - self.center_) / self.scale_).astype(np.float32)
        sums = self.weights_ @ np.ascontiguousarray(scaled.T) + self.bias_[:, None]
        values = np.maximum(sums, 0) if self.activation == "rectify" else sums > 0
        return np.ascontiguousarray(values.T, dtype=np.float32)
