"""Backpropagation through time of a small network of adaptive neurons, an oracle for e-prop."""

import numpy as np


def backpropagate(network, x, outputs, lessons, eprop, *, recurrence, reset):
    """Return the gradients of all input and recurrent weights, dense arrays (pre, post).

    Neurons are AdaptiveLIF and synapses Exponential, excitatory and inhibitory ones with their own
    time constants. All recurrent synapses have the same delay. The derivative of a spike is that
    of e-prop. `recurrence` and `reset` are whether errors flow back through the spikes of other
    neurons, and through the reset.
    """
    w_in, w, delay, n_steps = network.w_in.toarray(), network.w.toarray(), network.delays, len(x)
    decay, gain, rest, threshold, v_reset, refractory, d_h, j_h, m_w, d_w, j_w, _ = (
        network.constants
    )
    f, k = np.array(network.syn_constants).reshape(2, 2)
    scale = network.parameters["v_threshold"] - network.parameters["v_reset"]
    is_open, u, z, slope = np.zeros((4, n_steps, network.n_neurons))
    v, wait, h, a = network.initial
    current = np.zeros((2, network.n_neurons))  # excitatory, inhibitory
    for t in range(n_steps):
        is_open[t] = wait < 1
        moved = rest + decay * (v - rest) + gain * (network.bias + f @ current - m_w * a)
        u[t] = np.where(is_open[t], moved, v)
        above = u[t] - threshold - d_h * h
        z[t] = above >= 0
        slope[t] = np.maximum(0, 1 - abs(above) / (eprop.width * scale)) * is_open[t]
        slope[t] *= eprop.dampening / scale
        v, wait = np.where(z[t], v_reset, u[t]), np.where(z[t], refractory, wait - 1)
        h, a = d_h * h + j_h * z[t], d_w * a + j_w * z[t]
        sent = z[t - delay] if t >= delay else np.zeros(len(v))
        arriving = [sent @ np.maximum(w, 0) + x[t] @ w_in, sent @ np.minimum(w, 0)]
        current = k[:, None] * current + arriving

    r, error = np.zeros(network.n_neurons), np.zeros((n_steps, len(outputs.coef)))
    for t in range(n_steps):
        r = outputs.decay * r + z[t]
        if t + 1 in lessons.step:
            y = outputs.coef @ r + outputs.intercept
            error[t] = np.exp(y - np.logaddexp.reduce(y)) if outputs.softmax else y
            error[t] -= lessons.target[lessons.step.tolist().index(t + 1)]

    to_r, to_v, to_h, to_a = np.zeros((4, network.n_neurons))
    to_current = np.zeros((n_steps + 1, 2, network.n_neurons))
    of_w_in, of_w = np.zeros_like(w_in), np.zeros_like(w)
    for t in reversed(range(n_steps)):
        kind = (w < 0).astype(int)
        if t >= delay:
            of_w += z[t - delay][:, None] * to_current[t + 1][kind, np.arange(len(w))]
        of_w_in += np.outer(x[t], to_current[t + 1, 0])
        to_r = outputs.decay * to_r + error[t] @ outputs.coef
        to_z = to_r + j_h * to_h + j_w * to_a
        if reset:
            to_z += to_v * (v_reset - u[t])
        if recurrence and t + delay < n_steps:
            back = to_current[t + delay + 1]
            to_z += np.maximum(w, 0) @ back[0] + np.minimum(w, 0) @ back[1]
        to_u = to_v * (1 - z[t]) + slope[t] * to_z
        to_h = d_h * (to_h - slope[t] * to_z)
        to_a = d_w * to_a - gain * is_open[t] * m_w * to_u
        to_v = np.where(is_open[t], decay, 1) * to_u
        to_current[t] = k[:, None] * to_current[t + 1] + f[:, None] * gain * is_open[t] * to_u
    return of_w_in, of_w
