"""Static random features and pooled input: what stands in a liquid's place as a control."""

from typing import Any, Self

import numpy as np
from scipy import sparse
from scipy.signal import lfilter
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ._parts import Composite, all_or_nothing
from ._random import generators
from ._typing import Array, ArrayLike, Estimator, RandomState, Samples
from ._validation import check_choice, check_integer, check_number, is_auto
from .samples import SampleForm, warn_of_series
from .snapshots import Snapshots
from .spikes import SpikeArray
from .topology import RandomInput

__all__ = ["Pooled", "RandomFeatures"]

TAU = 30.0  # ms, of the traces of spikes
SMALL = 1e-6  # a standard deviation below this share of the mean comes from rounding


class Pooled(  # type: ignore[call-arg]  # of a mixin without hints
    TransformerMixin, Composite, auto_wrap_output_keys=("transform",)
):
    """Values of the input at rows, pooled over windows, for a readout without a liquid.

    It takes the samples of a :class:`~lsm.Liquid` and has its windows, so it can take the place of
    one in a model. There is no network, and nothing goes on from row to row but the traces of
    spikes.

    Parameters
    ----------
    snapshots : Snapshots, default=Snapshots()
        Windows over which values are pooled. Its feature is not used.
    pool : {"mean", "sum"}, default="mean"
        Whether `transform` returns the mean over a window, or the sum over its rows. A row that
        lies partly in a window counts with that part.
    tau : float, "auto" or None, default="auto"
        Time constant in ms of exponential traces, which are read instead of the input itself;
        None reads the input. "auto" is 30 ms for spikes, of which a single row says little, and
        None for currents.
    dt, row_duration, static_steps : object
        As of :class:`~lsm.Liquid`: the durations of rows and of static patterns.

    Attributes
    ----------
    n_features_in_ : int
        Number of input channels.
    """

    _parts = {"snapshots": Snapshots}
    _part_methods = {"snapshots": "plan"}

    def __init__(
        self,
        snapshots: Snapshots | str = "auto",
        pool: str = "mean",
        tau: float | str | None = "auto",
        dt: float = 1.0,
        row_duration: float | str = "auto",
        static_steps: int = 100,
    ) -> None:
        self.snapshots = snapshots
        self.pool = pool
        self.tau = tau
        self.dt = dt
        self.row_duration = row_duration
        self.static_steps = static_steps

    def fit(self, X: Samples, y: Any = None) -> Self:
        """Learn the form of the samples.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, see :class:`~lsm.Liquid`.
        y : ignored
            For scikit-learn's pipelines.

        Returns
        -------
        self : transformer

        Raises
        ------
        TypeError, ValueError
            If a parameter or the input is invalid.
        """
        with all_or_nothing(self):
            self._check()
            self.__dict__.pop("_form", None)
            form = self._new_form()
            warn_of_series(X)
            spikes = form.to_spikes(X, self)
            self._windows(spikes)
            self.n_features_in_ = spikes.n_channels
            self._form = form.decide(X, spikes)
            self._fit(spikes)
        return self

    def _fit(self, spikes):
        """Learn what the values at rows depend on."""

    def transform(self, X: Samples) -> Array:
        """Return the values of samples, pooled over windows.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        pooled : float32 array of shape (n_samples, n_windows * n_values)
            Column `k * n_values + i` holds value i in window k.
        """
        check_is_fitted(self)
        spikes = self.to_spikes(X)
        return np.stack([
            self._pool(self._values(spikes, sample), window)
            for sample, window in enumerate(self._windows(spikes))
        ])  # fmt: skip

    def trajectory(self, X: Samples) -> list[Array]:
        """Return the values of samples at every row.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        values : list of float32 arrays of shape (T_i, n_values)
        """
        check_is_fitted(self)
        spikes = self.to_spikes(X)
        return [self._values(spikes, sample) for sample in range(len(spikes))]

    def to_spikes(self, X: Samples) -> SpikeArray:
        """Convert samples of any form to a SpikeArray, as :meth:`lsm.Liquid.to_spikes` does."""
        if hasattr(self, "_form"):
            return self._form.to_spikes(X, self)
        self._check()
        return self._new_form().to_spikes(X)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Return the names of the columns; `input_features` is ignored."""
        check_is_fitted(self)
        windows, n_values = self._part("snapshots").windows(), self._n_values()
        names = [f"{a:g}-{b:g} value{i}" for a, b in windows for i in range(n_values)]
        return np.array(names, dtype=object)

    def _n_values(self):
        return self.n_features_in_

    def _check(self):
        owner = type(self).__name__
        self._check_parts()
        check_choice(f"{owner}.pool", self.pool, ("mean", "sum"))
        if self.tau is not None and not is_auto(self.tau):
            check_number(f"{owner}.tau", self.tau, 0, low_open=True, suffix=", 'auto' or None")
        check_number(f"{owner}.dt", self.dt, 0, low_open=True)
        if not is_auto(self.row_duration):
            rule = f"{owner}.row_duration"
            check_number(rule, self.row_duration, 0, low_open=True, suffix=" or 'auto'")
        check_integer(f"{owner}.static_steps", self.static_steps, 1)

    def _new_form(self):
        return SampleForm.before_fit(self.row_duration, self.dt, self.static_steps)

    def _windows(self, spikes):
        """Return the windows of each sample in rows, of shape (n_samples, n_windows, 2)."""
        snapshots = self._part("snapshots")
        snapshots.plan(spikes.n_rows, spikes.row_duration)  # refuses samples that end too early
        windows = snapshots.windows()
        if snapshots.at is not None and snapshots.unit == "ms":
            return np.repeat(windows[None] / spikes.row_duration, len(spikes), axis=0)
        return windows * spikes.n_rows[:, None, None]

    def _inputs(self, spikes, sample):
        """Return the input of a sample at its rows, or its traces, as a float64 array."""
        rows = spikes.to_dense(sample).astype(float)
        tau = (None if spikes.graded else TAU) if is_auto(self.tau) else self.tau
        if tau is None:
            return rows
        return lfilter([1.0], [1.0, -np.exp(-spikes.row_duration / tau)], rows, axis=0)

    def _values(self, spikes, sample):
        """Return the values of a sample at its rows, a float32 array of shape (T, n_values)."""
        return self._inputs(spikes, sample).astype(np.float32)

    def _pool(self, values, windows):
        """Return the values of one sample in each window, one window after the other."""
        row = np.arange(len(values))
        starts, ends = windows[:, :1], windows[:, 1:]
        inside = np.clip(np.minimum(ends, row + 1) - np.maximum(starts, row), 0, None)
        if self.pool == "mean":
            inside /= ends - starts
        # A sparse product adds in a fixed order, so that sums are the same for any threads.
        return (sparse.csr_array(inside) @ values).astype(np.float32).ravel()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags


class RandomFeatures(Pooled):
    """Static random features: what remains of a liquid without neurons, recurrence and time [1]_.

    A unit adds a few channels of a row with random weights and a random bias, and rectifies the
    sum. The values of a row are those of that row alone, and are pooled over the windows of a
    sample. In a liquid's place in a model this is the strongest control: where it reaches the
    score of the liquid, the task needs a nonlinear projection and no dynamics.
    :func:`lsm.compare` makes this comparison.

    Channels are centred and scaled to unit variance, and the sum of a unit has a variance of about
    one, as its bias has.

    Parameters
    ----------
    n_units : int, default=1000
        Number of units.
    inputs : input wiring, default=RandomInput()
        Connections from the channels to the units. Delays and the scale of weights are not used.
        With the seed and the size of a liquid these are the connections of that liquid.
    activation : {"rectify", "threshold"}, default="rectify"
        Value of a unit: its sum where that is positive and 0 elsewhere, or 1 and 0.
    snapshots : Snapshots, default=Snapshots()
        Windows over which values are pooled. With the feature "root_count" the roots of the
        pooled values are returned; other features are not used.
    pool : {"mean", "sum"}, default="sum"
        Whether `transform` returns the mean over a window, or the sum over its rows, which grows
        with the duration as the counts of a liquid do.
    tau : float, "auto" or None, default="auto"
        Time constant in ms of the exponential traces of the input that units read; None for the
        input itself. "auto" is 30 ms for spikes, of which a single row says little, and None for
        currents.
    dt, row_duration, static_steps : object
        As of :class:`~lsm.Liquid`: the durations of rows and of static patterns.
    random_state : int, RandomState instance or None, default=None
        Seed of the weights and biases.

    Attributes
    ----------
    weights_ : sparse array of shape (n_units, n_channels)
        Weights of the scaled channels.
    bias_ : float32 array of shape (n_units,)
        Biases.
    center_, scale_ : float64 arrays of shape (n_channels,)
        Mean and standard deviation of each channel, or of its traces, over all rows of `fit`.
    n_features_in_ : int
        Number of input channels.

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
        self,
        n_units: int = 1000,
        inputs: Estimator | str = "auto",
        activation: str = "rectify",
        snapshots: Snapshots | str = "auto",
        pool: str = "sum",
        tau: float | str | None = "auto",
        dt: float = 1.0,
        row_duration: float | str = "auto",
        static_steps: int = 100,
        random_state: RandomState = None,
    ) -> None:
        super().__init__(snapshots, pool, tau, dt, row_duration, static_steps)
        self.n_units = n_units
        self.inputs = inputs
        self.activation = activation
        self.random_state = random_state

    def _check(self):
        super()._check()
        check_integer("RandomFeatures.n_units", self.n_units, 1)
        choices = ("rectify", "threshold")
        check_choice("RandomFeatures.activation", self.activation, choices)

    def _fit(self, spikes):
        self.center_, self.scale_ = self._moments(spikes)
        rngs = generators(self.random_state, ["input", "parameters"])
        none_inhibitory = np.zeros(self.n_units, dtype=bool)
        drawn, _ = self._part("inputs").draw(spikes.n_channels, none_inhibitory, rngs["input"])
        weights = sparse.csr_array(drawn.T.astype(np.float64))
        weights.sum_duplicates()
        norms = np.sqrt(np.asarray(weights.power(2).sum(axis=1)).ravel())
        norms[norms == 0] = 1.0
        self.weights_ = sparse.csr_array(sparse.diags_array(1 / norms) @ weights, dtype=np.float32)
        self.bias_ = rngs["parameters"].normal(size=self.n_units).astype(np.float32)

    def _moments(self, spikes):
        """Return mean and standard deviation of the units' inputs over all rows."""
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

    def _values(self, spikes, sample):
        scaled = ((self._inputs(spikes, sample) - self.center_) / self.scale_).astype(np.float32)
        sums = self.weights_ @ np.ascontiguousarray(scaled.T) + self.bias_[:, None]
        values = np.maximum(sums, 0) if self.activation == "rectify" else sums > 0
        return np.ascontiguousarray(values.T, dtype=np.float32)
