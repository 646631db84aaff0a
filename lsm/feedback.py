"""Parameters of the feedback from the readout into the liquid."""

import numpy as np
from sklearn.base import BaseEstimator

from ._typing import Array
from ._units import nearest_steps
from ._validation import check_bool, check_number

__all__ = ["Feedback"]


class Feedback(BaseEstimator):
    """Feedback of the readout's outputs into the liquid, as currents.

    The readout gives its outputs at the end of every row of the input. They come back after
    `delay` and are held for a row. In `fit` the targets come back in their place (teacher
    forcing), except for readouts that learn in the closed loop, such as
    :class:`~lsm.readout.RLS`.

    Parameters
    ----------
    density : float, default=1.0
        Share of the neurons that each output reaches.
    weight : float, default=1.0
        Weights are uniform from `-weight` to `weight`, in nA for an output of one.
    delay : float or "auto", default="auto"
        Delay in ms, rounded to whole rows; "auto" is one row, the shortest possible.
    noise : float, default=0.0
        Standard deviation of the noise that is added to the targets that come back in `fit`, in
        their units. Some noise teaches a readout to tolerate its own errors.
    clip : bool, default=False
        Whether an output comes back clipped to the range of its targets in `fit`, zero included.
        An output that holds one of two values then comes back as exactly that value even where it
        is beyond, so that errors outwards do not add up.
    """

    clip = False  # of a model that an earlier version has saved

    def __init__(
        self,
        density: float = 1.0,
        weight: float = 1.0,
        delay: float | str = "auto",
        noise: float = 0.0,
        clip: bool = False,
    ) -> None:
        self.density = density
        self.weight = weight
        self.delay = delay
        self.noise = noise
        self.clip = clip

    def check(self) -> None:
        """Validate the parameters."""
        check_number("Feedback.density", self.density, 0, 1)
        check_number("Feedback.weight", self.weight, 0)
        check_number("Feedback.noise", self.noise, 0)
        check_bool("Feedback.clip", self.clip)
        if not self._next_row():
            check_number("Feedback.delay", self.delay, 0, low_open=True)

    def _next_row(self):
        return isinstance(self.delay, str) and self.delay == "auto"

    def draw(self, n_outputs: int, n_neurons: int, rng: np.random.Generator) -> Array:
        """Draw the weights.

        Parameters
        ----------
        n_outputs, n_neurons : int
            Numbers of outputs and of neurons.
        rng : numpy.random.Generator
            Source of draws.

        Returns
        -------
        weights : float64 array of shape (n_outputs, n_neurons)
            Currents in nA for an output of one.
        """
        weights = rng.uniform(-self.weight, self.weight, (n_outputs, n_neurons))
        return weights * (rng.random(weights.shape) < self.density)

    def delay_rows(self, row_duration: float) -> int:
        """Return the delay in rows of `row_duration` ms, one or more."""
        if self._next_row():
            return 1
        return int(nearest_steps("Feedback.delay", self.delay, row_duration, at_least=1))
