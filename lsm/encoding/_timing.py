"""Spikes at given steps of a row, first spikes of a row, and periods that fill a row."""

import numpy as np

from .._units import steps

__all__ = ["first_spike", "period_steps", "spike_at"]


def spike_at(step, n_steps):
    """Return rows with one spike in each channel, at a given step.

    Parameters
    ----------
    step : array of shape (n_rows, n_channels)
        Step of the spike in the row; -1 or `n_steps` and more for no spike.
    n_steps : int
        Number of steps of a row.

    Returns
    -------
    spikes : bool array of shape (n_rows, n_steps, n_channels)
    """
    return np.arange(n_steps)[:, None] == step[:, None, :]


def first_spike(rows):
    """Return the step of the first spike of each row and channel, 0 without a spike.

    Parameters
    ----------
    rows : array of shape (n_rows, n_steps, n_channels)
        Spike counts.

    Returns
    -------
    step : int array of shape (n_rows, n_channels)
    """
    return (rows > 0).argmax(axis=1)


def period_steps(name, rate, code):
    """Return the number of steps in a period, of which a row must hold a whole number.

    Parameters
    ----------
    name : str
        Name of the rate, with its owner.
    rate : float
        Number of periods per second, in Hz.
    code : Encoder
        Encoder with the steps and the rows.

    Returns
    -------
    n_steps : int

    Raises
    ------
    ValueError
        If the period is not a multiple of the step, or the row not one of the period.
    """
    period = int(steps(f"the period of {name}={rate:g} Hz", 1000 / rate, code.dt_, exact=True))
    if code.hold_ % period:
        raise ValueError(
            f"{code.row_name} must be a whole number of periods of {period * code.dt_:g} ms, which "
            f"are those of {name}={rate:g} Hz, got {code.hold_ * code.dt_:g} ms"
        )
    return period
