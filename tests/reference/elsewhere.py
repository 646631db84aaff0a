"""Exported scripts against this package: `python -m tests.reference.elsewhere`."""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import sparse

from lsm.formats.brian2 import brian2_script
from lsm.formats.nest import nest_script
from lsm.kernel import Network, Plan, simulate_reference
from lsm.neurons import EIF, GLIF, IF, LIF, QIF, AdaptiveLIF, AdEx, HodgkinHuxley, Izhikevich
from lsm.spikes import SpikeArray
from lsm.synapses import (
    Alpha, AlphaConductance, Biexponential, Conductance, Delta, Exponential, Sampled,
    TsodyksMarkram,
)  # fmt: skip

N_NEURONS, N_CHANNELS, N_STEPS = 20, 5, (300, 200)


def make_network(neurons, synapses, weight=1.0, dt=1.0, bias=0.0, graded=False, dynamic=None,
                 initial=None):
    """Return a random network; weights and biases are numbers that any machine rounds alike."""
    rng = np.random.default_rng(0)

    def coarse(numbers, digits=64):
        return np.rint(numbers * digits) / digits

    inhibitory = np.arange(N_NEURONS) >= 15
    magnitude = coarse(rng.uniform(0.5, 1.5, (N_NEURONS, N_NEURONS)))
    there = rng.random((N_NEURONS, N_NEURONS)) < 0.3
    w = sparse.csr_array(weight * there * magnitude * np.where(inhibitory, -2, 1)[:, None])
    w_in = weight * coarse(rng.normal(1, 1, (N_CHANNELS, N_NEURONS)))
    w_in = sparse.csr_array(w_in)
    parameters = neurons.draw(inhibitory, dt, rng)
    network = Network(
        neurons, synapses, parameters, synapses.draw(inhibitory, dt, rng),
        neurons.initial(parameters, N_NEURONS),
        bias * coarse(rng.uniform(0.5, 1.0, N_NEURONS)), w_in, w,
        delays=rng.integers(1, 5, w.nnz), delays_in=rng.integers(0, 3, w_in.nnz),
        dt=dt, graded=graded,
    )  # fmt: skip
    if dynamic is not None:
        network = replace(network, short_term=dynamic.draw(w, inhibitory, rng))
    samples = [rng.poisson(0.08, (n, N_CHANNELS)) for n in N_STEPS]
    if graded:
        samples = [coarse(rng.normal(0, 1, (n // 5, N_CHANNELS))) for n in N_STEPS]
    return network, SpikeArray.from_dense(samples, row_duration=dt * (5 if graded else 1))

mv = dict(v_rest=-70.0, v_threshold=-55.0, v_reset=-72.0, refractory=2.0, resistance=40.0)
taus = np.linspace(10.5, 30, N_NEURONS)
CASES = {
    "LIF Exponential": (LIF(taus, refractory=(3.0, 2.0)), Exponential(), 2.0),
    "LIF dt 0.1": (LIF(10.0, **mv), Exponential(2.0, 5.0), 0.5, 0.1, 0.3),
    "LIF Delta": (LIF(taus), Delta(), 0.3),
    "LIF Alpha": (LIF(taus), Alpha(2., 4.), 1.0),
    "LIF Biexponential": (LIF(taus), Biexponential(), 0.8),
    "LIF Conductance": (LIF(taus), Conductance(), 0.3),
    "LIF AlphaConductance": (LIF(taus), AlphaConductance(), 0.2),
    "LIF Sampled": (LIF(taus), Sampled((1.0, 0.5, 0.25), (0.5, 1.0)), 3.0),
    "LIF TM": (LIF(taus), Exponential(), 4.0, 1.0, 0., False, TsodyksMarkram((0.5, 0.05, 0.25, 0.32), (1100., 125., 700., 144.), (50., 1200., 20., 60.))),
    "LIF graded": (LIF(taus), Exponential(), 1.0, 1.0, 0., True),
    "LIF Delta graded": (LIF(taus), Delta(), 0.5, 1.0, 0., True),
    "IF": (IF(), Exponential(), 2.0),
    "AdaptiveLIF": (AdaptiveLIF(taus, adaptation_jump=0.1), Exponential(), 3.0),
    **{f"GLIF {k}": (GLIF(k, refractory=2.), Alpha(), 0.1, 0.5, 0.2) for k in range(1, 6)},
    "EIF": (EIF(), Exponential(), 0.6, 1.0, 0.6),
    "AdEx": (AdEx(refractory=1.), Exponential(), 0.6, 1.0, 0.6),
    "QIF": (QIF(), Exponential(), 1.0, 1.0, 0.3),
    "Izhikevich": (Izhikevich(), Exponential(), 6.0, 1.0, 6.0),
    "Izhikevich Delta": (Izhikevich(), Delta(), 6.0, 0.5, 6.0),
    "HH": (HodgkinHuxley(), Exponential(), 0.6, 0.5, 0.6),
    "GLIF5 .1": (GLIF(5, refractory=2.), Alpha(), 0.1, 0.1, 0.2),
    "LIF Cond .1": (LIF(taus), Conductance(), 0.3, 0.1),
    "EIF .1": (EIF(), Exponential(), 0.6, 0.1, 0.6),
    "EIF delta .1": (EIF(), Delta(), 5.0, 0.1, 0.6),
    "AdEx Alpha .1": (AdEx(), Alpha(), 0.6, 0.1, 0.8),
    "AdEx ca .1": (AdEx(), AlphaConductance(e_rev_exc=0.,e_rev_inh=-80.), 0.02, 0.1, 0.8),
    "AdEx c .1": (AdEx(), Conductance(e_rev_exc=0.,e_rev_inh=-80.), 0.01, 0.1, 0.8),
    "Izh .1": (Izhikevich(capacitance=2.0), Delta(), 6.0, 0.1, 12.0),
    "IzhG": (Izhikevich(capacitance=2.0), Delta(), 6.0, 0.1, 12.0, True),
    "GLIF G": (GLIF(2), Alpha(), .3, 0.5, 0.2, True),
    "HH1": (HodgkinHuxley(), Delta(), 5, 0.05, 0.8),
}
def ours(network, spikes):
    n_steps = network.n_steps(spikes)
    plan = Plan(np.arange(len(spikes) + 1), n_steps, np.ones(1))
    _, rec = simulate_reference(network, spikes, plan, record=True)
    return rec

def theirs(script, python, network, spikes):
    with tempfile.TemporaryDirectory() as folder:
        text, arrays = script(network, spikes)
        path = Path(folder) / "network.py"
        path.write_text(text)
        np.savez(path.with_suffix(".npz"), **arrays)
        subprocess.run([python, path], check=True, capture_output=True)
        found = np.load(path.with_suffix(".spikes.npz"))
        return [(found["step"][found["sample"] == i], found["neuron"][found["sample"] == i]) for i in range(len(spikes))]

def compare(script, python, names):
    for name, case in CASES.items():
        if names and name not in names: continue
        network, spikes = make_network(*case)
        a = ours(network, spikes)
        try:
            b = theirs(script, python, network, spikes)
        except Exception as e:
            print(name, "FAILED", str(e)[:300], getattr(e, "stderr", b"")[-600:].decode()); continue
        same = all(sorted(zip(*x)) == sorted(zip(*y)) for x, y in zip(a, b))
        m=np.mean([any((y[1]==n)&(abs(y[0]-t)*network.dt<=1)) for x,y in zip(a,b) for t,n in zip(*x)])
        print(name, m, [len(x[0]) for x in a], [len(y[0]) for y in b], same, flush=True)
if __name__ == "__main__":

    which = sys.argv[1]
    script = {"brian2": brian2_script, "nest": nest_script}[which]
    compare(script, f"/work/h/venvs/els-{which}/bin/python", sys.argv[2:])
