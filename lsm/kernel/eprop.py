"""E-prop: gradients of a liquid's weights, and learning from them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from tqdm.auto import tqdm

from .._typing import Array
from ..kernel.network import Network
from ..neurons import LIF, AdaptiveLIF
from ..plasticity import EProp
from ..spikes import SpikeArray
from ..synapses import Delta, Exponential
from ._eprop import Lessons, Outputs, Sums, currents, pack_cells, pack_synapses, run
from ._noise import gaussian
from .compiled import simulate
from .network import Plan

__all__ = ["EPropRun", "Lessons", "Outputs", "check_covered", "learn_by_eprop"]

ADAM = 0.9, 0.999, 1e-8  # decays of both means, and the smallest divisor


def check_covered(neurons: Any, synapses: Any, short_term_plasticity: Any) -> None:
    """Raise a ValueError if e-prop has no equations for a part of a liquid.

    Parameters
    ----------
    neurons, synapses : model
        See :mod:`lsm.neurons` and :mod:`lsm.synapses`.
    short_term_plasticity : object or None
        Parameters of dynamic synapses.
    """
    remedy = "or set learning=None"
    for name, part, known in (
        ("neurons", neurons, (LIF, AdaptiveLIF)),
        ("synapses", synapses, (Exponential, Delta)),
    ):
        if type(part) not in known:
            names = " or ".join(f"{cls.__name__}()" for cls in known)
            raise ValueError(
                f"EProp has no equations for Liquid.{name}={part!r:.100}: take {names}, {remedy}"
            )
    if short_term_plasticity is not None:
        raise ValueError(
            "EProp has no equations for Liquid.short_term_plasticity: set it to None, " + remedy
        )


class EPropRun:
    """A network, its input and its targets, ready for the compiled run.

    Parameters
    ----------
    network : Network
        The network.
    spikes : SpikeArray
        The input.
    lessons : sequence of Lessons
        Targets of each sample.
    eprop : EProp
        Parameters.

    Attributes
    ----------
    weight : float64 array of shape (n_synapses,)
        Weights in nA, by target neuron: those of the input and of the recurrent synapses.
    recurrent : bool array of shape (n_synapses,)
        Which of them are recurrent.
    """

    def __init__(
        self, network: Network, spikes: SpikeArray, lessons: Sequence[Lessons], eprop: EProp
    ) -> None:
        self.network, self.spikes, self.lessons = network, spikes, lessons
        self.cells = pack_cells(network, eprop)
        self.synapses, self.order = pack_synapses(network)
        self.weight = np.concatenate([network.w_in.data, network.w.data])[self.order].astype(float)
        self.recurrent = self.order >= network.w_in.nnz
        self.row_start, self.n_steps = network.row_start(spikes), network.n_steps(spikes)
        self.keys = network.keys(spikes)
        self.n_before = int(self.synapses.lag.max(initial=0))

    def prepare(self, sample: int) -> tuple[Array, Array]:
        """Return the arrays `activity` and `drive` of one sample, see `lsm/kernel/_eprop.py`."""
        network, signal = self.network, self.spikes.to_dense(sample)
        n_steps, n_neurons = int(self.n_steps[sample]), network.n_neurons
        activity = np.zeros((self.n_before + n_steps, self.spikes.n_channels + n_neurons))
        steps: Any = self.n_before + self.row_start[: len(signal)]
        if network.graded:  # a current is held for a row
            signal = np.repeat(signal, np.diff(self.row_start[: len(signal) + 1]), axis=0)
            steps = slice(self.n_before, None)
        activity[steps, : self.spikes.n_channels] = signal
        drive = network.bias[None].copy()
        if network.noise > 0:
            here = np.broadcast_arrays(np.arange(n_steps)[:, None], np.arange(n_neurons))
            drive = drive + network.noise * gaussian(
                np.full_like(here[0], self.keys[sample]), *here
            )
        return activity, drive

    def gradient(self, sample: int, outputs: Outputs, run: Callable[..., None] = run) -> Sums:
        """Run one sample.

        Parameters
        ----------
        sample : int
            Index of the sample.
        outputs : Outputs
            Linear outputs.
        run : function
            The compiled run, or the reference.

        Returns
        -------
        sums : Sums
            Loss, gradients, eligibility traces and spikes, summed over the steps.
        """
        activity, drive = self.prepare(sample)
        sums = Sums.zeros(len(self.weight), outputs)
        run(
            activity, self.n_before, drive, self.weight, self.cells, self.synapses, outputs,
            self.lessons[sample], sums,
        )  # fmt: skip
        return sums

    def refresh(self) -> None:
        """Take the time constants that belong to the signs of the weights."""
        push, keep = currents(self.network, self.weight, self.synapses)
        self.synapses = self.synapses._replace(push=push, keep=keep)

    def learnt(self) -> Network:
        """Return the network with the weights as they are now."""
        weights = np.empty_like(self.weight)
        weights[self.order] = self.weight
        w_in, w = self.network.w_in.copy(), self.network.w.copy()
        w_in.data = weights[: w_in.nnz].astype(w_in.dtype)
        w.data = weights[w_in.nnz :].astype(w.dtype)
        return replace(self.network, w_in=w_in, w=w)


def learn_by_eprop(
    network: Network,
    spikes: SpikeArray,
    lessons: Sequence[Lessons],
    eprop: EProp,
    *,
    softmax: bool,
    rng: np.random.Generator,
    n_jobs: int | None = None,
    verbose: bool = False,
) -> tuple[Network, Array]:
    """Learn the weights of a network from targets.

    The result does not depend on the number of threads.

    Parameters
    ----------
    network : Network
        The network to start from, which is left as it is.
    spikes : SpikeArray
        The input.
    lessons : sequence of Lessons
        Targets of each sample.
    eprop : EProp
        Parameters.
    softmax : bool
        Whether targets are probabilities of classes, or numbers.
    rng : numpy.random.Generator
        Source of the outputs' first weights, of random feedback, and of the order of samples.
    n_jobs : int, default=None
        Threads, as in joblib.
    verbose : bool, default=False
        Whether to show a progress bar.

    Returns
    -------
    network : Network
        With the learnt weights.
    curve : float64 array of shape (n_epochs,)
        Mean loss of the lessons in each epoch.

    Raises
    ------
    ValueError
        If e-prop has no equations for the network, or a silent liquid gives no target rate.
    FloatingPointError
        If the loss diverges.
    """
    check_covered(network.neurons, network.synapses, network.short_term)
    training = _Training(EPropRun(network, spikes, lessons, eprop), eprop, softmax, rng)
    training.target_rate = _target_rate(network, spikes, eprop, n_jobs)
    taught = np.flatnonzero([len(lesson.step) > 0 for lesson in lessons])
    curve = np.zeros(eprop.n_epochs)
    with ThreadPoolExecutor(effective_n_jobs(n_jobs)) as pool:
        for epoch in tqdm(range(eprop.n_epochs), "e-prop", unit="epoch", disable=not verbose):
            order = rng.permutation(taught)
            for first in range(0, len(order), eprop.batch_size):
                batch = order[first : first + eprop.batch_size]
                with np.errstate(over="ignore", invalid="ignore"):
                    loss = training.step(batch, pool.map)
                curve[epoch] += loss * len(batch) / len(order)
            if not np.isfinite(curve[epoch]):
                raise FloatingPointError(
                    f"the loss of EProp became {curve[epoch]} in epoch {epoch}: lower "
                    f"EProp.learning_rate={eprop.learning_rate:g}"
                )
    return training.run.learnt(), curve


def _target_rate(network, spikes, eprop, n_jobs):
    """Return the rate in spikes per step that the penalty pulls to; None without a penalty."""
    if eprop.rate_penalty == 0:
        return None
    if eprop.target_rate != "auto":
        return eprop.target_rate * network.dt / 1000
    n_steps = network.n_steps(spikes)
    plan = Plan(np.arange(len(spikes) + 1), n_steps, np.ones(1))
    counts, _ = simulate(network, spikes, plan, dtype="float64", n_jobs=n_jobs)
    if counts.sum() == 0:
        raise ValueError(
            "EProp.target_rate='auto' is the rate of the liquid before it learns, but no neuron "
            "spikes: set EProp.target_rate=10.0, in Hz, or calibrate the liquid to a higher rate"
        )
    return counts.sum() / n_steps.sum() / network.n_neurons


class _Training:
    """Weights of liquid and outputs, and the steps of their optimizer."""

    def __init__(self, run, eprop, softmax, rng):
        self.run, self.eprop, self.target_rate = run, eprop, None
        n_neurons, n_outputs = run.network.n_neurons, run.lessons[0].target.shape[1]
        coef, feedback = rng.standard_normal((2, n_outputs, n_neurons)) / np.sqrt(n_neurons)
        if eprop.feedback == "symmetric":
            feedback = coef  # the same array, which learns in place
        decay = np.exp(-run.network.dt / eprop.tau_out)
        self.outputs = Outputs(coef, np.zeros(n_outputs), feedback, decay, softmax)
        # Each weight in units of the mean size of its kind.
        kinds, size = (run.recurrent, ~run.recurrent), np.abs(run.weight)
        self.unit = np.ones_like(size)
        for kind in kinds:
            self.unit[kind] = size[kind].mean() if size[kind].any() else 1.0
        self.learns = {"recurrent": kinds[0], "inputs": kinds[1], "both": kinds[0] | kinds[1]}
        self.learns = self.learns[eprop.weights]
        self.bound = np.maximum(eprop.w_max * self.unit, size)
        self.sign = np.copysign(1.0, run.weight)
        changed = (run.weight, coef, self.outputs.intercept)
        self.moments = [np.zeros((2, *array.shape)) for array in changed]
        self.n_steps = 0

    def step(self, batch, map):
        """Change all weights by the gradient of a batch; return its mean loss."""
        run, pull = self.run, 0.0
        total = Sums.zeros(len(run.weight), self.outputs)
        gradients = map(lambda sample: run.gradient(sample, self.outputs), batch)
        for sample, sums in zip(batch, gradients, strict=True):
            for name, part in sums._asdict().items():
                of_steps = name in ("eligibility", "spikes")
                n = run.n_steps[sample] if of_steps else len(run.lessons[sample].step)
                getattr(total, name)[:] += part / n / len(batch)
        if self.target_rate is not None:
            excess = (total.spikes / self.target_rate - 1) / self.target_rate
            pull = self.eprop.rate_penalty * excess[run.synapses.target] * total.eligibility
        self.n_steps += 1
        gradient = (total.gradient + pull) * self.unit * self.learns
        run.weight -= self.unit * self._move(0, gradient)
        self.outputs.coef[:] -= self._move(1, total.coef)
        self.outputs.intercept[:] -= self._move(2, total.intercept)
        self._bound()
        return total.loss[0]

    def _move(self, part, gradient):
        """Return the change of a part of the weights by the optimizer."""
        if self.eprop.optimizer == "gradient":
            return self.eprop.learning_rate * gradient
        (first, second), (b1, b2, smallest) = self.moments[part], ADAM
        first += (1 - b1) * (gradient - first)
        second += (1 - b2) * (gradient**2 - second)
        size = np.sqrt(second / (1 - b2**self.n_steps)) + smallest
        return self.eprop.learning_rate * first / (1 - b1**self.n_steps) / size

    def _bound(self):
        """Keep signs, if they are kept, and the bounds of the weights."""
        weight = self.run.weight
        if self.eprop.keep_signs:
            weight[:] = np.copysign(np.clip(self.sign * weight, 0, self.bound), self.sign)
        else:
            weight[:] = np.clip(weight, -self.bound, self.bound)
            self.run.refresh()
