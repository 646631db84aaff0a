"""Information about classes: closed forms of known channels, and codes that carry all or none."""

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from lsm import Liquid, SpikeArray
from lsm.measures import CODES, class_information, code_features, confusion_information


@pytest.mark.parametrize("error", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("n_classes", [2, 4, 8])
def test_a_symmetric_channel_carries_its_capacity(n_classes, error):
    """log2 K - H(e) - e log2(K - 1), for errors that are spread over the other classes."""
    n = 100 * n_classes * (n_classes - 1)
    y = np.arange(n) % n_classes
    wrong = np.arange(n) // n_classes % 100 < 100 * error
    shift = 1 + np.arange(n) // (100 * n_classes) % (n_classes - 1)
    y_pred = (y + wrong * shift) % n_classes
    entropy = -sum(p * np.log2(p) for p in (error, 1 - error) if p > 0)
    capacity = np.log2(n_classes) - entropy - error * np.log2(n_classes - 1)
    information = confusion_information(y, y_pred, correct_bias=False)
    assert information == pytest.approx(capacity, abs=1e-9)


def test_without_correction_it_is_the_mutual_information_of_scikit_learn():
    rng = np.random.default_rng(0)
    y = rng.integers(5, size=200)
    y_pred = np.where(rng.random(200) < 0.6, y, rng.integers(5, size=200))
    nats = mutual_info_score(y, y_pred)
    information = confusion_information(y, y_pred, correct_bias=False)
    assert information == pytest.approx(nats / np.log(2))


def test_the_bias_of_guesses_is_removed():
    rng = np.random.default_rng(0)
    pairs = rng.integers(6, size=(300, 2, 150))
    raw = np.mean([confusion_information(*pair, correct_bias=False) for pair in pairs])
    assert raw == pytest.approx(25 / (2 * 150 * np.log(2)), rel=0.1)
    assert np.mean([confusion_information(*pair) for pair in pairs]) < raw / 4


def spikes_of(code, n_samples=60):
    """Return spikes of two classes that differ in one code alone, and the classes."""
    rng = np.random.default_rng(0)
    y = np.arange(n_samples) % 2
    samples = []
    for label in y:
        raster = np.zeros((100, 4), dtype=int)
        raster[rng.choice(100, 10, replace=False), :] = 1
        if code == "rate":  # after a common first spike
            raster[0], raster[50:, 0] = 1, label
        elif code == "latency":
            raster[:20] = 0
            raster[5 + 10 * label] = 1
        elif code == "rank":
            raster[:40] = 0
            start = rng.integers(10, 30)
            raster[start, label], raster[start + 3, 1 - label] = 1, 1
        elif label:  # synchrony: the same counts, at times of their own
            for c in range(4):
                raster[:, c] = rng.permutation(raster[:, c])
        samples.append(raster)
    return SpikeArray.from_dense(samples), y


@pytest.mark.parametrize("code", CODES)
def test_the_code_that_differs_carries_the_class(code):
    spikes, y = spikes_of(code)
    assert class_information(spikes, y=y, code=code) > 0.8
    if code != "rate":
        assert class_information(spikes, y=y, code="rate") < 0.3


def test_features_of_a_sample_by_hand():
    spikes = SpikeArray.from_events([([2.0, 7.0, 4.0], [0, 0, 2])], 3, durations=10.0)
    assert code_features(spikes, "rate").tolist() == [[200.0, 0.0, 100.0]]
    assert code_features(spikes, "latency").tolist() == [[2.0, 10.0, 4.0]]
    assert code_features(spikes, "rank").tolist() == [[0.0, 1.0, 0.5]]
    # Windows of 5 ms: (1, 1) against (1, 0), nothing, and (1, 0) against (1, 1).
    assert code_features(spikes, "synchrony").tolist() == [[0.0, 0.0, 0.0]]
    # Windows of 2 ms: (0, 1, 0, 1, 0) against (0, 0, 1, 0, 0).
    expected = np.corrcoef([0, 1, 0, 1, 0], [0, 0, 1, 0, 0])[0, 1]
    found = code_features(spikes, "synchrony", window=2.0)
    np.testing.assert_allclose(found, [[expected, 0.0, expected]])


def test_it_reads_the_liquid_of_an_estimator():
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    X = (rng.random((40, 50, 10)) < 0.05 + 0.2 * y[:, None, None]).astype(int)
    liquid = Liquid(n_neurons=30, random_state=0).fit(X)
    expected = class_information(liquid.record(X), y=y)
    assert class_information(liquid, X, y) == expected > 0.5


def test_invalid_arguments_are_refused():
    spikes, y = spikes_of("rate", 8)
    with pytest.raises(ValueError, match="give more samples, or cv=4"):
        class_information(spikes, y=y)
    assert class_information(spikes, y=y, cv=4) >= 0
    for arguments, match in (
        ({"y": None}, "y must hold the class"),
        ({"X": spikes, "y": y}, "X must be None"),
        ({"y": y[:5]}, "inconsistent"),
        ({"y": y, "code": "phase"}, "code must be one of"),
        ({"y": y, "cv": 1}, "cv must be an integer"),
        ({"y": y + 0.5}, "continuous"),
    ):
        with pytest.raises(ValueError, match=match):
            class_information(spikes, **({"cv": 2} | arguments))
    with pytest.raises(ValueError, match="window must be a finite number > 0"):
        code_features(spikes, "synchrony", window=0)
    with pytest.raises(TypeError):
        code_features(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="y_true must hold one sample"):
        confusion_information([], [])
