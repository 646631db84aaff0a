"""Reaches of an arm with a controller in the loop, fitted to a teacher's corrections."""

import numpy as np
from sklearn.utils import Bunch

from lsm._validation import check_integer
from lsm.datasets import TwoLinkArm, make_reaches

__all__ = [
    "DT", "PAYLOAD", "PUSH", "corrections", "draw_pushes", "endpoint_errors", "load_data",
    "practise", "reach",
]  # fmt: skip

DT = 5.0  # ms from one command to the next
GAINS = (10.0, 2.0)  # of the teacher: larger gains are unstable with delayed angles
LIMIT = 2.0  # of torques, in units of the teacher's largest torque without disturbances
PAYLOAD, PUSH = 0.5, 10.0  # disturbances: kg in the hand, and N for 50 ms


def load_data(n_train=20, n_test=16, rounds=4, *, delay=50.0):
    """Make reaches of a teacher, and goals to test.

    Parameters
    ----------
    n_train : int, default=20
        Number of goals for training.
    n_test : int, default=16
        Number of goals for the test; half of them are not among those for training.
    rounds : int, default=4
        Number of rounds in which a controller tries, and is fitted to the teacher's corrections.
    delay : float, default=50.0
        Delay of the joint angles in the input in ms, a multiple of 5.

    Returns
    -------
    data : Bunch
        As of :func:`lsm.datasets.make_reaches`, with:

        cv : list of one (train, validation)
        delay, rounds : float and int
    """
    check_integer("n_train", n_train, 2)
    check_integer("n_test", n_test, 2)
    check_integer("rounds", rounds, 0)
    data = make_reaches(n_train, min(8, n_train), n_test, delay=delay, row_duration=DT, gains=GAINS)
    return Bunch(cv=[(data.train, data.validation)], delay=delay, rounds=rounds, **data)


def reach(model, data, goals, *, payload=0.0, force=None, feedback=True):
    """Let a fitted controller move the arm to goals.

    Parameters
    ----------
    model : LSMRegressor or TapRegression
        Controller, from inputs to torques.
    data : Bunch
        As of :func:`load_data`.
    goals : int array of shape (n,)
        Indices of goals.
    payload, force : float and array of shape (n, n_steps, 2), optional
        Mass in the hand in kg, and pushes at the hand in N.
    feedback : bool, default=True
        Whether the angles in the input are the current ones with a delay, or those of the start.

    Returns
    -------
    reached : Bunch
        `states` of the network, of shape (n, n_steps, n_features), and `angles`, `velocities` and
        `hand`, of shape (n, n_steps + 1, 2), in rad, rad/s and m.
    """
    arm = TwoLinkArm(payload=payload)
    lag, limit = round(data.delay / DT), LIMIT * np.abs(data.teacher.torques).max()
    runs, past, states = [], [], []

    def controller(step, angles, velocities):
        past.append(angles)
        observed = past[max(step - lag, 0) if feedback else 0]
        inputs = np.concatenate([data.goals[goals], observed], axis=1)
        # The code of angles saturates outside its range.
        inputs = np.clip(inputs, data.encoder.low_, data.encoder.high_)
        spikes = data.encoder.transform([inputs])
        rows = [spikes.pieces([0], [i], [i + 1]) for i in range(len(goals))]
        if not runs:
            runs.extend(model.liquid_.stream(row) for row in rows)
        states.append([run.step(row).ravel() for run, row in zip(runs, rows, strict=True)])
        return np.clip(model.readout_.predict(np.array(states[-1])), -limit, limit)

    start = data.angles[goals, 0]
    angles, velocities, _ = arm.run(controller, start, data.target.shape[1], dt=DT, force=force)
    states = np.moveaxis(np.array(states), 0, 1)
    return Bunch(states=states, angles=angles, velocities=velocities, hand=arm.hand(angles))


def draw_pushes(data, goals, random_state):
    """Draw a push of each reach, of shape (n, n_steps, 2) in N."""
    sizes = len(data.train), len(data.validation), len(data.test)
    return make_reaches(*sizes, row_duration=DT, push=PUSH, random_state=random_state).force[goals]


def practise(model, data, goals):
    """Fit a controller to a teacher, then to the teacher's corrections of its own tries.

    After each round of tries the teacher gives the torques for the states that the controller came
    to [1]_, and the readout is fitted to all rounds. The parameters are those of :func:`reach`.

    References
    ----------
    .. [1] S. Ross, G. Gordon, D. Bagnell (2011). A reduction of imitation learning and structured
       prediction to no-regret online learning. AISTATS, 627-635.
    """
    # The readout's penalty is chosen on the last quarter of the rows: those of every fourth goal.
    goals = np.concatenate([goals[first::4] for first in range(4)])
    model.fit(data.data[goals], list(data.target[goals]))
    states = np.stack(model.liquid_.trajectory(data.data[goals]))
    torques = data.target[goals]
    for _ in range(data.rounds):
        reached = reach(model, data, goals)
        states = np.concatenate([states, reached.states], axis=1)
        torques = np.concatenate([torques, corrections(data.teacher, goals, reached)], axis=1)
        model.readout_.fit(np.concatenate(states), np.concatenate(torques))
    return model


def corrections(teacher, goals, reached):
    """Return the teacher's torques for the states of reaches, of shape (n, n_steps, 2)."""
    error = teacher.angles[goals] - reached.angles[:, :-1]
    lag = teacher.velocities[goals] - reached.velocities[:, :-1]
    return teacher.torques[goals] + teacher.gains[0] * error + teacher.gains[1] * lag


def endpoint_errors(data, goals, reached):
    """Return the distance of each reach from its goal at the end in cm, of shape (n,)."""
    return 100 * np.linalg.norm(reached.hand[:, -1] - data.goals[goals], axis=1)
