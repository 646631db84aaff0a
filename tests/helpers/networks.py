"""Small random networks with inputs and plans, for tests of the kernel."""

from fractions import Fraction

import numpy as np
from scipy import sparse

from lsm import neurons as neuron_models
from lsm.kernel import Network, Plan
from lsm.neurons import LIF
from lsm.spikes import SpikeArray
from lsm.synapses import Exponential

# What a weight of one is in nA, for models that need another current than LIF to spike.
UNITS = {neuron_models.Izhikevich: 8.0}


def make_network(
    n_neurons=20, n_channels=5, *, density=0.3, dale=True, max_delay=1, max_delay_in=0,
    graded=False, seed=0, dt=1.0, heterogeneous=False, dynamic=False, noise=0.0,
    models=(LIF, Exponential),
):  # fmt: skip
    """Draw a network whose weights are multiples of 2**-10: sums of them are exact."""
    rng = np.random.default_rng(seed)
    inhibitory = rng.random(n_neurons) < 0.3

    def matrix(n_rows, scale):
        weights = np.rint(rng.gamma(2, scale, (n_rows, n_neurons)) * 1024) / 1024
        return weights * (rng.random((n_rows, n_neurons)) < density)

    w = matrix(n_neurons, 0.6)
    w *= np.where(inhibitory, -1, 1)[:, None] if dale else rng.choice([-1, 1], w.shape)
    w_in = matrix(n_channels, 1.0) * (1 if dale else rng.choice([-1, 1], (n_channels, n_neurons)))
    unit = UNITS.get(models[0], 1.0)
    w, w_in = sparse.csr_array(unit * w), sparse.csr_array(unit * w_in)
    neurons, synapses = (model() for model in models)
    if heterogeneous:
        for name, value in neurons.get_params().items():
            other = 0.8 * value if "tau" in name else value - 0.125 * (name == "v_rest")
            neurons.set_params(**{name: (value, other)})
    parameters = neurons.draw(inhibitory, dt, rng)
    return Network(
        neurons,
        synapses,
        parameters,
        synapses.draw(inhibitory, dt, rng),
        neurons.initial(parameters, n_neurons, rng),
        unit * rng.uniform(0, 0.5, n_neurons),
        w_in,
        w,
        delays=rng.integers(1, max_delay + 1, w.nnz) if max_delay > 1 else 1,
        delays_in=rng.integers(0, max_delay_in + 1, w_in.nnz) if max_delay_in > 0 else 0,
        short_term=tuple(rng.uniform(0.1, high, w.nnz) for high in (0.9, 50, 50))
        if dynamic and neurons.spiking
        else None,
        noise=noise,
        seed=seed,
        dt=dt,
        graded=graded,
    )


def make_input(n_samples=3, n_channels=5, *, graded=False, seed=0, rate=0.2, hold=1):
    rng = np.random.default_rng(seed)
    samples = [(rng.random((rng.integers(1, 60), n_channels)) < rate) for _ in range(n_samples)]
    if graded:
        samples = [sample * rng.normal(size=sample.shape) for sample in samples]
    else:
        samples = [sample * rng.integers(1, 3, sample.shape) for sample in samples]
    return SpikeArray.from_dense(samples, row_duration=float(hold), graded=graded)


def make_plan(spikes, hold=1, decays=(1.0, 0.9)):
    row = Fraction(hold).limit_denominator(1000)
    durations = [int(n * row + Fraction(1, 2)) for n in spikes.n_rows.tolist()]
    times = [np.unique([-(-n // 2), n]) for n in durations]
    offsets = np.concatenate([[0], np.cumsum([len(t) for t in times])])
    return Plan(offsets, np.concatenate(times), np.array(decays))
