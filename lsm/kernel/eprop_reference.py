"""E-prop of one sample in NumPy: slow, written to be read, an oracle for tests."""

from typing import Any

import numpy as np

from .._typing import Array

__all__ = ["run_reference"]


def run_reference(
    activity: Array, n_before: int, drive: Array, weight: Array, cells: Any, synapses: Any,
    outputs: Any, lessons: Any, sums: Any,
) -> None:  # fmt: skip
    """Run one sample, and add up its gradient (Bellec et al. 2020, equations 1 and 20 to 25).

    Parameters
    ----------
    activity, n_before, drive, weight, cells, synapses, outputs, lessons, sums : object
        As of the compiled `run` in `lsm/kernel/_eprop.py`; `activity` and `sums` are filled.
    """
    c, post, n_neurons = cells, synapses.target, drive.shape[1]
    v, wait, h, w = c.initial
    arrived, of_v, of_h, of_w, filtered = np.zeros((5, len(weight)))  # derivatives by the weight
    trace = np.zeros(n_neurons)
    lesson_at = dict(zip(lessons.step - 1, lessons.target, strict=True))
    for t in range(len(activity) - n_before):
        # The neurons: z are the spikes.
        arrived = synapses.keep * arrived + activity[n_before + t - synapses.lag, synapses.source]
        current = np.bincount(post, weight * synapses.push * arrived, n_neurons)
        is_open = wait < 1
        current += drive[min(t, len(drive) - 1)] - c.mean_w * w
        moved = c.rest + c.decay * (v - c.rest) + c.gain * current
        v = np.where(is_open, moved, v)
        above = v - (c.threshold + c.decay_h * h)
        z = (above >= 0).astype(float)
        slope = is_open * c.slope * np.maximum(0, 1 - abs(above) / c.width)
        v, wait = np.where(z, c.reset, v), np.where(z, c.refractory, wait - 1)
        h, w = c.decay_h * h + c.jump_h * z, c.decay_w * w + c.jump_w * z
        activity[n_before + t, -n_neurons:] = z
        sums.spikes[:] += z
        trace = outputs.decay * trace + z

        # Eligibility vectors of potential, threshold and adaptation, and the eligibility trace e.
        push = synapses.push * arrived - c.mean_w[post] * of_w
        of_v = is_open[post] * (c.decay[post] * of_v + c.gain[post] * push)
        e = slope[post] * (of_v - c.decay_h[post] * of_h)
        of_v = (1 - z[post]) * of_v
        of_h = c.decay_h[post] * of_h + c.jump_h[post] * e
        of_w = c.decay_w[post] * of_w + c.jump_w[post] * e
        filtered = outputs.decay * filtered + e
        sums.eligibility[:] += e

        # The learning signal, where there is a target.
        if t in lesson_at:
            y = outputs.coef @ trace + outputs.intercept
            if outputs.softmax:
                log_p = y - np.logaddexp.reduce(y)
                loss, error = -lesson_at[t] @ log_p, np.exp(log_p) - lesson_at[t]
            else:
                error = y - lesson_at[t]
                loss = error @ error / 2
            sums.loss[:] += loss
            sums.gradient[:] += (error @ outputs.feedback)[post] * filtered
            sums.coef[:] += np.outer(error, trace)
            sums.intercept[:] += error
