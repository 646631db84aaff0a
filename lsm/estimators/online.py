"""Online learning: a run of liquid and readout that goes on from call to call."""

from ..samples import cut_rows
from .closed_loop import Steps

__all__ = ["OnlineRun"]


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
    """

    def __init__(self, has_learnt):
        self.has_learnt, self.n_rows, self.past = has_learnt, 0, None
        self._steps = None

    def learn(
        self, spikes, targets, known, simulator, readout, *, washout, closed_loop, first_call
    ):  # fmt: skip
        """Run the next piece of a stream, and let the readout learn from its targets.

        Parameters
        ----------
        spikes : SpikeArray
            One sample, the next piece.
        targets : array of shape (n_rows, ...)
            A target for each row.
        known : bool array of shape (n_rows,) or None
            Rows whose target is known; None if none is. The readout learns from these.
        simulator : Simulator
            Runs of the liquid; the first piece starts one.
        readout : estimator with `partial_fit`
            Changed in place.
        washout : int
            Rows at the start of the run in which the readout does not learn.
        closed_loop : ClosedLoop or None
            Path of the outputs back into the liquid.
        first_call : dict
            Further arguments of the readout's first `partial_fit`.

        Returns
        -------
        outputs : list of arrays, or of None
            Prediction for each row before the readout learns from it; None before it has learnt
            from any.
        """
        outputs, rows = [], cut_rows(spikes, 0)
        if self._steps is None:
            self._steps = Steps(simulator.stream(rows[0]), closed_loop)
            self._row_duration = spikes.row_duration
        if spikes.row_duration != self._row_duration:
            raise ValueError(
                f"X has rows of {spikes.row_duration:g} ms, but the stream has rows of "
                f"{self._row_duration:g} ms: give all pieces the same row_duration"
            )
        for t, row in enumerate(rows):
            state = self._steps.step(row)
            outputs.append(readout.predict(state)[0] if self.has_learnt else None)
            if closed_loop is not None:
                self._send(outputs[-1], closed_loop)
            if self.n_rows >= washout and known is not None and known[t]:
                options = {} if self.has_learnt else first_call
                readout.partial_fit(state, targets[t : t + 1], **options)
                self.has_learnt = True
            self.n_rows += 1
        return outputs

    def _send(self, output, closed_loop):
        returned = closed_loop.as_outputs(output)
        closed_loop.check(returned[None], self.n_rows)
        self._steps.send(returned)
