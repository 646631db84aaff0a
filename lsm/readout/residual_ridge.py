"""Ridge regression in two stages: first on some features, then on the rest for the residual."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy import linalg
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import validate_data

from .._typing import Array, ArrayLike, Samples
from .._validation import check_integer, check_number, check_reals, check_squares
from ._rows import check_rows

__all__ = ["ResidualRidge"]

PENALTIES = tuple(10.0**k for k in range(-10, 1))  # of the first stage
HELD_OUT = (0.5, 0.75, 1.0)  # ends of the parts of the rows: learnt from first, then held out
SMALLEST = 0.01  # share of the mean variance that a state counts with at least


class ResidualRidge(RegressorMixin, BaseEstimator):
    """Ridge regression on inputs, and ridge regression on states for the residuals.

    The first columns of `X` are inputs, such as the present and past rows of a series; the others
    are states of a liquid. With the inputs u and the states x of a row, the prediction is::

        y = a + B u + C (x - d - D u)

    Stage 1 fits a, B to the targets, and d, D to the states, by ridge regression on the inputs.
    Stage 2 fits C, from the residuals of the states to the residuals of the targets. So
    the states are never asked for anything that is linear in the inputs, and their penalty does
    not touch the inputs' coefficients (the theorem of Frisch, Waugh and Lovell [1]_).

    The number of inputs and both penalties are those of the smallest error on held-out time: the
    third quarter of the rows after a fit to the first two, plus the last after a fit to the first
    three. Neighbouring rows of a series are similar, so that leaving out single rows would choose
    penalties that are too small. Stage 2 is left out for a target that it makes worse.

    Parameters
    ----------
    n_inputs : int or sequence of int, default=1
        Number of columns that are inputs; of several numbers, the one with the smallest error. All
        columns after the largest number are states.
    alphas : sequence of float, default=(0.001, 0.01, 0.1, 1.0, 10.0, 100.0)
        Candidate penalties of stage 2, relative to the mean squared error and to the variance of
        each state.

    Attributes
    ----------
    n_inputs_ : int
        Number of inputs in use.
    input_alpha_ : float
        Penalty of stage 1, relative to the mean squared error and to the mean variance of the
        inputs.
    alpha_ : array of shape (n_targets,)
        Penalty of stage 2 for each target; infinity where the states are left out.
    errors_ : array of shape (n_targets, 2)
        Root mean squared errors on held-out time, of the inputs alone, and with the states.
    first_held_out_ : int
        Number of the first row that is held out.
    coef_ : array of shape (n_features,) or (n_targets, n_features)
        Coefficients of both stages as one linear map, C beside B - C D.
    intercept_ : float or array of shape (n_targets,)
        Prediction if all features are zero.
    n_features_in_ : int
        Number of features.

    References
    ----------
    .. [1] M. C. Lovell (1963). Seasonal adjustment of economic time series and multiple
       regression analysis. Journal of the American Statistical Association 58, 993-1010.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.readout import ResidualRidge
    >>> rng = np.random.default_rng(0)
    >>> u, x = rng.normal(size=(400, 1)), rng.normal(size=(400, 30))
    >>> y = 5 * u[:, 0] + x[:, 0] + 0.1 * rng.normal(size=400)
    >>> readout = ResidualRidge(n_inputs=1).fit(np.hstack([u, x]), y)
    >>> readout.errors_.round(1)
    array([[1. , 0.1]])
    """

    def __init__(
        self,
        n_inputs: int | Sequence[int] = 1,
        alphas: Sequence[float] = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0),
    ) -> None:
        self.n_inputs = n_inputs
        self.alphas = alphas

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Choose the number of inputs and the penalties, and fit the coefficients to all rows.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rows in order of time, inputs first.
        y : array of shape (n_samples,) or (n_samples, n_targets)
            Targets.
        sample_weight : array of shape (n_samples,), optional
            Weights of the rows.

        Returns
        -------
        self : ResidualRidge

        Raises
        ------
        ValueError
            If a parameter is invalid, a target is above 1e150, or fewer than four rows have a
            positive weight.
        """
        candidates, alphas = self._check()
        X, y = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, ensure_min_samples=4
        )
        check_squares("y", y)
        if candidates[-1] > X.shape[1]:
            raise ValueError(
                f"ResidualRidge.n_inputs must be at most the {X.shape[1]} columns of X, got "
                f"{candidates[-1]}: lower it"
            )
        weights = np.ones(len(X)) if sample_weight is None else _weights(sample_weight, len(X))
        targets = y.reshape(len(y), -1).astype(float)
        folds = _Folds(X, targets, weights)
        self.first_held_out_ = folds.first_held_out
        self.n_inputs_, self.input_alpha_, first_errors = _choose_inputs(folds, candidates)
        stages = [
            _Stages(m, self.n_inputs_, candidates[-1], self.input_alpha_) for m in folds.moments
        ]
        errors = np.array(
            [first_errors]
            + [folds.errors([s.join(s.second(a)) for s in stages[:-1]]) for a in alphas]
        )
        best, every = errors.argmin(axis=0), np.arange(targets.shape[1])
        self.alpha_ = np.array([np.inf, *alphas])[best]
        self.errors_ = np.sqrt(np.stack([errors[0], errors[best, every]], axis=1))
        last = stages[-1]
        second = np.zeros((last.n_states, targets.shape[1]))
        for alpha in np.unique(self.alpha_[np.isfinite(self.alpha_)]):
            chosen = self.alpha_ == alpha
            second[:, chosen] = last.second(alpha)[:, chosen]
        coef = last.join(second).T
        intercept = folds.moments[-1].y_mean - coef @ folds.moments[-1].X_mean
        self.coef_, self.intercept_ = (coef, intercept) if y.ndim == 2 else (coef[0], intercept[0])
        return self

    def _check(self):
        """Return the candidate numbers of inputs and the penalties, both sorted."""
        numbers = self.n_inputs if np.ndim(self.n_inputs) else [self.n_inputs]
        numbers = sorted(check_integer("ResidualRidge.n_inputs", n, 1) for n in numbers)
        if not numbers or np.ndim(self.alphas) != 1:
            raise ValueError(
                "ResidualRidge.n_inputs must be an integer >= 1 or a sequence of them, and alphas "
                f"a sequence of numbers > 0, got {self.n_inputs!r} and {self.alphas!r}"
            )
        name = "ResidualRidge.alphas"
        return numbers, sorted(check_number(name, a, 0, low_open=True) for a in self.alphas)

    def predict(self, X: Samples) -> Array:
        """Return predictions for rows, of shape (n_samples,) or (n_samples, n_targets)."""
        return check_rows(self, X) @ self.coef_.T + self.intercept_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class _Folds:
    """Moments of the first rows, up to each end of `HELD_OUT`, and the rows in between."""

    def __init__(self, X, y, weights):
        # Shares of the weights, so that rows of no weight do not move the ends.
        total = np.cumsum(weights)
        ends = [int(np.searchsorted(total, share * total[-1])) + 1 for share in HELD_OUT[:-1]]
        ends.append(len(X))
        parts = [slice(a, b) for a, b in zip([0, *ends], ends, strict=False)]
        self.first_held_out = ends[0]
        self.held = [(X[part], y[part], weights[part]) for part in parts[1:]]
        # Sums of all rows of a fold are those of its parts. The shift keeps their digits.
        shift = X.mean(axis=0), y.mean(axis=0)
        self.moments, sums = [], None
        for part in parts:
            rows = np.ones((len(X[part]), X.shape[1] + y.shape[1] + 1))
            np.subtract(X[part], shift[0], out=rows[:, : X.shape[1]])
            np.subtract(y[part], shift[1], out=rows[:, X.shape[1] : -1])
            added = rows.T @ (rows * weights[part, None])
            sums = added if sums is None else sums + added
            self.moments.append(_Moments(sums, *shift))

    def errors(self, coefs):
        """Return the weighted mean squared errors of held-out rows; one `coef` for each fold."""
        total, weight = 0.0, 0.0
        for coef, moments, (X, y, w) in zip(coefs, self.moments, self.held, strict=False):
            error = (X - moments.X_mean) @ coef + moments.y_mean - y
            total, weight = total + w @ error**2, weight + w.sum()
        return total / (weight or 1.0)


class _Moments:
    """Means and covariances of weighted rows, from the sums of their products."""

    def __init__(self, sums, X_shift, y_shift):
        n = len(X_shift)
        total = sums[-1, -1] or 1.0
        mean = sums[-1, :-1] / total
        products = sums[:-1, :-1] / total - np.outer(mean, mean)
        self.X_mean, self.y_mean = mean[:n] + X_shift, mean[n:] + y_shift
        self.XX, self.Xy = products[:n, :n], products[:n, n:]


class _Stages:
    """The two stages on the rows of some moments, with `n` inputs of `n_first` columns."""

    def __init__(self, moments, n, n_first, penalty):
        self.n, self.n_first = n, n_first
        self.n_states = len(moments.XX) - n_first
        XX, Xy, states = moments.XX, moments.Xy, slice(n_first, None)
        both = np.hstack([Xy[:n], XX[:n, states]])
        solved = _ridge(XX[:n, :n], both, penalty)
        self.B, self.D = solved[:, : Xy.shape[1]], solved[:, Xy.shape[1] :]
        # Covariances of the residuals: x - D u with itself and with y - B u.
        left = XX[:n, states] - XX[:n, :n] @ self.D
        self.xx = XX[states, states] - XX[states, :n] @ self.D - self.D.T @ left
        self.xy = Xy[states] - XX[states, :n] @ self.B - self.D.T @ (Xy[:n] - XX[:n, :n] @ self.B)

    def second(self, alpha):
        """Return the coefficients C of stage 2, of shape (n_states, n_targets)."""
        if self.n_states == 0:
            return np.zeros(self.xy.shape)
        # A state that hardly moves would else get any coefficient, and wreck a later prediction.
        variances = np.maximum(self.xx.diagonal(), SMALLEST * self.xx.diagonal().mean())
        penalised = self.xx.copy()
        penalised.flat[:: len(penalised) + 1] += alpha * (variances + np.finfo(float).tiny)
        return linalg.cho_solve(linalg.cho_factor(penalised), self.xy)

    def join(self, second):
        """Return both stages as one matrix of shape (n_features, n_targets)."""
        coef = np.zeros((self.n_first + self.n_states, second.shape[1]))
        coef[: self.n] = self.B - self.D @ second
        coef[self.n_first :] = second
        return coef


def _weights(sample_weight, n):
    """Return the weights of n rows as a float array."""
    rule = f"sample_weight must have a number for each of {n} rows, none < 0 and four not zero"
    weights = check_reals(rule, sample_weight).astype(float)
    valid = weights.shape == (n,) and np.isfinite(weights).all() and (weights >= 0).all()
    if not valid or np.count_nonzero(weights) < 4:
        raise ValueError(f"{rule}, got {sample_weight!r:.80} of sample_weight.ndim {weights.ndim}")
    return weights


def _choose_inputs(folds, candidates):
    """Return the number of inputs, the penalty, and the held-out errors of stage 1.

    All targets share them, so that one set of states is left. The sum of logarithms gives each
    target the same weight, whatever its scale.
    """
    found = []
    for n in candidates:
        for penalty in PENALTIES:
            coefs = []
            for moments in folds.moments[:-1]:
                coef = np.zeros(moments.Xy.shape)
                coef[:n] = _ridge(moments.XX[:n, :n], moments.Xy[:n], penalty)
                coefs.append(coef)
            errors = folds.errors(coefs)
            found.append((np.log(errors + np.finfo(float).tiny).sum(), n, penalty, errors))
    _, n, penalty, errors = min(found, key=lambda choice: choice[0])
    return n, penalty, errors


def _ridge(XX, Xy, penalty):
    """Return coefficients for a penalty relative to the mean variance."""
    penalised = XX.copy()
    unit = XX.trace() / len(XX) or 1.0
    penalised.flat[:: len(XX) + 1] += penalty * unit
    return linalg.cho_solve(linalg.cho_factor(penalised), Xy)
