"""Pictures of words: a waveform with its spikes, the confusions, and the liquid's connections."""

import numpy as np

from lsm.plot import ConfusionDisplay, ConnectivityDisplay, RasterDisplay

from .._study.figures import DPI, new_figure

__all__ = ["draw_confusion", "draw_connectivity", "draw_word"]


def draw_word(path, waveform, encoder, spikes, inhibitory, title):
    """Draw the waveform of a word, its cochleagram and the liquid's spikes on one time axis.

    `encoder` is fitted, `spikes` is one sample, and `inhibitory` a bool array of the neurons.
    """
    figure = new_figure((5.5, 5.6))
    axes = figure.subplots(3, 1, sharex=True, height_ratios=(1, 1.5, 4))
    levels = encoder.transform([waveform]).to_dense(0)[:, : encoder.n_bands]
    end = spikes.n_rows[0] * spikes.row_duration
    # The liquid's clock starts where the encoded sample does.
    times = 1000 * np.arange(len(waveform)) / encoder.sample_rate - encoder.onset(waveform)
    axes[0].plot(times, waveform / np.abs(waveform).max(), color="0.25", linewidth=0.5)
    axes[0].set(ylabel="sound", ylim=(-1.1, 1.1), yticks=[])
    axes[0].set_title(title, fontsize="medium", parse_math=False)
    image = axes[1].imshow(
        encoder.floor_db * (1 - levels.T), origin="lower", aspect="auto", cmap="magma",
        vmin=encoder.floor_db, vmax=0, interpolation="nearest",
        extent=(0, end, -0.5, encoder.n_bands - 0.5),
    )  # fmt: skip
    figure.colorbar(image, ax=axes[1], label="dB", pad=0.02, fraction=0.04)
    bands = np.unique(np.linspace(0, encoder.n_bands - 1, 4).astype(int))
    axes[1].set_yticks(bands, [f"{encoder.frequencies_[band] / 1000:.1f}" for band in bands])
    axes[1].set_ylabel("band (kHz)")
    RasterDisplay.from_spikes(spikes, inhibitory=inhibitory, ax=axes[2])
    for ax in (axes[0], axes[2]):
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes[:2]:
        ax.tick_params(labelbottom=False)
    figure.align_ylabels(axes)
    figure.savefig(path)


def draw_connectivity(path, liquid):
    """Draw which neurons of a fitted liquid are connected, and the weights."""
    figure = ConnectivityDisplay.from_estimator(liquid).figure_
    figure.savefig(path, dpi=DPI)


def draw_confusion(path, target, predicted, names, title):
    """Draw the confusion matrix of words."""
    size = 2.0 + 0.27 * len(names)
    ax = new_figure((size, size)).subplots()
    display = ConfusionDisplay.from_predictions(target, predicted, names=names, ax=ax)
    ax.set(xlabel="predicted word", ylabel="spoken word")
    accuracy = np.mean(target == predicted)
    ax.set_title(f"{title}: {accuracy:.1%} right", fontsize="medium", parse_math=False)
    display.figure_.savefig(path)
