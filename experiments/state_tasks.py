"""Hold bits, rules, counts and patterns for seconds with a liquid whose output is fed back.

The table has the liquid with feedback, the same liquid without recurrence and without feedback, an
echo state network of as many neurons with the same feedback, and as many static random units and
linear taps of the last two seconds, over several seeds of tasks and networks. It has the accuracy
over all rows, and by the time since the event on which the answer depends. Settings were chosen on
samples of another seed.
"""

from lsm import without_recurrence
from lsm._validation import check_choice

from ._series.taps import make_linear_taps, make_static
from ._state.figures import draw_delays, draw_outputs
from ._state.models import KINDS, ROW, make_regressor
from ._state.tasks import ALL, DELAY, TASKS, accuracies, load_data

__all__ = ["conditions", "evaluate", "load_data", "make_model"]


def conditions(task, tasks=None):
    """Return the tasks to compare.

    Parameters
    ----------
    tasks : list of str or None
        Several tasks, such as bit match counter, instead of one.
    """
    return [{"task": check_choice("tasks", name, TASKS)} for name in tasks or [task]]


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
    model = make_regressor(task, kind, feedback)
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
    """Return a table in percent for each task: a row a model, a column a range of delays."""
    lines = []
    for task, table in comparison.table().groupby("task", sort=False):
        delays, width = table[DELAY].unique(), table["model"].str.len().max()
        names = [delay if delay == ALL else f"{delay / 1000:g} s" for delay in delays]
        lines.append(f"{task + ', accuracy in %':{width}}" + "".join(f"{n:>20}" for n in names))
        for name, rows in table.groupby("model", sort=False):
            percent = 100 * rows[["median", "low", "high"]].to_numpy(dtype=float)
            cells = [f"{median:.1f} ({low:.1f}-{high:.1f})" for median, low, high in percent]
            lines.append(f"{name:{width}}" + "".join(f"{cell:>20}" for cell in cells))
        lines.append("")
    return "\n".join([*lines, comparison.verdict()])


def draw(folder, comparison):
    """Draw the accuracy by delay in each task, and a sample of the first task with outputs."""
    data = comparison.data
    draw_delays(folder / "delays.png", comparison.table(), data.window)
    outputs = {name: parts[0] for name, parts in comparison.y_pred.items()}
    draw_outputs(folder / "outputs.png", data, data.test[0], outputs)
