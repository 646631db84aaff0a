"""Reaching with an arm: goals, a teacher, and the inputs of a controller."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils import Bunch, check_random_state

from lsm._units import steps
from lsm._validation import check_integer, check_number
from lsm.encoding import DirectCurrentEncoder, PopulationEncoder

from .._typing import Array, ArrayLike, RandomState
from ._arm import TwoLinkArm
from ._checks import check_pair
from ._spike_trains import check_steps

__all__ = ["ReachTeacher", "make_reaches", "minimum_jerk"]

MARGIN = 1.5  # radius that the population code covers, in units of the distance of the goals
PUSH = 50.0  # duration of a push in ms

_DESCR = """Reaches of a two-link arm
-------------------------
By minimum jerk in {duration:g} ms from ({start[0]:g}, {start[1]:g}) m to goals {distance:g} m away.

:Samples: {n_train} for training, {n_validation} for validation, {n_test} for testing, in this order
:Duration: {n_steps} steps of {row_duration:g} ms
:Input: goal, and joint angles {delay:g} ms ago, each by {n_fields} Gaussian fields
:Target: torques of the teacher in N m
:Perturbations: a payload of {payload:g} kg, a push of {push:g} N
"""


def minimum_jerk(
    start: ArrayLike, goal: ArrayLike, duration: float, times: ArrayLike
) -> tuple[Array, Array, Array]:
    """
    Return the smoothest movement between two positions [1]_, at rest at both ends.

    Parameters
    ----------
    start, goal : array of shape (..., 2)
        Positions in m.
    duration : float
        Duration of the move in ms.
    times : array of shape (n_times,)
        Times in ms; before and after the movement the hand rests.

    Returns
    -------
    positions, velocities, accelerations : ndarray of shape (..., n_times, 2)
        In m, m/s and m/s^2.

    References
    ----------
    .. [1] T. Flash, N. Hogan (1985). The coordination of arm movements: an experimentally confirmed
       mathematical model. Journal of Neuroscience 5, 1688-1703.

    Examples
    --------
    >>> from lsm.datasets import minimum_jerk
    >>> positions, velocities, _ = minimum_jerk([0, 0], [0.2, 0], 500.0, [0, 250, 500])
    >>> positions[:, 0], velocities[:, 0]
    (array([0. , 0.1, 0.2]), array([0.  , 0.75, 0.  ]))
    """
    seconds = check_number("duration", duration, 0, low_open=True) / 1000
    s = np.clip(np.asarray(times, dtype=float) / duration, 0, 1)[:, None]
    start, goal = (np.asarray(end, dtype=float)[..., None, :] for end in (start, goal))
    way = goal - start
    return (
        start + way * (10 * s**3 - 15 * s**4 + 6 * s**5),
        way * (30 * s**2 * (1 - s) ** 2) / seconds,
        way * (60 * s * (1 - s) * (1 - 2 * s)) / seconds**2,
    )


class ReachTeacher:
    """
    The torques of a planned motion, and a proportional correction of its errors.

    Called with the number of a step and the state then, it is a controller of
    :meth:`TwoLinkArm.run`; called with `slice(None)` and all states of a motion, it returns its
    torques in these states.

    Parameters
    ----------
    arm : TwoLinkArm
        Arm of the plan.
    start, goals : array of shape (2,) and (n_reaches, 2)
        Positions in m.
    duration : float
        Duration of the movement in ms.
    times : array of shape (n_steps,)
        Beginnings of the steps in ms.
    gains : (float, float)
        Torque per error of angle in N m/rad, and per error of velocity in N m s/rad.
    """

    def __init__(
        self,
        arm: TwoLinkArm,
        start: ArrayLike,
        goals: ArrayLike,
        duration: float,
        times: ArrayLike,
        gains: Sequence[float],
    ) -> None:
        motion = minimum_jerk(start, goals, duration, times)
        self.angles, self.velocities, accelerations = arm.joint_motion(*motion)
        self.torques = arm.torques(self.angles, self.velocities, accelerations)
        self.gains = gains

    def __call__(self, step: Any, angles: ArrayLike, velocities: ArrayLike) -> Any:
        """Return torques of the shape of `angles`."""
        error = self.angles[..., step, :] - angles
        lag = self.velocities[..., step, :] - velocities
        return self.torques[..., step, :] + self.gains[0] * error + self.gains[1] * lag


def make_reaches(
    n_train: int = 20,
    n_validation: int = 8,
    n_test: int = 16,
    *,
    distance: float = 0.2,
    duration: float = 500.0,
    hold: float = 0.0,
    start: ArrayLike = (0.0, 0.5),
    delay: float = 50.0,
    n_fields: int = 8,
    gains: Sequence[float] = (100.0, 20.0),
    payload: float = 0.0,
    push: float = 0.0,
    row_duration: float = 1.0,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task: move an arm to goals around it, after Joshi & Maass [1]_.

    The goals for training are spread evenly over a circle. Half of the goals for the test are among
    them, and the others in the middle between two; goals for validation are a quarter of the way
    between two. A teacher moves :class:`TwoLinkArm` to the goals by minimum jerk, with the torques
    of the inverse dynamics and a proportional correction of errors.

    Parameters
    ----------
    n_train, n_validation, n_test : int, default=20, 8 and 16
        Number of goals.
    distance : float, default=0.2
        Distance of the goals in m.
    duration : float, default=500.0
        Duration of a move in ms.
    hold : float, default=0.0
        Time in ms for which the hand rests at its goal.
    start : (float, float), default=(0.0, 0.5)
        Where the hand starts, from the shoulder, in m.
    delay : float, default=50.0
        Delay of the joint angles in the input in ms.
    n_fields : int, default=8
        Channels for each of the four inputs.
    gains : (float, float), default=(100.0, 20.0)
        Torque of the teacher per error of angle in N m/rad, and of velocity in N m s/rad.
    payload : float, default=0.0
        Point mass in the hand in kg, which the teacher ignores.
    push : float, default=0.0
        Force in N that pushes the hand in every reach for 50 ms, at a random time and in a random
        direction.
    row_duration : float, default=1.0
        Duration of a row in ms.
    random_state : int, RandomState instance or None, default=None
        Seed of the pushes.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_reaches,), graded
            `inputs` in a population code, `4 * n_fields` channels.
        target : ndarray of shape (n_reaches, n_steps, 2)
            Torques of the teacher in N m.
        train, validation, test : ndarray of int
            Indices of reaches.
        goals : ndarray of shape (n_reaches, 2)
            In m.
        trained : ndarray of shape (n_reaches,), bool
            Whether the goal is one to train on.
        inputs : ndarray of shape (n_reaches, n_steps, 4)
            The goal in m, and the joint angles `delay` ms ago in rad.
        angles, velocities : ndarray of shape (n_reaches, n_steps + 1, 2)
            Of the joints, at the beginning of each step and at the end of the last.
        force : ndarray of shape (n_reaches, n_steps, 2)
            The pushes.
        encoder : PopulationEncoder
            Fitted; turns rows of `inputs` into channels of `data`.
        teacher : ReachTeacher
            The teacher of these reaches.
        arm : TwoLinkArm
            With the payload.
        DESCR : str
            Description of the task.

    Raises
    ------
    TypeError, ValueError
        If a parameter is invalid, or a position around the start is out of reach.

    References
    ----------
    .. [1] P. Joshi, W. Maass (2005). Movement generation with circuits of spiking neurons. Neural
       Computation 17, 1715-1738.

    Examples
    --------
    >>> from lsm.datasets import make_reaches
    >>> task = make_reaches()
    >>> task.data
    SpikeArray(n_samples=44, n_channels=32, duration=500 ms, row_duration=1 ms, 704000 currents)
    >>> task.arm.hand(task.angles[0, -1]).round(3), task.goals[0]
    (array([0.2, 0.5]), array([0.2, 0.5]))
    """
    n_train, n_validation, n_test = counts = [
        check_integer(name, n, 1)
        for name, n in (("n_train", n_train), ("n_validation", n_validation), ("n_test", n_test))
    ]
    check_number("distance", distance, 0, low_open=True)
    n_moving, row_duration = check_steps("duration", duration, row_duration), float(row_duration)
    n_steps = n_moving + int(steps("hold", check_number("hold", hold, 0), row_duration))
    lag = int(steps("delay", check_number("delay", delay, 0), row_duration))
    gains = [check_number("gains", value, 0) for value in check_pair("gains", gains)]
    check_number("push", push, 0)
    arm = TwoLinkArm(payload=payload)
    encoder = _encoder(arm, start, distance, n_fields, row_duration)

    angle, trained = _directions(*counts)
    goals = start + distance * np.column_stack([np.cos(angle), np.sin(angle)])
    times = np.arange(n_steps) * row_duration
    teacher = ReachTeacher(TwoLinkArm(), start, goals, n_moving * row_duration, times, gains)
    force = _pushes(len(goals), n_steps, push, row_duration, check_random_state(random_state))
    at_start = np.broadcast_to(arm.angles(np.asarray(start)), goals.shape)
    angles, velocities, torques = arm.run(
        teacher, at_start, n_steps, dt=row_duration, force=force if push else None
    )

    observed = angles[:, np.maximum(np.arange(n_steps) - lag, 0)]
    goal = np.broadcast_to(goals[:, None], observed.shape)
    inputs = np.concatenate([goal, observed], axis=2)
    train, validation, test = np.split(np.arange(sum(counts)), np.cumsum(counts)[:-1])
    return Bunch(
        data=encoder.transform(list(inputs)),
        target=torques,
        train=train,
        validation=validation,
        test=test,
        goals=goals,
        trained=trained,
        inputs=inputs,
        angles=angles,
        velocities=velocities,
        force=force,
        encoder=encoder,
        teacher=teacher,
        arm=arm,
        DESCR=_DESCR.format(
            start=start, distance=distance, duration=n_moving * row_duration, n_train=n_train,
            n_validation=n_validation, n_test=n_test, n_steps=n_steps,
            row_duration=row_duration, delay=lag * row_duration,
            n_fields=n_fields, payload=payload, push=push,
        ),
    )  # fmt: skip


def _directions(n_train, n_validation, n_test):
    """Return the directions of all goals in rad, and which of them are trained."""
    if n_validation > n_train:
        raise ValueError(f"n_validation must be at most n_train={n_train}, got {n_validation}")
    if n_test > 2 * n_train:
        raise ValueError(f"n_test must be at most twice n_train={n_train}, got {n_test}")

    def among(n):
        return np.arange(n) * n_train // n

    halves = n_test // 2, n_test - n_test // 2
    parts = among(n_train), among(n_validation) + 0.25, among(halves[0]), among(halves[1]) + 0.5
    places = np.concatenate(parts)
    return 2 * np.pi * places / n_train, places % 1 == 0


def _encoder(arm, start, distance, n_fields, row_duration):
    """Return a population code of goals and angles, fitted to the surroundings of the start."""
    start = np.array([check_number("start", value) for value in check_pair("start", start)])
    radius, away = MARGIN * distance, np.linalg.norm(start)
    if not radius < away < 2 * arm.length - radius:
        raise ValueError(
            f"start must be between {radius:g} and {2 * arm.length - radius:g} m from the shoulder "
            f"with distance={distance:g}, got {tuple(start.tolist())}"
        )
    turn = np.linspace(0, 2 * np.pi, 100)
    around = start + radius * np.column_stack([np.cos(turn), np.sin(turn)])
    edges = np.hstack([around, np.unwrap(arm.angles(around), axis=0)])
    limits = edges.min(axis=0), edges.max(axis=0)
    code = PopulationEncoder(
        n_fields, encoder=DirectCurrentEncoder(duration=row_duration), limits=limits
    )
    return code.fit([edges])


def _pushes(n_reaches, n_steps, push, row_duration, rng):
    """Draw for each reach a push, as forces of shape (n_reaches, n_steps, 2)."""
    direction = rng.uniform(0, 2 * np.pi, (n_reaches, 1, 1))
    length = min(max(round(PUSH / row_duration), 1), n_steps)
    first = rng.randint(n_steps - length + 1, size=(n_reaches, 1, 1))
    step = np.arange(n_steps)[:, None]
    pushed = (step >= first) & (step < first + length)
    return push * pushed * np.concatenate([np.cos(direction), np.sin(direction)], axis=2)
