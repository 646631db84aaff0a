"""Contents of the pictures: dots, lines, labels and invalid arguments."""

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.linear_model import RidgeClassifier

from lsm import Liquid, Snapshots, SpikeArray, measures, plot
from lsm.conversion import SpikingReadout
from lsm.plasticity import PairSTDP, SynapticScaling
from lsm.plot import (
    AccuracyDisplay,
    ColumnDisplay,
    ConfusionDisplay,
    ConnectivityDisplay,
    ConversionDisplay,
    GainDisplay,
    MembraneDisplay,
    RasterDisplay,
    SeparationDisplay,
    SnapshotDisplay,
    STDPDisplay,
    TrajectoryDisplay,
    WeightChangeDisplay,
)
from lsm.topology import Column, ErdosRenyi

COLUMN_WIDTH = 8.5 / 2.54  # inches


@pytest.fixture(scope="module")
def X():
    return (np.random.default_rng(0).random((12, 100, 5)) < 0.1).astype(int)


@pytest.fixture(scope="module")
def y():
    return np.arange(12) % 2


@pytest.fixture(scope="module")
def liquid(X):
    return Liquid(n_neurons=40, random_state=0).fit(X)


@pytest.fixture
def spikes():
    events = [([0.0, 3.0], [2, 0]), ([4.9], [1])]
    return SpikeArray.from_events(events, n_channels=3, durations=5.0)


def dots(ax):
    return ax.collections[0].get_offsets().tolist()


@pytest.mark.parametrize("name", ["$_$", "$\\frac$", "a$x_{$"])
def test_a_name_is_no_mathematics(name):
    points = np.random.default_rng(0).random((2, 3, 2))
    for display in (
        ConfusionDisplay(np.eye(2, dtype=int), [name, "b"]).plot(),
        SnapshotDisplay(points[:, 0], np.array([name, "b"]), "").plot(),
        TrajectoryDisplay(points, np.array([name, "b"]), [0.5, 0.2]).plot(),
    ):
        display.figure_.draw_without_rendering()
        assert name in [text.get_text() for text in display.figure_.findobj(Text)]


class TestRaster:
    def test_every_spike_is_a_dot_at_the_end_of_its_step(self, spikes):
        assert dots(RasterDisplay.from_spikes(spikes).ax_) == [[1.0, 2.0], [4.0, 0.0]]
        assert dots(RasterDisplay.from_spikes(spikes, sample=1).ax_) == [[5.0, 1.0]]

    def test_inhibitory_neurons_are_above_in_another_colour(self, spikes):
        display = RasterDisplay.from_spikes(spikes, inhibitory=[True, False, False])
        assert dots(display.ax_) == [[1.0, 1.0], [4.0, 2.0]]
        colours = display.ax_.collections[0].get_facecolors()
        assert not np.array_equal(colours[0], colours[1])
        assert {text.get_text() for text in display.ax_.texts} == {"excitatory", "inhibitory"}

    def test_it_draws_on_given_axes_and_labels_them(self, spikes):
        ax = Figure().subplots()
        display = RasterDisplay.from_spikes(spikes, ax=ax)
        assert display.ax_ is ax
        assert display.figure_ is ax.figure
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("time (ms)", "neuron")
        assert ax.get_xlim() == (0, 5)

    def test_graded_currents_are_refused(self):
        graded = SpikeArray.from_dense([np.ones((3, 2))])
        with pytest.raises(ValueError, match="got graded currents"):
            RasterDisplay.from_spikes(graded)

    def test_the_input_is_above_and_rates_are_beside(self, liquid, X):
        display = RasterDisplay.from_estimator(liquid, X, sample=3)
        assert len(dots(display.input_ax_)) == X[3].sum()
        widths = [bar.get_width() for bar in display.rate_ax_.patches]
        counts = np.bincount(liquid.record(X[[3]]).channels, minlength=40)
        order = np.argsort(liquid.inhibitory_, kind="stable")
        assert widths == pytest.approx(10 * counts[order])  # 100 ms
        for attached in (display.input_ax_, display.rate_ax_):
            low, high = attached.get_position().min, attached.get_position().max
            inside = display.ax_.get_position()
            assert low[1] >= inside.y1 or low[0] >= inside.x1
            assert (high > low).all()

    def test_graded_input_is_an_image(self, spikes):
        frames = np.arange(15.0).reshape(5, 3)
        inputs = SpikeArray.from_dense([frames])
        display = RasterDisplay.from_spikes(spikes[[0]], inputs=inputs)
        assert np.array_equal(display.input_ax_.images[0].get_array(), frames.T)

    def test_many_spikes_are_an_image_of_where_they_are(self):
        busy = np.zeros((400, 1000), dtype=int)
        busy[100:200, :500] = 1  # 50,000 spikes; one more makes too many dots
        busy[399, 999] = 1
        display = RasterDisplay.from_spikes(SpikeArray.from_dense([busy]))
        assert not display.ax_.collections
        opacity = display.ax_.images[0].get_array()[..., 3]
        up, along = opacity.shape
        inside = opacity[: up // 2 - 1, along // 4 + 1 : along // 2 - 1]
        assert (inside > 0.7).all()  # of two rows or three
        assert opacity[-1, -1] > 0
        assert np.count_nonzero(opacity) < 1.1 * up * along / 8 + 1
        assert display.ax_.get_xlim() == (0, 400)
        assert display.ax_.get_ylim() == (-0.5, 999.5)


class TestConnectivity:
    def test_the_picture_holds_every_weight_and_excitatory_rows_come_first(self, liquid):
        matrix = ConnectivityDisplay.from_estimator(liquid).axes_[0]
        image = matrix.images[0].get_array()
        order = np.argsort(liquid.inhibitory_, kind="stable")
        weights = liquid.network_.w.toarray()[order][:, order]
        assert np.allclose(image, weights, rtol=1e-6)
        assert (image[:32] >= 0).all()
        assert (image[32:] <= 0).all()

    def test_the_histogram_counts_every_synapse(self, liquid):
        weights = ConnectivityDisplay.from_estimator(liquid).axes_[1]
        assert sum(bar.get_height() for bar in weights.patches) == liquid.network_.w.nnz

    def test_every_neuron_has_its_degrees(self, liquid):
        degrees = ConnectivityDisplay.from_estimator(liquid).axes_[2]
        names = [text.get_text() for text in degrees.get_legend().get_texts()]
        assert names == ["onto others", "from excitatory", "from inhibitory"]
        n_synapses = []
        for outline in degrees.patches:
            # Of an outline each bar is a step: x and height come twice.
            x, height = outline.get_xy()[1:-1:2, 0], outline.get_xy()[1:-1:2, 1]
            assert height.sum() == 40
            n_synapses.append((x + 0.5) @ height)
        onto, excitatory, inhibitory = n_synapses
        assert onto == excitatory + inhibitory == liquid.network_.w.nnz

    def test_a_liquid_without_recurrence_has_a_picture(self, X, tmp_path):
        liquid = Liquid(30, topology=ErdosRenyi(fan_out=0), random_state=0).fit(X)
        display = ConnectivityDisplay.from_estimator(liquid)
        assert [text.get_text() for text in display.axes_[1].texts] == ["no synapses"]
        display.figure_.savefig(tmp_path / "picture.png")

    def test_it_draws_on_given_axes(self, liquid):
        axes = Figure().subplots(1, 3)
        assert ConnectivityDisplay.from_estimator(liquid, axes=axes).figure_ is axes[0].figure


@pytest.fixture(scope="module")
def column(X):
    return Liquid(topology=Column(shape=(4, 3, 2), delay=1.0), random_state=0).fit(X)


class TestColumn:
    def test_neurons_are_where_they_are_and_lines_connect_them(self, column):
        display = ColumnDisplay.from_estimator(column, n_synapses=10**6)
        lines, excitatory, inhibitory = display.ax_.collections
        drawn = np.array(lines._segments3d)
        pre, post = column.network_.w.nonzero()
        assert np.array_equal(drawn, column.positions_[np.stack([pre, post], axis=1)])
        assert len(excitatory._offsets3d[0]) == np.sum(~column.inhibitory_)
        assert len(inhibitory._offsets3d[0]) == np.sum(column.inhibitory_)

    def test_only_so_many_lines_are_drawn(self, column):
        lines = ColumnDisplay.from_estimator(column, n_synapses=5).ax_.collections[0]
        assert 1 <= len(lines._segments3d) <= 5

    def test_a_liquid_without_space_is_refused(self, liquid):
        with pytest.raises(ValueError, match="no positions: fit a liquid with topology=Column"):
            ColumnDisplay.from_estimator(liquid)


class TestMembrane:
    def test_it_shows_potentials_and_spikes_of_the_neurons_asked_for(self, liquid, X):
        display = MembraneDisplay.from_estimator(liquid, X, sample=2, neurons=[7, 3])
        reader = Liquid(n_neurons=40, random_state=0, snapshots=Snapshots(feature="membrane"))
        expected = reader.fit(X).trajectory(X[[2]])[0][:, [7, 3]]
        lines = [line.get_ydata() for line in display.ax_.lines[:2]]
        assert np.allclose(lines[0] - lines[0][0], expected[:, 0] - expected[0, 0], atol=1e-5)
        assert np.allclose(lines[1] - lines[1][0], expected[:, 1] - expected[0, 1], atol=1e-5)
        counts = np.bincount(liquid.record(X[[2]]).channels, minlength=40)
        strokes = [len(strokes.get_segments()) for strokes in display.ax_.collections]
        assert strokes == [counts[7], counts[3]]
        assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["7", "3"]

    def test_a_neuron_that_is_not_there_is_refused(self, liquid, X):
        with pytest.raises(ValueError, match="neurons must be an integer >= 0 and <= 39, got 40"):
            MembraneDisplay.from_estimator(liquid, X, neurons=[40])

    def test_the_liquid_is_left_as_it_is(self, liquid, X):
        MembraneDisplay.from_estimator(liquid, X)
        assert liquid.snapshots == "auto"


class TestStates:
    def test_the_image_holds_the_states_sorted_by_class(self, X, y):
        liquid = Liquid(40, snapshots=Snapshots(n=2), random_state=0).fit(X)
        display = SnapshotDisplay.from_estimator(liquid, X, y, reading=0)
        states = liquid.transform(X).toarray()[:, :40]
        image = display.ax_.images[0].get_array()
        assert np.array_equal(image, np.concatenate([states[y == 0], states[y == 1]]))
        assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["0", "1"]

    def test_trajectories_are_the_components_of_the_traces(self, liquid, X, y):
        display = TrajectoryDisplay.from_estimator(liquid, X, y, n_times=4)
        reader = Liquid(40, snapshots=Snapshots(n=4, feature="trace"), random_state=0).fit(X)
        states = reader.transform(X).toarray().reshape(-1, 40)
        centred = states - states.mean(axis=0)
        found = display.points.reshape(-1, 2)
        expected = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
        assert np.allclose(np.abs(found), np.abs(expected), atol=1e-3)
        variances = np.linalg.svd(centred, compute_uv=False) ** 2
        assert display.explained == pytest.approx((variances / variances.sum())[:2], rel=1e-3)
        names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
        assert names == ["0", "1"]


class TestMeasures:
    def test_every_pair_is_a_dot_of_the_separation_curve(self, liquid, X):
        display = SeparationDisplay.from_estimator(liquid, X)
        expected = np.transpose(measures.separation_curve(liquid, X))
        assert np.allclose(dots(display.ax_), expected)
        line = display.ax_.lines[0].get_xydata()
        assert np.average(line, axis=0) == pytest.approx(expected.mean(axis=0), rel=0.05)

    def test_at_its_own_gain_the_liquid_is_as_its_health_says(self, liquid, X):
        gain = liquid.calibrated_.recurrent_gain
        display = GainDisplay.from_estimator(liquid, X, gains=np.array([gain / 2, gain, 2 * gain]))
        assert display.rates[1] == pytest.approx(liquid.health_.rate)
        indices = display.echo_state_indices
        assert indices[1] == pytest.approx(liquid.health_.echo_state_index)
        assert indices[0] <= indices[1] < indices[2]
        for ax, value in zip(
            display.axes_, (display.rates[1], display.echo_state_indices[1]), strict=True
        ):
            assert ax.lines[-1].get_xydata() == pytest.approx(np.array([[gain, value]]))

    def test_a_liquid_without_recurrence_has_no_gain(self, X):
        liquid = Liquid(10, topology=ErdosRenyi(fan_out=0), random_state=0).fit(X)
        with pytest.raises(ValueError, match="must have recurrent synapses"):
            GainDisplay.from_estimator(liquid, X)


class TestPlasticity:
    def test_the_window_is_that_of_the_rule(self):
        rule = PairSTDP(a_plus=0.02, a_minus=0.03, tau_plus=15.0, tau_minus=30.0)
        display = STDPDisplay.from_rule(rule, max_lag=40)
        before, after = (line.get_xydata() for line in display.ax_.lines[2:])
        assert np.allclose(before[:, 1], -0.03 * np.exp(np.arange(-40, 0) / 30))
        assert np.allclose(after[:, 1], 0.02 * np.exp(-np.arange(1, 41) / 15))

    def test_a_rule_between_samples_has_none(self):
        with pytest.raises(
            ValueError, match="must act at spikes to have a window, .*, got Synaptic"
        ):
            STDPDisplay.from_rule(SynapticScaling())

    def test_weights_before_and_after_are_all_there(self, liquid, X):
        taught = Liquid(40, plasticity=PairSTDP(), random_state=0).fit(X)
        display = WeightChangeDisplay.from_estimators(liquid, taught)
        n_excitatory = np.diff(liquid.network_.w.indptr)[~liquid.inhibitory_].sum()
        assert len(display.before) == len(display.after) == n_excitatory
        assert (display.after >= 0).all()
        assert not np.array_equal(display.before, display.after)


class TestScores:
    def test_the_confusion_matrix_counts(self):
        display = ConfusionDisplay.from_predictions([0, 0, 1, 2], [0, 1, 1, 2], names=list("abc"))
        assert display.counts.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
        shown = {(text.get_position(), text.get_text()) for text in display.ax_.texts}
        assert shown == {((0, 0), "1"), ((1, 0), "1"), ((1, 1), "1"), ((2, 2), "1")}
        assert display.ax_.get_title() == "accuracy 75.0%, balanced 83.3%"

    def test_names_of_classes_stay_text_and_leave_room_for_the_matrix(self):
        names = ["$_$", "01", "NA", "a name of a class that is far too long to be shown"]
        display = ConfusionDisplay.from_predictions(names, names)
        shown = [text.get_text() for text in display.ax_.get_xticklabels()]
        assert shown == ["$_$", "01", "NA", "a name of …shown"]
        display.figure_.canvas.draw()
        assert display.ax_.get_window_extent().width > 0.5 * display.figure_.bbox.width

    def test_classes_are_their_own_names(self):
        display = ConfusionDisplay.from_predictions(["no", "yes"], ["yes", "yes"])
        assert list(display.names) == ["no", "yes"]

    def test_accuracy_rises_when_the_sample_says_its_class(self):
        rng = np.random.default_rng(1)
        y = np.arange(40) % 2
        X = rng.random((40, 200, 4)) < 0.05
        late = rng.random((40, 100, 4)) < 0.1
        X[:, 100:] = late * (np.arange(4) // 2 == y[:, None])[:, None]
        liquid = Liquid(60, random_state=0).fit(X.astype(int))
        display = AccuracyDisplay.from_estimator(liquid, X.astype(int), y, n_times=4)
        assert display.times.tolist() == [50, 100, 150, 200]
        accuracy = display.ax_.lines[0].get_ydata()
        assert accuracy[1] < 75
        assert accuracy[3] > 95
        assert display.chance == 0.5

    def test_samples_of_different_lengths_have_no_common_time(self, liquid, X, y):
        ragged = [*X[:-1], X[-1][:50]]
        with pytest.raises(ValueError, match="of equal durations, got 50 to 100 ms"):
            AccuracyDisplay.from_estimator(liquid, ragged, y)


def test_everything_fits_a_column_of_print_and_is_labelled(liquid, X, y):
    displays = [
        RasterDisplay.from_estimator(liquid, X),
        MembraneDisplay.from_estimator(liquid, X),
        ConnectivityDisplay.from_estimator(liquid),
        SnapshotDisplay.from_estimator(liquid, X),
        TrajectoryDisplay.from_estimator(liquid, X, y),
        SeparationDisplay.from_estimator(liquid, X),
        GainDisplay.from_estimator(liquid, X),
        STDPDisplay.from_rule(PairSTDP()),
        WeightChangeDisplay.from_estimators(liquid, liquid),
        ConfusionDisplay.from_predictions(y, y),
        AccuracyDisplay.from_estimator(liquid, X, y, n_times=2, cv=2),
        ConversionDisplay({"a": np.ones(3)}, {"a": np.arange(3)}).plot(),
    ]
    # Neither the column, nor the page, nor receptive fields, which have no axes to name.
    assert len({type(display) for display in displays}) == len(plot.__all__) - 3
    for display in displays:
        figure = display.figure_
        assert figure.get_size_inches()[0] == pytest.approx(COLUMN_WIDTH)
        figure.canvas.draw()
        for text in figure.findobj(Text):
            if text.get_text() and text.get_visible():
                assert text.get_fontsize() >= 5, text
        for ax in figure.axes:
            assert ax.get_xlabel() or ax.get_ylabel(), type(display)


def test_ticks_of_a_sorted_raster_are_numbers_of_neurons():
    inhibitory = np.arange(10) % 2 == 0  # the odd neurons are drawn first
    spikes = SpikeArray.from_dense([np.eye(10, dtype=int)])
    ax = RasterDisplay.from_spikes(spikes, inhibitory=inhibitory).ax_
    name = ax.yaxis.get_major_formatter()
    assert [name(place, None) for place in (0, 1, 5, 9, 9.5, 10)] == ["1", "3", "0", "8", "", ""]
    ax.figure.canvas.draw()
    box = ax.get_window_extent()
    for text in ax.texts:  # the names of the kinds
        assert box.y0 <= text.get_window_extent().y0 < text.get_window_extent().y1 <= box.y1 + 1


def test_a_column_has_equal_axes_without_a_box():
    n = 12
    positions = np.indices((6, 2, 1)).reshape(3, -1).T.astype(float)
    ax = ColumnDisplay(positions, np.arange(n) == 1, sparse.eye_array(n).tocsr()).plot().ax_
    assert not ax.axison
    limits = np.array([np.diff(ax.get_xlim()), np.diff(ax.get_ylim()), np.diff(ax.get_zlim())])
    assert np.ravel(limits).tolist() == [6, 2, 1]
    aspect = ax._box_aspect
    np.testing.assert_allclose(aspect / aspect[0], [1, 2 / 6, 1 / 6])
    assert "6 × 2 × 1 grid units" in [text.get_text() for text in ax.texts]


def test_a_notebook_shows_the_figure_unless_pyplot_does():
    from matplotlib import pyplot

    spikes = SpikeArray.from_dense([np.eye(10, dtype=int)])
    display = RasterDisplay.from_spikes(spikes)
    assert display._repr_png_().startswith(b"\x89PNG")
    figure, ax = pyplot.subplots()
    assert RasterDisplay.from_spikes(spikes, ax=ax)._repr_png_() is None
    pyplot.close(figure)
    assert RasterDisplay(spikes)._repr_png_() is None


def test_matplotlib_is_imported_only_when_something_is_drawn():
    code = "import sys, lsm.plot; assert not any('matplotlib' in name for name in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_pyplot_is_left_alone():
    code = """
import sys, numpy as np
from lsm import SpikeArray
from lsm.plot import RasterDisplay
RasterDisplay.from_spikes(SpikeArray.from_dense([np.eye(3, dtype=int)])).figure_.canvas.draw()
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


class TestConversion:
    def test_the_lines_are_accuracies_and_spikes_after_each_step(self):
        X, y = load_iris(return_X_y=True)
        ridge = RidgeClassifier().fit(X, y)
        spiking = SpikingReadout.from_linear(ridge, X, n_steps=7)
        above, below = ConversionDisplay.from_estimators({"ridge": spiking}, X, y).axes_
        accuracy, original = (line.get_ydata() for line in above.lines)
        assert accuracy[-1] == pytest.approx(100 * spiking.score(X, y))
        assert np.all(np.asarray(original) == 100 * ridge.score(X, y))
        np.testing.assert_array_equal(below.lines[0].get_ydata(), spiking.staged_spikes(X))
        assert below.lines[0].get_xdata().tolist() == [1, 2, 3, 4, 5, 6, 7]

    def test_another_model_is_refused_with_a_way_out(self):
        with pytest.raises(TypeError, match=r"make one by lsm\.conversion\.convert"):
            ConversionDisplay.from_estimators({"a": RidgeClassifier()}, [[0.0]], [0])
