"""The liquids and their rivals in `lsm run spike-patterns`, with settings chosen on validation."""

from lsm import Liquid, Snapshots
from lsm.neurons import LIF, LeakyTanh
from lsm.synapses import Delta, Exponential, TsodyksMarkram
from lsm.topology import Column, ErdosRenyi, RandomInput, Weights

__all__ = ["COLUMN_SIZE", "make_column", "make_echo_state", "make_random"]

COLUMN_SIZE = 135


def make_column(task):
    """Make the column of Maass, Natschläger & Markram (2002), with short-term plasticity.

    With their published numbers, but in steps of 1 ms, so that all delays are 1 ms instead of 1.5
    and 0.8.
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
    """Make a random liquid: one that remembers for the templates, else one that combines."""
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
    """Make an echo state network, which takes spikes as they come."""
    remembers = task == "template"
    weights = Weights(
        distribution="signed", inhibition=1.0, normalization="spectral_radius", gain=0.95
    )
    return Liquid(
        neurons=LeakyTanh(leak=0.1),
        synapses=Delta(),
        topology=ErdosRenyi(fan_out=10, weights=weights),
        inputs=RandomInput(weight=0.3 if remembers else 1.0),
        calibration=None,
        # Activations cannot be counted, but a trace that does not fade adds them up.
        snapshots=Snapshots(feature="trace", tau=30.0 if remembers else (30.0, 10_000.0)),
    )


def _snapshots(task):
    """Read the templates at the end, as the paper does; else count the spikes of the sample."""
    return Snapshots(feature="trace", tau=30.0) if task == "template" else Snapshots()
