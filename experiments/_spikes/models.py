"""Networks of `lsm run spike-patterns`, with settings chosen on validation samples."""

from lsm import Liquid, RandomFeatures, Snapshots
from lsm.neurons import LIF
from lsm.pooled import Pooled
from lsm.synapses import Exponential, TsodyksMarkram
from lsm.topology import Column, RandomInput

__all__ = [
    "COLUMN_SIZE", "make_column", "make_echo_state", "make_random", "make_static", "make_traces",
]  # fmt: skip

COLUMN_SIZE = 135
TAUS = (10.0, 30.0, 100.0, 300.0, 1000.0, 1e9)  # ms, of traces of the input; the last ones count
FAST = TAUS[:2]


def make_column(task):
    """Make the column of Maass, Natschläger & Markram (2002), with short-term plasticity.

    The numbers are the published ones, but steps are of 1 ms, so that all delays are 1 ms instead
    of 1.5 and 0.8 ms.
    """
    return Liquid(
        neurons=LIF.maass2002(),
        synapses=Exponential.maass2002(),
        topology=Column(delay=1.0),
        inputs=RandomInput.maass2002(),
        short_term_plasticity=TsodyksMarkram.maass2002(),
        calibration=None,
        initial="random",
        snapshots=_snapshots(task),
    )


def make_random(task):
    """Make a random liquid, with slow synapses for the templates."""
    if task == "template":
        return Liquid(
            synapses=Exponential(100.0, 100.0), initial="random", snapshots=_snapshots(task)
        )
    if task == "embedded":
        return Liquid(
            neurons=LIF(tau_m=10.0), synapses=Exponential(2.0, 4.0), snapshots=_snapshots(task)
        )
    return Liquid(snapshots=_snapshots(task))


def make_echo_state(task):
    """Make an echo state network that takes spikes, in steps of 1 ms."""
    remembers = task == "template"
    network = Liquid.echo_state(
        leak=0.1,
        spectral_radius=0.95,
        inputs=RandomInput(weight=0.3 if remembers else 1.0),
        # Activations cannot be counted, but a trace that does not fade adds them up.
        snapshots=Snapshots(feature="trace", tau=30.0 if remembers else (30.0, 10_000.0)),
    )
    return network.set_params(topology__fan_out=10)


def make_traces():
    """Make traces of the input at the end of the sample, without any neuron."""
    return Pooled(pool="last", tau=TAUS)


def make_static(task, n_units, *, random_state=None):
    """Make random units that read traces of the input, at the end and during the sample.

    A pattern in noise is read by fast traces alone, as its liquid has fast neurons.
    """
    return RandomFeatures(
        n_units,
        tau=FAST if task == "embedded" else TAUS,
        pool=("last", "mean", "max"),
        random_state=random_state,
    )


def _snapshots(task):
    """Read traces at the end for the templates, as in the paper; else count the spikes."""
    return Snapshots(feature="trace", tau=30.0) if task == "template" else Snapshots()
