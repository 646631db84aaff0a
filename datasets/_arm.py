"""A planar arm of two links, without gravity: kinematics, dynamics and motion."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from lsm._validation import check_integer, check_number

from .._typing import Array
from ._integrate import runge_kutta

__all__ = ["TwoLinkArm"]

RUNAWAY = 1e4  # rad/s, more than with any reasonable torque


@dataclass(frozen=True)
class TwoLinkArm:
    """
    The arm of Joshi & Maass [1]_: two equal links in a horizontal plane, moved by torques.

    The shoulder is at the origin. The first joint angle is that between the x axis and the upper
    arm, the second that between the upper arm and the forearm; both turn left. Angles are in rad,
    their velocities in rad/s, torques in N m, positions in m, forces in N. Arrays may have any
    leading axes, such as one for several arms.

    Parameters
    ----------
    length : float, default=0.5
        Length of each link in m.
    mass : float, default=1.0
        Mass of each link in kg.
    centre : float, default=0.25
        Distance of a link's centre of mass from its joint in m.
    inertia : float, default=0.03
        Moment of inertia of a link about its centre of mass in kg m^2.
    payload : float, default=0.0
        Point mass in the hand in kg.

    References
    ----------
    .. [1] P. Joshi, W. Maass (2005). Movement generation with circuits of spiking neurons. Neural
       Computation 17, 1715-1738.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.datasets import TwoLinkArm
    >>> arm = TwoLinkArm()
    >>> arm.hand([0, np.pi / 2]).round(3)
    array([0.5, 0.5])
    >>> arm.angles([0.5, 0.5]).round(3)
    array([0.   , 1.571])
    """

    length: float = 0.5
    mass: float = 1.0
    centre: float = 0.25
    inertia: float = 0.03
    payload: float = 0.0

    def __post_init__(self):
        for field in fields(self):
            bounds = {"low_open": field.name in ("length", "mass")}
            check_number(f"TwoLinkArm.{field.name}", getattr(self, field.name), 0, **bounds)

    def hand(self, angles: Array) -> Array:
        """Return the position of the hand, of shape (..., 2)."""
        return self.length * (_unit(angles, 0) + _unit(angles, 1))

    def angles(self, hand: Array) -> Array:
        """
        Return the joint angles for a position of the hand, with the elbow to the right.

        Parameters
        ----------
        hand : array of shape (..., 2)

        Returns
        -------
        angles : ndarray of shape (..., 2)
            The second is from 0 to pi.

        Raises
        ------
        ValueError
            If a position is out of reach.
        """
        hand = np.asarray(hand, dtype=float)
        distance = np.linalg.norm(hand, axis=-1)
        if np.any(distance > 2 * self.length):
            raise ValueError(
                f"hand must be within {2 * self.length:g} m of the shoulder, got a distance of "
                f"{distance.max():g} m"
            )
        elbow = 2 * np.arccos(distance / (2 * self.length))
        return np.stack([np.arctan2(hand[..., 1], hand[..., 0]) - elbow / 2, elbow], axis=-1)

    def jacobian(self, angles: Array) -> Array:
        """Return the derivative of the hand's position by the angles, of shape (..., 2, 2)."""
        columns = [self.length * _left(_unit(angles, joint)) for joint in (0, 1)]
        return np.stack([columns[0] + columns[1], columns[1]], axis=-1)

    def joint_motion(
        self, hand: Array, velocities: Array, accelerations: Array
    ) -> tuple[Array, Array, Array]:
        """
        Return the motion of the joints that gives a motion of the hand.

        Parameters
        ----------
        hand, velocities, accelerations : array of shape (..., 2)
            Of the hand, in m, m/s and m/s^2. It must not be at full reach or at the shoulder.

        Returns
        -------
        angles, velocities, accelerations : ndarray of shape (..., 2)
        """
        angles = self.angles(hand)
        inverse = np.linalg.inv(self.jacobian(angles))
        turns = _apply(inverse, velocities)
        # The centripetal acceleration of the hand at constant angular velocities.
        first, both = turns[..., :1], turns.sum(axis=-1, keepdims=True)
        inward = -self.length * (first**2 * _unit(angles, 0) + both**2 * _unit(angles, 1))
        return angles, turns, _apply(inverse, accelerations - inward)

    def mass_matrix(self, angles: Array) -> Array:
        """Return the mass matrix, from angular accelerations to torques, of shape (..., 2, 2)."""
        around, coupled, outer = self._moments()
        coupled = coupled * np.cos(np.asarray(angles)[..., 1])
        corner = outer + coupled
        rows = [[around + 2 * coupled, corner], [corner, np.full_like(corner, outer)]]
        return np.moveaxis(np.array(rows), (0, 1), (-2, -1))

    def coriolis(self, angles: Array, velocities: Array) -> Array:
        """Return the torques that keep angular velocities constant, of shape (..., 2)."""
        pull = self._moments()[1] * np.sin(np.asarray(angles)[..., 1])
        first, second = np.moveaxis(np.asarray(velocities), -1, 0)
        return np.stack([-pull * second * (2 * first + second), pull * first**2], axis=-1)

    def torques(self, angles: Array, velocities: Array, accelerations: Array) -> Array:
        """Return the torques that give angular accelerations: the inverse dynamics."""
        turning = _apply(self.mass_matrix(angles), accelerations)
        return turning + self.coriolis(angles, velocities)

    def accelerations(
        self,
        angles: Array,
        velocities: Array,
        torques: Array,
        force: Array | None = None,
    ) -> Array:
        """Return the angular accelerations by torques and a force on the hand, if any."""
        free = torques - self.coriolis(angles, velocities)
        if force is not None:
            free = free + _apply(np.swapaxes(self.jacobian(angles), -1, -2), force)
        return np.linalg.solve(self.mass_matrix(angles), free[..., None])[..., 0]

    def energy(self, angles: Array, velocities: Array) -> Array:
        """Return the kinetic energy in J, of shape (...)."""
        momenta = _apply(self.mass_matrix(angles), velocities)
        return np.sum(velocities * momenta, axis=-1) / 2

    def step(
        self,
        angles: Array,
        velocities: Array,
        torques: Array,
        *,
        dt: float = 1.0,
        force: Array | None = None,
    ) -> tuple[Array, Array]:
        """
        Move by one step of the classical Runge-Kutta method.

        Parameters
        ----------
        angles, velocities : array of shape (..., 2)
            State.
        torques : array of shape (..., 2)
            Held for the step.
        dt : float, default=1.0
            Length of the step in ms.
        force : array of shape (..., 2), optional
            On the hand, held for the step.

        Returns
        -------
        angles, velocities : ndarray of shape (..., 2)
            State one step later.
        """

        def derivative(state):
            return np.stack([state[1], self.accelerations(*state, torques, force)])

        state = np.stack([angles, velocities]).astype(float)
        return tuple(runge_kutta(derivative, state, dt / 1000))

    def run(
        self,
        controller: Callable[..., Any],
        angles: Array,
        n_steps: int,
        *,
        dt: float = 1.0,
        force: Array | None = None,
    ) -> tuple[Array, Array, Array]:
        """
        Move from rest under a controller.

        Parameters
        ----------
        controller : callable
            Takes the number of the step, angles and velocities, both of shape (..., 2), and returns
            torques of that shape. Delays of its inputs are part of the controller.
        angles : array of shape (..., 2)
            Angles at the start.
        n_steps : int
            Number of steps.
        dt : float, default=1.0
            Duration of a row in ms.
        force : array of shape (..., n_steps, 2), optional
            Force on the hand in each step.

        Returns
        -------
        angles, velocities : ndarray of shape (..., n_steps + 1, 2)
            At the beginning of each step, and at the end of the last.
        torques : ndarray of shape (..., n_steps, 2)

        Raises
        ------
        ValueError
            If the arm turns faster than 10,000 rad/s.
        """
        n_steps = check_integer("n_steps", n_steps, 1)
        check_number("dt", dt, 0, low_open=True)
        state: tuple[Array, Array] = np.asarray(angles, dtype=float), np.zeros(np.shape(angles))
        states, torques = [state], []
        for step in range(n_steps):
            torques.append(controller(step, *state))
            push = None if force is None else force[..., step, :]
            state = self.step(*state, torques[-1], dt=dt, force=push)
            if not np.all(np.abs(state[1]) < RUNAWAY):
                raise ValueError(
                    f"the arm runs away in step {step}, turning at more than {RUNAWAY:g} rad/s: "
                    "give the controller lower gains, or take a smaller dt"
                )
            states.append(state)
        angles, velocities = (np.stack(parts, axis=-2) for parts in zip(*states, strict=True))
        return angles, velocities, np.stack(torques, axis=-2)

    def _moments(self):
        """Return the constant moment about the shoulder, the coupling, and that about the elbow."""
        outer = self.inertia + self.mass * self.centre**2 + self.payload * self.length**2
        upper = self.inertia + self.mass * self.centre**2
        carried = (self.mass + self.payload) * self.length**2
        coupled = self.length * (self.mass * self.centre + self.payload * self.length)
        return upper + carried + outer, coupled, outer


def _unit(angles, joint):
    """Return the direction of a link."""
    direction = np.sum(np.asarray(angles, dtype=float)[..., : joint + 1], axis=-1)
    return np.stack([np.cos(direction), np.sin(direction)], axis=-1)


def _left(vectors):
    """Turn vectors by a right angle to the left."""
    return np.stack([-vectors[..., 1], vectors[..., 0]], axis=-1)


def _apply(matrices, vectors):
    return np.einsum("...ij,...j->...i", matrices, vectors)
