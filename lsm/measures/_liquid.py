"""The liquid inside an estimator, and its input."""

from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils.validation import check_is_fitted

from ..liquid import Liquid

__all__ = ["find_liquid", "input_spikes"]


def find_liquid(estimator, X):
    """Return the liquid inside an estimator, and the samples that it receives.

    Parameters
    ----------
    estimator : Liquid, estimator with one in `liquid_`, or pipeline with one of these
        Fitted estimator. In a FeatureUnion the first transformer counts.
    X : sequence
        Samples for the estimator.

    Returns
    -------
    liquid : Liquid
        The fitted liquid.
    X : sequence
        The samples, transformed by the steps of a pipeline before the liquid.

    Raises
    ------
    TypeError
        If the estimator contains no liquid.
    """
    if isinstance(estimator, Liquid):
        check_is_fitted(estimator)
        return estimator, X
    if hasattr(estimator, "liquid_"):
        encoded = estimator.encode(X) if hasattr(estimator, "encode") else X
        return find_liquid(estimator.liquid_, encoded)
    if isinstance(estimator, FeatureUnion):
        return find_liquid(estimator.transformer_list[0][1], X)
    if isinstance(estimator, Pipeline):
        for i, step in enumerate(estimator):
            if isinstance(step, Liquid | Pipeline | FeatureUnion) or hasattr(step, "liquid_"):
                return find_liquid(step, estimator[:i].transform(X) if i else X)
    raise TypeError(
        "estimator must be a fitted Liquid, an estimator such as LSMClassifier, or a pipeline "
        f"that contains one of them, got {estimator!r:.200}"
    )


def input_spikes(estimator, X):
    """Return the result of :func:`find_liquid`, with the samples as a SpikeArray."""
    liquid, X = find_liquid(estimator, X)
    return liquid, liquid.to_spikes(X)
