"""Scripts for NEST and Brian2 against this package.

`python -m tests.reference.elsewhere nest [PYTHON]` writes the script of each case, runs it by an
interpreter that has the tool, and prints a table. With `--record` it also writes a fingerprint and
the spikes to `tests/lsm/formats/recorded/`, with which the tests compare.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse

from lsm import Liquid
from lsm import neurons as nrn
from lsm import synapses as syn
from lsm.formats.brian2 import brian2_script
from lsm.formats.nest import nest_script
from lsm.kernel import Network, Plan, record, simulate_reference
from lsm.spikes import SpikeArray

__all__ = [
    "CASES",
    "RECORDED",
    "SCRIPTS",
    "export",
    "fingerprint",
    "make_network",
    "ours",
    "shared",
]

RECORDED = Path(__file__).parents[1] / "lsm" / "formats" / "recorded"
SCRIPTS = {"brian2": brian2_script, "nest": nest_script}
N_NEURONS, N_CHANNELS = 12, 4
DURATIONS, IN_SMALL_STEPS = (150, 100), (60, 40)  # of the samples in ms


class Case(NamedTuple):
    """A network: its models, the typical weight, the step in ms, the typical bias in nA.

    In NEST a case is `exact` (the same spikes), approximate, or None (no such model).
    """

    neurons: object
    synapses: object
    weight: float
    dt: float = 1.0
    bias: float = 0.0
    exact: bool | None = None
    graded: bool = False
    dynamic: object = None


def make_network(case):
    """Return the random network of a case and its input of two samples.

    Weights and biases are multiples of 1/64 of the typical ones, which any machine rounds alike.
    """
    rng = np.random.default_rng(0)

    def coarse(numbers):
        return np.rint(numbers * 64) / 64

    inhibitory = np.arange(N_NEURONS) >= 9
    magnitudes = coarse(rng.uniform(0.5, 1.5, (N_NEURONS, N_NEURONS)))
    there = rng.random((N_NEURONS, N_NEURONS)) < 0.3
    w = sparse.csr_array(case.weight * there * magnitudes * np.where(inhibitory, -2, 1)[:, None])
    w_in = sparse.csr_array(case.weight * coarse(rng.normal(1, 1, (N_CHANNELS, N_NEURONS))))
    parameters = case.neurons.draw(inhibitory, case.dt, rng)
    network = Network(
        case.neurons, case.synapses, parameters, case.synapses.draw(inhibitory, case.dt, rng),
        case.neurons.initial(parameters, N_NEURONS, rng),
        case.bias * coarse(rng.uniform(0.5, 1.0, N_NEURONS)), w_in, w,
        delays=rng.integers(1, 5, w.nnz), delays_in=rng.integers(0, 3, w_in.nnz),
        dt=case.dt, graded=case.graded,
    )  # fmt: skip
    if case.dynamic is not None:
        network = replace(network, short_term=case.dynamic.draw(w, inhibitory, rng))
    durations = DURATIONS if case.dt > 0.1 else IN_SMALL_STEPS
    if case.graded:
        samples = [coarse(rng.normal(0, 1, (n // 5, N_CHANNELS))) for n in durations]
    else:
        samples = [rng.poisson(0.1, (n, N_CHANNELS)) for n in durations]
    return network, SpikeArray.from_dense(samples, row_duration=5.0 if case.graded else 1.0)


TAU = np.linspace(10.5, 30, N_NEURONS)
LIF = nrn.LIF(TAU, refractory=(3.0, 2.0))
IN_MV = {"v_rest": -70.0, "v_threshold": -55.0, "v_reset": -72.0, "resistance": 40.0}
MAASS = syn.TsodyksMarkram(
    (0.5, 0.05, 0.25, 0.32), (1100.0, 125.0, 700.0, 144.0), (50.0, 1200.0, 20.0, 60.0)
)
OPEN = {"e_rev_exc": 0.0, "e_rev_inh": -80.0}
OF_EXPONENTIAL_NEURONS = [
    (syn.Delta(), 4.0),
    (syn.Exponential(3.0, 5.0), 0.6),
    (syn.Alpha(2.0, 3.0), 0.3),
    (syn.Conductance(3.0, 5.0, **OPEN), 0.01),
    (syn.AlphaConductance(2.0, 3.0, **OPEN), 0.01),
]
CASES = {
    "LIF, Delta": Case(LIF, syn.Delta(), 0.3, exact=True),
    "LIF, Delta, currents": Case(LIF, syn.Delta(), 0.5, exact=True, graded=True),
    "LIF, Exponential": Case(LIF, syn.Exponential(), 2.0, exact=True),
    "LIF, Exponential, equal time constants": Case(
        nrn.LIF(10.0, refractory=0.0, **IN_MV), syn.Exponential(10.0, 5.0), 0.2, 0.1, 0.3, True
    ),
    "LIF, Exponential, currents": Case(LIF, syn.Exponential(), 1.0, exact=True, graded=True),
    "LIF, Exponential, TsodyksMarkram": Case(
        LIF, syn.Exponential(), 4.0, exact=True, dynamic=MAASS
    ),
    "LIF, Alpha": Case(LIF, syn.Alpha(2.0, 4.0), 1.0, exact=True),
    "LIF, Biexponential": Case(LIF, syn.Biexponential(), 0.8, exact=True),
    "LIF, Biexponential, TsodyksMarkram": Case(
        LIF, syn.Biexponential(), 4.0, exact=True, dynamic=MAASS
    ),
    "LIF, Sampled": Case(LIF, syn.Sampled((1.0, 0.5, 0.25), (0.5, 1.0)), 3.0),
    "LIF, Conductance": Case(LIF, syn.Conductance(), 0.2, 0.1, exact=False),
    "LIF, AlphaConductance": Case(LIF, syn.AlphaConductance(), 0.2, 0.1, exact=False),
    "IF, Exponential": Case(nrn.IF(), syn.Exponential(), 2.0),
    "AdaptiveLIF, Exponential": Case(
        nrn.AdaptiveLIF(TAU, adaptation_jump=0.1), syn.Exponential(), 3.0
    ),
    **{
        f"GLIF of level {level}, Alpha": Case(
            nrn.GLIF(level), syn.Alpha(), 0.15, 0.1, 0.2, exact=level < 3
        )
        for level in range(1, 6)
    },
    "GLIF of level 2, Alpha, currents": Case(
        nrn.GLIF(2), syn.Alpha(), 0.3, 0.5, 0.2, exact=True, graded=True
    ),
    **{
        f"EIF, {type(synapses).__name__}": Case(nrn.EIF(), synapses, weight, 0.1, 0.6, False)
        for synapses, weight in OF_EXPONENTIAL_NEURONS
    },
    **{
        f"AdEx, {type(synapses).__name__}": Case(
            nrn.AdEx(refractory=2.0, v_peak=0.0), synapses, weight, 0.1, 0.8, False
        )
        for synapses, weight in OF_EXPONENTIAL_NEURONS
    },
    "QIF, Exponential": Case(nrn.QIF(), syn.Exponential(), 1.0, bias=0.3),
    "Izhikevich, Delta": Case(nrn.Izhikevich(capacitance=2.0), syn.Delta(), 6.0, 0.1, 12.0, False),
    "Izhikevich, Exponential": Case(nrn.Izhikevich(), syn.Exponential(), 6.0, bias=6.0),
    "HodgkinHuxley, Exponential": Case(nrn.HodgkinHuxley(), syn.Exponential(), 0.6, 0.5, 0.6),
    "HodgkinHuxley, Delta": Case(nrn.HodgkinHuxley(), syn.Delta(), 5.0, 0.05, 0.8),
}


def other_pairs():
    """Yield names and cases of all pairs of models that are not in `CASES`, for Brian2."""
    known = {(type(case.neurons), type(case.synapses)) for case in CASES.values()}
    for case in {type(case.neurons): case for case in CASES.values()}.values():
        in_mv = case.neurons.get_params().get("v_threshold", -50.0) != 1.0
        reversal, unit = (OPEN, 0.01) if in_mv else ({}, 0.2)
        current = {nrn.Izhikevich: 6.0, nrn.GLIF: 0.3}.get(type(case.neurons), 0.6)
        for synapses, weight in (
            (syn.Delta(), 4.0 if in_mv else 0.3),
            (syn.Exponential(3.0, 5.0), current if in_mv else 2.0),
            (syn.Alpha(2.0, 3.0), current if in_mv else 1.0),
            (syn.Biexponential(), current if in_mv else 1.0),
            (syn.Sampled((1.0, 0.5)), 2 * current if in_mv else 2.0),
            (syn.Conductance(3.0, 5.0, **reversal), unit),
            (syn.AlphaConductance(2.0, 3.0, **reversal), unit),
        ):
            if (type(case.neurons), type(synapses)) not in known:
                other = case._replace(synapses=synapses, weight=weight, dynamic=None, graded=False)
                yield f"{type(case.neurons).__name__}, {type(synapses).__name__}", other


def fitted_liquids():
    """Yield names, networks and inputs of fitted liquids, which are not recorded."""
    X = np.random.default_rng(0).poisson(0.1, (3, 300, 20))
    for name, liquid in {
        "Liquid(), 1000 neurons": Liquid(random_state=0),
        "Liquid.maass2002()": Liquid.maass2002(random_state=0),
    }.items():
        yield name, liquid.fit(X).network_, liquid.to_spikes(X)


def export(tool, network, spikes):
    """Return the text of the script of a network and its arrays."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that an approximate case is one
        return SCRIPTS[tool](network, spikes)


def fingerprint(tool, case):
    """Return a hash of the script of a case with all integers that it reads, and all floats."""
    text, arrays = export(tool, *make_network(case))
    digest, floats = hashlib.sha256(text.encode()), []
    for name, values in sorted(arrays.items()):
        values = np.asarray(values)
        digest.update(f"{name} {values.shape}".encode())
        if values.dtype.kind == "f":
            floats.append(values.astype(np.float64).ravel())
        else:
            digest.update(values.astype(np.int64).tobytes())
    return digest.hexdigest(), np.concatenate(floats)


def ours(network, spikes):
    """Return sample, step and neuron of each spike, by the NumPy reference."""
    plan = Plan(np.arange(len(spikes) + 1), network.n_steps(spikes), np.ones(1))
    _, recorded = simulate_reference(network, spikes, plan, record=True)
    return np.concatenate(
        [np.stack([np.full(len(step), i), step, n]) for i, (step, n) in enumerate(recorded)], axis=1
    )


def ours_compiled(network, spikes):
    """Return the same by the compiled kernel, which is fast."""
    recorded = record(network, spikes, dtype="float64")
    sample = np.repeat(np.arange(len(recorded)), np.diff(recorded.offsets))
    found = np.stack([sample, recorded.rows, recorded.channels])
    return found[:, np.lexsort(found[::-1])]


def theirs(tool, network, spikes, python):
    """Return the same by the script of the network, run by an interpreter that has the tool."""
    text, arrays = export(tool, network, spikes)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "network.py")
        script.write_text(text, encoding="utf-8")
        np.savez(script.with_suffix(".npz"), **arrays)
        done = subprocess.run([python, script], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        with np.load(script.with_suffix(".spikes.npz")) as found:
            found = np.stack([found[name] for name in ("sample", "step", "neuron")])
    return found[:, np.lexsort(found[::-1])]


def shared(spikes, others, dt):
    """Return the largest difference of a spike time in ms, and the share of spikes within 1 ms.

    The first is infinite if the numbers of spikes of a neuron differ.
    """
    largest, near = 0.0, 0
    for sample, neuron in np.unique(np.concatenate([spikes, others], axis=1)[[0, 2]], axis=1).T:
        a, b = (
            dt * train[1, (train[0] == sample) & (train[2] == neuron)] for train in (spikes, others)
        )
        largest = max(largest, np.abs(a - b).max(initial=0) if len(a) == len(b) else np.inf)
        near += sum(np.any(np.abs(b - time) <= 1.0 + 1e-9) for time in a)
    return largest, near / spikes.shape[1]


def main():
    """Run all scripts of a tool and print the table; record on request."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", choices=SCRIPTS)
    parser.add_argument("python", nargs="?", default=sys.executable)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--pairs", action="store_true", help="all other pairs instead, in Brian2")
    options = parser.parse_args()
    kept = {}
    print("| network | dt in ms | spikes | largest difference in ms | within 1 ms |")
    print("|---|---|---|---|---|")

    def compare(name, network, spikes, simulate):
        expected = simulate(network, spikes)
        found = theirs(options.tool, network, spikes, options.python)
        largest, share = shared(expected, found, network.dt)
        cells = name, f"{network.dt:g}", str(expected.shape[1]), f"{largest:.2g}", f"{share:.1%}"
        print(f"| {' | '.join(cells)} |", flush=True)
        return found

    if options.pairs:
        for name, case in other_pairs():
            compare(name, *make_network(case), ours)
        return
    for name, case in CASES.items():
        if options.tool == "nest" and case.exact is None:
            continue
        found = compare(name, *make_network(case), ours)
        digest, floats = fingerprint(options.tool, case)
        kept |= {f"{name}: digest": digest, f"{name}: floats": floats}
        kept[f"{name}: spikes"] = found.astype(np.int16)
    for name, network, spikes in fitted_liquids():
        compare(name, network, spikes, ours_compiled)
    if options.record:
        RECORDED.mkdir(exist_ok=True)
        np.savez_compressed(RECORDED / f"{options.tool}.npz", **kept)


if __name__ == "__main__":
    main()
