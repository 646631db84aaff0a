"""Models of this package in the language of Brian2: their constants, and the statements of a step.

The statements are those of `step` in `lsm.neurons` and of `current` and `decay` in `lsm.synapses`,
so Brian2 takes the same steps. `awake` and `over` are 1 or 0. A condition is a product with them,
since Brian2 has no other for arrays.
"""

from typing import NamedTuple

from ..neurons import EIF, GLIF, IF, LIF, QIF, AdaptiveLIF, AdEx, HodgkinHuxley, Izhikevich
from ..synapses import Alpha, AlphaConductance, Biexponential, Conductance, Delta, Exponential

__all__ = ["NEURONS", "SYNAPSES", "sampled"]


class Neuron(NamedTuple):
    """A neuron model.

    Attributes
    ----------
    state, constants : str
        Names of the state variables and of the constants, in the order of the model; constants
        called "-" are not used.
    step : str
        Statements that move the state by a step, with `current` in nA.
    threshold : str
        Condition of a spike.
    reset : str
        Statements after a spike.
    """

    state: str
    constants: str
    step: str
    threshold: str
    reset: str


class Synapse(NamedTuple):
    """A synapse model.

    Attributes
    ----------
    constants : str
        Names of the constants, in the order of the model.
    current : str
        Statements that set `current` from `drive`, `exc`, `inh` and the further variables.
    decay : str
        Statements that move the variables by a step.
    further : str
        Names of the variables beyond `exc` and `inh`, which start at zero.
    arrives_first : bool
        Whether spikes arrive before the neurons move.
    """

    constants: str
    current: str
    decay: str
    further: str = ""
    arrives_first: bool = False


AWAKE = "awake = int(wait < 1)\nwait -= 1\n"
HELD = "v = awake * moved + (1 - awake) * v\n"
CROSSED = "awake > 0 and v >= v_threshold"
RESET = "v = v_reset\nwait = hold\n"

LEAKY = AWAKE + "moved = v_rest + decay * (v - v_rest) + gain * current\n" + HELD
PERFECT = AWAKE + "moved = v + gain * current\n" + HELD
ADAPTIVE = (
    AWAKE
    + "moved = v_rest + decay * (v - v_rest) + gain * (current - mean_w * w)\n"
    + HELD
    + "h *= decay_h\nw *= decay_w\n"
)
GENERALISED = (
    AWAKE
    + """old = v - v_rest
held = resistance * (current + mean_slow * slow + mean_fast * fast)
moved = v_rest + held + decay * (old - held)
moved_h_v = decay_v * h_v + starts * (old - held) + holds * held
h_v = awake * moved_h_v + (1 - awake) * h_v
slow = awake * decay_slow * slow + (1 - awake) * slow
fast = awake * decay_fast * fast + (1 - awake) * fast
h_s = awake * decay_s * h_s + (1 - awake) * h_s
"""
    + HELD
)
# The exponential moves exp(-v / delta_t) in a straight line; where that meets zero, v is infinite.
EXPONENTIAL = """half = v_rest + decay * (v - v_rest) + drift
left = 1 - growth * exp(clip((half - v_threshold) / delta_t, -1e300, top))
risen = half - delta_t * log(clip(left, tiny, 1e300))
away = int(left <= tiny or risen >= v_peak)
over = awake * away
moved = v_rest + decay * (risen - v_rest) + drift
"""
# Kahan's method, or Euler's where v decreases although the denominator is not positive.
KAHAN = """below = left - square * v
finite = int(below > 0)
moved = v + rise / (finite * below + 1 - finite)
diverges = int(moved >= v_peak or (rise > 0 and below <= 0))
"""
GATES = """above = clip(v, -300, 300) + 65
e1 = exp(-above / 80)
e2 = e1 * e1
e4 = e2 * e2
e8 = e4 * e4
x_m = above / 10 - 2.5
x_n = above / 10 - 1
near_m = int(abs(x_m) < 1e-6)
near_n = int(abs(x_n) < 1e-6)
p_m = e8 * exp(2.5)
p_n = e8 * exp(1.0)
alpha_m = (x_m + near_m * (1 - x_m / 2)) / (1 - p_m + near_m * p_m)
alpha_n = 0.1 * (x_n + near_n * (1 - x_n / 2)) / (1 - p_n + near_n * p_n)
beta_m = 4 * exp(-above / 18)
beta_n = 0.125 * e1
alpha_h = 0.07 * e4
beta_h = 1 / (1 + e8 * exp(3.0))
m = alpha_m / (alpha_m + beta_m) + (m - alpha_m / (alpha_m + beta_m)) * exp(-length * (alpha_m + beta_m))
h = alpha_h / (alpha_h + beta_h) + (h - alpha_h / (alpha_h + beta_h)) * exp(-length * (alpha_h + beta_h))
n = alpha_n / (alpha_n + beta_n) + (n - alpha_n / (alpha_n + beta_n)) * exp(-length * (alpha_n + beta_n))
"""  # noqa: E501 - a statement is a line
HALF = """sodium_{k} = g_na * m * m * m * h
potassium_{k} = g_k * n * n * n * n
total_{k} = sodium_{k} + potassium_{k} + g_leak
goal_{k} = (sodium_{k} * e_na + potassium_{k} * e_k + g_leak * e_leak + current) / total_{k}
v = goal_{k} + (v - goal_{k}) * exp(-push * total_{k})
"""

NEURONS = {
    LIF: Neuron("v wait", "decay gain v_rest v_threshold v_reset hold -", LEAKY, CROSSED, RESET),
    IF: Neuron("v wait", "gain v_threshold v_reset hold -", PERFECT, CROSSED, RESET),
    AdaptiveLIF: Neuron(
        "v wait h w",
        "decay gain v_rest v_threshold v_reset hold decay_h jump_h mean_w decay_w jump_w -",
        ADAPTIVE,
        CROSSED + " + h",
        RESET + "h += jump_h\nw += jump_w\n",
    ),
    GLIF: Neuron(
        "v wait slow fast h_s h_v",
        "decay resistance v_rest v_threshold keep reset_to hold mean_slow mean_fast "
        "decay_slow decay_fast decay_s decay_v skip_slow skip_fast skip_s "
        "jump_slow jump_fast jump_s starts holds -",
        GENERALISED,
        CROSSED + " + h_s + h_v",
        "v = v_rest + keep * old + reset_to\nwait = hold\n"
        "slow = skip_slow * slow + jump_slow\nfast = skip_fast * fast + jump_fast\n"
        "h_s = skip_s * h_s + jump_s\n",
    ),
    EIF: Neuron(
        "v wait",
        "decay gain v_rest v_threshold delta_t growth v_peak v_reset hold top tiny -",
        AWAKE + "drift = gain * current\n" + EXPONENTIAL + HELD,
        "over > 0",
        RESET,
    ),
    AdEx: Neuron(
        "v wait w",
        "decay gain v_rest v_threshold delta_t growth v_peak v_reset hold a b decay_w top "
        "tiny -",
        AWAKE
        + "pull = a * (v - v_rest)\nw = pull + decay_w * (w - pull)\ndrift = gain * (current - w)\n"
        + EXPONENTIAL
        + "moved = over * v_reset + (1 - over) * moved\n"
        + HELD
        + "pulled = a * (v - v_rest)\nw = pulled + decay_w * (w - pulled)\n",
        "over > 0",
        RESET + "w += b\n",
    ),
    QIF: Neuron(
        "v wait",
        "square gain left v_rest v_threshold v_peak v_reset hold - -",
        AWAKE
        + "rise = square * (v - v_rest) * (v - v_threshold) + gain * current\n"
        + KAHAN
        + "over = awake * diverges\n"
        + HELD,
        "over > 0",
        RESET,
    ),
    Izhikevich: Neuron(
        "v u",
        "square linear offset length gain left share b c d v_peak - -",
        "u = u + share * (b * v - u)\n"
        "rise = (square * v + linear) * v + offset - length * u + gain * current\n"
        + KAHAN
        + "over = diverges\nv = over * c + (1 - over) * moved\nu = u + share * (b * v - u)\n",
        "over > 0",
        "u += d\n",
    ),
    HodgkinHuxley: Neuron(
        "v m h n",
        "substeps length push g_na g_k g_leak e_na e_k e_leak v_threshold",
        "before = v\n"
        + HALF.format(k=1)
        + GATES
        + HALF.format(k=2)
        + "over = over + (1 - over) * int(before < v_threshold and v >= v_threshold)\n",
        "over > 0",
        "",
    ),
}  # fmt: skip

STAGES = Synapse(
    "adds_exc holds_exc fall_exc rise_exc keep_exc adds_inh holds_inh fall_inh rise_inh keep_inh",
    "current = drive + adds_exc * exc + holds_exc * exc2 + adds_inh * inh + holds_inh * inh2\n",
    "exc2 = keep_exc * exc2 + rise_exc * exc\ninh2 = keep_inh * inh2 + rise_inh * inh\n"
    "exc *= fall_exc\ninh *= fall_inh\n",
    "exc2 inh2",
)
SHUNT = "s_push s_exc s_inh s_drive s_rest s_leak s_forgotten s_kept s_drop"
OPEN = """opened = s_push * (g_exc - g_inh)
closes = expm1(-opened)
towards = s_exc * g_exc - s_inh * g_inh + s_drive * drive
current = towards * (s_forgotten - s_kept * closes) / (s_leak + opened) + s_drop * closes * (v - s_rest)
"""  # noqa: E501 - a statement is a line

SYNAPSES = {
    Delta: Synapse(
        "scale", "current = drive + scale * (exc + inh)\n", "exc = 0\ninh = 0\n", "", True
    ),
    Exponential: Synapse(
        "factor_exc factor_inh keep_exc keep_inh",
        "current = drive + factor_exc * exc + factor_inh * inh\n",
        "exc *= keep_exc\ninh *= keep_inh\n",
    ),
    Alpha: STAGES,
    Biexponential: STAGES,
    Conductance: Synapse(
        "mean_exc mean_inh keep_exc keep_inh " + SHUNT,
        "g_exc = mean_exc * exc\ng_inh = mean_inh * inh\n" + OPEN,
        "exc *= keep_exc\ninh *= keep_inh\n",
    ),
    AlphaConductance: Synapse(
        f"{STAGES.constants} {SHUNT}",
        "g_exc = adds_exc * exc + holds_exc * exc2\ng_inh = adds_inh * inh + holds_inh * inh2\n"
        + OPEN,
        STAGES.decay,
        STAGES.further,
    ),
}


def sampled(parameters):
    """Return the statements of :class:`lsm.synapses.Sampled`, whose kernels have any length."""
    exc, inh = (parameters[name].tolist() for name in ("kernel_exc", "kernel_inh"))
    due = [f"{float(a)!r} * exc + {float(b)!r} * inh" for a, b in zip(exc, inh, strict=True)]
    further = [f"due_{k}" for k in range(len(due))]
    shifts = [f"due_{k - 1} = due_{k} + {due[k]}\n" for k in range(1, len(due))]
    return Synapse(
        "- -",
        f"current = drive + due_0 + {due[0]}\n",
        "".join(shifts) + "exc = 0\ninh = 0\n",
        " ".join(further),
    )
