"""A transformer of scikit-learn at every row of ragged samples."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

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
