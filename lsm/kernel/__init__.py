"""Simulation of a network: a compiled kernel, and a NumPy reference with equal results.

Public are networks, how they are drawn, and how their weights are replaced (`network`, `drawing`,
`weights`), runs of many samples (`compiled`, `recording`), runs that learn (`learning`) or go on
from call to call (`stream`), and the `reference`. A run lays a network out as named arrays
(`_pack`, `_matrix`, `_arrays`) and hands them to the loop over samples and steps (`_run`, `_loop`),
which is compiled for its models and cached on disk (`_compile`); the loop's parts are in `_steps`,
`_feedback`, `_noise` and `_cpu`. E-prop learns weights from targets (`eprop`) in a run of its own
(`_eprop`), which also knows eligibility traces, and has a reference too (`eprop_reference`).
"""

from ._feedback import predict_and_learn
from .compiled import simulate
from .drawing import GENERATORS, Recipe
from .eprop import Lessons, check_covered, learn_by_eprop
from .learning import check_reward, learn
from .network import Correlation, Loop, Network, Plan, in_double
from .recording import record, record_potentials
from .reference import learn_reference, simulate_reference
from .stream import Stream
from .weights import read_only, with_weight, with_weights

__all__ = [
    "Correlation",
    "GENERATORS",
    "Lessons",
    "Loop",
    "Network",
    "Plan",
    "Recipe",
    "Stream",
    "check_covered",
    "check_reward",
    "in_double",
    "learn",
    "learn_by_eprop",
    "learn_reference",
    "predict_and_learn",
    "read_only",
    "record",
    "record_potentials",
    "simulate",
    "simulate_reference",
    "with_weight",
    "with_weights",
]
