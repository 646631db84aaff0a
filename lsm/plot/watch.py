"""Page on which a liquid can be watched while it hears a sample."""

import base64
import hashlib
import html
import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Template

import numpy as np
from sklearn.utils import check_consistent_length

from .._files import written
from .._typing import ArrayLike, Estimator, PathLike, Samples
from .._validation import check_number
from ..inside import input_spikes
from ..targets import as_rows
from ._watch.facts import (
    Arrays,
    find_sound_encoder,
    image_of,
    lines_of,
    shown_neurons,
    wave_of,
)
from ._watch.layout import layout
from ._watch.opinions import fit_to_moments, reads_rows, rows_of_model

__all__ = ["WatchDisplay"]

MAX_BYTES = 5_000_000  # of a page
MOST_VALUES = 3  # predicted values that are drawn


class WatchDisplay:
    """Page on which one watches a liquid: input, neurons in space, raster, and the readout.

    The page is one file of HTML that needs a browser of 2023 or later and no network. It plays
    the samples at a chosen speed, with their sound if they are waveforms. Each spike is a flash
    of its neuron, round for excitatory and square for inhibitory neurons. Liquids of more than
    2,000 neurons are shown with 2,000 of them, evenly spaced.

    Parameters
    ----------
    model : Liquid, or estimator or pipeline that contains one
        Fitted. If it predicts targets at rows, the page shows its predictions.
    X : samples
        Samples of the model, which one can choose among on the page.
    y : array of shape (n_samples,), or list of arrays of shape (T_i,) or (T_i, n_outputs), optional
        True classes of the samples, or targets at rows.
    training : (X, y), optional
        Training samples with one class each. A readout is fitted to the liquid's traces at ten
        moments of each, at most of 1,000 samples, and the page shows its answer at every row. It
        is not the readout of the model, which need not have an answer before the end of a sample.
    names : sequence of str, optional
        Names of the classes, which are then indices into it.
    sample_names : sequence of str, optional
        Names of the samples; by default "sample 0", "sample 1", ...
    duration : float, default=5000.0
        Limit in ms of the duration of a sample on the page, which shows its beginning.
    title : str, optional
        Title of the page.

    Attributes
    ----------
    page_ : str
        The page.

    Raises
    ------
    TypeError, ValueError
        If the model contains no liquid, its neurons send no spikes, `y`, `training` or names do
        not fit the samples, or the page would be larger than 5 MB.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid
    >>> from lsm.plot import WatchDisplay
    >>> X = np.random.default_rng(0).poisson(0.05, (20, 100, 8))
    >>> y = np.arange(20) % 2
    >>> liquid = Liquid(50, random_state=0).fit(X)
    >>> display = WatchDisplay(liquid, X[:3], y[:3], training=(X, y))
    >>> display.save("watch.html")  # doctest: +SKIP
    """

    def __init__(
        self,
        model: Estimator,
        X: Samples,
        y: ArrayLike | None = None,
        *,
        training: tuple[Samples, ArrayLike] | None = None,
        names: Sequence[str] | None = None,
        sample_names: Sequence[str] | None = None,
        duration: float = 5000.0,
        title: str | None = None,
    ) -> None:
        duration = check_number("WatchDisplay.duration", duration, 0, low_open=True)
        liquid, spikes = input_spikes(model, X)
        if not liquid.network_.neurons.spiking:
            raise ValueError(
                f"WatchDisplay shows spikes, which {type(liquid.network_.neurons).__name__} "
                "neurons do not send: draw their states with TrajectoryDisplay, or their "
                "activation with MembraneDisplay"
            )
        sample_names = _names_of_samples(sample_names, len(spikes))
        arrays = Arrays()
        readout = _Readout(model, X, y, spikes, training, names, arrays)
        facts = _facts_of_liquid(liquid, arrays) | readout.facts
        facts["title"] = f"A liquid of {liquid.n_neurons_:,} neurons" if title is None else title
        encoder = find_sound_encoder(model)
        shown = shown_neurons(liquid.n_neurons_)
        facts["samples"] = []
        for i, name in enumerate(sample_names):
            whole = spikes[[i]]
            most = max(int(duration / whole.row_duration), 1)
            piece = whole if whole.n_rows[0] <= most else whole.pieces([0], [0], [most])
            sample = {"name": name, "cut_from": float(whole.n_rows[0] * whole.row_duration)}
            sample |= _facts_of_spikes(liquid, liquid.record(piece, shown), piece, arrays)
            sample["input"] = image_of(piece, encoder, arrays)
            if encoder is not None:
                wave = wave_of(X[i], encoder, sample["duration"])
                sample |= {"sound": arrays.add(wave, "i2"), "rate": float(encoder.sample_rate)}
            facts["samples"].append(sample | readout.of_sample(i, piece))
        self.page_ = _page(facts, arrays)
        if len(self.page_) > MAX_BYTES:
            n_fit = len(spikes) * MAX_BYTES // len(self.page_)
            raise ValueError(
                f"X of {len(spikes)} samples makes a page of {len(self.page_) / 1e6:.1f} MB, more "
                f"than {MAX_BYTES / 1e6:g} MB: show fewer samples, such as {max(n_fit, 1)}, or a "
                f"shorter part of each, such as duration={_shorter(facts, self.page_):g}"
            )

    def save(self, path: PathLike) -> Path:
        """Write the page to a file.

        Parameters
        ----------
        path : str or path
            File, whose name ends with .html by custom. It is replaced if it exists.

        Returns
        -------
        path : Path
            The file.
        """
        path = Path(path)
        with written(path) as file:
            file.write(self.page_)
        return path

    def _repr_html_(self):
        """Return a frame that contains the page, for a notebook."""
        page = html.escape(self.page_)
        style = "width:100%;height:860px;border:0"
        return f'<iframe srcdoc="{page}" style="{style}" allow="autoplay"></iframe>'


class _Readout:
    """Answers at every row, of the model itself or of a readout that is fitted at moments."""

    def __init__(self, model, X, y, spikes, training, names, arrays):
        self.arrays, self.names = arrays, names
        self.at_moments, self.outputs, self.truth, classes = None, None, None, None
        description, kind = None, None
        if training is not None:
            if not isinstance(training, tuple | list) or len(training) != 2:
                raise ValueError(
                    "WatchDisplay.training must be a pair (X, y) of training samples and their "
                    f"classes, got {training!r:.80}"
                )
            self.at_moments = fit_to_moments(model, *training)
            classes, description = self.at_moments.classes, self.at_moments.description
        elif reads_rows(model):
            self.outputs, classes, description = rows_of_model(model, X)
        if y is not None:
            self.truth = _truth(X, y, self.outputs is not None, len(spikes))
            if classes is None and self.outputs is None:
                classes = np.unique(self.truth)
        if classes is not None and self.truth is not None:
            # A class that the readout does not know has no bar, and a name all the same.
            found = np.unique(np.concatenate([np.ravel(rows) for rows in self.truth]))
            classes = np.concatenate([classes, found[~np.isin(found, classes)]])
        self.classes = classes
        if description is not None:
            kind = "values" if classes is None else "classes"
        self.facts = {
            "kind": kind,
            "labels": None if classes is None else [self._label(label) for label in classes],
            "readout": description,
        }

    def _label(self, label):
        if self.names is None:
            return str(label)
        is_index = np.issubdtype(type(label), np.integer)
        if not is_index or not 0 <= label < len(self.names):
            raise ValueError(
                f"WatchDisplay.names has {len(self.names)} names, of which the classes must be "
                f"indices, and y or training has the class {label!s:.50}: give a name for each "
                "class, or leave names out"
            )
        return str(self.names[int(label)])

    def of_sample(self, i, piece):
        """Return the facts of a sample: its true class or values, and the outputs at its rows."""
        facts, n_rows = {"row_duration": float(piece.row_duration)}, int(piece.n_rows[0])
        outputs = None if self.outputs is None else self.outputs[i][:n_rows]
        if self.at_moments is not None:
            outputs = self.at_moments.shares(piece)
        if self.classes is None:
            if outputs is not None:
                facts |= self._values("outputs", outputs)
            if self.truth is not None:
                facts |= self._values("truth", self.truth[i][:n_rows])
            return facts
        if outputs is not None:
            shares = np.zeros((n_rows, len(self.classes)))
            shares[:, : outputs.shape[1]] = outputs
            facts["outputs"] = self.arrays.add(np.rint(255 * shares), "u1")
        if self.truth is not None:
            place = {label: k for k, label in enumerate(self.classes.tolist())}
            rows = np.ravel(self.truth[i])[:n_rows].tolist()
            facts["truth"] = self.arrays.add([place[label] for label in rows], "u2")
        return facts

    def _values(self, name, rows):
        rows = np.asarray(rows, dtype=float).reshape(len(rows), -1)[:, :MOST_VALUES]
        return {name: self.arrays.add(rows, "f4"), "n_values": rows.shape[1]}


def _truth(X, y, at_rows, n_samples):
    """Return the true classes or values of each sample, as arrays."""
    if at_rows:
        return as_rows(X, y)
    check_consistent_length(y, np.empty(n_samples))
    y = np.asarray(y)
    if y.ndim != 1:
        raise ValueError(f"y must have one class a sample, got an array of shape {y.shape}")
    return list(y[:, None])


def _names_of_samples(names, n_samples):
    names = [f"sample {i}" for i in range(n_samples)] if names is None else list(map(str, names))
    if len(names) != n_samples:
        raise ValueError(
            f"WatchDisplay.sample_names must have a name for each of {n_samples} samples, got "
            f"{len(names)}"
        )
    return names


def _facts_of_liquid(liquid, arrays):
    """Return the facts of neurons and synapses."""
    positions, meaning = layout(liquid)
    shown = shown_neurons(liquid.n_neurons_)
    lines = lines_of(liquid.network_.w, shown)
    return {
        "n_neurons": liquid.n_neurons_,
        "n_shown": len(shown),
        "n_synapses": int(liquid.network_.w.nnz),
        "n_lines": len(lines),
        "meaning": meaning,
        "numbers": arrays.add(shown, "u4"),
        "positions": arrays.add(positions[shown], "f4"),
        "inhibitory": arrays.add(liquid.inhibitory_[shown], "u1"),
        "lines": arrays.add(lines, "u2"),
    }


def _facts_of_spikes(liquid, spikes, piece, arrays):
    """Return the facts of recorded spikes: the number up to each step, and their neurons."""
    n_steps = int(spikes.n_rows[0])
    counts = np.bincount(spikes.rows, minlength=n_steps)
    return {
        "duration": float(piece.n_rows[0] * piece.row_duration),
        "dt": float(spikes.row_duration),
        "n_steps": n_steps,
        "until": arrays.add(np.concatenate([[0], np.cumsum(counts)]), "u4"),
        "neurons": arrays.add(spikes.channels, "u2"),
    }


def _shorter(facts, page):
    """Return a duration of samples, in whole 10 ms, with which a page is small enough."""
    longest = max(sample["duration"] for sample in facts["samples"])
    return max(10 * int(0.9 * longest * MAX_BYTES / len(page) / 10), 10)


def _page(facts, arrays):
    """Return the page, in which texts of the user are data, never markup or code."""
    files = resources.files(__package__).joinpath("_watch")
    template, style, *scripts = (
        files.joinpath(name).read_text(encoding="utf-8")
        for name in ("page.html", "page.css", "scene.js", "strips.js", "page.js")
    )
    script = "\n".join(['"use strict";', *scripts])
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Template(template).substitute(
        title=html.escape(facts["title"]),
        style=style,
        script=script,
        allowed=f"'sha256-{digest}'",  # this code only
        facts=json.dumps(facts, allow_nan=False).replace("<", "\\u003c"),
        arrays=arrays.encoded(),
    )
