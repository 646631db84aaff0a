"""Cards of liquids: values, verdicts and advice."""

import numpy as np
import pytest

from lsm import Liquid, LSMClassifier, measures
from lsm.measures._card import Card, Finding
from lsm.neurons import LeakyTanh
from lsm.synapses import Delta


@pytest.fixture(scope="module")
def X():
    return (np.random.default_rng(0).random((30, 200, 8)) < 0.05).astype(int)


@pytest.fixture(scope="module")
def liquid(X):
    return Liquid(n_neurons=60, random_state=0).fit(X)


def values_of(card):
    return {finding.name: finding.value for finding in card.findings}


def test_the_card_agrees_with_the_measures(liquid, X):
    values = values_of(measures.card(liquid, X))
    for name, measure in {
        "rate": measures.rate,
        "interval CV": measures.interval_cv,
        "Fano factor": measures.fano_factor,
        "synchrony": measures.synchrony,
        "branching ratio": measures.branching_ratio,
        "sparseness": measures.sparseness,
        "spikes": measures.spikes_per_sample,
        "synaptic events": measures.synaptic_events,
        "echo-state index": measures.echo_state_index,
        "perturbation growth": measures.perturbation_growth,
        "effective spectral radius": measures.effective_spectral_radius,
        "kernel quality": measures.kernel_quality,
        "dimension": measures.dimension,
    }.items():
        assert values[name] == pytest.approx(measure(liquid, X)), name
    counts = liquid.record(X)
    silent = np.setdiff1d(np.arange(60), counts.channels)
    assert values["silent neurons"] == len(silent) / 60


def test_the_card_agrees_with_health(X):
    X = X[:20]  # on which both are measured
    liquid = Liquid(n_neurons=60, random_state=0).fit(X)
    values = values_of(measures.card(liquid, X))
    for name, attribute in {
        "rate": "rate",
        "silent neurons": "silent",
        "saturated neurons": "saturated",
        "synchrony": "synchrony",
        "branching ratio": "branching_ratio",
    }.items():
        assert values[name] == pytest.approx(getattr(liquid.health_, attribute)), name


def test_a_healthy_liquid_has_nothing_to_change(liquid, X):
    text = str(measures.card(liquid, X))
    assert text.startswith("60 neurons, measured on 30 samples of 200 ms\n\nrate")
    assert text.endswith("\nNothing to change.")


@pytest.mark.filterwarnings("ignore:the liquid")
@pytest.mark.parametrize(
    ("params", "ill", "advice"),
    [
        (
            {"inputs__weight": 0.01},
            {"rate": "low", "silent neurons": "high"},
            "raise the input weights",
        ),
        (
            {"neurons__bias": 1e3},
            {"saturated neurons": "high"},
            "lower the input or the recurrent weights",
        ),
    ],
)
def test_an_ill_liquid_gets_advice(X, params, ill, advice):
    liquid = Liquid(60, calibration=None, random_state=0).set_params(**params).fit(X)
    card = measures.card(liquid, X)
    verdicts = {finding.name: finding.verdict for finding in card.findings}
    assert verdicts.items() >= ill.items()
    assert advice in str(card)
    assert "Nothing to change" not in str(card)


def test_a_limit_itself_is_healthy_and_nan_is_not():
    limits = {"low": 1, "high": 2}
    verdicts = [Finding("", "", value, **limits).verdict for value in (0.9, 1, 2, 2.1, np.nan)]
    assert verdicts == ["low", "ok", "ok", "high", "low"]
    assert Finding("", "", 7.0).verdict == ""
    assert str(Card("title", (Finding("a", "Hz", 7.0),))).splitlines()[2].split() == [
        "a",
        "7",
        "Hz",
    ]


def test_rate_neurons_have_no_spikes_to_measure():
    X = np.random.default_rng(0).normal(size=(10, 50, 3))
    liquid = Liquid(
        30, LeakyTanh(), Delta(), calibration=None, dtype="float64", random_state=0
    ).fit(X)  # fmt: skip
    values = values_of(measures.card(liquid, X))
    assert "rate" not in values
    assert values["kernel quality"] == 10


def test_one_short_sample_has_fewer_measures(liquid, X):
    values = values_of(measures.card(liquid, X[:1, :1]))
    assert "perturbation growth" not in values
    assert "kernel quality" not in values
    assert "rate" in values


def test_it_finds_the_liquid_of_a_composite(X):
    model = LSMClassifier(Liquid(n_neurons=60, random_state=0)).fit(X, np.arange(30) % 2)
    assert values_of(measures.card(model, X)) == values_of(measures.card(model.liquid_, X))


def test_a_rank_that_the_number_of_samples_caps_is_marked(liquid, X):
    findings = {f.name: f for f in measures.card(liquid, X[:5]).findings}
    assert findings["kernel quality"].value == 5
    assert findings["kernel quality"].verdict == "capped"
    assert "kernel quality capped: it is the number of samples" in str(measures.card(liquid, X[:5]))
    few = Liquid(n_neurons=6, random_state=0).fit(X)
    findings = {f.name: f for f in measures.card(few, X).findings}
    assert findings["kernel quality"].verdict == ""


def test_with_targets_it_says_what_recurrence_is_worth(X):
    rng = np.random.default_rng(1)
    y = np.arange(50) % 2
    rates = np.where(np.arange(8) < 4, 0.02, 0.1)
    X = [rng.poisson(rates if label else rates[::-1], (200, 8)) for label in y]
    tame = Liquid(60, random_state=0).fit(X)
    wild = tame.with_weights(tame.weights_ * 40)
    finding = measures.card(wild, X, y).findings[-1]
    assert (finding.name, finding.verdict) == ("worth of recurrence", "low")
    assert finding.value < 0
    assert "recurrence hurts" in str(measures.card(wild, X, y))
    assert measures.card(tame, X, y).findings[-1].value > finding.value
    assert "worth of recurrence" not in values_of(measures.card(tame, X))
    with pytest.raises(ValueError, match="y must have one target for each of 50 samples"):
        measures.card(tame, X, y[1:])


def test_a_notebook_shows_a_table_in_which_texts_stay_texts():
    low = Finding("rate", "Hz", 0.1, 0.5, None, "raise it")
    shown = Card("a <b>title</b>", (low,))._repr_html_()
    assert "<p>a &lt;b&gt;title&lt;/b&gt;</p>" in shown
    assert "<tr><td>rate</td><td>0.1 Hz</td><td>from 0.5</td><td>low</td></tr>" in shown
    assert shown.endswith("<p>rate low: raise it</p>")
