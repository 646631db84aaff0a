"""Facts that the page shows, and the arrays that it reads."""

import base64
import gzip
from typing import Any

import numpy as np
from sklearn.pipeline import FeatureUnion, Pipeline

from ...encoding import SoundEncoder

__all__ = ["Arrays", "find_sound_encoder", "image_of", "lines_of", "shown_neurons", "wave_of"]

MOST_NEURONS = 2000  # that are drawn; a browser cannot move more smoothly
N_LINES = 400
MOST_COLUMNS, MOST_CHANNELS = 2000, 256  # of the image of the input
NAMES = {"u1": "Uint8Array", "u2": "Uint16Array", "u4": "Uint32Array", "i2": "Int16Array",
         "f4": "Float32Array"}  # fmt: skip


class Arrays:
    """Arrays of numbers, one after the other in one block of bytes."""

    def __init__(self):
        self._parts, self._size = [], 0

    def add(self, values: Any, dtype: str) -> dict:
        """Add an array; return the facts by which the page finds it."""
        content = np.ascontiguousarray(values, dtype=f"<{dtype}").tobytes()
        facts = {"type": NAMES[dtype], "at": self._size, "n": int(np.size(values))}
        content += bytes(-len(content) % 4)  # an array begins at a multiple of its item's size
        self._parts.append(content)
        self._size += len(content)
        return facts

    def encoded(self) -> str:
        """Return all arrays, compressed, as text."""
        return base64.b64encode(gzip.compress(b"".join(self._parts), mtime=0)).decode()


def find_sound_encoder(model: Any) -> SoundEncoder | None:
    """Return the encoder to which a model gives its samples, if it is one of sound."""
    if isinstance(model, SoundEncoder):
        return model
    if isinstance(model, Pipeline):
        return find_sound_encoder(model[0])
    if isinstance(model, FeatureUnion):
        return find_sound_encoder(model.transformer_list[0][1])
    encoder = getattr(model, "encoder_", None)
    return None if encoder is None else find_sound_encoder(encoder)


def shown_neurons(n_neurons: int) -> np.ndarray:
    """Return the neurons that the page draws, evenly spaced among all."""
    return np.unique(np.linspace(0, n_neurons - 1, min(n_neurons, MOST_NEURONS)).astype(int))


def lines_of(weights: Any, shown: np.ndarray) -> np.ndarray:
    """Return pairs of shown neurons that a synapse connects, evenly spaced among all pairs."""
    among = weights[shown][:, shown].tocoo()
    pairs = np.stack(among.coords, axis=1)
    return pairs[np.linspace(0, len(pairs) - 1, min(len(pairs), N_LINES)).astype(int)]


def wave_of(waveform: Any, encoder: SoundEncoder, duration: float) -> np.ndarray:
    """Return the part of a waveform that is encoded, as 16-bit samples of full range."""
    waveform = np.asarray(waveform, dtype=float).ravel()
    start = round(encoder.onset(waveform) * encoder.sample_rate / 1000)
    piece = waveform[start : start + round(duration * encoder.sample_rate / 1000)]
    return np.rint(32000 * piece / (np.abs(piece).max(initial=0) or 1))


def image_of(spikes: Any, encoder: SoundEncoder | None, arrays: Arrays) -> dict:
    """Return the facts of an image of one sample of the liquid's input.

    Of a cochleagram encoder it shows the levels of the bands, not their rises and falls.
    """
    values = spikes.to_dense(0).T
    names = list(getattr(encoder, "channel_names_", []))
    levels = [i for i, name in enumerate(names) if name.startswith("level ")]
    if levels:
        values, names = values[levels], [names[i].removeprefix("level ") for i in levels]
    if len(names) != len(values):
        names = [str(i) for i in range(len(values))]
    kind = "cochleagram" if levels else "currents" if spikes.graded else "spikes"
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    for axis, most in ((0, MOST_CHANNELS), (1, MOST_COLUMNS)):
        values = _thinned(values, axis, most)
    scaled = np.rint(255 * (values - low) / ((high - low) or 1))
    return {
        "kind": kind, "channels": len(names), "first": names[0], "last": names[-1], "low": low,
        "high": high, "rows": values.shape[0], "columns": values.shape[1],
        "values": arrays.add(scaled, "u1"),
    }  # fmt: skip


def _thinned(values, axis, most):
    """Return the value farthest from zero of each group of neighbours, if there are many."""
    n = values.shape[axis]
    if n <= most:
        return values
    edges = np.unique(np.linspace(0, n, most + 1).astype(int))[:-1]
    high = np.maximum.reduceat(values, edges, axis=axis)
    low = np.minimum.reduceat(values, edges, axis=axis)
    return np.where(high >= -low, high, low)
