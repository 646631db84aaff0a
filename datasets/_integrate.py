"""One step of the classical Runge-Kutta method."""

__all__ = ["runge_kutta"]


def runge_kutta(derivative, x, dt):
    """
    Integrate over one step, with an error of order `dt` to the fifth.

    Parameters
    ----------
    derivative : callable
        Returns dx/dt at x.
    x : array
        State.
    dt : float
        Length of the step.

    Returns
    -------
    x : array
        State one step later.
    """
    k1 = derivative(x)
    k2 = derivative(x + dt / 2 * k1)
    k3 = derivative(x + dt / 2 * k2)
    k4 = derivative(x + dt * k3)
    return x + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
