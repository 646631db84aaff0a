"""The liquid inside a model, and its input."""

from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils.validation import check_is_fitted

from ._typing import Estimator, Samples
from .ensemble import LiquidEnsemble
from .liquid import Liquid
from .spikes import SpikeArray

__all__ = ["find_liquid", "input_spikes"]


def find_liquid(model: Estimator) -> Liquid:
    """Return the liquid inside a model.

    Parameters
    ----------
    model : Liquid, composite with one in `liquid_`, or pipeline with one of these
        Fitted model. In a FeatureUnion the first transformer with a liquid counts.

    Returns
    -------
    liquid : Liquid
        The fitted liquid.

    Raises
    ------
    TypeError
        If the model contains no liquid.
    sklearn.exceptions.NotFittedError
        If it is not fitted.
    """
    return _found(model)[0]


def input_spikes(model: Estimator, X: Samples) -> tuple[Liquid, SpikeArray]:
    """Return the liquid inside a model, and samples of the model as the liquid receives them.

    Parameters
    ----------
    model : Liquid, composite with one in `liquid_`, or pipeline with one of these
        As of :func:`find_liquid`.
    X : samples
        Samples for the model. The steps of a pipeline before the liquid transform them.

    Returns
    -------
    liquid : Liquid
        The fitted liquid.
    spikes : SpikeArray
        Its input.

    Raises
    ------
    TypeError
        If the model contains no liquid.
    ValueError
        If the samples are invalid.
    """
    liquid, path = _found(model)
    for convert in path:
        X = convert(X)
    return liquid, liquid.to_spikes(X)


def _found(model):
    """Return the fitted liquid in a model, and the functions that samples pass before it."""
    found = _search(model)
    if found is None:
        raise TypeError(
            "estimator must be a fitted Liquid, an estimator such as LSMClassifier, or a pipeline "
            f"that contains one of them, got {model!r:.200}"
        )
    check_is_fitted(found[0])
    return found


def _search(model):
    """Return what :func:`_found` does, or None if the model contains no liquid."""
    if isinstance(model, Liquid):
        return model, []
    if hasattr(model, "liquid_"):
        liquid, path = _found(model.liquid_)
        return liquid, [*([model.to_spikes] if hasattr(model, "to_spikes") else []), *path]
    is_composite = isinstance(getattr(model, "liquid", None), str | Liquid)
    if is_composite and not isinstance(model, LiquidEnsemble):  # which has several liquids
        check_is_fitted(model, "liquid_")
    if isinstance(model, FeatureUnion):
        return next(filter(None, (_search(part) for _, part in model.transformer_list)), None)
    if isinstance(model, Pipeline):
        for i, step in enumerate(model):
            if found := _search(step):
                liquid, path = found
                return liquid, [*([model[:i].transform] if i else []), *path]
    return None
