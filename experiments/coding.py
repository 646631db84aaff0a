"""Measure how much of the class spikes carry at the input, in the liquid and at the output.

Images of digits are encoded as spikes by four codes. A liquid receives them, and ten neurons that
learn by ReSuMe read it. The table has the information about the digit, in bits, that a linear
readout finds in the rates, the first spikes, their ranks and the synchrony of the spikes at each of
the three places, by cross-validation within the test samples. docs/studies/coding.md has the
results.
"""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.utils import Bunch

from lsm import Liquid
from lsm._validation import check_choice, check_integer
from lsm.encoding import LatencyEncoder, RankOrderEncoder, RateEncoder, SynchronyEncoder
from lsm.measures import CODES, class_information, code_features
from lsm.plot import RasterDisplay
from lsm.readout import ReSuMe
from lsm.statistics import rates

from ._study.figures import DPI, new_figure
from ._study.metric import Metric

__all__ = ["conditions", "describe", "draw", "evaluate", "load_data", "make_model", "make_models"]

DURATION = 100.0  # ms of an image
PLACES = ("input", "liquid", "output")
ENCODERS = {
    "rate": RateEncoder(duration=DURATION, limits=(0, 16)),
    "latency": LatencyEncoder(duration=DURATION, limits=(0, 16)),
    "rank": RankOrderEncoder(duration=DURATION, limits=(0, 16)),
    "synchrony": SynchronyEncoder(n_neurons=4, duration=DURATION, limits=(0, 16)),
}


def conditions(encoders=None):
    """Return the codes of the input to compare.

    Parameters
    ----------
    encoders : list of str or None
        Names of codes: rate, latency, rank or synchrony. By default all four.
    """
    for name in encoders or ():
        check_choice("encoders", name, ENCODERS)
    return [{"encoder": name} for name in encoders or ENCODERS]


def load_data(n_samples=1200, *, encoder="rate", random_state=None):
    """Load images of digits as spikes.

    Parameters
    ----------
    n_samples : int, default=1200
        Number of images, half of them for the test.
    encoder : str, default="rate"
        Code of the input.
    random_state : int or None, default=None
        Seed of the choice of images and of the Poisson spikes.

    Returns
    -------
    data : Bunch
    """
    images, y = load_digits(return_X_y=True)
    check_integer("n_samples", n_samples, 200, len(y) - 10)
    chosen, _ = train_test_split(
        np.arange(len(y)), train_size=n_samples, stratify=y, random_state=random_state
    )
    code = ENCODERS[encoder]
    if "random_state" in code.get_params():
        code = type(code)(**code.get_params() | {"random_state": random_state})
    train, test = train_test_split(
        np.arange(n_samples), test_size=0.5, stratify=y[chosen], random_state=random_state
    )
    return Bunch(
        data=code.fit_transform([image[None] for image in images[chosen]]), target=y[chosen],
        train=train, test=test, cv=[(train, test)],
        DESCR=f"images of digits of scikit-learn, each shown for {DURATION:g} ms",
    )  # fmt: skip


def make_model(n_neurons=300, n_epochs=30, *, random_state=None, **settings):
    """Make an unfitted chain of a liquid and ten neurons that read its spikes.

    Parameters
    ----------
    n_neurons : int, default=300
        Number of neurons in the liquid.
    n_epochs : int, default=30
        Number of times that the readout learns from all training samples.
    random_state : int or None, default=None
        Seed of the liquid and of the readout.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : Pipeline
        Of the steps liquid and readout.
    """
    liquid = Liquid(n_neurons=n_neurons, output="spikes", random_state=random_state)
    readout = ReSuMe(n_epochs=n_epochs, random_state=random_state)
    return Pipeline([("liquid", liquid), ("readout", readout)]).set_params(**settings)


def make_models(model):
    """Return the chain alone: the table compares places and codes."""
    return {"chain": model}


def evaluate(model, data, test):
    """Return the spikes at each place, and the information of each code there."""
    spikes, y = {"input": data.data[test]}, data.target[test]
    spikes["liquid"] = model["liquid"].transform(spikes["input"])
    spikes["output"] = model["readout"].respond(spikes["liquid"])
    values = {}
    for place in PLACES:
        for code in CODES:
            bits = class_information(spikes[place], y=y, code=code)
            values[_metric("bits about the class", place, code)] = bits
        values[_metric("rate in Hz", place, "", scored=False)] = rates(spikes[place]).mean()
    accuracy = np.mean(model["readout"].predict(spikes["liquid"]) == y)
    values[_metric("accuracy", "output", "trains", scored=False)] = accuracy
    return spikes, values


def _metric(name, place, code, scored=True):
    return Metric(name, columns=(("place", place), ("read", code), ("unit", name)), scored=scored)


def describe(comparison):
    """Return the medians and ranges over seeds, a row for each code of the input and place."""
    table = comparison.table()
    table["shown"] = [f"{r.median:.2f} ({r.low:.2f}-{r.high:.2f})" for r in table.itertuples()]
    table["read"] = table["read"].where(table["unit"] == "bits about the class", table["unit"])
    shown = table.pivot(index=["encoder", "place"], columns="read", values="shown")
    columns = [*CODES, "rate in Hz", "accuracy"]
    return shown.loc[table["encoder"].unique(), columns].fillna("").to_string()


def draw(folder, comparison):
    """Draw the spikes of one image at each place with their codes, and the information."""
    labels = ("rate (Hz)", "first spike (ms)", "rank", "synchrony")
    figure = new_figure((9.0, 5.0))
    axes = figure.subplots(3, 5, width_ratios=(2, 1, 1, 1, 1))
    for row, (place, spikes) in zip(axes, comparison.y_pred["chain"].items(), strict=True):
        RasterDisplay(spikes[[0]]).plot(row[0])
        row[0].set_title(place, fontsize="small")
        for ax, code, label in zip(row[1:], CODES, labels, strict=True):
            values = code_features(spikes[[0]], code)[0]
            ax.plot(values, np.arange(len(values)), ".", markersize=2)
            ax.set_xlabel(label, fontsize="small")
            ax.tick_params(labelsize="small", labelleft=False)
    figure.savefig(folder / "one_input.png", dpi=DPI)
    _draw_information(folder / "information.png", comparison.table())


def _draw_information(path, table):
    table = table[table["unit"] == "bits about the class"]
    encoders = table["encoder"].unique()
    figure = new_figure((7.0, 2.4))
    axes = figure.subplots(1, len(encoders), sharey=True, squeeze=False)[0]
    for ax, encoder in zip(axes, encoders, strict=True):
        for code in CODES:
            part = table[(table["encoder"] == encoder) & (table["read"] == code)]
            ax.plot(part["place"], part["median"], "o-", markersize=3, label=code)
        ax.set_title(f"input by {encoder}", fontsize="small")
        ax.tick_params(labelsize="small")
    axes[0].set_ylabel("bits about the digit", fontsize="small")
    axes[0].set_ylim(0, np.log2(10))
    axes[-1].legend(title="read by", fontsize="x-small", title_fontsize="x-small", frameon=False)
    figure.savefig(path, dpi=DPI)
