"""Files that `lsm report` draws: which classes were confused, and a raster of the liquid."""

import csv
import math
from dataclasses import fields
from pathlib import Path

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import confusion_matrix

from lsm._files import written
from lsm.health import Health
from lsm.inside import find_liquid, input_spikes

from .json_files import INTEGER, NUMBER, list_of, read_json, write_json

__all__ = [
    "count_confusions",
    "facts_of_liquid",
    "has_classes",
    "raster_of",
    "read_confusion",
    "read_health",
    "read_raster",
    "take",
    "write_confusion",
    "write_raster",
    "write_report_files",
]

# More would fill the disk in a sweep of many runs.
RASTER_NEURONS, RASTER_MS = 100, 1000.0
RASTER = {
    "times": list_of(NUMBER), "neurons": list_of(INTEGER), "inhibitory": list_of(INTEGER),
    "duration": NUMBER,
}  # fmt: skip


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
    with written(Path(folder) / "confusion.csv") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["", *labels])
        rows.writerows([label, *row] for label, row in zip(labels, counts, strict=True))


def read_confusion(folder):
    """Return the labels and the counts of :func:`write_confusion`, or None if there are none."""
    path = Path(folder) / "confusion.csv"
    if not path.is_file():
        return None
    try:
        with open(path, newline="", encoding="utf-8") as file:
            (_, *labels), *rows = csv.reader(file)
        counts = [[int(count) for count in row] for _, *row in rows]
        if [len(row) for row in rows] != [1 + len(labels)] * len(labels):
            raise ValueError("it must have as many rows as columns")
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    return {"labels": labels, "counts": counts}


def facts_of_liquid(fitted):
    """Return the health and the calibration of the liquid in a fitted model, if there is one."""
    try:
        liquid = find_liquid(fitted)
    except TypeError:
        return {"health": None, "calibrated": None}
    calibrated = liquid.calibrated_ and vars(liquid.calibrated_)
    return {"health": vars(liquid.health_), "calibrated": calibrated}


def read_health(values):
    """Return the Health of the facts of :func:`facts_of_liquid` in a file, or None if damaged.

    A measure of spikes is null there if the neurons send none.
    """
    measures = {name: math.nan if value is None else value for name, value in values.items()}
    dead = measures.pop("dead_channels", None)
    names = {field.name for field in fields(Health)} - {"dead_channels"}
    is_whole = list_of(INTEGER).holds(dead) and all(map(NUMBER.holds, measures.values()))
    if set(measures) != names or not is_whole:
        return None
    return Health(**measures, dead_channels=tuple(dead))


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
    write_json(Path(folder) / "raster.json", raster, indent=None)


def read_raster(folder):
    """Return the raster of :func:`write_raster`, or None if there is none."""
    path = Path(folder) / "raster.json"
    if not path.is_file():
        return None
    raster = read_json(path, RASTER)
    if len(raster["times"]) != len(raster["neurons"]):
        raise ValueError(f"{path} is damaged: times and neurons must have equal lengths")
    return raster
