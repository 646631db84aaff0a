"""The arm against mechanics, reaches against what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from lsm.datasets import ReachTeacher, TwoLinkArm, make_reaches, minimum_jerk

ARMS = [
    TwoLinkArm(),
    TwoLinkArm(payload=2.0),
    TwoLinkArm(length=0.3, mass=2.0, centre=0.1, inertia=0.05, payload=0.5),
]

arms = st.builds(
    TwoLinkArm,
    length=st.floats(0.2, 1),
    mass=st.floats(0.1, 5),
    centre=st.floats(0, 0.5),
    inertia=st.floats(0.001, 0.5),
    payload=st.floats(0, 5),
)
pairs = st.tuples(st.floats(-3, 3), st.floats(-3, 3)).map(np.array)


# -------------------------------------------------------------------------------- kinematics


@given(first=st.floats(-3, 3), second=st.floats(0.01, 3.1), length=st.floats(0.1, 2))
def test_inverse_kinematics_undo_the_forward_ones(first, second, length):
    arm = TwoLinkArm(length=length)
    hand = arm.hand([first, second])
    found = arm.angles(hand)
    np.testing.assert_allclose(arm.hand(found), hand, atol=1e-7)
    assert 0 <= found[1] <= np.pi
    turns = (found[0] - first) / (2 * np.pi)
    assert found[1] == pytest.approx(second, abs=1e-6)
    assert turns == pytest.approx(round(turns), abs=1e-6)


def test_the_hand_is_where_trigonometry_says():
    arm = TwoLinkArm()
    np.testing.assert_allclose(arm.hand([0, 0]), [1, 0], atol=1e-12)
    np.testing.assert_allclose(arm.hand([np.pi / 2, 0]), [0, 1], atol=1e-12)
    np.testing.assert_allclose(arm.hand([0, np.pi]), [0, 0], atol=1e-12)
    # The law of cosines: half the length away, each link opposite to another.
    np.testing.assert_allclose(arm.angles([0, 0.5])[1], 2 * np.pi / 3, atol=1e-12)


@given(angles=pairs, arm=arms)
def test_the_jacobian_is_the_derivative_of_the_hand(angles, arm):
    nudges = 1e-6 * np.eye(2)
    slopes = [(arm.hand(angles + nudge) - arm.hand(angles - nudge)) / 2e-6 for nudge in nudges]
    np.testing.assert_allclose(arm.jacobian(angles), np.transpose(slopes), atol=1e-7)


def test_the_motion_of_joints_moves_the_hand_as_told():
    arm, times = TwoLinkArm(), np.arange(0, 500.5, 0.5)
    motion = minimum_jerk([0.1, 0.4], [-0.2, 0.6], 500.0, times)
    angles, velocities, accelerations = arm.joint_motion(*motion)
    np.testing.assert_allclose(arm.hand(angles), motion[0], atol=1e-12)
    for values, slopes in ((angles, velocities), (velocities, accelerations)):
        found = (values[2:] - values[:-2]) / 0.001
        np.testing.assert_allclose(found, slopes[1:-1], atol=2e-3)


# ---------------------------------------------------------------------------------- dynamics


def kinetic_energy(arm, angles, velocities):
    """Add up the energies of both links and the payload, from how they move and turn."""

    def centres(angles):
        first, both = angles[0], angles.sum()
        elbow = arm.length * np.array([np.cos(first), np.sin(first)])
        forearm = np.array([np.cos(both), np.sin(both)])
        places = elbow * arm.centre / arm.length, elbow + arm.centre * forearm
        return np.array([*places, elbow + arm.length * forearm])

    h = 1e-6
    moves = (centres(angles + h * velocities) - centres(angles - h * velocities)) / (2 * h)
    masses = np.array([arm.mass, arm.mass, arm.payload])
    turns = arm.inertia * (velocities[0] ** 2 + velocities.sum() ** 2)
    return (masses @ np.sum(moves**2, axis=1) + turns) / 2


@given(arm=arms, angles=pairs, velocities=pairs)
def test_the_energy_is_that_of_the_moving_masses(arm, angles, velocities):
    expected = kinetic_energy(arm, angles, velocities)
    assert arm.energy(angles, velocities) == pytest.approx(expected, rel=1e-5, abs=1e-9)


@given(arm=arms, angles=pairs)
def test_the_mass_matrix_is_symmetric_and_positive_definite(arm, angles):
    matrix = arm.mass_matrix(angles)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > 0


@given(arm=arms, angles=pairs, velocities=pairs, torques=pairs)
def test_inverse_dynamics_undo_the_forward_ones(arm, angles, velocities, torques):
    accelerations = arm.accelerations(angles, velocities, torques)
    found = arm.torques(angles, velocities, accelerations)
    np.testing.assert_allclose(found, torques, atol=1e-9)


@pytest.mark.parametrize("arm", ARMS)
def test_energy_and_angular_momentum_are_kept_without_torques(arm):
    rng = np.random.default_rng(0)
    angles, velocities = rng.uniform(-3, 3, (2, 10, 2))
    energy = arm.energy(angles, velocities)

    def momentum():
        return np.einsum("nj,nj->n", arm.mass_matrix(angles)[:, 0], velocities)

    before = momentum()
    for _ in range(400):
        angles, velocities = arm.step(angles, velocities, np.zeros(2))
    np.testing.assert_allclose(arm.energy(angles, velocities), energy, rtol=1e-6)
    np.testing.assert_allclose(momentum(), before, rtol=1e-6)
    assert np.ptp(velocities) > 1


def test_torques_and_forces_do_work():
    arm, rng = ARMS[2], np.random.default_rng(0)
    angles, velocities = rng.uniform(-2, 2, (2, 10, 2))
    torques, force = rng.uniform(-2, 2, (2, 10, 2))
    before, work = arm.energy(angles, velocities), 0
    for _ in range(500):
        old = angles
        angles, velocities = arm.step(angles, velocities, torques, force=force)
        work += torques * (angles - old) + force * (arm.hand(angles) - arm.hand(old))
    gained = arm.energy(angles, velocities) - before
    np.testing.assert_allclose(gained, work.sum(axis=1), rtol=1e-6)


def test_a_force_is_held_by_the_torques_that_oppose_it():
    arm, angles, force = TwoLinkArm(), np.array([0.4, 1.1]), np.array([3.0, -2.0])
    held = arm.accelerations(angles, np.zeros(2), -arm.jacobian(angles).T @ force, force)
    np.testing.assert_allclose(held, 0, atol=1e-12)
    # Straight out, a force across acts at the arm's full length.
    free = arm.accelerations(np.zeros(2), np.zeros(2), np.array([-5.0, -2.5]), [0.0, 5.0])
    np.testing.assert_allclose(free, 0, atol=1e-12)


def test_steps_are_what_another_integrator_finds():
    arm, torques = TwoLinkArm(payload=1.0), np.array([2.0, -1.0])

    def slopes(_, state):
        return np.concatenate([state[2:], arm.accelerations(state[:2], state[2:], torques)])

    start = np.array([0.3, 1.2, -1.0, 2.0])
    expected = solve_ivp(slopes, (0, 0.5), start, rtol=1e-11, atol=1e-12).y[:, -1]
    state = start[:2], start[2:]
    for _ in range(250):
        state = arm.step(*state, torques, dt=2.0)
    np.testing.assert_allclose(np.concatenate(state), expected, atol=1e-7)


def test_a_run_asks_its_controller_at_each_step():
    arm, calls = TwoLinkArm(), []
    force = np.zeros((3, 40, 2))
    force[1, 10:20] = [0.0, 4.0]

    def controller(step, angles, velocities):
        calls.append((step, angles, velocities))
        return np.array([0.5, -0.5]) - 0.1 * velocities

    start = np.tile(arm.angles([0, 0.5]), (3, 1))
    angles, velocities, torques = arm.run(controller, start, 40, dt=2.0, force=force)
    assert angles.shape == velocities.shape == (3, 41, 2)
    assert torques.shape == (3, 40, 2)
    assert [step for step, _, _ in calls] == list(range(40))
    for step, at, pace in calls:
        np.testing.assert_array_equal(at, angles[:, step])
        np.testing.assert_array_equal(pace, velocities[:, step])
        moved = arm.step(at, pace, torques[:, step], dt=2.0, force=force[:, step])
        np.testing.assert_array_equal(moved[0], angles[:, step + 1])
    assert not velocities[:, 0].any()
    np.testing.assert_array_equal(angles[1, :11], angles[0, :11])
    assert np.abs(angles[1, 12:] - angles[0, 12:]).min() > 0


# ------------------------------------------------------------------------------------ reaches


@given(start=pairs, turn=st.floats(0, 7), way=st.floats(0.01, 2), duration=st.floats(10, 1e4))
def test_minimum_jerk_rests_at_both_ends(start, turn, way, duration):
    goal = start + way * np.array([np.cos(turn), np.sin(turn)])
    seconds, h = duration / 1000, duration / 1000 / 400
    times = np.linspace(0, duration, 401)
    places, velocities, accelerations = minimum_jerk(start, goal, duration, times)
    np.testing.assert_allclose(places[[0, -1]], [start, goal], atol=1e-12)
    np.testing.assert_allclose(velocities[[0, -1]], 0, atol=1e-9)
    np.testing.assert_allclose(accelerations[[0, -1]], 0, atol=1e-9)
    # The published peak: 1.875 times the mean speed, half way.
    speeds = np.linalg.norm(velocities, axis=1)
    assert np.argmax(speeds) == 200
    assert speeds[200] == pytest.approx(1.875 * way / seconds)
    slopes, pace = (places[2:] - places[:-2]) / (2 * h), way / seconds
    np.testing.assert_allclose(slopes, velocities[1:-1], atol=1e-3 * pace)
    slopes = (velocities[2:] - velocities[:-2]) / (2 * h)
    np.testing.assert_allclose(slopes, accelerations[1:-1], atol=1e-3 * pace / seconds)


def distances(task, step=-1):
    return np.linalg.norm(task.arm.hand(task.angles[:, step]) - task.goals, axis=1)


def test_the_teacher_reaches_all_goals():
    task = make_reaches()
    np.testing.assert_allclose(distances(task, 0), 0.2, atol=1e-12)
    assert distances(task).max() < 1e-4
    np.testing.assert_allclose(task.velocities[:, -1], 0, atol=2e-3)
    path = task.arm.hand(task.angles)
    plan, _, _ = minimum_jerk([0, 0.5], task.goals, 500.0, np.arange(501))
    np.testing.assert_allclose(path, plan, atol=1e-4)


def test_targets_move_the_arm_along_the_states():
    task = make_reaches(
        6, 2, 4, payload=0.3, push=10.0, hold=100.0, row_duration=2.0, random_state=0
    )
    assert task.target.shape == (12, 300, 2)
    angles, velocities, _ = task.arm.run(
        lambda step, *_: task.target[:, step], task.angles[:, 0], 300, dt=2.0, force=task.force
    )
    np.testing.assert_array_equal(angles, task.angles)
    np.testing.assert_array_equal(velocities, task.velocities)
    # Asked for whole motions, the teacher says what it said step by step.
    again = task.teacher(slice(None), angles[:, :-1], velocities[:, :-1])
    np.testing.assert_allclose(again, task.target, atol=1e-12)


def test_goals_to_train_on_are_spread_and_half_of_the_tests_are_new():
    task = make_reaches(row_duration=5.0)
    assert [len(task[part]) for part in ("train", "validation", "test")] == [20, 8, 16]
    way = task.goals - [0, 0.5]
    turn = np.degrees(np.arctan2(way[:, 1], way[:, 0])) % 360
    np.testing.assert_allclose(turn[task.train], np.arange(20) * 18, atol=1e-9)
    gap = turn % 18
    gap = np.minimum(gap, 18 - gap)
    np.testing.assert_allclose(gap[task.test], np.repeat([0, 9], 8), atol=1e-9)
    np.testing.assert_allclose(gap[task.validation], 4.5, atol=1e-9)
    assert task.trained[task.train].all()
    assert not task.trained[task.validation].any()
    assert list(task.trained[task.test]) == [True] * 8 + [False] * 8
    # All around, and none twice.
    for part in ("validation", "test"):
        sectors = turn[task[part]] // 90
        assert set(sectors) == {0, 1, 2, 3}
        assert len(np.unique(turn[task[part]].round(6))) == len(turn[task[part]])


def test_inputs_are_the_goal_and_old_angles_in_a_population_code():
    task = make_reaches(4, 1, 1, delay=30.0, n_fields=6, row_duration=2.0)
    np.testing.assert_array_equal(task.inputs[:, 0, :2], task.goals)
    np.testing.assert_array_equal(task.inputs[:, -1, :2], task.goals)
    np.testing.assert_array_equal(task.inputs[:, 15:, 2:], task.angles[:, :-16])
    np.testing.assert_array_equal(task.inputs[:, :15, 2:], task.angles[:, :1].repeat(15, axis=1))
    assert task.data.n_channels == 24
    assert task.data.row_duration == 2.0
    assert task.data.graded
    for decoded, inputs in zip(task.encoder.inverse_transform(task.data), task.inputs, strict=True):
        np.testing.assert_allclose(decoded, inputs, atol=1e-5)
    one = task.encoder.transform([task.inputs[2, 100:101]])
    np.testing.assert_array_equal(one.to_dense(0)[0], task.data.to_dense(2)[100])


def test_perturbations_push_the_arm_off_and_the_teacher_brings_it_back():
    def make(**perturbation):
        return make_reaches(8, 1, 1, hold=300.0, row_duration=5.0, **perturbation)

    free = make()
    pushed, again, other = (make(push=20.0, random_state=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(pushed.angles, again.angles)
    assert not np.array_equal(pushed.force, other.force)
    strength = np.linalg.norm(pushed.force, axis=2)
    assert set(strength.round(9).ravel()) == {0.0, 20.0}
    np.testing.assert_array_equal((strength > 0).sum(axis=1), 10)
    away = np.linalg.norm(pushed.arm.hand(pushed.angles) - free.arm.hand(free.angles), axis=2)
    assert away.max(axis=1).min() > 0.003
    early = strength[:, 100:].sum(axis=1) == 0
    assert early.any()
    assert away[early, -1].max() < 0.5 * away[early].max()


def test_a_payload_is_what_the_teacher_does_not_know_of():
    errors = [
        distances(make_reaches(6, 1, 1, payload=1.0, gains=gains, row_duration=5.0)).max()
        for gains in ((0.0, 0.0), (100.0, 20.0), (400.0, 60.0))
    ]
    assert errors[0] > 0.05
    assert 0.001 < errors[1] < 0.05
    assert errors[2] < errors[1] / 3


def test_a_teacher_is_made_for_its_arm():
    arm = TwoLinkArm(payload=1.0)
    goals = np.array([[0.2, 0.5], [0.0, 0.3]])
    teacher = ReachTeacher(arm, [0.0, 0.5], goals, 400.0, np.arange(400), (0.0, 0.0))
    angles, _, _ = arm.run(teacher, np.tile(arm.angles([0.0, 0.5]), (2, 1)), 400)
    np.testing.assert_allclose(arm.hand(angles[:, -1]), goals, atol=2e-3)


def test_a_controller_that_makes_the_arm_run_away_is_stopped():
    with pytest.raises(ValueError, match="runs away in step [0-9]+, .* lower gains"):
        make_reaches(8, gains=(100.0, 500.0))
    with pytest.raises(ValueError, match="runs away in step 3,"):
        TwoLinkArm().run(lambda step, *_: [np.nan if step == 3 else 0.0, 0.0], [0.0, 1.0], 10)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_train": 0}, ValueError, "n_train.*0"),
        ({"n_train": 6}, ValueError, "n_validation.*n_train=6.*8"),
        ({"n_train": 10, "n_test": 21}, ValueError, "n_test.*twice n_train=10.*21"),
        ({"distance": 0.0}, ValueError, "distance.*0.0"),
        ({"distance": 0.4}, ValueError, r"start.*0.6 and 0.4 m.*distance=0.4.*\(0.0, 0.5\)"),
        ({"start": (0.0, 0.9)}, ValueError, r"start.*0.3 and 0.7 m.*\(0.0, 0.9\)"),
        ({"start": 0.5}, ValueError, "start must be a pair, got 0.5"),
        ({"duration": -1.0}, ValueError, "duration.*-1.0"),
        ({"delay": -1.0}, ValueError, "delay.*-1.0"),
        ({"hold": 0.2}, ValueError, "hold of 0.2 ms"),
        ({"gains": (1.0,)}, ValueError, "gains must be a pair"),
        ({"gains": (1.0, -1.0)}, ValueError, "gains.*-1.0"),
        ({"payload": -1.0}, ValueError, "TwoLinkArm.payload.*-1.0"),
        ({"push": "hard"}, TypeError, "push.*'hard'"),
        ({"n_fields": 2}, ValueError, "n_fields.*3.*2"),
        ({"row_duration": 0.0}, ValueError, "row_duration.*0.0"),
    ],
)
def test_bad_parameters_of_reaches_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        make_reaches(**arguments)


def test_bad_parameters_of_an_arm_are_named():
    with pytest.raises(ValueError, match="TwoLinkArm.length must be a finite number > 0, got 0"):
        TwoLinkArm(length=0)
    with pytest.raises(ValueError, match="within 1 m of the shoulder.*1.2 m"):
        TwoLinkArm().angles([[0, 0.5], [0, 1.2]])
    with pytest.raises(ValueError, match="n_steps.*0"):
        TwoLinkArm().run(None, [0, 0], 0)
