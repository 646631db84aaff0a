"""What samples a liquid takes: the forms of input told apart, and made one."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from .spikes import SpikeArray, as_spike_array

__all__ = ["SamplesMixin", "is_static", "is_stepwise"]


def is_static(X):
    """Tell a 2-D array of static patterns from ragged input."""
    if isinstance(X, SpikeArray):
        return False
    if hasattr(X, "iloc") or sparse.issparse(X):
        return True
    if hasattr(X, "ndim"):
        return X.ndim == 2 or (X.ndim < 2 and X.dtype != object)
    # A list of rows of numbers is a table, as everywhere in scikit-learn.
    is_list = hasattr(X, "__len__") and not isinstance(X, str) and len(X) > 0
    if not is_list or np.ndim(X[0]) > 1 or isinstance(X[0], str):
        return False
    return len({np.shape(row) for row in X}) == 1


def is_stepwise(y):
    """Tell targets at every row of each sample from one target a sample.

    Stepwise are a 3-D array and a sequence of arrays of shape (T_i,) or (T_i, n_outputs); a list
    of lists of numbers is a table of one target a sample, as everywhere in scikit-learn.
    """
    if isinstance(y, np.ndarray) and y.dtype != object:
        return y.ndim == 3
    return hasattr(y, "__len__") and len(y) > 0 and isinstance(y[0], np.ndarray) and y[0].ndim > 0


class SamplesMixin:
    """The samples that a liquid is given; `dt` and `static_steps` say how long a row lasts."""

    def _spikes(self, X, *, reset):
        """Turn input of any form into a SpikeArray, and check it against the fitted liquid."""
        graded = None if reset else self.network_.graded
        if reset:
            self._clock = self.dt, self.static_steps  # set later, they act in the next fit
        if hasattr(X, "__array__") and not hasattr(X, "__len__"):
            X = np.asarray(X)
        if hasattr(X, "iloc") and X.ndim == 1:
            X = list(X)
        if is_static(X):
            if graded is False:
                raise ValueError(
                    "X is a 2-D array, a table of static patterns, but the liquid was fitted on "
                    "spike trains; a single spike train goes into a list, [X]"
                )
            if reset and isinstance(X, list | tuple) and isinstance(X[0], np.ndarray):
                warnings.warn(
                    f"X is a list of arrays of shape {X[0].shape}, which are taken for static "
                    "patterns: a series of one channel must have shape (n_steps, 1); for "
                    "patterns pass a 2-D array",
                    UserWarning,
                    stacklevel=4,
                )
            X = validate_data(self, X, reset=reset, accept_sparse="csr", dtype="numeric")
            return self._hold(X)
        spikes = as_spike_array(X, dt=self._clock[0], graded=graded)
        if reset:
            self.n_features_in_ = spikes.n_channels
        elif spikes.n_channels != self.network_.w_in.shape[0]:
            raise ValueError(
                f"X has {spikes.n_channels} channels, but {type(self).__name__} is expecting "
                f"{self.network_.w_in.shape[0]} channels as input"
            )
        return spikes

    def _stimulus(self, spikes):
        """Return what to calibrate and diagnose on, where `fit` was given `spikes`."""
        if self.stimulus is None:
            return spikes
        if is_static(self.stimulus):
            stimulus = self._hold(check_array(self.stimulus, accept_sparse="csr"))
        else:
            stimulus = as_spike_array(self.stimulus, dt=self._clock[0], graded=spikes.graded)
        if (stimulus.n_channels, stimulus.graded) != (spikes.n_channels, spikes.graded):
            raise ValueError(
                f"Liquid.stimulus must be like X, {spikes.n_channels} channels of "
                f"{'currents' if spikes.graded else 'spikes'}, got {stimulus!r}"
            )
        return stimulus

    def _hold(self, X):
        """Turn each row of a table into a constant current."""
        frames = [row.reshape(1, -1) for row in X]
        dt, static_steps = self._clock
        return SpikeArray.from_sparse(frames, dt=static_steps * dt, graded=True)
