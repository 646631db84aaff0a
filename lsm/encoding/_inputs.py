"""Checks of the input of encoders: waveforms, vectors and signals."""

import numpy as np
from scipy import sparse
from sklearn.utils.validation import validate_data

from .._events import check_sample, check_table
from .._validation import as_array
from ..samples import as_samples, check_columns
from ..spikes import SpikeArray

__all__ = ["check_signals", "check_waveforms", "is_table", "row_duration"]


def check_waveforms(encoder, X, *, reset):
    """Return the waveforms of `X` as 1-D arrays.

    Parameters
    ----------
    encoder : estimator
        Encoder of the input; a 2-D array sets its `n_features_in_`, or must agree with it.
    X : sequence of (n_timesteps_i,) arrays, or array of shape (n_samples, n_timesteps)
        Waveforms.
    reset : bool
        Whether the encoder is being fitted.

    Returns
    -------
    waveforms : list of arrays of shape (n_timesteps_i,)
    """
    if isinstance(X, SpikeArray):
        raise ValueError("X must hold waveforms, got a SpikeArray, which is encoded already")
    ragged = isinstance(X, list | tuple) or (
        getattr(X, "ndim", None) == 1
        and X.dtype == object  # a 1-D array of numbers is one waveform
    )
    if not ragged:
        X = validate_data(encoder, X, reset=reset, dtype="numeric", ensure_all_finite=False)
    elif reset:
        _forget_features(encoder)
    if len(X) == 0:
        raise ValueError("X is empty: at least one waveform is required")
    return [_check_waveform(i, waveform) for i, waveform in enumerate(X)]


def check_signals(encoder, X, *, reset, series=False, allow_nan=False):
    """Return the samples of `X` as float64 arrays of shape (n_rows, n_channels).

    Parameters
    ----------
    encoder : estimator
        Encoder of the input; its `n_features_in_` is set or checked.
    X : graded SpikeArray, sequence of (n_rows_i, n_channels) arrays, 3-D or 2-D array
        Samples.
    reset : bool
        Whether the encoder is being fitted.
    series : bool, default=False
        Whether a row of a 2-D `X` is a signal of one channel instead of a vector, and a sequence
        may hold 1-D arrays.
    allow_nan : bool, default=False
        Whether values may be missing.

    Returns
    -------
    samples : list of float64 arrays of shape (n_rows_i, n_channels)
    """
    X = as_samples(X)
    if is_table(X, series=series):
        if isinstance(X, list | tuple) and len({np.shape(row) for row in X}) > 1:
            raise ValueError(
                "X must have rows of equal length, or be a sequence of (n_rows, n_channels) "
                f"arrays; row 0 has shape {np.shape(X[0])}, and other rows have other shapes"
            )
        check_table("X", X)
        X = validate_data(encoder, X, reset=reset, dtype=np.float64, ensure_all_finite=False)
        if not np.isfinite(X[~np.isnan(X)] if allow_nan else X).all():
            values = "infinity" if allow_nan else "NaN or infinity"
            raise ValueError(f"X contains {values}: fill such values, or leave them out")
        return [row[:, None] if series else row[None] for row in X]
    if isinstance(X, SpikeArray):
        X = [X.to_dense(i) for i in range(len(X))]
    if len(X) == 0:
        raise ValueError("X is empty: at least one sample is required")
    check_columns(X)
    samples = [_check_signal(i, sample, series, allow_nan) for i, sample in enumerate(X)]
    widths = {sample.shape[1] for sample in samples}
    if len(widths) > 1:
        raise ValueError(f"samples must have equal numbers of channels, got {sorted(widths)}")
    if reset:
        _forget_features(encoder)
        if not series:
            encoder.n_features_in_ = widths.pop()
    return samples


def row_duration(X):
    """Return the length of a row in ms if `X` is a `SpikeArray`, else None."""
    if not isinstance(X, SpikeArray):
        return None
    if not X.graded:
        raise ValueError("X is a SpikeArray of spikes, which is encoded already")
    return X.row_duration


def is_table(X, *, series=False):
    """Return whether `X` is a 2-D array instead of a sequence of samples.

    Input that is neither counts as a 2-D array, which scikit-learn checks.
    """
    if isinstance(X, SpikeArray):
        return False
    if isinstance(X, list | tuple) and len(X) > 0:
        return _ndim(X[0]) < (1 if series else 2)
    ndim = getattr(X, "ndim", None)
    return not (ndim == 3 or (ndim == 1 and X.dtype == object) or isinstance(X, list | tuple))


def _ndim(sample):
    try:
        return 2 if sparse.issparse(sample) else np.ndim(sample)
    except ValueError:  # ragged, and refused later by an error that names the sample
        return 2


def _forget_features(encoder):
    # An earlier fit on a 2-D array must not fix the width of ragged input.
    vars(encoder).pop("n_features_in_", None)
    vars(encoder).pop("feature_names_in_", None)


def _check_signal(i, sample, series, allow_nan):
    if series and _ndim(sample) == 1:
        sample = np.reshape(sample, (-1, 1))
    array = check_sample(i, sample)
    array = (array.toarray() if sparse.issparse(array) else array).astype(np.float64)
    if allow_nan and np.isinf(array).any():
        raise ValueError(f"sample {i} must not contain infinity: use NaN for a missing value")
    if not allow_nan and not np.isfinite(array).all():
        raise ValueError(f"sample {i} must be finite, got one that contains NaN or infinity")
    return array


def _check_waveform(i, waveform):
    rule = f"sample {i} must be a 1-D waveform of floats or signed integers"
    array = as_array(rule, waveform)
    if array.dtype.kind == "c":
        raise ValueError(f"{rule}: Complex data not supported")
    if array.dtype.kind not in "if":  # silence is 128 in unsigned audio, not 0
        raise ValueError(f"{rule}, got {waveform!r:.40} of type {array.dtype}")
    if array.ndim != 1:
        remedy = ": mix its channels into one" if array.ndim == 2 else ""
        raise ValueError(f"{rule}, got shape {array.shape}{remedy}")
    if array.size == 0:
        raise ValueError(f"{rule}, got one of length 0")
    if not np.isfinite(array).all():
        raise ValueError(f"{rule}, got one that contains NaN or infinity")
    return array
