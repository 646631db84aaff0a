"""A ball that bounces in a box, seen by a retina of spiking pixels."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.utils import Bunch, check_random_state

from lsm._validation import check_choice, check_integer, check_number
from lsm.spikes import SpikeArray

from .._typing import RandomState
from ._checks import check_pair
from ._series import split
from ._spike_trains import check_steps

__all__ = ["make_bouncing_ball"]

_DESCR = """Bouncing ball
-------------
A ball with a radius of {radius:g} pixels flies {speed[0]:g} to {speed[1]:g} pixels a second in a
box of {size[0]} x {size[1]} pixels; {hidden} columns see nothing.

:Samples: {n_train} for training, {n_validation} for validation, {n_test} for testing, in this order
:Duration: {duration:g} ms in steps of {row_duration:g} ms
:Input: a channel for each pixel, {code}
:Target: place of the ball in pixels, {horizons} ms ahead
"""


def make_bouncing_ball(
    n_samples: int = 200,
    duration: float = 1000.0,
    *,
    size: Sequence[int] = (8, 6),
    radius: float = 1.0,
    speed: Sequence[float] = (5.0, 15.0),
    horizon: float | Sequence[float] = (50.0, 100.0, 200.0, 400.0),
    code: str = "poisson",
    rate: float = 200.0,
    background: float = 0.0,
    occluder: tuple[int, int] | None = None,
    row_duration: float = 1.0,
    validation_size: float = 0.2,
    test_size: float = 0.2,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task: predict the position of a ball, after Burgsteiner et al. [1]_.

    The ball starts anywhere, in any direction, flies straight at constant speed and is reflected at
    the walls of its box, which the retina covers. Lengths are in pixels; the centre of the pixel in
    column i and row j is at (i + 0.5, j + 0.5). The response of a pixel is proportional to the
    share of its area that the ball covers, which is computed exactly.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples.
    duration : float, default=1000.0
        Length of the samples in ms.
    size : (int, int), default=(8, 6)
        Columns and rows of the retina.
    radius : float, default=1.0
        Radius of the ball.
    speed : (float, float), default=(5.0, 15.0)
        Lowest and highest speed in pixels a second; that of a sample is uniform between them.
    horizon : float or sequence of float, default=(50.0, 100.0, 200.0, 400.0)
        Times in ms by which the targets are ahead.
    code : {"poisson", "graded"}, default="poisson"
        Whether a pixel sends spikes of a Poisson process, or its covered share as a current in nA.
    rate : float, default=200.0
        Rate of a covered pixel in Hz; rates of other pixels are proportional to their covered
        shares. Of "poisson" only.
    background : float, default=0.0
        Rate in Hz that is added to all pixels. Of "poisson" only.
    occluder : (int, int), optional
        First column of a band in which pixels are blind, and first column after it.
    row_duration : float, default=1.0
        Duration of a row in ms.
    validation_size, test_size : float, default=0.2
        Shares of the samples.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Channel `y * n_columns + x` is the pixel (x, y). Row k shows the ball at time
            `k * row_duration`.
        target : ndarray of shape (n_samples, n_steps, 2 * n_horizons)
            x and y of the ball's centre at the first horizon, then at the next.
        train, validation, test : ndarray of int
            Indices of samples.
        position : ndarray of shape (n_samples, n_steps, 2)
            Current position of the ball.
        visible : ndarray of shape (n_samples, n_steps)
            Share of the ball that the occluder does not hide.
        target_names : list of str
            Names of the columns of `target`.
        DESCR : str
            Description of the task.

    References
    ----------
    .. [1] H. Burgsteiner, M. Kröll, A. Leopold, G. Steinbauer (2007). Movement prediction from
       real-world images using a liquid state machine. Applied Intelligence 26, 99-109.

    Examples
    --------
    >>> from lsm.datasets import make_bouncing_ball
    >>> task = make_bouncing_ball(10, horizon=(0.0, 200.0), random_state=0)
    >>> task.data.n_channels, task.target.shape
    (48, (10, 1000, 4))
    >>> bool((task.target[:, 200:, :2] == task.target[:, :-200, 2:]).all())
    True
    """
    n_samples = check_integer("n_samples", n_samples, 3)
    n_steps = check_steps("duration", duration, row_duration)
    size = [check_integer("size", n, 1) for n in check_pair("size", size)]
    check_number("radius", radius, 0, min(size) / 2, low_open=True, high_open=True)
    speed = [check_number("speed", value, 0) for value in check_pair("speed", speed)]
    if speed[0] > speed[1]:
        raise ValueError(f"speed must be a lowest and a highest one, got {speed!r}")
    horizons = np.array([check_number("horizon", h, 0) for h in np.atleast_1d(horizon).tolist()])
    check_choice("code", code, ("poisson", "graded"))
    rates = check_number("rate", rate, 0), check_number("background", background, 0)
    seen = _seen(occluder, size[0])
    train, validation, test = split(n_samples, validation_size, test_size)

    rng = check_random_state(random_state)
    times = np.arange(n_steps)[:, None] * row_duration + np.append(0, horizons)
    path = _fly(n_samples, times, np.array(size), radius, speed, rng)
    covered = [_covered(places, radius, size) * seen for places in path[:, :, 0]]
    samples = [share.reshape(n_steps, -1) for share in covered]
    if code == "poisson":
        samples = [rng.poisson((rates[0] * x + rates[1]) * row_duration / 1000) for x in samples]
    packed = [sparse.csr_array(sample) for sample in samples]
    index = np.arange(n_samples)
    return Bunch(
        data=SpikeArray.from_sparse(packed, row_duration=row_duration, graded=code == "graded"),
        target=path[:, :, 1:].reshape(n_samples, n_steps, -1),
        train=index[train],
        validation=index[validation],
        test=index[test],
        position=path[:, :, 0],
        visible=np.array([x.sum(axis=(1, 2)) for x in covered]) / (np.pi * radius**2),
        target_names=[f"{axis}(t + {h:g} ms)" for h in horizons for axis in "xy"],
        DESCR=_DESCR.format(
            radius=radius,
            speed=speed,
            size=size,
            hidden=np.sum(~seen),
            n_train=train.stop,
            n_validation=validation.stop - validation.start,
            n_test=test.stop - test.start,
            duration=n_steps * row_duration,
            row_duration=row_duration,
            code=code,
            horizons=", ".join(f"{h:g}" for h in horizons),
        ),
    )


def _seen(occluder, n_columns):
    """Return for each column whether it sees the ball."""
    seen = np.ones(n_columns, dtype=bool)
    if occluder is not None:
        first, end = (
            check_integer("occluder", i, 0, n_columns) for i in check_pair("occluder", occluder)
        )
        if first >= end:
            raise ValueError(f"occluder must be a first and a later column, got {occluder!r}")
        seen[first:end] = False
    return seen


def _fly(n_samples, times, size, radius, speed, rng):
    """Return positions at given times, of shape (n_samples, *times.shape, 2)."""
    start = rng.uniform(radius, size - radius, (n_samples, 2))
    angle = rng.uniform(0, 2 * np.pi, n_samples)
    velocity = np.column_stack([np.cos(angle), np.sin(angle)])
    velocity *= rng.uniform(*speed, (n_samples, 1)) / 1000
    straight = start[:, None, None] + velocity[:, None, None] * times[:, :, None]
    return _reflect(straight, radius, size - radius)


def _reflect(place, low, high):
    """Fold a straight path into a box."""
    width = high - low
    return low + width - np.abs(width - np.mod(place - low, 2 * width))


def _covered(places, radius, size):
    """Return the share of each pixel that a disc covers, of shape (n_places, n_rows, n_columns)."""
    x, y = (
        (np.arange(n + 1) - place[:, None]) / radius
        for n, place in zip(size, places.T, strict=True)
    )
    corners = _disc_below(x[:, None, :], y[:, :, None])
    areas = np.diff(np.diff(corners, axis=1), axis=2) * radius**2
    return np.where(areas > 1e-12, areas, 0)  # smaller areas are rounding errors


def _disc_below(x, y):
    """Return the area of the part of the unit disc that is left of x and below y."""
    x, y = np.broadcast_arrays(np.clip(x, -1, 1), np.clip(y, -1, 1))
    beside_x, beside_y = _half_strip(x), _half_strip(y)
    inside = np.pi / 4 + beside_x + beside_y + x * y
    # A corner outside the disc cuts off one cap or two, or leaves one cap, or leaves no area.
    left, below = np.pi / 2 + 2 * beside_x, np.pi / 2 + 2 * beside_y
    outside = np.where(
        x > 0, np.where(y > 0, left + below - np.pi, below), np.where(y > 0, left, 0.0)
    )
    return np.where(x**2 + y**2 < 1, inside, outside)


def _half_strip(x):
    """Return the area between 0 and x of the upper half of the unit disc; negative left of 0."""
    return (x * np.sqrt(1 - x**2) + np.arcsin(x)) / 2
