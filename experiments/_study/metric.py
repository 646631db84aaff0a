"""Metrics: the numbers by which an experiment compares models."""

from dataclasses import dataclass

__all__ = ["Metric", "score"]


@dataclass(frozen=True)
class Metric:
    """A number by which models are compared.

    Parameters
    ----------
    name : str
        Name, with the unit, such as "accuracy" or "median error in cm".
    more_is_better : bool, default=True
        Whether a larger value is better.
    columns : tuple of (str, object), default=()
        Names and values of further columns of the table, for an experiment with several metrics,
        such as `(("target", "segment 1"),)`.
    heading : str, default=""
        Line above the printed table of this metric.
    scored : bool, default=True
        Whether the metric counts in the score of a run or a sweep.
    """

    name: str
    more_is_better: bool = True
    columns: tuple = ()
    heading: str = ""
    scored: bool = True


def score(values):
    """Return the score of a model: the mean of its scored metrics, negative if less is better.

    `values` is a dict of Metric to value, which `evaluate` of an experiment returned.
    """
    signed = [v if metric.more_is_better else -v for metric, v in values.items() if metric.scored]
    return float(sum(signed) / len(signed))
