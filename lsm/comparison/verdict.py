"""Sentences about the differences between a model and its controls."""

from typing import Any

import numpy as np

from .._typing import DataFrame
from .models import NO_LIQUID, NO_RECURRENCE, STATIC

__all__ = ["difference_text", "sentences"]


def sentences(table: DataFrame, failures: dict[str, Any]) -> list[str]:
    """Return what the differences mean.

    Parameters
    ----------
    table : DataFrame
        As of :class:`~lsm.comparison.Comparison`.
    failures : dict of str to Exception
        Errors of controls, by name.

    Returns
    -------
    sentences : list of str
        The first one is the answer, if intervals are known.
    """
    _, *controls = table.itertuples()
    trivial = controls[-1].model
    failed = [f"'{name}' failed: {error}" for name, error in failures.items()]
    controls = [row for row in controls if row.model not in failures]
    if np.isnan([row.low for row in controls]).all():
        return ["One split gives no intervals: pass a cv of several splits.", *failed]
    return [_answer(controls, trivial), *map(_sentence, controls), *failed]


def _answer(controls, trivial):
    """Return the answer to the question whether the liquid helps."""
    better = {row.model: row.low > 0 for row in controls}
    worse = [row.model for row in controls if row.high < 0 and row.model != NO_RECURRENCE]
    plain = next((name for name in better if name.startswith(NO_LIQUID)), None)
    if not better.get(trivial, True):
        return (
            f"The model is not significantly better than '{trivial}' on these folds: it may have "
            "learnt nothing. Compare on more data or with more folds."
        )
    if worse:
        return f"The liquid does not help: '{worse[-1]}' is better."
    if not better.get(plain, True):
        return f"No help of the liquid is shown: it is not significantly better than '{plain}'."
    if not better.get(STATIC, True):
        return (
            "A nonlinear projection helps. The dynamics of the liquid add nothing significant to "
            f"it: the model is not significantly better than '{STATIC}'."
        )
    if not better.get(NO_RECURRENCE, True):
        return "The liquid helps. Recurrence adds nothing significant to it."
    return "The liquid helps: it is better than every control."


def _sentence(row):
    """Return the difference from one control as a sentence."""
    numbers = difference_text(row.difference, row.low, row.high)
    if row.model != NO_RECURRENCE:
        return f"The model against '{row.model}': {numbers}."
    if row.high < 0:
        return (
            f"Recurrence hurts: {numbers}. Lower Calibration.max_gain, or take "
            "lsm.without_recurrence(model)."
        )
    return f"Recurrence is worth {numbers}."


def difference_text(
    difference: float, low: float, high: float, number: str = "{:+.3f}", unit: str = ""
) -> str:
    """Return a difference with its interval as a text, which says if it is not significant.

    Errors of models that diverge are infinite, and have no difference.

    Parameters
    ----------
    difference, low, high : float
        As of :func:`~lsm.comparison.intervals.paired_difference`; the ends may be NaN.
    number : str, default="{:+.3f}"
        Format of a number.
    unit : str, default=""
        Unit of the difference, such as " points".

    Returns
    -------
    text : str
    """
    if not np.isfinite(difference):
        return "no finite difference"
    if np.isnan([low, high]).any():
        return number.format(difference) + unit
    unsure = "" if low > 0 or high < 0 else ", not significant"
    ends = f"{number.format(low)} to {number.format(high)}"
    return f"{number.format(difference)}{unit} ({ends}){unsure}"
