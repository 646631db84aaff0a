"""Check of the rows that a fitted readout predicts."""

import numpy as np
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["check_rows"]


def check_rows(readout, X):
    """Return rows as a float64 array, or raise scikit-learn's error.

    Rows of a stream come one at a time, as finite floats in an array of the right width. Nothing
    else is to be checked of these, and scikit-learn takes longer for it than a liquid for a row.

    Parameters
    ----------
    readout : estimator
        Fitted.
    X : array of shape (n_samples, n_features)
        Rows.

    Returns
    -------
    X : float64 array of shape (n_samples, n_features)
    """
    if not hasattr(readout, "coef_"):
        check_is_fitted(readout, "coef_")
    is_valid = (
        type(X) is np.ndarray
        and X.dtype.kind == "f"
        and X.ndim == 2
        and len(X) > 0
        and X.shape[1] == readout.n_features_in_
        and not hasattr(readout, "feature_names_in_")
        and np.isfinite(X).all()
    )
    if is_valid:
        return X.astype(np.float64, copy=False)
    return validate_data(readout, X, reset=False, dtype=np.float64)
