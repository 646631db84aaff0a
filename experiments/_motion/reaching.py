"""Reach with a controller in the loop, and learn from a teacher that watches."""

import numpy as np
from sklearn.utils import Bunch

from lsm._validation import check_integer
from lsm.datasets import TwoLinkArm, make_reaches

__all__ = [
    "DT", "PAYLOAD", "PUSH", "draw_pushes", "endpoint_errors", "load_data", "practise", "reach",
]  # fmt: skip

DT = 5.0  # ms from one command to the next
GAINS = (10.0, 2.0)  # of the teacher: stiffer ones are unstable where what is felt is old
LIMIT = 2.0  # of torques, in units of the largest that the teacher needs where nothing goes wrong
PAYLOAD, PUSH = 0.5, 10.0  # kg in the hand, and N for 50 ms: what disturbs a reach


def load_data(delay=50.0, n_train=20, n_test=16, rounds=4):
    """Make reaches to learn from, and goals to try.

    Parameters
    ----------
    delay : float, default=50.0
        Age in ms of the joint angles that the controller is told, a multiple of 5.
    n_train, n_test : int, default=20 and 16
        Number of goals; half of those to test on are not among those to train on.
    rounds : int, default=4
        How often a controller tries, and is told what its teacher would have done.

    Returns
    -------
    data : Bunch
        What :func:`lsm.datasets.make_reaches` returns, and:

        cv : list of (train, validation)
            Settings are never chosen on the goals of the test.
        delay, rounds : float and int
    """
    check_integer("n_train", n_train, 2)
    check_integer("n_test", n_test, 2)
    check_integer("rounds", rounds, 0)
    task = make_reaches(n_train, min(8, n_train), n_test, delay=delay, dt=DT, gains=GAINS)
    return Bunch(cv=[(task.train, task.validation)], delay=delay, rounds=rounds, **task)


def reach(model, task, goals, *, payload=0.0, force=None, feels=True):
    """Let a fitted controller move the arm.

    Parameters
    ----------
    model : LSMRegressor or LinearTaps
        From inputs to torques.
    task : Bunch
        As of :func:`load_data`.
    goals : int array of shape (n,)
        Which goals.
    payload : float, default=0.0
        Mass in the hand in kg.
    force : array of shape (n, n_steps, 2), optional
        Pushes at the hand in N.
    feels : bool, default=True
        Whether the controller is told the angles; if not, it is told those of the start.

    Returns
    -------
    tried : Bunch
        states : array of shape (n, n_steps, n_features)
            Of the network.
        angles, velocities, hand : arrays of shape (n, n_steps + 1, 2)
            In rad, rad/s and m.
    """
    arm = TwoLinkArm(payload=payload)
    lag, limit = round(task.delay / DT), LIMIT * np.abs(task.teacher.torques).max()
    runs, seen, states = [], [], []

    def controller(step, angles, velocities):
        seen.append(angles)
        felt = seen[max(step - lag, 0) if feels else 0]
        told = np.concatenate([task.goals[goals], felt], axis=1)
        # Where an arm goes astray, the sense of its angles saturates.
        told = task.encoder.transform([np.clip(told, task.encoder.low_, task.encoder.high_)])
        rows = [told.pieces([0], [i], [i + 1]) for i in range(len(goals))]
        if not runs:
            runs.extend(model.liquid_.stream(row) for row in rows)
        states.append([run.step(row).ravel() for run, row in zip(runs, rows, strict=True)])
        return np.clip(model.readout_.predict(np.array(states[-1])), -limit, limit)

    start = task.angles[goals, 0]
    angles, velocities, _ = arm.run(controller, start, task.target.shape[1], dt=DT, force=force)
    states = np.moveaxis(np.array(states), 0, 1)
    return Bunch(states=states, angles=angles, velocities=velocities, hand=arm.hand(angles))


def draw_pushes(task, goals, random_state):
    """Draw a push of each reach, of shape (n, n_steps, 2) in N."""
    sizes = len(task.train), len(task.validation), len(task.test)
    return make_reaches(*sizes, dt=DT, push=PUSH, random_state=random_state).force[goals]


def practise(model, task, goals):
    """Fit a controller to what its teacher did, then to what he says of the controller's own tries.

    After each round the teacher tells which torques he would have given in the states that the
    controller came to [1]_, and the readout is fitted to all rounds.

    Parameters
    ----------
    model : LSMRegressor or LinearTaps
        Is fitted.
    task : Bunch
        As of :func:`load_data`.
    goals : int array of shape (n,)
        Which goals.

    Returns
    -------
    model : LSMRegressor or LinearTaps

    References
    ----------
    .. [1] S. Ross, G. Gordon, D. Bagnell (2011). A reduction of imitation learning and structured
       prediction to no-regret online learning. AISTATS, 627-635.
    """
    # The readout's penalty is chosen on the last quarter of the rows: those of every fourth goal.
    goals = np.concatenate([goals[first::4] for first in range(4)])
    model.fit(task.data[goals], list(task.target[goals]))
    states = np.stack(model.liquid_.trajectory(task.data[goals]))
    torques = task.target[goals]
    for _ in range(task.rounds):
        tried = reach(model, task, goals)
        states = np.concatenate([states, tried.states], axis=1)
        torques = np.concatenate([torques, _advice(task.teacher, goals, tried)], axis=1)
        model.readout_.fit(np.concatenate(states), np.concatenate(torques))
    return model


def _advice(teacher, goals, tried):
    """Return the torques that the teacher would have given, of shape (n, n_steps, 2)."""
    error = teacher.angles[goals] - tried.angles[:, :-1]
    lag = teacher.velocities[goals] - tried.velocities[:, :-1]
    return teacher.torques[goals] + teacher.gains[0] * error + teacher.gains[1] * lag


def endpoint_errors(task, goals, tried):
    """Return how far from its goal each reach ends, in cm, of shape (n,)."""
    return 100 * np.linalg.norm(tried.hand[:, -1] - task.goals[goals], axis=1)
