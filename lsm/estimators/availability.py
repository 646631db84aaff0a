"""Methods that an estimator has if its readout has them."""

from typing import Any

__all__ = ["readout_has"]

# Readouts that have a method which many have not.
EXAMPLES = {
    "predict_proba": "LogisticRegression, or wrap the readout in CalibratedClassifierCV",
    "decision_function": "RidgeClassifierCV",
    "partial_fit": "SGDClassifier, SGDRegressor or RLS",
}


def readout_has(method: str) -> Any:
    """Return a condition of `available_if`: the readout has a method of this name."""

    def check(self):
        readout = self.readout_ if hasattr(self, "readout_") else self._part("readout")
        if not hasattr(readout, method):
            raise AttributeError(
                f"{type(self).__name__}.readout has no {method}, got {readout!r}: take one that "
                f"has, such as {EXAMPLES[method]}"
            )
        return True

    return check
