"""Files that `lsm report` draws: which classes were confused, and a raster of the liquid."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.metrics import confusion_matrix

from lsm.inside import find_liquid, input_spikes

__all__ = [
    "count_confusions",
    "facts_of_liquid",
    "has_classes",
    "raster_of",
    "take",
    "write_confusion",
    "write_raster",
    "write_report_files",
]

# More would fill the disk in a sweep of many runs.
RASTER_NEURONS, RASTER_MS = 100, 1000.0


def take(sequence, indices):
    """Return the elements of a list, an array or a SpikeArray at some indices."""
    return [sequence[i] for i in indices] if isinstance(sequence, list) else sequence[indices]


def write_report_files(folder, comparison):
    """Write the confusions and a raster of the first model of a comparison, if it has them."""
    data, model, tested = comparison.data, comparison.model, comparison.tested
    y_true = take(data.target, tested)
    if has_classes(model, y_true):
        y_pred = next(iter(comparison.y_pred.values()))
        write_confusion(folder, **count_confusions(data, y_true, y_pred))
    try:
        write_raster(folder, raster_of(model, take(data.data, tested[:1])))
    except TypeError:  # there are no spikes in the model
        return


def has_classes(model, y):
    """Return whether a model is a classifier, and each sample has one class."""
    return is_classifier(model) and np.ndim(y[0]) == 0


def count_confusions(data, y_true, y_pred):
    """Return the names of the classes, and a confusion matrix with a row for each true class.

    The classes are indices into `target_names` of the data, if the data have them.
    """
    names = np.asarray(data.get("target_names", np.unique(data.target)))
    classes = np.arange(len(names)) if "target_names" in data else names
    counts = confusion_matrix(y_true, y_pred, labels=classes)
    return {"labels": names.tolist(), "counts": counts.tolist()}


def write_confusion(folder, labels, counts):
    """Write a confusion matrix, with a row for each true class."""
    pd.DataFrame(counts, labels, labels).to_csv(Path(folder) / "confusion.csv")


def facts_of_liquid(fitted):
    """Return the health and the calibration of the liquid in a fitted model, if there is one."""
    try:
        liquid = find_liquid(fitted)
    except TypeError:
        return {"health": None, "calibrated": None}
    calibrated = liquid.calibrated_ and vars(liquid.calibrated_)
    return {"health": vars(liquid.health_), "calibrated": calibrated}


def raster_of(fitted, X):
    """Return the spikes of the first sample: its first second, and at most a hundred neurons.

    The raster is a dict of `times` in ms, `neurons`, `duration` in ms, the `shown` neurons, and the
    `inhibitory` neurons among them. A TypeError is raised if there is no liquid in the estimator,
    or if its neurons send no spikes.
    """
    liquid, spikes = input_spikes(fitted, X)
    if not liquid.network_.neurons.spiking:
        raise TypeError(f"neurons of {liquid.network_.neurons!r} send no spikes")
    spikes = liquid.record(spikes)[[0]]
    n_shown = min(RASTER_NEURONS, liquid.n_neurons_)
    shown = np.unique(np.linspace(0, liquid.n_neurons_ - 1, n_shown).astype(int))
    times = spikes.rows * spikes.row_duration
    kept = np.isin(spikes.channels, shown) & (times < RASTER_MS)
    return {
        "times": np.round(times[kept], 6).tolist(),
        "neurons": spikes.channels[kept].tolist(),
        "duration": float(min(spikes.n_rows[0] * spikes.row_duration, RASTER_MS)),
        "shown": shown.tolist(),
        "inhibitory": shown[liquid.inhibitory_[shown]].tolist(),
    }


def write_raster(folder, raster):
    """Write a raster as of :func:`raster_of`."""
    (Path(folder) / "raster.json").write_text(json.dumps(raster), encoding="utf-8")
