"""Online learning: a run of liquid and readout that goes on from call to call."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .._typing import Array, Estimator
from ..estimators.closed_loop import ClosedLoop
from ..estimators.taps import Tapped
from ..samples import cut_rows
from ..simulator import Simulator
from ..spikes import SpikeArray
from ..targets import RowTargets, one_piece
from .closed_loop import Steps
from .pieces import PieceForm, known_numbers

__all__ = ["OnlineRun", "Piece"]


class Piece(NamedTuple):
    """Next piece of a stream.

    Attributes
    ----------
    spikes : SpikeArray
        One sample.
    targets : array of shape (n_rows, ...)
        A target for each row.
    known : bool array of shape (n_rows,) or None
        Rows whose target is known; None if none is.
    past : array or None
        What the encoder needs for the piece after this one.
    """

    spikes: SpikeArray
    targets: Array
    known: Array | None
    past: Array | None


class OnlineRun:
    """Run of a liquid whose readout predicts, and then learns, at every row.

    Parameters
    ----------
    has_learnt : bool
        Whether the readout is fitted when the run begins.

    Attributes
    ----------
    n_rows : int
        Number of rows so far.
    past : array or None
        What the encoder needs of the rows so far, see `SeriesEncoder.encode_piece`.
    form : PieceForm or None
        Form of the pieces so far, where they are bare arrays of one form.
    """

    form: PieceForm | None = None  # also of a run from a file that had none

    def __init__(self, has_learnt: bool) -> None:
        self.has_learnt, self.n_rows = has_learnt, 0
        self.past: Array | None = None
        self._steps: Any = None

    def read(
        self,
        X: Any,
        y: Any,
        encode: Callable[[Any], tuple[SpikeArray, Array | None]],
        form: RowTargets,
        *,
        numeric: bool,
        alike: bool,
    ) -> Piece:
        """Validate the next piece of a stream and its targets.

        Parameters
        ----------
        X, y : object
            The piece and its targets, or None, as a user gives them.
        encode : function
            Returns a piece in a list as a SpikeArray, and what the piece after it needs.
        form : RowTargets
            Form of the targets.
        numeric : bool
            Whether targets must be numbers.
        alike : bool
            Whether a bare array stands for the same spikes at any time of the stream.

        Returns
        -------
        piece : Piece

        Raises
        ------
        ValueError
            If the piece or a target is invalid.
        """
        spikes, past = None if self.form is None else self.form.take(X), None
        if spikes is None:
            given, (X, y) = X, one_piece(X, y)
            spikes, past = encode(X)
            self.form = PieceForm.of(given, spikes) if alike else None
        shape = int(spikes.n_rows[0]), *form.shape
        if y is None:
            return Piece(spikes, np.zeros(shape), None, past)
        targets = known_numbers(y, shape) if numeric else None
        if targets is not None:
            return Piece(spikes, targets, np.ones(len(targets), dtype=bool), past)
        given_targets: Any = one_piece(X, y)[1]
        targets, known = form.join(given_targets, spikes, numeric=numeric)
        return Piece(spikes, targets, known, past)

    def learn(
        self,
        piece: Piece,
        reader: Callable[[], Simulator | Tapped],
        readout: Estimator,
        *,
        washout: int,
        closed_loop: ClosedLoop | None,
        first_call: dict[str, Any],
    ) -> Sequence[Any]:
        """Run the next piece of a stream, and let the readout learn from its targets.

        Parameters
        ----------
        piece : Piece
            The next piece. The readout learns from the rows whose target is known.
        reader : function
            Returns the runs of the liquid; the first piece starts one.
        readout : estimator with `partial_fit`
            Changed in place. One that has `predict_and_learn`, see :class:`~lsm.readout.RLS`, gets
            all rows of a piece at once.
        washout : int
            Rows at the start of the run in which the readout does not learn.
        closed_loop : ClosedLoop or None
            Path of the outputs back into the liquid.
        first_call : dict
            Further arguments of the readout's first `partial_fit`.

        Returns
        -------
        outputs : sequence of arrays, or of None
            Prediction for each row before the readout learns from it; None or zero before it has
            learnt from any.
        """
        spikes, targets, known, past = piece
        if self._steps is None:
            self._steps = Steps(reader().stream(spikes.pieces([0], [0], [1])), closed_loop)
            self._row_duration = spikes.row_duration
        if spikes.row_duration != self._row_duration:
            raise ValueError(
                f"X has rows of {spikes.row_duration:g} ms, but the stream has rows of "
                f"{self._row_duration:g} ms: give all pieces the same row_duration"
            )
        learns = self.n_rows + np.arange(spikes.n_rows[0]) >= washout
        learns &= False if known is None else known
        if closed_loop is None and hasattr(readout, "predict_and_learn"):
            outputs = readout.predict_and_learn(self._steps.step(spikes), targets, learns)
            self.n_rows, self.past = self.n_rows + len(learns), past
            self.has_learnt = self.has_learnt or bool(learns.any())
            return outputs
        outputs = []
        for t, state in enumerate(self._states(spikes, closed_loop)):
            outputs.append(readout.predict(state)[0] if self.has_learnt else None)
            if closed_loop is not None:
                self._send(outputs[-1], closed_loop)
            if learns[t]:
                options = {} if self.has_learnt else first_call
                readout.partial_fit(state, targets[t : t + 1], **options)
                self.has_learnt = True
            self.n_rows += 1
        self.past = past
        return outputs

    def _states(self, spikes, closed_loop):
        """Yield the state of each row, of shape (1, n_features); outputs are sent in between."""
        if closed_loop is None:
            yield from self._steps.step(spikes)[:, None]
            return
        for row in cut_rows(spikes, 0):
            yield self._steps.step(row)

    def _send(self, output, closed_loop):
        returned = closed_loop.as_outputs(output)
        closed_loop.check(returned[None], self.n_rows)
        self._steps.send(closed_loop.returned(returned))
