"""Sums of sines, for models that generate them by feedback of their output."""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

import numpy as np
from sklearn.utils import Bunch

from lsm._validation import check_number

from .._typing import ArrayLike
from ._series import bunch
from ._spike_trains import check_steps

__all__ = ["make_sine_patterns"]


def make_sine_patterns(
    frequencies: Sequence[float] = (2.0, 4.0, 6.0),
    duration: float = 10000.0,
    *,
    amplitudes: ArrayLike | None = None,
    row_duration: float = 1.0,
    validation_size: float = 0.2,
    test_size: float = 0.2,
) -> Bunch:
    """
    Make a sum of sines, all of which begin at zero.

    The input is zero: the series is for models with feedback of their output.

    Parameters
    ----------
    frequencies : sequence of float, default=(2.0, 4.0, 6.0)
        In Hz, to a thousandth.
    duration : float, default=10000.0
        Length in ms.
    amplitudes : sequence of float, optional
        One for each frequency; by default all are equal and add up to 1.
    row_duration : float, default=1.0
        Duration of a row in ms.
    validation_size, test_size : float, default=0.2
        Shares of the steps, at the end of the series.

    Returns
    -------
    series : Bunch
        A dictionary with attributes:

        data : list of one ndarray of shape (n_steps, 1)
            Zeros.
        target : list of one ndarray of shape (n_steps, 1)
            The sum of the sines.
        train, validation, test : slice
            Successive steps to train, to choose settings and to test on, as `target[0][train]`.
        feature_names, target_names : list of str
            Names of the columns of `data` and of `target`.
        period : float
            Period of the sum in ms.
        DESCR : str
            Description of the series.

    Examples
    --------
    >>> from lsm.datasets import make_sine_patterns
    >>> series = make_sine_patterns((2.0, 4.0, 6.0), duration=5000.0)
    >>> series.target[0].shape, series.period
    ((5000, 1), 500.0)
    """
    n_steps = check_steps("duration", duration, row_duration)
    exact = [_thousandths(value) for value in np.atleast_1d(frequencies).tolist()]
    if not exact:
        raise ValueError(f"frequencies must be one number or more, got {frequencies!r}")
    if amplitudes is None:
        amplitudes = np.full(len(exact), 1 / len(exact))
    if np.shape(amplitudes) != (len(exact),):
        raise ValueError(
            f"amplitudes must be one for each of {len(exact)} frequencies, got {amplitudes!r}"
        )
    amplitudes = [check_number("amplitudes", value) for value in amplitudes]
    seconds = np.arange(n_steps) * row_duration / 1000
    waves = np.sin(2 * np.pi * np.multiply.outer(seconds, np.array(exact, dtype=float)))
    # The greatest common divisor of fractions.
    slowest = Fraction(gcd(*(f.numerator for f in exact)), lcm(*(f.denominator for f in exact)))
    return bunch(
        "Sum of sines",
        f"{', '.join(f'{float(f):g}' for f in exact)} Hz, in steps of {row_duration:g} ms.",
        data=np.zeros((n_steps, 1)),
        target=(waves @ amplitudes)[:, None],
        feature_names=["nothing"],
        target_names=["sum"],
        validation_size=validation_size,
        test_size=test_size,
        period=float(1000 / slowest),
    )


def _thousandths(frequency):
    return Fraction(
        round(1000 * check_number("frequencies", frequency, 0.001)),
        1000,
    )
