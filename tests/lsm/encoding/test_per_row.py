"""A transformer of scikit-learn at every row of ragged samples."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.preprocessing import MaxAbsScaler, StandardScaler

from lsm import SpikeArray
from lsm.encoding import PerRow


def test_a_transformer_is_lifted_to_the_rows_of_samples():
    X = [np.random.default_rng(i).normal(3.0, 2.0, (5 + i, 3)) for i in range(4)]
    scaled = PerRow(StandardScaler()).fit_transform(X)
    rows = StandardScaler().fit_transform(np.concatenate(X))
    np.testing.assert_array_equal(np.concatenate(scaled), rows)
    packed = SpikeArray.from_dense(X, row_duration=10.0)
    lifted = PerRow(StandardScaler()).fit(packed)
    assert lifted.transform(packed).row_duration == 10.0
    back = lifted.inverse_transform(lifted.transform(packed))
    np.testing.assert_allclose(back.to_dense(2), X[2], atol=1e-5)
    with pytest.raises(TypeError, match=r"PerRow.transformer must be .* StandardScaler\(\)"):
        PerRow("scaler").fit(X)


def test_samples_of_other_forms_are_refused_or_taken():
    x = np.random.default_rng(0).normal(size=(30, 2))
    frames = [pd.DataFrame(x, columns=["a", "b"]), pd.DataFrame(x, columns=["b", "a"])]
    with pytest.raises(ValueError, match=r"X\[1\] has the columns \['b', 'a'\]"):
        PerRow(StandardScaler()).fit(frames)
    with pytest.raises(ValueError, match=r"equal numbers of channels, got \[1, 2\]"):
        PerRow(StandardScaler()).fit([x, x[:, :1]])
    with pytest.raises(ValueError, match="sample 0 has masked values"):
        PerRow(StandardScaler()).fit([np.ma.masked_less(x, 0)])
    packed = PerRow(MaxAbsScaler()).fit_transform([sparse.csr_array(x)])
    np.testing.assert_array_equal(packed[0], PerRow(MaxAbsScaler()).fit_transform([x])[0])
