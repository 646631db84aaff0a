"""What the rules share: checked parameters."""

from sklearn.base import BaseEstimator

from .._validation import check_choice, check_number

__all__ = ["Rule"]


class Rule(BaseEstimator):
    """Parameters of a rule; a rule lists the bounds of its numbers in `_bounds`.

    Bounds are arguments of :func:`lsm._validation.check_number`, or a tuple of allowed words.
    """

    acts_on = "spikes"
    n_traces = n_memory = 0
    _bounds = {}

    def check(self):
        """Raise an error if a parameter is outside its meaning."""
        for name, bounds in self._bounds.items():
            label, value = f"{type(self).__name__}.{name}", getattr(self, name)
            if isinstance(bounds, tuple):
                check_choice(label, value, bounds)
            else:
                check_number(label, value, **bounds)

    @staticmethod
    def consolidate(weight, memory, step, reward, constants):
        """Change the weights after a sample of so many steps; by default nothing is left to do."""
