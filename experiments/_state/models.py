"""Networks of `lsm run state-tasks`, with settings chosen on validation samples."""

from scipy import stats

from lsm import Feedback, Liquid, LSMRegressor, Snapshots
from lsm.neurons import LIF
from lsm.readout import HoldOutRidge
from lsm.topology import RandomInput

from .._series.networks import KINDS, make_delayed_liquid

__all__ = ["KINDS", "ROW", "make_regressor"]

ROW = 20.0  # ms, of a row of the tasks
# Of the values that come back in training. Values of the evidence are .4 apart, and must not mix.
NOISE = {"evidence": 0.05, "counter": 0.2}


def make_regressor(task, kind, feedback):
    """Make an unfitted regressor with a liquid or an echo state network.

    Both have the same readout and the same feedback. `feedback` says whether they have it.
    """
    network = _spiking() if kind == "liquid" else _echo_state()
    back = Feedback(noise=NOISE.get(task, 0.1), clip=True) if feedback else None
    return LSMRegressor(network, HoldOutRidge(), back, targets="row", encoder=None)


def _spiking():
    return make_delayed_liquid(
        # Many neurons never spike; their potentials are smooth functions of the feedback.
        LIF(tau_m=20.0, refractory=2.0, bias=stats.norm(0.3, 0.7)),
        tau_syn=20.0,
        gain=0.2,
        delay=(1.0, 20.0),
        inputs=RandomInput(weight=2.0, synapses=1),
        snapshots=Snapshots(feature="membrane_and_trace", tau=20.0),
        dtype="float64",
    )


def _echo_state():
    """Make an echo state network, each step of which is a row."""
    return Liquid.echo_state(
        leak=0.5,
        bias=stats.norm(0.0, 0.5),
        spectral_radius=0.9,
        inputs=RandomInput(weight=1.0, synapses=1),
        initial="random",
        dt=ROW,
        dtype="float64",
    )
