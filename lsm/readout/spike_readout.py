"""Base of readouts of spikes: forms of samples, events on steps, and classes."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from .._typing import Array, ArrayLike, Samples
from .._units import steps_at
from .._validation import check_integer, check_number, is_auto
from ..samples import SampleForm
from ..spikes import SpikeArray
from ..targets import resolve_targets

__all__ = ["SpikeReadout", "Trains", "encode_classes", "potential_kernel"]


class SpikeReadout(BaseEstimator):
    """Base class of readouts that read spikes, at the steps of a simulation.

    Samples have the forms of :class:`~lsm.Liquid`, so that such a readout stands behind a
    `Liquid(output="spikes")` in a pipeline, behind an encoder of :mod:`lsm.encoding`, or alone.
    An event acts at the start of its row. An event of a graded sample acts as so many spikes as
    its amplitude, which may be negative; so each feature of a static pattern is one event at time
    0, which scales one postsynaptic potential.

    A subclass calls :meth:`fit_trains` in its `fit`, and :meth:`trains` later::

        class Counts(SpikeReadout):
            def fit(self, X, y=None):
                self.most_ = self.fit_trains(X).amplitudes.max()
                return self

    Parameters
    ----------
    dt : float, default=1.0
        Length of a step in ms, at most the duration of a row.
    row_duration : float or "auto", default="auto"
        Duration in ms of a row of lists and arrays; "auto" is one step. A SpikeArray has its own.
    static_steps : int, default=100
        Number of steps of a static pattern.

    Attributes
    ----------
    n_features_in_ : int
        Number of input channels.
    """

    def __init__(
        self, dt: float = 1.0, row_duration: float | str = "auto", static_steps: int = 100
    ) -> None:
        self.dt = dt
        self.row_duration = row_duration
        self.static_steps = static_steps

    def fit_trains(self, X: Samples) -> "Trains":
        """Decide the form of the samples, and return their events; for the `fit` of a subclass.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples.

        Returns
        -------
        trains : Trains

        Raises
        ------
        TypeError, ValueError
            If `dt`, `row_duration`, `static_steps` or the samples are invalid.
        """
        owner = type(self).__name__
        dt = check_number(f"{owner}.dt", self.dt, 0, low_open=True)
        static_steps = check_integer(f"{owner}.static_steps", self.static_steps, 1)
        if not is_auto(self.row_duration):
            name = f"{owner}.row_duration"
            check_number(name, self.row_duration, 0, low_open=True, suffix=" or 'auto'")
        form = SampleForm.before_fit(self.row_duration, dt, static_steps)
        spikes = form.to_spikes(X, self)
        trains = Trains.of(spikes, dt, owner)
        self.n_features_in_ = spikes.n_channels
        self._form = form.decide(X, spikes)
        return trains

    def trains(self, X: Samples) -> "Trains":
        """Return the events of samples, which must have the form of those of `fit`.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        trains : Trains

        Raises
        ------
        NotFittedError
            If the readout is not fitted.
        ValueError
            If the samples are invalid, or of another form than in `fit`.
        """
        check_is_fitted(self)
        owner = type(self).__name__
        # It may have been set since `fit`.
        dt = check_number(f"{owner}.dt", self.dt, 0, low_open=True)
        return Trains.of(self._form.to_spikes(X, self), dt, owner)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags


@dataclass(frozen=True)
class Trains:
    """Events of samples at the steps of a simulation, sample after sample, in order of time.

    Attributes
    ----------
    steps : int64 array of shape (n_events,)
        Step of each event in its sample.
    channels : int64 array of shape (n_events,)
        Channel of each event.
    amplitudes : float64 array of shape (n_events,)
        Number of spikes, or current of a graded sample.
    offsets : int64 array of shape (n_samples + 1,)
        Events of sample i are `offsets[i]:offsets[i + 1]`.
    n_steps : int64 array of shape (n_samples,)
        Number of steps of each sample, at least 1.
    n_channels : int
        Number of channels.
    """

    steps: Array
    channels: Array
    amplitudes: Array
    offsets: Array
    n_steps: Array
    n_channels: int

    @classmethod
    def of(cls, spikes: SpikeArray, dt: float, owner: str) -> Self:
        """Put the events of a SpikeArray at the steps at which their rows begin.

        Parameters
        ----------
        spikes : SpikeArray
            Samples.
        dt : float
            Length of a step in ms.
        owner : str
            Name of the estimator in an error.

        Returns
        -------
        trains : Trains

        Raises
        ------
        ValueError
            If a row is shorter than a step.
        """
        row = spikes.row_duration
        if row < dt * (1 - 1e-9):
            raise ValueError(
                f"{owner}.dt of {dt:g} ms is longer than a row of X, {row:g} ms: set "
                f"{owner}.dt={row:g} or less"
            )
        # A row that is shorter than a step by rounding only lasts one step.
        row = max(row, dt)
        n_events = len(spikes.rows)
        amplitudes = np.ones(n_events) if spikes.amplitudes is None else spikes.amplitudes
        return cls(
            steps=steps_at(spikes.rows.astype(np.int64), row, dt),
            channels=spikes.channels.astype(np.int64),
            amplitudes=amplitudes.astype(np.float64),
            offsets=spikes.offsets,
            n_steps=np.maximum(steps_at(spikes.n_rows.astype(np.int64), row, dt), 1),
            n_channels=spikes.n_channels,
        )

    def __len__(self) -> int:
        return len(self.n_steps)

    @property
    def arrays(self) -> tuple[Array, Array, Array, Array, Array]:
        """Steps, channels, amplitudes, offsets and numbers of steps, for compiled functions."""
        return self.steps, self.channels, self.amplitudes, self.offsets, self.n_steps

    @property
    def samples(self) -> Array:
        """Sample of each event."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    def dense(self, sample: int) -> Array:
        """Return the events of a sample as a float64 array of shape (n_steps, n_channels)."""
        raster = np.zeros((self.n_steps[sample], self.n_channels))
        part = slice(self.offsets[sample], self.offsets[sample + 1])
        np.add.at(raster, (self.steps[part], self.channels[part]), self.amplitudes[part])
        return raster


def encode_classes(X: Samples, y: ArrayLike, owner: str) -> tuple[Array, Array]:
    """Return the classes of samples, sorted, and the index of each sample's class.

    Parameters
    ----------
    X : samples
        As given to `fit`.
    y : array of shape (n_samples,)
        Class of each sample.
    owner : str
        Name of the estimator in an error.

    Returns
    -------
    classes : array of shape (n_classes,)
    indices : int64 array of shape (n_samples,)

    Raises
    ------
    ValueError
        If a class is missing, there is only one, or the targets are numbers of a regression.
    """
    _, y, _ = resolve_targets(X, y, "sample", owner)
    y = column_or_1d(y, warn=True)
    check_classification_targets(y)
    classes, indices = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"{owner} needs samples of two classes or more, got 1 class: {classes[0]!r}"
        )
    return classes, indices.astype(np.int64)


def potential_kernel(
    owner: str, tau_m: float, tau_s: float, dt: float
) -> tuple[float, float, float]:
    """Return the numbers of a postsynaptic potential, a difference of two exponentials.

    Parameters
    ----------
    owner : str
        Name of the estimator in an error.
    tau_m, tau_s : float
        Time constants of the membrane and of the synapses in ms.
    dt : float
        Length of a step in ms.

    Returns
    -------
    slow, fast : float
        Decays of the two exponentials in a step.
    factor : float
        Factor of the difference that makes a peak of 1, in continuous time.

    Raises
    ------
    TypeError, ValueError
        Unless `0 < tau_s < tau_m` and `0 < dt`.
    """
    dt = check_number(f"{owner}.dt", dt, 0, low_open=True)
    tau_m = check_number(f"{owner}.tau_m", tau_m, 0, low_open=True)
    tau_s = check_number(f"{owner}.tau_s", tau_s, 0, tau_m, low_open=True, high_open=True)
    ratio = tau_m / tau_s
    time = np.log(ratio) * tau_m / (ratio - 1)  # of the peak
    height = np.exp(-time / tau_m) - np.exp(-time / tau_s)
    return float(np.exp(-dt / tau_m)), float(np.exp(-dt / tau_s)), float(1 / height)
