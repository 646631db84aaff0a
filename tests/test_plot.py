import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure

from lsm import Liquid, SpikeArray
from lsm.plot import ConnectivityDisplay, RasterDisplay
from lsm.topology import ErdosRenyi


@pytest.fixture(scope="module")
def liquid():
    X = (np.random.default_rng(0).random((3, 100, 5)) < 0.1).astype(int)
    return Liquid(n_neurons=40, random_state=0).fit(X)


@pytest.fixture
def spikes():
    events = [([0.0, 3.0], [2, 0]), ([4.9], [1])]
    return SpikeArray.from_events(events, n_channels=3, durations=5.0)


def dots(ax):
    return ax.collections[0].get_offsets().tolist()


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


class TestConnectivity:
    def test_the_picture_holds_every_weight_and_excitatory_rows_come_first(self, liquid):
        matrix, _ = ConnectivityDisplay.from_estimator(liquid).axes_
        image = matrix.images[0].get_array()
        order = np.argsort(liquid.inhibitory_, kind="stable")
        weights = liquid.network_.w.toarray()[order][:, order]
        assert np.allclose(image, weights, rtol=1e-6)
        assert (image[:32] >= 0).all()
        assert (image[32:] <= 0).all()

    def test_the_histogram_counts_every_synapse(self, liquid):
        _, weights = ConnectivityDisplay.from_estimator(liquid).axes_
        assert sum(bar.get_height() for bar in weights.patches) == liquid.network_.w.nnz

    def test_a_liquid_without_recurrence_has_a_picture(self, tmp_path):
        X = (np.random.default_rng(0).random((3, 100, 5)) < 0.1).astype(int)
        liquid = Liquid(30, topology=ErdosRenyi(fan_out=0), random_state=0).fit(X)
        display = ConnectivityDisplay.from_estimator(liquid)
        assert [text.get_text() for text in display.axes_[1].texts] == ["no synapses"]
        display.figure_.savefig(tmp_path / "picture.png")

    def test_it_draws_on_given_axes(self, liquid):
        axes = Figure().subplots(1, 2)
        assert ConnectivityDisplay.from_estimator(liquid, axes=axes).figure_ is axes[0].figure


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
