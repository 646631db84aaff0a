"""Models of a user, written outside of the package: they run, and their gaps are named."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid
from lsm.encoding import Encoder, LatencyEncoder, SoundEncoder
from lsm.kernel import Plan, learn_reference, simulate_reference
from lsm.neurons import LIF, NeuronModel
from lsm.plasticity import SampleRule, SpikeRule
from lsm.spikes import SpikeArray
from lsm.synapses import Conductance, Delta, Exponential, SynapseModel
from lsm.topology import InputWiring, Ring, Topology


class Leaky(NeuronModel):
    """A LIF neuron with names of its own, and without a refractory period."""

    bounds = {"tau": "> 0", "floor": "< threshold"}

    def __init__(self, tau=20.0, floor=0.0, threshold=1.0):
        self.tau = tau
        self.floor = floor
        self.threshold = threshold

    @staticmethod
    def constants(parameters, dt):
        decay = np.exp(-dt / np.asarray(parameters["tau"]))
        return decay, 1 - decay, parameters["floor"], parameters["threshold"]

    @staticmethod
    def initial(parameters, n_neurons, rng=None):
        return (np.broadcast_to(parameters["floor"], n_neurons).astype(float),)

    @staticmethod
    def step(n, state, constants, current):
        decay, gain, floor, threshold = constants
        (potential,) = state
        v = decay * potential[n] + gain * current
        spiked = v >= threshold
        potential[n] = floor if spiked else v
        return spiked


class Fading(SynapseModel):
    """A current that keeps a share in each step, and a slower one behind it."""

    bounds = {"kept": ">= 0 and < 1"}

    def __init__(self, kept=0.8):
        self.kept = kept

    @staticmethod
    def constants(parameters, neurons, dt):
        return (parameters["kept"],)

    def initial(self, n_neurons):
        return (np.zeros(n_neurons),)

    @staticmethod
    def current(n, syn, constants, v, drive):
        exc, inh, slow = syn
        return exc[n] + inh[n] + slow[n]

    @staticmethod
    def decay(n, syn, constants):
        exc, inh, slow = syn
        slow[n] = constants[0] * slow[n] + (1 - constants[0]) * (exc[n] + inh[n])
        exc[n] *= constants[0]
        inh[n] *= constants[0]


class Circle(Topology):
    """The ring of the package, by another way."""

    def __init__(self, inhibitory=0.2, weights="auto", delay=1.0):
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    def connect(self, n_neurons, inhibitory, rng):
        pattern = sparse.csr_array(np.roll(np.eye(n_neurons), 1, axis=1))
        return pattern.indptr, pattern.indices


class OneToOne(InputWiring):
    """Each channel feeds one neuron."""

    bounds = {"weight": ">= 0"}

    def __init__(self, weight=30.0):
        self.weight = weight

    def draw(self, n_channels, inhibitory, rng):
        self.check()
        eye = sparse.eye_array(n_channels, len(inhibitory), format="csr")
        return sparse.csr_array(self.weight * eye, dtype=np.float32), 0.0


class Hebb(SpikeRule):
    """A rule of one trace."""

    n_traces = 1
    bounds = {"learning_rate": ">= 0", "tau": "> 0"}

    def __init__(self, learning_rate=0.1, tau=20.0):
        self.learning_rate = learning_rate
        self.tau = tau

    def constants(self, dt, unit):
        return self.learning_rate * unit, np.exp(-dt / self.tau), 1.0

    @staticmethod
    def decay_traces(n, traces, constants):
        traces[0][n] *= constants[1]

    @staticmethod
    def on_post(s, pre, post, step, w, traces, synapse_state, constants):
        return w + constants[0] * traces[0][pre]

    @staticmethod
    def add_to_traces(n, traces, constants):
        traces[0][n] += constants[2]


class Tiring(SampleRule):
    """Currents that fall after each sample."""

    def __init__(self, step=0.25):
        self.step = step

    def between(self, network, past):
        return replace(network, bias=network.bias - self.step)


class Linear(Encoder):
    """The linear latency code of the package, by another way."""

    def __init__(self, duration=20.0, dt=1.0, limits="auto"):
        self.duration = duration
        self.dt = dt
        self.limits = limits

    def encode_sample(self, x):
        spikes = np.zeros((len(x), self.hold_, x.shape[1]))
        step = np.rint((1 - x) * (self.hold_ - 1)).astype(int)
        np.put_along_axis(spikes, step[:, None], 1, axis=1)
        return spikes

    def decode_sample(self, rows):
        return 1 - rows.argmax(axis=1) / (self.hold_ - 1)


class Loudness(SoundEncoder):
    """The largest magnitude in each hop."""

    def __init__(self, sample_rate=1000, hop=10.0):
        self.sample_rate = sample_rate
        self.hop = hop

    def prepare(self):
        self.n_values_ = round(self.hop * self.sample_rate / 1000)

    def encode_sample(self, waveform):
        whole = waveform[: len(waveform) // self.n_values_ * self.n_values_]
        return np.abs(whole.reshape(-1, self.n_values_)).max(axis=1, keepdims=True)


def spikes(seed=0):
    rng = np.random.default_rng(seed)
    return [rng.poisson(0.2, (60, 5)) for _ in range(4)]


def fitted(**params):
    liquid = Liquid(30, dtype="float64", calibration=None, random_state=0, **params)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # so small a liquid may be of no use
        return liquid.fit(spikes())


def test_neurons_synapses_and_wirings_of_a_user_run_as_their_numpy_reference():
    parts = {"neurons": Leaky(tau=(20.0, 10.0)), "synapses": Fading(), "topology": Circle()}
    liquid = fitted(**parts, inputs=OneToOne())
    X = SpikeArray.from_dense(spikes(1))
    plan = Plan(np.arange(5), X.n_rows, np.ones(1))
    states = liquid.transform(X).toarray()
    reference, _ = simulate_reference(liquid.network_, X, plan)
    np.testing.assert_array_equal(states, reference[:, 0])
    assert states.sum() > 100
    other = clone(liquid).set_params(neurons__tau=(5.0, 6.0), synapses__kept=0.1)
    assert other.fit(X).transform(X).toarray().sum() != states.sum()


def test_the_default_reference_is_the_equation_of_the_package():
    rng, kinds = np.random.default_rng(0), np.arange(10) > 4
    own, ours = Leaky(tau=(20.0, 10.0)), LIF(tau_m=(20.0, 10.0), refractory=0.0)
    parameters = [model.draw(kinds, 1.0, None) for model in (own, ours)]
    constants = [m.constants(p, 1.0) for m, p in zip((own, ours), parameters, strict=True)]
    states = [m.initial(p, 10) for m, p in zip((own, ours), parameters, strict=True)]
    n_spikes = 0
    for _ in range(100):
        current = rng.gamma(2, 1.0, 10)
        states[0], one = own.reference_step(states[0], constants[0], current)
        states[1], other = ours.reference_step(states[1], constants[1], current)
        np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(states[0][0], states[1][0], atol=1e-12)
        n_spikes += one.sum()
    assert n_spikes > 50


def test_a_wiring_and_an_encoder_of_a_user_are_those_of_the_package():
    own, ours = (wiring.draw(9, np.random.default_rng(0)) for wiring in (Circle(), Ring()))
    np.testing.assert_array_equal(own.weights.toarray(), ours.weights.toarray())
    X = np.random.default_rng(0).random((8, 3))
    own, ours = Linear(dt=0.5).fit(X), LatencyEncoder(duration=20.0, dt=0.5).fit(X)
    for one, other in zip(own.transform(X), ours.transform(X), strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.channels, other.channels)
    np.testing.assert_allclose(own.inverse_transform(own.transform(X)), X, atol=1 / 78)


def test_rules_of_a_user_change_the_network():
    rule, X = Hebb(), SpikeArray.from_dense(spikes())
    before = fitted()
    after = fitted(plasticity=rule, homeostasis=Tiring())
    np.testing.assert_array_equal(after.network_.bias, before.network_.bias - 4 * 0.25)
    learnt = fitted(plasticity=rule).network_.w
    expected = learn_reference(before.network_, X, rule, unit=before.weight_unit_).w
    np.testing.assert_allclose(learnt.toarray(), expected.toarray(), rtol=1e-6)
    assert not np.allclose(learnt.toarray(), before.network_.w.toarray(), rtol=1e-3)


@parametrize_with_checks([Linear()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_an_encoder_of_a_user_feeds_a_liquid():
    pipeline = make_pipeline(Linear(), Liquid(30, random_state=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        assert pipeline.fit_transform(np.random.default_rng(0).random((4, 5))).shape == (4, 30)


def test_an_encoder_of_sound_of_a_user_gives_currents_in_its_hops():
    waveform = np.concatenate([np.full(25, 0.5), np.full(15, -2.0)])
    X = Loudness().fit([waveform]).transform([waveform])
    assert (X.graded, X.row_duration) == (True, 10.0)
    np.testing.assert_array_equal(X.to_dense(0).ravel(), [0.5, 0.5, 2.0, 2.0])


def without(cls, *names, **others):
    """Return a class that has all of another one but some methods, derived from its base."""
    body = {name: value for name, value in vars(cls).items() if name not in names}
    body.pop("__dict__", None)
    body.pop("__weakref__", None)
    return type(cls.__name__, cls.__bases__, body | others)


def ring_without_inhibitory(self, weights="auto", delay=1.0):
    self.weights, self.delay = weights, delay


def plain_step(self, n, state, constants, current):
    return False


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        *(
            (without(cls, name), rf"{cls.__name__} must define .*\b{name}\(.*: see lsm.{where}$")
            for cls, names, where in [
                (Leaky, ("constants", "initial", "step"), "neurons.NeuronModel"),
                (Fading, ("constants", "current", "decay"), "synapses.SynapseModel"),
                (Circle, ("connect",), "topology.Topology"),
                (OneToOne, ("draw",), "topology.InputWiring"),
                (Hebb, ("constants", "decay_traces", "add_to_traces"), "plasticity.SpikeRule"),
                (Tiring, ("between",), "plasticity.SampleRule"),
                (Linear, ("encode_sample",), "encoding.Encoder"),
                (Loudness, ("prepare", "encode_sample"), "encoding.SoundEncoder"),
            ]
            for name in names
        ),
        (without(Hebb, "on_post"), "Hebb must define at least one of on_pre, on_post, consolidate"),
        (without(Leaky, "step", step=plain_step), "Leaky.step must be a static method: write @sta"),
        (
            without(Circle, "__init__", __init__=ring_without_inhibitory),
            "Circle must have the parameter 'inhibitory', which .*: add it to Circle.__init__",
        ),
        (
            without(Leaky, bounds={"tua": "> 0"}),
            "Leaky must have the parameter 'tua', which `bounds` or .*: add it to Leaky.__init__",
        ),
        (
            without(Leaky, bounds={"tau": "> floor_"}),
            "Leaky must have the parameter 'floor_', which `bounds` or `required_parameters` name",
        ),
        (
            without(Leaky, bounds={"tau": "positive"}),
            r"Leaky.bounds\['tau'\] is invalid: 'positive' is no bound: write comparisons such as",
        ),
        (without(Leaky, bounds={"tau": 0}), r"Leaky.bounds\['tau'\] is invalid"),
    ],
)
def test_a_gap_in_a_model_is_named(cls, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        cls().check()


def constants_of_a_float(parameters, dt):
    return 0.5


def constants_of_a_matrix(parameters, dt):
    return np.eye(3), 1.0


def at_zero(parameters, n_neurons, rng=None):
    return (np.zeros(n_neurons),)


def initial_of_an_array(*args):
    return np.zeros(args[-1] or 3)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"neurons": without(Leaky, constants=staticmethod(constants_of_a_float))()},
            "Leaky.constants must return a tuple of arrays, got float",
        ),
        (
            {"neurons": without(Leaky, constants=staticmethod(constants_of_a_matrix))()},
            r"Leaky.constants must .* of shape \(\) or \(30,\), but array 0 has shape \(3, 3\)",
        ),
        (
            {"synapses": without(Fading, initial=initial_of_an_array)()},
            "Fading.initial must return a tuple of arrays, got ndarray",
        ),
        (
            {"topology": without(Circle, connect=lambda *args: np.arange(31))()},
            r"Circle.connect must return a tuple \(indptr, targets\), got array",
        ),
        (
            {"topology": without(Circle, connect=lambda *_: (np.arange(31), np.arange(1, 31)))()},
            r"Circle.connect must return `indptr`, of shape \(31,\) .* `targets`, from 0 to 29",
        ),
        (
            {"topology": without(Circle, connect=lambda *_: (np.arange(30), np.arange(29)))()},
            r"Circle.connect must return .* got shapes \(30,\) and \(29,\)",
        ),
    ],
)
def test_what_a_method_must_return_is_named(params, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        fitted(**params)


def test_an_encoder_is_told_the_shape_that_it_must_return():
    X = np.random.default_rng(0).random((8, 3))
    narrow = without(Linear, encode_sample=lambda self, x: x[:, :1])().fit(X)
    with pytest.raises(ValueError, match=r"Linear.encode_sample must return .* shape \(20, 3\), g"):
        narrow.transform(X)
    one_way = without(Linear, "decode_sample")().fit(X)
    with pytest.raises(TypeError, match="Linear cannot be inverted: it defines no decode_sample"):
        one_way.inverse_transform(one_way.transform(X))


def membrane_constants(parameters, dt):
    return np.exp(-dt / np.asarray(parameters["tau_m"])), 1.0, 0.0, 1.0


def membrane_of(self, tau_m=20.0):
    self.tau_m = tau_m


@pytest.mark.parametrize("synapses", [Exponential(), Delta(), Conductance()])
def test_a_parameter_that_synapses_miss_is_named(synapses):
    body = {"__init__": membrane_of, "constants": staticmethod(membrane_constants), "bounds": {}}
    neurons = without(Leaky, "initial", initial=staticmethod(at_zero), **body)()
    with pytest.raises(TypeError, match="^Leaky has no parameter 'resistance', which .*: add it"):
        fitted(neurons=neurons, synapses=synapses)


def test_a_name_that_a_model_misspells_is_named():
    neurons = without(Leaky, constants=staticmethod(membrane_constants))()
    with pytest.raises(TypeError, match="^Leaky has no parameter 'tau_m', which its own `const"):
        fitted(neurons=neurons)
