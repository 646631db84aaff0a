"""Information of spikes about classes, by the code in which they are read."""

import numpy as np
from scipy import stats
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from .. import statistics
from .._typing import Array, ArrayLike, Estimator, RandomState, Samples
from .._validation import check_bool, check_choice, check_integer, check_number
from ..inside import input_spikes
from ..spikes import SpikeArray, check_spikes

__all__ = ["CODES", "class_information", "code_features", "confusion_information"]

CODES = ("rate", "latency", "rank", "synchrony")


def confusion_information(
    y_true: ArrayLike, y_pred: ArrayLike, *, correct_bias: bool = True
) -> float:
    """Return the mutual information of classes and predicted classes in bits.

    This is the sum over all pairs of `p(a, b) * log2(p(a, b) / (p(a) * p(b)))`, where p are the
    shares of samples. Few samples make it too large, on average by about
    `(n_classes - 1) * (n_predicted - 1) / (2 * n_samples * ln 2)`, which is subtracted [1]_.

    Parameters
    ----------
    y_true, y_pred : arrays of shape (n_samples,)
        Classes, and predictions for samples that were not learnt from.
    correct_bias : bool, default=True
        Whether to subtract the bias. The result is at least 0.

    Returns
    -------
    information : float
        Information in bits, at most the entropy of the classes.

    References
    ----------
    .. [1] S. Panzeri, R. Senatore, M. A. Montemurro, R. S. Petersen (2007). Correcting for the
       sampling bias problem in spike train information measures. Journal of Neurophysiology 98,
       1064-1072.

    Examples
    --------
    >>> from lsm.measures import confusion_information
    >>> confusion_information([0, 0, 1, 1], [0, 0, 1, 1], correct_bias=False)
    1.0
    """
    check_bool("correct_bias", correct_bias)
    y_true, y_pred = column_or_1d(y_true), column_or_1d(y_pred)
    check_consistent_length(y_true, y_pred)
    if len(y_true) == 0:
        raise ValueError("y_true must hold one sample or more, got none")
    classes, rows = np.unique(y_true, return_inverse=True)
    predicted, columns = np.unique(y_pred, return_inverse=True)
    joint = np.zeros((len(classes), len(predicted)))
    np.add.at(joint, (rows, columns), 1 / len(y_true))
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0)
    seen = joint > 0
    information = (joint[seen] * np.log2(joint[seen] / independent[seen])).sum()
    if correct_bias:
        information -= (joint.shape[0] - 1) * (joint.shape[1] - 1) / (2 * len(y_true) * np.log(2))
    return float(max(information, 0.0))


def code_features(spikes: SpikeArray, code: str = "rate", *, window: float = 5.0) -> Array:
    """Return one number of each channel in each sample, by a neural code.

    Parameters
    ----------
    spikes : SpikeArray
        Spikes, not graded.
    code : {"rate", "latency", "rank", "synchrony"}, default="rate"
        rate: spikes in Hz. latency: time of the first spike in ms, or the duration of the sample
        without one. rank: place of the channel in the order of first spikes, from 0 to 1, where
        equal latencies share a place. synchrony: correlation of the spikes of the channel with
        those of all other channels, counted in windows; 0 if either do not vary.
    window : float, default=5.0
        Length in ms of the windows of synchrony.

    Returns
    -------
    features : float64 array of shape (n_samples, n_channels)

    Raises
    ------
    TypeError, ValueError
        If the spikes, the code or the window are invalid.
    """
    check_choice("code", code, CODES)
    check_number("window", window, 0, low_open=True)
    check_spikes(spikes)
    samples, rows, channels = statistics.single_spikes(spikes)
    shape = len(spikes), spikes.n_channels
    durations = np.maximum(spikes.n_rows, 1)[:, None] * spikes.row_duration
    if code == "rate":
        counts = np.zeros(shape)
        np.add.at(counts, (samples, channels), 1)
        return 1000 * counts / durations
    if code == "synchrony":
        width = max(round(window / spikes.row_duration), 1)
        return np.stack([_synchrony(spikes.to_dense(i), width) for i in range(len(spikes))])
    latencies = np.broadcast_to(durations, shape).copy()
    np.minimum.at(latencies, (samples, channels), rows * spikes.row_duration)
    if code == "latency":
        return latencies
    return (stats.rankdata(latencies, axis=1) - 1) / max(spikes.n_channels - 1, 1)


def _synchrony(raster, width):
    """Return the correlation of each channel with the others in windows of `width` rows."""
    edges = np.arange(0, len(raster), width)
    counts = np.add.reduceat(raster.astype(float), edges, axis=0) if len(raster) else raster
    others = counts.sum(axis=1, keepdims=True) - counts
    ours, theirs = counts - counts.mean(axis=0), others - others.mean(axis=0)
    norms = np.sqrt((ours**2).sum(axis=0) * (theirs**2).sum(axis=0))
    return np.divide(
        (ours * theirs).sum(axis=0), norms, out=np.zeros(raster.shape[1]), where=norms > 1e-12
    )


def class_information(
    estimator: Estimator | SpikeArray,
    X: Samples | None = None,
    y: ArrayLike | None = None,
    *,
    code: str = "rate",
    window: float = 5.0,
    cv: int = 5,
    random_state: RandomState = 0,
) -> float:
    """Return how much a code of spikes tells about the class, in bits [1]_.

    A linear readout predicts the class of each sample from the code, see :func:`code_features`,
    after learning from the other folds of a cross-validation. The result is the information of
    these predictions, see :func:`confusion_information`. It is a lower bound, since another readout
    may find more in the same code.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one, or SpikeArray
        Fitted estimator, whose liquid's spikes are read; or the spikes themselves, such as the
        input, or the output of a spiking readout, with `X=None`.
    X : sequence
        Samples.
    y : array of shape (n_samples,)
        Classes.
    code : {"rate", "latency", "rank", "synchrony"}, default="rate"
        Code of the spikes.
    window : float, default=5.0
        Length in ms of the windows of synchrony.
    cv : int, default=5
        Number of folds; each class needs as many samples.
    random_state : int, RandomState instance or None, default=0
        Seed of the folds.

    Returns
    -------
    information : float
        Information in bits, at most the entropy of the classes.

    Raises
    ------
    TypeError, ValueError
        If an argument is invalid, or a class has fewer samples than folds.

    References
    ----------
    .. [1] R. Quian Quiroga, S. Panzeri (2009). Extracting information from neuronal populations:
       information theory and decoding approaches. Nature Reviews Neuroscience 10, 173-185.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import SpikeArray
    >>> from lsm.measures import class_information
    >>> y = np.arange(40) % 2
    >>> times = [([10.0 * label, 50.0], [0, 1]) for label in y]
    >>> spikes = SpikeArray.from_events(times, 2, 60.0)
    >>> [round(class_information(spikes, y=y, code=code), 1) for code in ("rate", "latency")]
    [0.0, 1.0]
    """
    check_integer("cv", cv, 2)
    if isinstance(estimator, SpikeArray):
        if X is not None:
            raise ValueError("X must be None if spikes are given in the place of an estimator")
        spikes = estimator
    else:
        liquid, inputs = input_spikes(estimator, X)
        spikes = liquid.record(inputs)
    if y is None:
        raise ValueError("y must hold the class of each sample, got None")
    y = column_or_1d(y)
    check_consistent_length(spikes, y)
    check_classification_targets(y)
    fewest = np.unique(y, return_counts=True)[1].min()
    if fewest < cv:
        raise ValueError(
            f"y must have {cv} samples or more of each class, as many as folds, got {fewest}: give "
            f"more samples, or cv={max(fewest, 2)}"
        )
    features = code_features(spikes, code, window=window)
    readout = make_pipeline(StandardScaler(), RidgeClassifierCV(np.logspace(-2, 5, 8)))
    folds = StratifiedKFold(cv, shuffle=True, random_state=random_state)
    return confusion_information(y, cross_val_predict(readout, features, y, cv=folds))
