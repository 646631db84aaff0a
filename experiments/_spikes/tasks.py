"""Tasks on spike patterns: what of them to learn from, and the readout of a bank of traces."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from lsm import datasets
from lsm._validation import check_choice, check_integer, check_number
from lsm.spikes import as_spike_array

__all__ = ["TASKS", "TraceBank", "load_data"]

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
    task : {"template", "xor", "order", "interval", "embedded", "parity", "equal-rates"}, \
default="template"
        Which task; see :mod:`lsm.datasets`.
    n_channels : int, optional
        Number of input channels; by default 4, or 20 for embedded and equal-rates, or 10 for order
        and interval.
    jitter : float, optional
        Standard deviation in ms of each spike's move; by default that of the task's maker.
    delay : int, optional
        For xor, how many random segments lie between the two that count; for parity, how many
        random bits follow those that count. None by default.
    n_samples : int, default=2000
        A quarter of them is for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    data : Bunch
        As the task's maker returns, with

        cv : list of one (train, test)
            Three quarters of what is not for the test, and the rest of it: settings are never
            chosen on the test.
        labels : list of str
            What each column of the target is called, if it has several.
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


class TraceBank(TransformerMixin, BaseEstimator):
    """Exponential traces of each channel at the end of each sample, without any neuron.

    Parameters
    ----------
    tau : tuple of float, default=(10.0, 30.0, 100.0, 300.0, 1000.0, inf)
        Time constants in ms; an infinite one counts spikes.
    """

    def __init__(self, tau=(10.0, 30.0, 100.0, 300.0, 1000.0, np.inf)):
        self.tau = tau

    def fit(self, X, y=None):
        """Learn how many channels there are."""
        self.n_features_in_ = as_spike_array(X).n_channels
        return self

    def transform(self, X):
        """Return the traces, of shape (n_samples, n_channels * n_taus)."""
        spikes = as_spike_array(X)
        sample = np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets))
        age = (spikes.durations[sample] - 1 - spikes.steps) * spikes.dt
        counts = 1.0 if spikes.amplitudes is None else spikes.amplitudes[:, None]
        states = np.zeros((len(spikes), spikes.n_channels, len(self.tau)))
        np.add.at(states, (sample, spikes.channels), counts * np.exp(-age[:, None] / self.tau))
        return states.reshape(len(spikes), -1)
