"""Tasks on spike patterns."""

from lsm import datasets
from lsm._validation import check_choice, check_integer, check_number

__all__ = ["TASKS", "load_data"]

MAKERS = {
    "template": datasets.make_spike_templates,
    "xor": datasets.make_template_xor,
    "order": datasets.make_pattern_order,
    "interval": datasets.make_spike_intervals,
    "embedded": datasets.make_embedded_pattern,
    "parity": datasets.make_delayed_parity,
    "equal-rates": datasets.make_equal_rate_patterns,
}
TASKS = tuple(MAKERS)


def load_data(
    task="template", n_channels=None, jitter=None, delay=None, n_samples=2000, random_state=None
):
    """Make samples of a task, and split them.

    Parameters
    ----------
    task : {"template", "xor", "order", "interval", "embedded", "parity", "equal-rates"}
        template: which template each of four segments holds, as in Maass, Natschläger & Markram
        (2002); xor: whether two segments hold templates of the same number; order: in which of two
        cyclic orders three patterns come; interval: which interval lies between two spikes;
        embedded: whether a pattern is hidden in noise; parity: whether a sum of bits is odd;
        equal-rates: which of several patterns with the same rates it is.
    n_channels : int or None
        Number of input channels. By default 4 for template, xor and parity, 10 for order and
        interval, and 20 for embedded and equal-rates.
    jitter : float or None
        Standard deviation of the jitter of each spike in ms. By default 4 for template and xor, 0
        for interval and 1 for the others.
    delay : int or None
        For xor, number of random segments between the two that count; for parity, number of random
        bits after those that count. None by default.
    n_samples : int, default=2000
        Number of samples, a quarter of them for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    data : Bunch
        As the task's maker in :mod:`lsm.datasets` returns, with `cv`, three quarters of the
        training samples and the rest of them; and `labels`, the name of each column of the target,
        or an empty one if there is one column.
    """
    check_choice("task", task, TASKS)
    check_integer("n_samples", n_samples, 40)
    options = {"n_channels": n_channels, "jitter": jitter}
    if n_channels is None and task in ("template", "xor"):
        options["n_channels"] = 4
    if n_channels is not None:
        check_integer("n_channels", n_channels, 1)
    if jitter is not None:
        check_number("jitter", jitter, 0)
    if delay is not None:
        options |= _delayed(task, check_integer("delay", delay, 0))
    options = {name: value for name, value in options.items() if value is not None}
    data = MAKERS[task](n_samples, random_state=random_state, **options)
    n_fitted = 3 * len(data.train) // 4
    data.cv = [(data.train[:n_fitted], data.train[n_fitted:])]
    data.labels = [""]
    if data.target.ndim == 2:
        data.labels = [f"segment {i + 1}" for i in range(data.target.shape[1])]
    return data


def _delayed(task, delay):
    if task == "parity":
        return {"delay": delay}
    if task == "xor":
        return {"n_segments": 2 + delay, "segments": (0, 1 + delay)}
    raise ValueError(f"delay goes with the tasks xor and parity only, got task {task!r}")
