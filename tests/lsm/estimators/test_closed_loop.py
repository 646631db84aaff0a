"""The path from outputs back to the liquid, step by step, with a liquid that adds up its input."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from lsm.estimators.closed_loop import ClosedLoop, Steps, affine_map, is_affine
from lsm.estimators.online import OnlineRun, Piece
from lsm.kernel import Correlation
from lsm.spikes import SpikeArray

WEIGHTS = np.array([[1.0, 10.0, 0.0], [0.0, 100.0, 1000.0]])
X = np.arange(1.0, 7.0)[:, None]


def loop(**params):
    return ClosedLoop(
        **{"weights": WEIGHTS, "delay": 1, "limit": 1e30, "row_duration": 2.0} | params
    )


class Stream:
    """Run whose state is the input of a row, and the current that comes back."""

    def __init__(self):
        self.currents = []

    def step(self, rows, current=None):
        self.currents.append(current)
        back = np.zeros(3) if current is None else current
        return np.array([[[x[0], *back]] for x in rows.to_dense(0)])


class Simulator:
    """Runs of such a liquid, and what the kernel is told of the loop."""

    n_row_features = 4

    def stream(self, row):
        self.first = row
        self.run = Stream()
        return self.run

    def rows(self, spikes, closed_loop):
        self.loop = closed_loop
        closed_loop.outputs[:] = self.outputs
        return np.ones((spikes.n_rows.sum(), 4))


class Mean(RegressorMixin, BaseEstimator):
    """Two outputs: the input of a row, and the largest current that comes back; not affine."""

    def predict(self, states):
        return np.column_stack([states[:, 0], states[:, 1:].max(axis=1)])


def packed(*samples):
    return SpikeArray.from_dense(list(samples), row_duration=2.0)


def rows_of(spikes):
    return [spikes.pieces([0], [t], [t + 1]) for t in range(spikes.n_rows[0])]


@pytest.mark.parametrize("delay", [1, 2, 3])
def test_an_output_arrives_after_the_delay(delay):
    stream = Stream()
    steps = Steps(stream, loop(delay=delay))
    outputs = np.arange(12.0).reshape(6, 2)
    for row, output in zip(rows_of(packed(X)), outputs, strict=True):
        steps.step(row)
        steps.send(output)
    expected = np.vstack([np.zeros((delay, 2)), outputs[:-delay]]) @ WEIGHTS
    np.testing.assert_array_equal(stream.currents, expected)


def test_without_a_loop_nothing_comes_back_and_rows_run_together():
    stream = Stream()
    states = Steps(stream, None).step(packed(X))
    assert stream.currents == [None]
    np.testing.assert_array_equal(states, np.hstack([X, np.zeros((6, 3))]))


def test_outputs_have_one_form():
    assert loop().n_outputs == 2
    assert loop().as_outputs(None).tolist() == [0.0, 0.0]
    assert loop().as_outputs([[1, 2]]).tolist() == [1.0, 2.0]
    assert loop().as_outputs([1, 2]).dtype == float


@pytest.mark.parametrize(
    ("outputs", "named"),
    [
        ([[1.0, -5.0], [5.0, 5.1]], "output 1 is 5.1 in row 8, beyond 5"),
        ([[1.0, -5.1], [9.0, 9.0]], "output 1 is -5.1 in row 7, beyond 5"),
        ([[1.0, 0.0], [np.nan, 0.0]], "output 0 is nan in row 8, beyond 5"),
    ],
)
def test_outputs_beyond_the_limit_are_named(outputs, named):
    message = f"^the feedback diverges: {named}, 1000 times the largest target; lower Feedback.wei"
    with pytest.raises(FloatingPointError, match=message):
        loop(limit=5.0).check(np.array(outputs), 7)
    with pytest.raises(FloatingPointError, match="in row [01],"):
        loop(limit=5.0).check(np.array(outputs))
    loop(limit=5.0).check(np.full((3, 2), -5.0))


def test_a_limit_grows_with_the_targets_and_never_shrinks():
    assert loop(limit=5.0).widen(np.array([0.001, -0.02])).limit == 20.0
    assert loop(limit=5.0).widen(np.array([0.001])).limit == 5.0


def test_clipping_widens_with_the_targets_and_never_shrink():
    assert loop().widen(np.ones((3, 2))).clip is None
    bounded = loop(clip=np.zeros((2, 2))).widen(np.array([[-1.0, 2.0], [0.5, 3.0]]))
    assert bounded.clip.tolist() == [[-1.0, 0.0], [0.5, 3.0]]
    assert bounded.widen(np.array([[0.7, 1.0]])).clip.tolist() == [[-1.0, 0.0], [0.7, 3.0]]


def test_outputs_beyond_the_range_come_back_as_the_nearer_one():
    outputs = np.array([[-3.0, 0.5], [3.0, -0.1], [0.2, np.nan]])
    np.testing.assert_array_equal(loop().returned(outputs), outputs)
    bounded = loop(clip=np.array([[-1.0, 0.0], [2.0, 0.3]]))
    expected = [[-1.0, 0.3], [2.0, 0.0], [0.2, np.nan]]
    np.testing.assert_array_equal(bounded.returned(outputs), expected)


def test_a_readout_of_any_kind_is_clipped_row_by_row():
    simulator, spikes = Simulator(), packed(X)
    bounded = loop(clip=np.array([[0.0, 0.0], [2.5, 30.0]]))
    nothing = np.zeros((6, 2))
    outputs = bounded.run(simulator, spikes, Mean(), nothing, np.array([0]))
    back = np.clip(outputs[:-1], 0.0, [2.5, 30.0]) @ WEIGHTS
    np.testing.assert_array_equal(simulator.run.currents[1:], back)
    assert outputs.max() > 30.0


def test_the_kernel_is_told_how_to_clip():
    simulator, spikes = Simulator(), packed(X)
    simulator.outputs, targets = 0.0, np.zeros((6, 2))
    loop().force(simulator, spikes, targets)
    assert simulator.loop.clip.shape == (2, 0)
    clip = np.array([[0.0, 0.0], [2.5, 30.0]])
    loop(clip=clip).force(simulator, spikes, targets)
    assert simulator.loop.clip is clip


def test_the_kernel_is_told_which_targets_flow_back():
    simulator, spikes = Simulator(), packed(X, X[:3])
    simulator.outputs, targets = 0.0, np.arange(18.0).reshape(9, 2)
    states = loop(delay=3).force(simulator, spikes, targets)
    assert states.shape == (9, 4)
    told = simulator.loop
    np.testing.assert_array_equal(told.targets, targets)
    assert told.n_forced.tolist() == [6, 3]
    assert told.coef.size == told.intercept.size == told.correlation.matrix.size == 0
    assert told.delay == 3
    assert told.taught_from == 9  # never
    assert told.weights is WEIGHTS


class Taught:
    """Readout of recursive least squares."""

    coef_, intercept_, correlation_, forget = np.ones(4), 0.5, Correlation.of(np.eye(4)), 1


def test_the_kernel_is_told_how_to_teach():
    simulator, spikes = Simulator(), packed(X, X[:3])
    simulator.outputs, targets = 0.0, np.zeros((9, 2))
    loop().teach(simulator, spikes, targets, Taught(), 4)
    told = simulator.loop
    assert told.n_forced.tolist() == [0, 0]
    assert told.taught_from == 4
    assert told.coef.tolist() == [[1, 1, 1, 1]]
    assert told.intercept.tolist() == [0.5]
    assert told.correlation is Taught.correlation_
    assert isinstance(told.forget, float)
    simulator.outputs = np.where(np.arange(9) == 7, 1e31, 0)[:, None]
    with pytest.raises(FloatingPointError, match="in row 1,"):  # of the second sample
        loop().teach(simulator, spikes, targets, Taught(), 4)


@pytest.mark.parametrize("n_forced", [[0, 0], [2, 3], [6, 3]])
def test_a_readout_of_any_kind_is_stepped_through(n_forced):
    simulator, spikes = Simulator(), packed(X, X[:3])
    forced = -np.ones((9, 2))
    outputs = loop().run(simulator, spikes, Mean(), forced, n_forced)
    for first, n, n_of_sample in ((0, 6, n_forced[0]), (6, 3, n_forced[1])):
        back = np.zeros(2)
        for t in range(n):
            expected = [X[t, 0], (back @ WEIGHTS).max()]
            np.testing.assert_array_equal(outputs[first + t], expected)
            back = forced[t] if t < n_of_sample else outputs[first + t]
    with pytest.raises(FloatingPointError, match=r"in row \d"):
        loop(limit=3.0).run(simulator, spikes, Mean(), forced, n_forced)


def linear(n_outputs=2):
    rng = np.random.default_rng(0)
    S, coef = rng.normal(size=(50, 4)), rng.normal(size=(n_outputs, 4))
    return make_pipeline(StandardScaler(), Ridge(1e-9)).fit(S, S @ coef.T + 3.0), coef


def test_an_affine_readout_runs_in_the_kernel():
    simulator, spikes = Simulator(), packed(X)
    readout, coef = linear()
    simulator.outputs = 2.0
    outputs = loop().run(simulator, spikes, readout, np.zeros((6, 2)), [2])
    assert outputs is simulator.loop.outputs
    assert outputs.tolist() == [[2.0, 2.0]] * 6
    np.testing.assert_allclose(simulator.loop.coef, coef, atol=1e-6)
    np.testing.assert_allclose(simulator.loop.intercept, 3.0, atol=1e-6)
    assert np.asarray(simulator.loop.n_forced).tolist() == [2]
    with pytest.raises(FloatingPointError, match="in row 0,"):
        loop(limit=1.0).run(simulator, spikes, readout, np.zeros((6, 2)), [2])


def test_readouts_are_affine_or_not():
    readout, coef = linear(1)
    found, intercept = affine_map(readout, 4, 1)
    np.testing.assert_allclose(found, coef, atol=1e-6)
    np.testing.assert_allclose(intercept, [3.0], atol=1e-6)
    assert found.flags.c_contiguous
    S = np.random.default_rng(1).normal(size=(80, 4))
    tree = DecisionTreeRegressor(random_state=0).fit(S, S[:, 0])
    assert affine_map(tree, 4, 1) is None
    assert affine_map(Mean(), 4, 2) is None
    assert is_affine(readout, S, found, intercept)
    assert not is_affine(readout, S, found + 1e-3, intercept)
    assert not is_affine(readout, S, found, intercept + 1e-3)
    assert not is_affine(tree, S, found, intercept)
    lost = np.full((2, 4), np.nan)
    assert is_affine(readout, lost, found, intercept)  # nothing can be said
    assert not is_affine(readout, np.vstack([lost, S]), found + 1.0, intercept)
    assert is_affine(readout, np.vstack([lost, S]), found, intercept)


# ----------------------------------------------------------------------------- learning by pieces


class Counting:
    """Readout that predicts the number of rows that it has learnt, and remembers them."""

    def __init__(self):
        self.learnt, self.options = [], []

    def predict(self, states):
        assert states.shape == (1, 4)
        return np.array([[len(self.learnt), states[0, 2]]])

    def partial_fit(self, state, target, **options):
        assert state.shape == (1, 4)
        assert len(target) == 1
        self.learnt.append(float(state[0, 0]))
        self.options.append(options)


def learn(run, piece, known, readout, *, washout=0, closed_loop=None, simulator=None):
    taken = Piece(packed(piece), np.zeros((len(piece), 2)), known, None)
    return run.learn(
        taken, lambda: simulator or Simulator(), readout, washout=washout, closed_loop=closed_loop,
        first_call={"first": True},
    )  # fmt: skip


@pytest.mark.parametrize("closed_loop", [None, loop()])
def test_a_readout_predicts_and_then_learns_where_a_target_is_known(closed_loop):
    run, readout = OnlineRun(has_learnt=False), Counting()
    known = np.array([True, True, True, False, True, True])
    outputs = learn(run, X, known, readout, washout=2, closed_loop=closed_loop)
    assert readout.learnt == [3.0, 5.0, 6.0]
    assert readout.options == [{"first": True}, {}, {}]
    assert outputs[:3] == [None] * 3
    assert [int(output[0]) for output in outputs[3:]] == [1, 1, 2]
    assert (run.n_rows, run.has_learnt) == (6, True)
    assert [int(o[0]) for o in learn(run, X[:2], None, readout, washout=9)] == [3, 3]
    assert run.n_rows == 8
    assert len(readout.learnt) == 3
    learn(run, X[:2], np.array([True, True]), readout, washout=9)  # the washout ends with row 9
    assert readout.learnt[3:] == [2.0]


def test_outputs_come_back_row_by_row():
    run, readout, simulator = OnlineRun(has_learnt=True), Counting(), Simulator()
    learn(run, X, np.ones(6, bool), readout, closed_loop=loop(), simulator=simulator)
    # The first output is the number of rows learnt before, the second is the current before.
    back = np.zeros(2)
    for t, current in enumerate(simulator.run.currents):
        np.testing.assert_array_equal(current, back @ WEIGHTS)
        back = np.array([t, (back @ WEIGHTS)[1]])
    assert simulator.first.n_rows.tolist() == [1]
    with pytest.raises(FloatingPointError, match="in row 6,"):
        learn(run, X, None, readout, closed_loop=loop(limit=1.0))


def test_a_readout_may_learn_from_a_whole_piece():
    class Whole(Counting):
        def predict_and_learn(self, states, targets, learns):
            self.seen = states, targets, learns
            return "outputs"

    run, readout = OnlineRun(has_learnt=False), Whole()
    assert learn(run, X, None, readout) == "outputs"
    assert not run.has_learnt
    assert run.n_rows == 6
    assert not readout.seen[2].any()
    known = np.arange(6) > 3
    learn(run, X, known, readout, washout=7)
    assert readout.seen[2].tolist() == [False] * 4 + [True] * 2
    assert readout.seen[0].shape == (6, 4)
    assert run.has_learnt
    assert run.n_rows == 12
    learn(run, X[:1], np.array([True]), readout, washout=12)
    assert readout.seen[2].tolist() == [True]
    learn(run, X[:1], np.array([True]), readout, washout=14)
    assert readout.seen[2].tolist() == [False]


def test_all_pieces_have_rows_of_one_duration():
    run = OnlineRun(has_learnt=True)
    learn(run, X, None, Counting())
    other = SpikeArray.from_dense([X], row_duration=1.0)
    with pytest.raises(ValueError, match="X has rows of 1 ms, but the stream has rows of 2 ms"):
        run.learn(
            Piece(other, X, None, None), Simulator, Counting(), washout=0, closed_loop=None,
            first_call={},
        )  # fmt: skip
