"""Learning from a stream, piece by piece."""

import numpy as np
from sklearn.base import clone
from sklearn.utils.metaestimators import available_if

from ._composite import readout_has
from ._parts import all_or_nothing
from ._random import generators
from ._samples import is_stepwise
from .feedback import BEYOND, Steps, check_bounded

__all__ = ["StreamsMixin", "rows_of"]


def rows_of(spikes, sample):
    """Cut a sample into its rows."""
    return [spikes.pieces([sample], [t], [t + 1]) for t in range(spikes.durations[sample])]


class StreamsMixin:
    """What lets a regressor of liquid and readout learn while it runs."""

    @available_if(readout_has("partial_fit"))
    def partial_fit(self, X, y):
        """Go on learning from a stream, row by row, while the liquid runs on.

        The first call draws the liquid, calibrates it on this piece, and starts the stream; each
        one after goes on where the last has ended, as if all pieces were one. After a `fit` a
        stream starts from rest, with what was learnt. With feedback the readout's own output
        flows back. Memory does not grow, and the liquid itself does not learn here.

        Parameters
        ----------
        X : SpikeArray, or list of one array of shape (n_rows, n_channels)
            The next piece of the stream.
        y : list of one array of shape (n_rows,) or (n_rows, n_outputs)
            Its targets.

        Returns
        -------
        self : LSMRegressor
            With `outputs_`, of the shape of the targets: what the readout said of each row before
            it learnt from it.
        """
        if not is_stepwise(y) or len(y) != 1 or len(X) != 1:
            raise ValueError(
                "partial_fit takes a stream piece by piece: X and y must be lists of one array, "
                "with a target for every row"
            )
        if not hasattr(self, "liquid_"):
            with all_or_nothing(self):
                self._begin(X, y)
        if not self.stepwise_:
            raise ValueError("a stream has a target for every row, but fit had one for a sample")
        spikes = self._spikes(X)
        targets = self._rows_of(y, spikes)
        if targets.shape[1:] != self._row_shape:
            raise ValueError(
                f"y must have rows of shape {self._row_shape} as before, got {targets.shape[1:]}"
            )
        self._limit = max(self._limit, BEYOND * np.abs(targets).max())
        rows = rows_of(spikes, 0)
        if self._stream is None:
            self._stream, self._n_streamed = self._start(rows[0]), 0
        self.outputs_ = np.zeros(targets.shape)
        for t, row in enumerate(rows):
            state = self._stream.step(row)
            if self._answers:
                self.outputs_[t] = np.reshape(self.readout_.predict(state), self._row_shape)
                if self.feedback is not None:
                    check_bounded(self.outputs_[t].reshape(1, -1), self._limit, self._n_streamed)
            self._stream.send(self.outputs_[t].ravel())
            if self._n_streamed >= self.washout:
                self.readout_.partial_fit(state, targets[t : t + 1])
                self._answers = True
            self._n_streamed += 1
        return self

    def _begin(self, X, y):
        """Draw the liquid for a stream, and take a readout that knows nothing."""
        self._check(X, y)
        self.liquid_ = clone(self.part("liquid"))
        spikes = self.liquid_._spikes(X, reset=True)
        targets = self._rows_of(y, spikes)  # refused before anything runs
        self.liquid_.fit(spikes)
        self.readout_ = clone(self.part("readout"))
        self.stepwise_, self._form, self._stream, self._answers = True, "list", None, False
        self._limit = 0.0
        self._row_shape = targets.shape[1:]
        if self.feedback is not None:
            (rng,) = generators(self.liquid_.random_state, ["feedback"]).values()
            self._draw_feedback(targets[0].size, spikes.dt, rng)

    def _start(self, row):
        """Start a run that goes on row by row."""
        stream = self.liquid_.stream(row)
        if self.feedback is None:
            return Steps(stream)
        return Steps(stream, self.feedback_weights_, self._delay)
