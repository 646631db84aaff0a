"""Arguments of `fit` that go on to the readout, and weights of samples and of rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lsm import LSMRegressor, SpikeArray
from lsm.estimators.routing import (
    check_params,
    check_weights,
    readout_params,
    row_weights,
    select_rows,
)

MODEL = LSMRegressor()
N_ROWS = np.array([2, 3])
SPIKES = SpikeArray.from_dense([np.ones((n, 1)) for n in N_ROWS])
USED = np.array([True, False, True, True, False])
OF_ROWS = [np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])]


@pytest.mark.parametrize(
    ("readout", "params", "routed"),
    [
        (Ridge(), {}, {}),
        (Ridge(), {"sample_weight": None}, {}),
        (Ridge(), {"sample_weight": 3}, {"sample_weight": 3}),
        (Ridge(), {"readout__a": 1, "readout__sample_weight": 2}, {"a": 1, "sample_weight": 2}),
        (
            make_pipeline(StandardScaler(), Ridge()),
            {"sample_weight": 3},
            {"ridge__sample_weight": 3},
        ),
    ],
)
def test_arguments_go_to_the_readout_by_its_names(readout, params, routed):
    assert readout_params(MODEL, readout, params) == routed


def test_arguments_that_nobody_takes_are_refused():
    with pytest.raises(TypeError, match="^LSMRegressor.fit has no argument 'a': pass sample_weig"):
        readout_params(MODEL, Ridge(), {"a": 1})
    for readout in (
        LinearDiscriminantAnalysis(),
        make_pipeline(StandardScaler(), LinearDiscriminantAnalysis()),
    ):
        with pytest.raises(TypeError, match=r"^the readout LinearDis.* takes no sample_weight"):
            readout_params(MODEL, readout, {"sample_weight": 3})


def test_weights_are_finite_and_not_negative_numbers():
    assert check_weights(None, 2) is None
    for weights in ([0, 2], [False, True], np.array([0.0, 2.0], np.float32)):
        checked = check_weights(weights, 2)
        assert checked.dtype == np.float64
        assert checked.tolist() == [0.0, float(weights[1])]
    for weights in ([1, 2, 3], [1, -1], [1, np.nan], [1, np.inf], ["a", "b"], [[1, 2]], [[1], 2]):
        with pytest.raises(ValueError, match="one finite number >= 0 for each of 2 samples"):
            check_weights(weights, 2)
    checked = check_params({"sample_weight": [1, 2], "ridge__sample_weight": [3, 4], "a": "b"}, 2)
    assert checked["a"] == "b"
    assert checked["ridge__sample_weight"].dtype == np.float64
    with pytest.raises(ValueError, match="for each of 3 samples"):
        check_params({"ridge__sample_weight": [1, 2]}, 3)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([7.0, 8.0], [7, 7, 8, 8, 8]),
        (pd.Series([7.0, 8.0], index=[3, 1]), [7, 7, 8, 8, 8]),
        (OF_ROWS, [1, 2, 3, 4, 5]),
        ([[1, 2], [3, 4, 5]], [1, 2, 3, 4, 5]),
    ],
)
def test_weights_of_samples_or_of_rows_become_those_of_all_rows(weights, expected):
    assert row_weights(weights, SPIKES).tolist() == expected
    assert select_rows({"sample_weight": weights}, N_ROWS, USED)["sample_weight"].tolist() == [
        value for value, used in zip(expected, USED, strict=True) if used
    ]


def test_no_weights_are_none_and_those_of_one_series_need_no_list():
    assert row_weights(None, SPIKES) is None
    one = SpikeArray.from_dense([np.ones((3, 1))])
    assert row_weights([1, 2, 3], one).tolist() == [1, 2, 3]
    assert row_weights([4], one).tolist() == [4, 4, 4]
    assert row_weights([[1, 2, 3]], one).tolist() == [1, 2, 3]
    assert row_weights([4], SpikeArray.from_dense([np.ones((1, 1))])).tolist() == [4]


def test_weights_of_other_lengths_are_refused():
    for weights in ([1, 2, 3], 5, "ab", {"a": 1, "b": 2}):
        with pytest.raises(ValueError, match="one weight for each of 2 samples, or an array"):
            row_weights(weights, SPIKES)
    with pytest.raises(ValueError, match=r"as long as the samples, \[2, 3\] rows, got \[2, 2\]"):
        row_weights([[1, 2], [3, 4]], SPIKES)
    with pytest.raises(ValueError, match="one finite number >= 0 for each of 5 samples or rows"):
        row_weights([1, -1], SPIKES)


def test_arguments_with_a_value_for_each_sample_are_expanded_and_others_kept():
    table = np.arange(6).reshape(3, 2)
    kept = {"name": "ab", "options": {"a": 1, "b": 2}, "number": 3, "table": table}
    selected = select_rows(kept | {"of_samples": [1, 2], "of_rows": OF_ROWS}, N_ROWS, USED)
    assert selected["of_samples"].tolist() == [1, 2, 2]
    assert selected["of_rows"].tolist() == [1, 3, 4]
    for name, value in kept.items():
        assert selected[name] is value
