"""Every picture against a reference image in tests/lsm/plot/baseline, which pytest-mpl compares.

After an intended change, look at the pictures that this command writes, and commit them:
`pytest tests/lsm/plot --mpl-generate-path=tests/lsm/plot/baseline`.

The data of the pictures are made up, so that no picture depends on the rounding of a processor.
"""

import functools

import numpy as np
import pytest
from matplotlib.legend import Legend
from matplotlib.text import Text
from scipy import sparse

from lsm import SpikeArray
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

N_NEURONS = 60
INHIBITORY = np.arange(N_NEURONS) % 5 == 4

# Root mean square over pixels, of 255. Matplotlib 3.9 and 3.11 draw lines and dots alike to the
# last bit, but move the cells of images by less than a pixel, which makes up to 11.
LINES, CELLS = 2, 14


def picture(tolerance):
    """Compare the picture that a test returns with its reference, without text.

    Text has other sizes in other versions of matplotlib and FreeType. Labels are tested in
    test_displays.py.
    """

    def decorate(test):
        @pytest.mark.mpl_image_compare(
            style="default", tolerance=tolerance, remove_text=True, savefig_kwargs={"dpi": 80}
        )
        @functools.wraps(test)
        def bare(*args, **kwargs):
            figure = test(*args, **kwargs).figure_
            figure.set_layout_engine("none")
            figure.set_size_inches(4, 3)  # whole numbers of pixels
            for artist in figure.findobj(Text) + figure.findobj(Legend):
                artist.set_visible(False)
            return figure

        return bare

    return decorate


@pytest.fixture
def rng():
    return np.random.RandomState(0)  # its numbers are equal in all versions of NumPy


def trains(rng, n_channels, n_steps=400, probability=0.02):
    return SpikeArray.from_dense([(rng.rand(n_steps, n_channels) < probability).astype(int)])


def weights(rng):
    signs = np.where(INHIBITORY, -4.0, 1.0)[:, None]
    dense = rng.gamma(2, 0.5, (N_NEURONS, N_NEURONS)) * signs
    return sparse.csr_array(dense * (rng.rand(N_NEURONS, N_NEURONS) < 0.2))


@picture(LINES)
def test_raster(rng):
    spikes, inputs = trains(rng, N_NEURONS), trains(rng, 5)
    return RasterDisplay.from_spikes(spikes, inhibitory=INHIBITORY, inputs=inputs, rates=True)


@picture(CELLS)
def test_raster_of_currents_alone(rng):
    currents = SpikeArray.from_dense([np.sin(np.arange(400)[:, None] / [20.0, 40.0, 60.0])])
    return RasterDisplay.from_spikes(trains(rng, 30), inputs=currents)


@picture(CELLS)
def test_raster_of_many(rng):
    spikes = trains(rng, 1000, probability=0.2 * (np.arange(400)[:, None] % 100 < 50))
    return RasterDisplay.from_spikes(spikes, inhibitory=np.arange(1000) >= 800)


@picture(LINES)
def test_membrane(rng):
    potentials = np.sin(np.arange(200)[:, None] / np.array([10.0, 20.0, 30.0]))
    spike_times = [np.array([20.0, 80.0]), np.array([]), np.array([150.0])]
    return MembraneDisplay(
        np.arange(1, 201.0), potentials, np.array([0, 7, 42]), spike_times,
        np.array([False, False, True]),
    ).plot()  # fmt: skip


@picture(CELLS)
def test_connectivity(rng):
    return ConnectivityDisplay(weights(rng), INHIBITORY).plot()


@picture(LINES)
def test_column(rng):
    positions = np.indices((10, 3, 2)).reshape(3, -1).T
    return ColumnDisplay(positions, INHIBITORY, weights(rng), n_synapses=200).plot()


@picture(CELLS)
def test_snapshots(rng):
    states = rng.poisson(np.where(np.arange(30)[:, None] % 2, 2, 5) * rng.rand(N_NEURONS))
    return SnapshotDisplay(states, np.arange(30) % 2, "spikes").plot()


@picture(LINES)
def test_trajectories(rng):
    y = np.arange(12) % 3
    steps = rng.normal(size=(12, 30, 2)) + np.array([[1, 0], [0, 1], [-1, 0]])[y][:, None]
    return TrajectoryDisplay(np.cumsum(steps, axis=1), y, np.array([0.5, 0.2])).plot()


@picture(LINES)
def test_separation(rng):
    inputs = 10 * rng.rand(500)
    return SeparationDisplay(inputs, 3 * np.sqrt(inputs) + rng.rand(500)).plot()


@picture(LINES)
def test_gain():
    gains = 2.0 ** np.arange(-3, 4)
    return GainDisplay(gains, 20 + 5 * gains, gains**2 / 40, 2.0, 60.0, 0.1).plot()


@picture(LINES)
def test_stdp_window():
    lags = np.arange(-80, 81)
    return STDPDisplay(lags, np.sign(lags) * np.exp(-np.abs(lags) / 20)).plot()


@picture(LINES)
def test_weights_before_and_after(rng):
    before = rng.gamma(2, 0.5, 2000)
    return WeightChangeDisplay(before, np.clip(before + rng.normal(size=2000), 0, 3)).plot()


@picture(CELLS)
def test_confusion(rng):
    y = rng.randint(4, size=200)
    y_pred = np.where(rng.rand(200) < 0.8, y, rng.randint(4, size=200))
    return ConfusionDisplay.from_predictions(y, y_pred, names=["a", "b", "c", "other"])


@picture(LINES)
def test_conversion(rng):
    steps = np.arange(1.0, 61.0)
    rise = {name: 1 - np.exp(-steps / tau) for name, tau in (("a", 5), ("b", 15))}
    spikes = {"a": 4 * steps, "b": 3 * steps}
    return ConversionDisplay(rise, spikes, 0.98).plot()


@picture(LINES)
def test_accuracy(rng):
    times = np.arange(100.0, 1001.0, 100.0)
    scores = 0.5 + times / 2500 + 0.05 * rng.rand(5, 10)
    return AccuracyDisplay(times, scores, 0.5).plot(label="liquid")
