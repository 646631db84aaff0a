"""Sunspots: a measured series that comes with the package."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.utils import Bunch

from ._series import ahead, bunch, check_horizons

__all__ = ["load_sunspots"]


def load_sunspots(
    horizon: int | Sequence[int] = 1, *, validation_size: float = 0.2, test_size: float = 0.2
) -> Bunch:
    """
    Load the monthly mean numbers of sunspots from 1749 to 2008 [1]_.

    Parameters
    ----------
    horizon : int or sequence of int, default=1
        Number of months by which the targets are ahead.
    validation_size, test_size : float, default=0.2
        Shares of the months, at the end of the series.

    Returns
    -------
    series : Bunch
        A dictionary with attributes:

        data : list of one ndarray of shape (n_steps, 1)
            The 3,120 months but for the last, which are targets only.
        target : list of one ndarray of shape (n_steps, n_horizons)
            The number after each horizon.
        train, validation, test : slice
            Successive steps to train, to choose settings and to test on, as `data[0][train]`.
        feature_names, target_names : list of str
            Names of the columns of `data` and of `target`.
        time : ndarray of shape (n_steps,)
            Middle of each month in years.
        DESCR : str
            Source, licence and split.

    References
    ----------
    .. [1] National Geophysical Data Center, NOAA. Sunspot numbers, in the public domain.

    Examples
    --------
    >>> from lsm.datasets import load_sunspots
    >>> series = load_sunspots(horizon=(1, 12))
    >>> series.data[0].shape, series.target[0].shape
    ((3108, 1), (3108, 2))
    """
    horizons = check_horizons(horizon)
    years = np.loadtxt(Path(__file__).with_name("sunspots.txt"))
    numbers = years[:, 1:].reshape(-1, 1)
    if horizons.max() > len(numbers) - 3:
        raise ValueError(f"horizon must be at most {len(numbers) - 3} months, got {horizon!r}")
    months = (years[:, :1] + (np.arange(12) + 0.5) / 12).ravel()
    return bunch(
        "Sunspots",
        "Monthly mean sunspot numbers, 1749 to 2008, the international number in its version 1, "
        "from the\nU.S. National Geophysical Data Center (NOAA), in the public domain.",
        **ahead(numbers, horizons, ["number"]),
        validation_size=validation_size,
        test_size=test_size,
        time=months[: len(months) - horizons.max()],
    )
