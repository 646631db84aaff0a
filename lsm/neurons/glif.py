"""The generalised leaky integrate-and-fire neurons of the Allen Institute."""

from typing import Any

import numpy as np
from scipy.special import exprel

from .._typing import Parameter
from .._units import steps
from ._reset import ResetNeuron, mean_decay

__all__ = ["GLIF"]


class GLIF(ResetNeuron):
    """Generalised leaky integrate-and-fire neuron of the Allen Institute, levels 1 to 5 [1]_.

    At level 5, which has all parts, it follows::

        tau_m dv/dt          = -(v - v_rest) + resistance * (I + i_slow + i_fast)
        tau_slow di_slow/dt  = -i_slow
        tau_fast di_fast/dt  = -i_fast
        tau_spike dh_s/dt    = -h_s
        dh_v/dt              = follow * (v - v_rest) - h_v / tau_follow

    When v reaches `v_threshold` + h_s + h_v the neuron spikes::

        v      = v_rest + keep * (v - v_rest) + reset_jump
        i_slow = i_slow * exp(-refractory / tau_slow) + slow_jump
        i_fast = i_fast * exp(-refractory / tau_fast) + fast_jump
        h_s    = h_s * exp(-refractory / tau_spike) + threshold_jump

    and all five variables are held for the refractory period.

    The names of the levels are those of [1]_:

    ===== ====================== =======================================================
    level name                   parts
    ===== ====================== =======================================================
    1     LIF                    v is set to `v_reset`; no currents, fixed threshold
    2     LIF-R                  v is reset as above; h_s
    3     LIF-ASC                v is set to `v_reset`; i_slow and i_fast
    4     LIF-R-ASC              v is reset as above; h_s, i_slow and i_fast
    5     LIF-R-ASC-A            all of the above equations
    ===== ====================== =======================================================

    I is the sum of the bias, graded input and synaptic currents. Parameters may differ between
    neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    level : int, default=5
        Level, from 1 to 5.
    tau_m : float, default=6.227
        Membrane time constant in ms. The defaults are those of NEST's `glif_psc`, except
        `refractory`.
    v_rest : float, default=-78.85
        Resting potential in mV.
    v_threshold : float, default=-51.68
        Threshold in mV of a neuron at rest.
    v_reset : float, default=-78.85
        Potential after a spike in mV at levels 1 and 3, below the threshold.
    refractory : float, default=4.0
        Refractory period in ms, rounded to steps of the liquid's `dt`. It is 3.75 ms in `glif_psc`,
        which needs a `dt` such as 0.05 ms; the default is the next multiple of 1 ms.
    resistance : float, default=106.04
        Membrane resistance in MOhm.
    bias : float, default=0.0
        Constant background current in nA.
    keep : float, default=0.2
        Factor by which a spike multiplies the potential, relative to rest, that the neuron had
        before the step of the spike.
    reset_jump : float, default=18.51
        Rise of the reset potential in mV.
    slow_jump : float, default=-0.00918
        Change of the slow after-spike current by a spike in nA.
    tau_slow : float, default=333.3
        Time constant of the slow after-spike current in ms.
    fast_jump : float, default=-0.19894
        Change of the fast after-spike current by a spike in nA.
    tau_fast : float, default=10.0
        Time constant of the fast after-spike current in ms.
    threshold_jump : float, default=0.37
        Rise of the threshold by a spike in mV, h_s above.
    tau_spike : float, default=111.1
        Time constant in ms of the decay of h_s.
    follow : float, default=0.005
        Rate in 1/ms at which the threshold follows the potential, h_v above.
    tau_follow : float, default=11.11
        Time constant in ms of the decay of h_v.

    Notes
    -----
    All variables are integrated exactly, except that the equation of h_v takes the after-spike
    currents as constant within a step.

    References
    ----------
    .. [1] C. Teeter, R. Iyer, V. Menon, N. Gouwens, D. Feng, J. Berg, A. Szafer, N. Cain,
       H. Zeng, M. Hawrylycz, C. Koch, S. Mihalas (2018). Generalized leaky integrate-and-fire
       models classify multiple neuron types. Nature Communications 9, 709.
    """

    bounds = {
        "level": "integer >= 1 and <= 5",
        "tau_m": "> 0",
        "resistance": "> 0",
        "keep": ">= 0 and <= 1",
        "tau_slow": "> 0",
        "tau_fast": "> 0",
        "tau_spike": "> 0",
        "tau_follow": "> 0",
        "v_reset": "< v_threshold",
    }
    n_further = 4

    def __init__(
        self,
        level: int = 5,
        tau_m: Parameter = 6.227,
        v_rest: Parameter = -78.85,
        v_threshold: Parameter = -51.68,
        v_reset: Parameter = -78.85,
        refractory: Parameter = 4.0,
        resistance: Parameter = 106.04,
        bias: Parameter = 0.0,
        keep: Parameter = 0.2,
        reset_jump: Parameter = 18.51,
        slow_jump: Parameter = -0.00918,
        tau_slow: Parameter = 333.3,
        fast_jump: Parameter = -0.19894,
        tau_fast: Parameter = 10.0,
        threshold_jump: Parameter = 0.37,
        tau_spike: Parameter = 111.1,
        follow: Parameter = 0.005,
        tau_follow: Parameter = 11.11,
    ) -> None:
        self.level = level
        self.tau_m = tau_m
        self.v_rest = v_rest
        self.v_threshold = v_threshold
        self.v_reset = v_reset
        self.refractory = refractory
        self.resistance = resistance
        self.bias = bias
        self.keep = keep
        self.reset_jump = reset_jump
        self.slow_jump = slow_jump
        self.tau_slow = tau_slow
        self.fast_jump = fast_jump
        self.tau_fast = tau_fast
        self.threshold_jump = threshold_jump
        self.tau_spike = tau_spike
        self.follow = follow
        self.tau_follow = tau_follow

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of `step`."""
        level, rest = np.asarray(parameters["level"]), np.asarray(parameters["v_rest"])
        resets, currents, follows = np.isin(level, (2, 4, 5)), level >= 3, level == 5
        wait = steps("refractory", parameters["refractory"], dt, may_vanish=True)
        leak, fall_slow, fall_fast, fall_s, fall_v = (
            dt / np.asarray(parameters[name])
            for name in ("tau_m", "tau_slow", "tau_fast", "tau_spike", "tau_follow")
        )
        # Changes of h_v in a step by the deviation of the potential from its steady state, and by
        # the steady state.
        starts = np.exp(-np.minimum(leak, fall_v)) * exprel(-np.abs(leak - fall_v))
        follow = follows * dt * np.asarray(parameters["follow"])
        return (
            np.exp(-leak),
            parameters["resistance"],
            rest,
            parameters["v_threshold"],
            resets * parameters["keep"],
            np.where(resets, parameters["reset_jump"], parameters["v_reset"] - rest),
            wait,
            *(mean_decay(leak, fall) for fall in (fall_slow, fall_fast)),
            *(np.exp(-fall) for fall in (fall_slow, fall_fast, fall_s, fall_v)),
            *(np.exp(-fall * wait) for fall in (fall_slow, fall_fast, fall_s)),
            currents * parameters["slow_jump"],
            currents * parameters["fast_jump"],
            resets * parameters["threshold_jump"],
            follow * starts,
            follow * exprel(-fall_v),
            1.0,
        )

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        (
            decay, resistance, rest, threshold, keep, reset, refractory, mean_slow, mean_fast,
            decay_slow, decay_fast, decay_s, decay_v, skip_slow, skip_fast, skip_s,
            jump_slow, jump_fast, jump_s, starts, holds, one,
        ) = constants  # fmt: skip
        potential, wait, slow, fast, by_spikes, by_potential = state
        old = potential[n] - rest
        held = resistance * (current + mean_slow * slow[n] + mean_fast * fast[n])
        v = held + decay * (old - held)
        i_slow, i_fast, h_s = decay_slow * slow[n], decay_fast * fast[n], decay_s * by_spikes[n]
        h_v = decay_v * by_potential[n] + starts * (old - held) + holds * held
        awake, over = wait[n] < one, rest + v >= threshold + h_s + h_v
        spiked = awake & over
        v = keep * old + reset if over else v
        i_slow = skip_slow * i_slow + jump_slow if over else i_slow
        i_fast = skip_fast * i_fast + jump_fast if over else i_fast
        h_s = skip_s * h_s + jump_s if over else h_s
        # Products, since with more conditions the compiler does not vectorise the loop.
        potential[n] += awake * (v - old)
        slow[n] += awake * (i_slow - slow[n])
        fast[n] += awake * (i_fast - fast[n])
        by_spikes[n] += awake * (h_s - by_spikes[n])
        by_potential[n] += awake * (h_v - by_potential[n])
        wait[n] = refractory if spiked else wait[n] - one
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        (
            decay, resistance, rest, threshold, keep, reset, refractory, mean_slow, mean_fast,
            decay_slow, decay_fast, decay_s, decay_v, skip_slow, skip_fast, skip_s,
            jump_slow, jump_fast, jump_s, starts, holds, _,
        ) = constants  # fmt: skip
        v, wait, slow, fast, h_s, h_v = state
        old, held = v - rest, resistance * (current + mean_slow * slow + mean_fast * fast)
        moved = (
            rest + held + decay * (old - held),
            decay_slow * slow,
            decay_fast * fast,
            decay_s * h_s,
            decay_v * h_v + starts * (old - held) + holds * held,
        )
        v, slow, fast, h_s, h_v = (
            np.where(wait < 1, new, before)
            for new, before in zip(moved, (v, slow, fast, h_s, h_v), strict=True)
        )
        spiked = (wait < 1) & (v >= threshold + h_s + h_v)
        return (
            np.where(spiked, rest + keep * old + reset, v),
            np.where(spiked, refractory, wait - 1),
            np.where(spiked, skip_slow * slow + jump_slow, slow),
            np.where(spiked, skip_fast * fast + jump_fast, fast),
            np.where(spiked, skip_s * h_s + jump_s, h_s),
            h_v,
        ), spiked
