"""The common form of time series: one Bunch, one split, one description.

A series is a list of one array, and its split is three slices of its steps. The washout is a
parameter of the estimator: to test on every step of `test`, begin `washout` steps earlier.
"""

import numpy as np
from sklearn.utils import Bunch

from lsm._validation import check_integer, check_number

__all__ = ["ahead", "bunch", "check_horizons", "split"]

_DESCR = """{title}
{line}
{text}

:Steps: {n_train} for training, {n_validation} for validation, {n_test} for testing, in this order
:Inputs: {inputs}
:Targets: {targets}
"""


def check_horizons(horizon):
    """Return one horizon or several, in steps, as an array of integers."""
    if np.ndim(horizon) > 1 or np.size(horizon) == 0:
        raise ValueError(f"horizon must be an integer or a sequence of them, got {horizon!r}")
    many = horizon if np.ndim(horizon) else [horizon]
    return np.array([check_integer("horizon", value, 1) for value in many])


def ahead(series, horizons, names):
    """
    Pair each row of a series with later ones.

    Parameters
    ----------
    series : array of shape (n_steps + max(horizons), n_variables)
        Series.
    horizons : int array of shape (n_horizons,)
        Number of rows by which the targets are later.
    names : list of str
        Names of the variables.

    Returns
    -------
    parts : dict
        `data`, `target` (all variables at the first horizon, then at the next) and the names of
        their columns, as :func:`bunch` takes them.
    """
    n_steps = len(series) - horizons.max()
    return {
        "data": series[:n_steps],
        "target": np.hstack([series[horizon : horizon + n_steps] for horizon in horizons]),
        "feature_names": [f"{name}(t)" for name in names],
        "target_names": [f"{name}(t + {horizon})" for horizon in horizons for name in names],
    }


def bunch(
    title, text, *, data, target, feature_names, target_names, validation_size, test_size, **more
):
    """Return a series with its description, and its split by time."""
    train, validation, test = split(len(data), validation_size, test_size)
    descr = _DESCR.format(
        title=title,
        line="-" * len(title),
        text=text,
        n_train=train.stop,
        n_validation=validation.stop - validation.start,
        n_test=test.stop - test.start,
        inputs=_listed(feature_names),
        targets=_listed(target_names),
    )
    return Bunch(
        data=[data],
        target=[target],
        train=train,
        validation=validation,
        test=test,
        feature_names=feature_names,
        target_names=target_names,
        DESCR=descr,
        **more,
    )


def split(n_steps, validation_size, test_size):
    """Return slices of the steps, or of samples, for training, validation and the test."""
    check_number("validation_size", validation_size, 0, 1, high_open=True)
    check_number("test_size", test_size, 0, 1, low_open=True, high_open=True)
    n_test = max(round(test_size * n_steps), 1)
    n_train = n_steps - n_test - round(validation_size * n_steps)
    if n_train < 1:
        raise ValueError(
            f"validation_size={validation_size!r} and test_size={test_size!r} leave no step of "
            f"{n_steps} for training"
        )
    return slice(0, n_train), slice(n_train, n_steps - n_test), slice(n_steps - n_test, n_steps)


def _listed(names):
    return ", ".join(names if len(names) <= 6 else [*names[:3], "...", names[-1]])
