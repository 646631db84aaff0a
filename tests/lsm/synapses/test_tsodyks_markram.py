"""Short-term plasticity as it is drawn; what it does is among the tests of the synapses."""

import numpy as np
import pytest
from scipy import sparse, stats

from lsm.synapses import TsodyksMarkram


@pytest.fixture(scope="module")
def column():
    rng = np.random.default_rng(0)
    weights = sparse.random_array((300, 300), density=0.3, rng=rng, format="csr")
    return weights, rng.random(300) < 0.3


def test_dynamic_synapses_differ_by_the_kinds_of_their_neurons(column):
    weights, inhibitory = column
    drawn = TsodyksMarkram(U=(0.1, 0.2, 0.3, 0.4), D=100.0, F=(1, 2, 3, 4)).draw(
        weights, inhibitory, np.random.default_rng(0)
    )
    assert [values.shape for values in drawn] == [(weights.nnz,)] * 3
    use = weights.copy()
    use.data = drawn[0]
    for pre in (0, 1):
        for post in (0, 1):
            block = use[inhibitory == pre][:, inhibitory == post]
            assert set(block.data) == {(0.1, 0.2, 0.3, 0.4)[2 * pre + post]}
    assert np.all(drawn[1] == 100.0)
    np.testing.assert_allclose(drawn[2], 10 * drawn[0])


def test_dynamic_synapses_are_drawn_from_the_truncated_normal(column):
    weights, inhibitory = column
    mean = {"U": 0.5, "D": 700.0, "F": 20.0}
    model = TsodyksMarkram(**mean, cv=0.5)
    drawn = model.draw(weights, inhibitory, np.random.default_rng(0))
    for (name, loc), values, high in zip(mean.items(), drawn, (1.0, np.inf, np.inf), strict=True):
        law = stats.truncnorm(-2, (high - loc) / (0.5 * loc), loc, 0.5 * loc)
        assert stats.kstest(values, law.cdf).pvalue > 0.01, name
    again = model.draw(weights, inhibitory, np.random.default_rng(0))
    np.testing.assert_array_equal(drawn, again)


def test_maass2002_has_the_published_means(column):
    weights, inhibitory = column
    model = TsodyksMarkram.maass2002().set_params(cv=0.0)
    use, depression, facilitation = model.draw(weights, inhibitory, np.random.default_rng(0))
    first = np.repeat(np.arange(300), np.diff(weights.indptr))
    published = {(0, 0): (0.5, 1.1, 0.05), (0, 1): (0.05, 0.125, 1.2),
                 (1, 0): (0.25, 0.7, 0.02), (1, 1): (0.32, 0.144, 0.06)}  # fmt: skip
    for s in range(0, weights.nnz, 997):
        kind = int(inhibitory[first[s]]), int(inhibitory[weights.indices[s]])
        found = use[s], depression[s] / 1000, facilitation[s] / 1000
        np.testing.assert_allclose(found, published[kind])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"U": 0.0}, r"TsodyksMarkram\.U must be a finite number > 0 and <= 1, got 0\.0"),
        ({"U": (0.5, 0.5, 0.5, 1.1)}, r"TsodyksMarkram\.U .* got 1\.1"),
        ({"D": -5.0}, r"TsodyksMarkram\.D must be a finite number > 0, got -5\.0"),
        ({"F": (1.0, 2.0)}, r"TsodyksMarkram\.F must be a number, or four .* got \(1\.0, 2\.0\)"),
        ({"F": "slow"}, r"TsodyksMarkram\.F must be a number"),
        ({"cv": 1.5}, r"TsodyksMarkram\.cv must be a finite number >= 0 and <= 1, got 1\.5"),
    ],
)
def test_short_term_plasticity_outside_its_meaning_is_refused(column, params, message):
    with pytest.raises((TypeError, ValueError), match=message):
        TsodyksMarkram(**params).draw(*column, np.random.default_rng(0))
