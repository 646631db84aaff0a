"""Hold bits, rules, counts and patterns for seconds with a liquid whose output is fed back.

The table has the liquid with feedback, the same liquid without recurrence and without feedback, an
echo state network of as many neurons with the same feedback, and as many static random units and
linear taps of a window as long as the delay, over several seeds of tasks and networks. It has the
accuracy over all rows, and by the time since the event on which the answer depends. Settings were
chosen on validation samples of other seeds; the test samples serve for the table only.
"""

from lsm import without_recurrence
from lsm._validation import check_choice

from ._series.taps import make_linear_taps, make_static
from ._state.figures import draw_delays, draw_outputs
from ._state.models import KINDS, ROW, make_regressor
from ._state.tasks import ALL, DELAY, accuracies, load_data

__all__ = ["evaluate", "load_data", "make_model"]


def make_model(
    task="flip-flop",
    n_neurons=600,
    *,
    kind="liquid",
    feedback=True,
    random_state=None,
    **settings,
):
    """Make an unfitted regressor of the samples of :func:`load_data`.

    Parameters
    ----------
    task : str, default="flip-flop"
        As of :func:`load_data`.
    n_neurons : int, default=600
        Number of neurons in each network, and of static units.
    kind : {"liquid", "echo-state"}, default="liquid"
        Spiking neurons, or an echo state network of rate neurons.
    feedback : bool, default=True
        Whether the outputs are fed back.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `feedback__noise=0.1`.

    Returns
    -------
    model : LSMRegressor
    """
    check_choice("kind", kind, KINDS)
    model = make_regressor(kind, feedback)
    model.set_params(liquid__n_neurons=n_neurons, liquid__random_state=random_state)
    return model.set_params(**settings)


def make_models(model, task, n_neurons, window, random_state):
    """Make the models of the table by name; the first is `model`."""
    made = {"task": task, "n_neurons": n_neurons, "random_state": random_state}
    taps = [round(window / ROW)]
    return {
        "liquid": model,
        "liquid without recurrence": without_recurrence(model),
        "liquid without feedback": make_model(**made, feedback=False),
        "echo state network": make_model(**made, kind="echo-state"),
        "static random features": make_static(n_neurons, taps, random_state=random_state),
        "linear taps": make_linear_taps(taps),
    }


def evaluate(model, data, test):
    """Return predictions, and the accuracy over all rows and by delay."""
    y_pred = model.predict(data.data[test])
    return y_pred, accuracies(data.task, y_pred, data, test, data.window)


def describe(comparison):
    """Return the table in percent: a row for each model, a column for each range of delays."""
    table = comparison.table()
    width = table["model"].str.len().max()
    delays = table[DELAY].unique()
    names = [delay if delay == ALL else f"{float(delay) / 1000:g} s" for delay in delays]
    lines = [f"{'accuracy in %':{width}}" + "".join(f"{name:>20}" for name in names)]
    for name, rows in table.groupby("model", sort=False):
        percent = 100 * rows[["median", "low", "high"]].to_numpy(dtype=float)
        cells = [f"{median:.1f} ({low:.1f}-{high:.1f})" for median, low, high in percent]
        lines.append(f"{name:{width}}" + "".join(f"{cell:>20}" for cell in cells))
    return "\n".join([*lines, "", comparison.verdict()])


def draw(folder, comparison):
    """Draw the accuracy by delay, and a test sample with outputs."""
    data = comparison.data
    draw_delays(folder / "delays.png", comparison.table(), data.window)
    first = {name: parts[0] for name, parts in comparison.y_pred.items()}
    shown = {name: first[name] for name in ("liquid", "liquid without feedback")}
    draw_outputs(folder / "outputs.png", data, data.test[0], shown)
