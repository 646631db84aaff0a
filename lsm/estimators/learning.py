"""Learning of the liquid's own weights from targets."""

from typing import Any

import numpy as np

from .._random import generators
from .._typing import Array, Samples
from .._validation import is_auto
from ..kernel import Lessons, check_covered, learn_by_eprop
from ..liquid import Liquid
from ..neurons import LIF
from ..plasticity import EProp
from ..synapses import Exponential
from ..targets import known_targets

__all__ = ["check_learning", "learn"]


def check_learning(model: Any, *, stream: bool) -> None:
    """Validate the learning of a liquid's own weights, before anything runs.

    Parameters
    ----------
    model : LSMClassifier or LSMRegressor
        The estimator, with the parameter `learning`.
    stream : bool
        Whether it learns from a stream, piece by piece.

    Raises
    ------
    TypeError, ValueError
        If the liquid cannot learn.
    """
    owner, params = type(model).__name__, model.get_params(deep=False)
    learning, liquid = params["learning"], params["liquid"]
    if learning is None:
        return
    if not isinstance(learning, EProp):
        raise TypeError(
            f"{owner}.learning must be an object such as EProp(), or None, got {learning!r:.80}"
        )
    learning.check()
    liquid = Liquid() if is_auto(liquid) else liquid
    if not isinstance(liquid, Liquid):
        raise TypeError(
            f"{owner}.learning changes the weights of a Liquid, got {liquid!r:.80}: take one, or "
            "set learning=None"
        )
    neurons, synapses = (
        default() if is_auto(part) else part
        for part, default in ((liquid.neurons, LIF), (liquid.synapses, Exponential))
    )
    check_covered(neurons, synapses, liquid.short_term_plasticity)
    if params.get("feedback") is not None:
        raise ValueError(
            f"{owner}.learning has no equations for {owner}.feedback: set one of them to None"
        )
    if stream:
        raise ValueError(
            f"{owner}.learning changes the liquid in fit, not in partial_fit: call fit first, or "
            "set learning=None"
        )


def learn(
    liquid: Liquid, X: Samples, y: Array, used: Array | None, learning: EProp, *, numeric: bool
) -> tuple[Liquid, Array]:
    """Let a liquid learn its weights from targets, and measure its health.

    Parameters
    ----------
    liquid : Liquid
        Fitted; it is left as it is.
    X : samples
        As the liquid takes them.
    y : array of shape (n_samples, ...) or (n_rows, ...)
        Targets of samples, or of the rows of all samples.
    used : bool array of shape (n_rows,) or None
        Rows to learn from; None for targets of samples.
    learning : EProp
        Parameters.
    numeric : bool
        Whether targets are numbers, or labels.

    Returns
    -------
    liquid : Liquid
        A copy with the learnt weights.
    curve : array of shape (n_epochs,)
        Loss in each epoch.

    Raises
    ------
    ValueError
        If the targets or the rates of the neurons are such that nothing can be learnt.
    FloatingPointError
        If the loss diverges.
    """
    network, spikes = liquid.network_, liquid.to_spikes(X)
    if used is None:
        ends = _ends_of_window(network, spikes, learning)
        counts = [len(end) for end in ends]
        coded = np.repeat(_as_outputs(y, numeric), counts, axis=0)
    else:
        ends = _ends_of_rows(network, spikes, used)
        counts = [len(end) for end in ends]
        coded = _as_outputs(known_targets(y[used]), numeric)
    targets = np.split(coded, np.cumsum(counts)[:-1])
    (rng,) = generators(liquid.random_state, ["e-prop"]).values()
    network, curve = learn_by_eprop(
        network, spikes, list(map(Lessons, ends, targets)), learning, softmax=not numeric, rng=rng,
        n_jobs=liquid.n_jobs, verbose=liquid.verbose,
    )  # fmt: skip
    learnt = liquid.with_network(network)
    learnt.weights_before_ = liquid.weights_
    learnt.diagnose(spikes)
    return learnt, curve


def _ends_of_window(network, spikes, learning):
    """Return the steps of each sample that belong to the window at its end."""
    n_window = max(round(learning.window / network.dt), 1)
    return [np.arange(max(n - n_window, 0), n) + 1 for n in network.n_steps(spikes)]


def _ends_of_rows(network, spikes, used):
    """Return the steps at the ends of the rows that are used, of each sample."""
    ends = network.row_start(spikes)[1:]
    of_samples = np.split(used, np.cumsum(spikes.n_rows)[:-1])
    return [ends[: len(part)][part] for part in of_samples]


def _as_outputs(y, numeric):
    """Return targets as rows: numbers scaled to a deviation of one, or probabilities of labels."""
    y = np.asarray(y)
    if numeric:
        y = y.astype(float).reshape(len(y), -1)
        deviation = y.std(axis=0)
        return (y - y.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
    if y.ndim > 1 and y.size > len(y):
        raise ValueError(
            f"EProp learns from one label of a sample or row, got y of shape {y.shape}: set "
            "learning=None, or fit one classifier a column"
        )
    classes, label = np.unique(y, return_inverse=True)
    return np.eye(len(classes))[label.ravel()]
