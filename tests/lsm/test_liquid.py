"""The liquid as a scikit-learn transformer, its calibration and its diagnosis."""

import pickle
import threading
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Calibration, Liquid, LSMClassifier, Snapshots, SpikeArray
from lsm.kernel import _run, compiled
from lsm.neurons import LIF
from lsm.synapses import Exponential
from lsm.topology import Column, ErdosRenyi, RandomInput, Weights


def spike_samples(n_samples=12, n_channels=8, rate=0.05, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.poisson(rate, (rng.integers(80, 200), n_channels)) for _ in range(n_samples)]


def graded_samples(n_samples=12, n_channels=3, scale=1.0, offset=0.0, seed=0):
    rng = np.random.default_rng(seed)
    return [
        offset + scale * np.sin(rng.uniform(0, 6, n_channels) + 0.05 * np.arange(300)[:, None])
        for _ in range(n_samples)
    ]


@parametrize_with_checks([Liquid(n_neurons=30, random_state=0), LSMClassifier(
    Liquid(n_neurons=100, random_state=0))])  # fmt: skip
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        check(estimator)


@pytest.fixture(scope="module")
def fitted():
    X = spike_samples()
    return Liquid(n_neurons=60, random_state=0, snapshots=Snapshots(n=2)).fit(X), X


def test_a_sample_gives_bit_identical_states_wherever_it_stands(fitted):
    liquid, X = fitted
    states = liquid.transform(X).toarray()
    for i, sample in enumerate(X):
        np.testing.assert_array_equal(liquid.transform([sample]).toarray()[0], states[i])
    order = np.random.default_rng(0).permutation(len(X))
    shuffled = liquid.transform([X[i] for i in order]).toarray()
    np.testing.assert_array_equal(shuffled, states[order])
    for n_jobs in (2, 3, -1):
        liquid.set_params(n_jobs=n_jobs)
        np.testing.assert_array_equal(liquid.transform(X).toarray(), states)
    liquid.set_params(n_jobs=None)


def test_forms_of_input_agree(fitted):
    liquid, X = fitted
    states = liquid.transform(X)
    packed = SpikeArray.from_dense(X)
    objects = np.empty(len(X), dtype=object)
    objects[:] = X
    forms = [packed, objects, tuple(X), [sparse.csr_array(x) for x in X],
             [sparse.coo_matrix(x) for x in X], [x.astype(float) for x in X]]  # fmt: skip
    for form in forms:
        assert (liquid.transform(form) != states).nnz == 0
    stack = np.stack([x[:80] for x in X])
    assert (liquid.transform(stack) != liquid.transform(list(stack))).nnz == 0


def test_states_are_sparse_and_transform_changes_nothing(fitted):
    liquid, X = fitted
    before = pickle.dumps(liquid)
    states = liquid.transform(X)
    assert isinstance(states, sparse.csr_array)
    assert states.shape == (len(X), 120)
    assert pickle.dumps(liquid) == before


def test_same_seed_same_liquid_and_copies_agree(fitted):
    liquid, X = fitted
    states = liquid.transform(X)
    again = clone(liquid).fit(X)
    assert (again.transform(X) != states).nnz == 0
    assert (pickle.loads(pickle.dumps(liquid)).transform(X) != states).nnz == 0
    other = clone(liquid).set_params(random_state=1).fit(X)
    assert (other.transform(X) != states).nnz > 0


def test_changing_one_part_does_not_redraw_the_others():
    X = spike_samples()
    drawn = {}
    for name, params in {
        "base": {},
        "neurons": {"neurons": LIF(tau_m=stats.uniform(10, 20))},
        "inputs": {"inputs": RandomInput(fan_in=3)},
        "topology": {"topology": ErdosRenyi(fan_out=7)},
    }.items():
        drawn[name] = Liquid(n_neurons=50, calibration=None, random_state=0, **params).fit(X)
    base = drawn["base"].network_
    for name in ("neurons", "inputs"):
        assert (drawn[name].network_.w != base.w).nnz == 0
    for name in ("neurons", "topology"):
        np.testing.assert_allclose(drawn[name].network_.w_in.nnz, base.w_in.nnz)
    assert (drawn["neurons"].network_.w_in != base.w_in).nnz == 0


def test_a_time_step_of_the_input_may_span_many_of_the_liquid():
    held = [np.repeat(x, 10, axis=0) for x in graded_samples()]
    coarse = SpikeArray.from_dense([x[::10] for x in held], dt=10.0)
    liquid = Liquid(n_neurons=40, random_state=0, calibration=None).fit(held)
    assert (liquid.transform(coarse) != liquid.transform(held)).nnz == 0


def test_static_patterns_are_constant_currents():
    X = np.random.default_rng(0).normal(size=(20, 6))
    liquid = Liquid(n_neurons=40, random_state=0, static_steps=150).fit(X)
    held = [np.tile(row, (150, 1)) for row in X]
    np.testing.assert_allclose(liquid.transform(X).toarray(), liquid.transform(held).toarray())


def test_a_list_of_series_is_not_taken_for_patterns_unawares():
    X = np.random.default_rng(0).normal(size=(5, 30))
    liquid = Liquid(n_neurons=20, random_state=0)
    with pytest.warns(UserWarning, match=r"arrays of shape \(30,\), .* taken for static patterns"):
        states = liquid.fit_transform(list(X))
    assert (states != liquid.fit_transform(X)).nnz == 0
    with pytest.raises(ValueError, match=r"sample 0 must have shape .* got shape \(30,\)"):
        liquid.fit([X[0], X[1, :20]])


@settings(max_examples=12)
@given(
    scale=st.sampled_from([1e-3, 1.0, 1e3]),
    offset=st.sampled_from([0.0, 10.0]),
    n_channels=st.sampled_from([1, 2, 40]),
    seed=st.integers(0, 100),
)
def test_calibration_makes_graded_input_of_any_scale_useful(scale, offset, n_channels, seed):
    X = graded_samples(20, n_channels, scale, offset * scale, seed)
    liquid = Liquid(n_neurons=150, random_state=seed).fit(X)
    assert 15 < liquid.calibrated_.input_rate < 40
    assert 5 < liquid.health_.rate <= 60
    assert liquid.health_.echo_state_index <= 0.11
    assert liquid.health_.complaint() is None


@settings(max_examples=12)
@given(
    rate=st.sampled_from([0.005, 0.05, 0.5]),
    n_channels=st.sampled_from([2, 30, 300]),
    seed=st.integers(0, 100),
)
def test_calibration_makes_spike_trains_of_any_rate_useful(rate, n_channels, seed):
    liquid = Liquid(n_neurons=150, random_state=seed)
    liquid.fit(spike_samples(20, n_channels, rate, seed))
    assert 15 < liquid.calibrated_.input_rate < 40
    assert 5 < liquid.health_.rate <= 60
    assert liquid.health_.complaint() is None


def test_one_long_series_is_calibrated_on_its_pieces():
    series = np.random.default_rng(0).normal(size=(20000, 1)).cumsum(axis=0)
    liquid = Liquid(n_neurons=100, random_state=0).fit([series])
    assert liquid.health_.complaint() is None
    assert liquid.health_.duration == 500


def test_spatial_shift_of_mean_input_is_taken_by_the_bias():
    """Centring spikes: the mean current of the input equals what the bias takes away."""
    X = spike_samples(rate=0.2)
    liquid = Liquid(n_neurons=50, random_state=0, topology=ErdosRenyi(fan_out=0)).fit(X)
    network = liquid.network_
    rates = np.concatenate(X).mean(axis=0)
    # The exponential current of one spike has area weight * tau_syn, in nA ms.
    tau = np.where(network.w_in.toarray() > 0, 5.0, 10.0)
    mean = rates @ (network.w_in.toarray() * tau)
    # exact in the limit of small steps; with 1 ms the membrane sees a little less
    np.testing.assert_allclose(-network.bias, mean, rtol=0.12, atol=0.05)


@pytest.mark.parametrize("X", [np.ones((5, 30, 2)), np.zeros((5, 30, 2), dtype=int)])
def test_constant_and_silent_input_is_refused(X):
    with pytest.raises(ValueError, match="constant or silent in every channel"):
        Liquid(n_neurons=20, random_state=0).fit(X)


def test_liquids_of_no_use_are_told_with_a_remedy():
    X = spike_samples(rate=0.2)
    quiet = Liquid(n_neurons=30, calibration=None, inputs=RandomInput(weight=1e-6), random_state=0)
    with pytest.warns(UserWarning, match="nearly silent.*raise the input weights"):
        quiet.fit(X)
    wild = Liquid(n_neurons=30, calibration=None, random_state=0, neurons=LIF(bias=50.0))
    with pytest.warns(UserWarning, match="saturated.*lower the gains"):
        wild.fit(X)
    chaotic = Liquid(
        n_neurons=200, calibration=None, random_state=0, neurons=LIF(bias=1.2),
        topology=ErdosRenyi(weights=Weights(gain=40.0)),
    )  # fmt: skip
    with pytest.warns(UserWarning, match="does not forget"):
        chaotic.fit(X)


def test_health_reports_dead_channels():
    X = [np.concatenate([x, np.zeros((len(x), 1), dtype=int)], axis=1) for x in spike_samples()]
    liquid = Liquid(n_neurons=30, random_state=0).fit(X)
    assert liquid.health_.dead_channels == (8,)
    assert "dead channels     [8]" in str(liquid.health_)


def test_synchrony_tells_lockstep_from_independence():
    drive = np.random.default_rng(0).poisson(0.02, (400, 1))
    unconnected = ErdosRenyi(fan_out=0)
    strong = RandomInput(weight=5.0, distribution="constant")
    same = Liquid(50, topology=unconnected, inputs=strong, calibration=None, random_state=0)
    same.fit([drive] * 3)
    assert same.health_.synchrony == pytest.approx(1)
    apart = Liquid(300, topology=unconnected, inputs=RandomInput(fan_in=1), random_state=0)
    apart.fit(spike_samples(n_channels=300))
    assert apart.health_.synchrony < 0.15


def test_maass_column_has_its_published_numbers():
    X = spike_samples(4, 4, rate=0.02)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # static weights run away
        liquid = Liquid.maass2002(calibration=None, dt=0.5, random_state=0).fit(
            SpikeArray.from_dense(X)
        )
    network = liquid.network_
    assert network.n_neurons == 135
    assert set(np.unique(network.delays)) == {2, 3}
    np.testing.assert_array_equal(
        liquid.parameters_["refractory"], np.where(liquid.inhibitory_, 2.0, 3.0)
    )
    np.testing.assert_array_equal(network.bias, 13.5)


def test_nested_parameters_are_reachable_while_at_their_default():
    liquid = Liquid()
    assert "neurons__tau_m" in liquid.get_params()
    liquid.set_params(neurons__tau_m=12.0, calibration__input_rate=40.0)
    assert liquid.neurons.tau_m == 12.0
    assert liquid.calibration.input_rate == 40.0
    assert Liquid().get_params()["neurons__tau_m"] == 20.0
    model = LSMClassifier().set_params(liquid__neurons__tau_m=11.0, readout__alphas=[2.0])
    assert model.liquid.neurons.tau_m == 11.0
    assert clone(model).readout.alphas == [2.0]
    with pytest.raises(ValueError, match="Invalid parameter"):
        Liquid().set_params(neurons__tau_x=1.0)


def test_heterogeneous_parameters_have_their_moments():
    neurons = LIF(tau_m=stats.gamma(9, scale=2.0), v_threshold=stats.uniform(1, 0.5))
    liquid = Liquid(n_neurons=3000, neurons=neurons, calibration=None, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        liquid.fit(spike_samples(3))
    assert liquid.parameters_["tau_m"].mean() == pytest.approx(18, rel=0.02)
    assert liquid.parameters_["tau_m"].std() == pytest.approx(6, rel=0.05)
    assert liquid.parameters_["v_threshold"].max() <= 1.5


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_neurons": 0}, "Liquid.n_neurons must be an integer >= 1 and <= 1e.09, got 0"),
        ({"n_neurons": "many"}, "n_neurons must be an integer"),
        ({"dt": 0}, "Liquid.dt must be"),
        ({"static_steps": 0}, "static_steps"),
        ({"dtype": "float16"}, "dtype must be one of 'float32', 'float64', got 'float16'"),
        ({"initial": "zero"}, "initial must be one of"),
        ({"neurons": LIF(tau_m=-1)}, "LIF.tau_m must be a finite number > 0, got -1"),
        ({"neurons": LIF(tau_m="long")}, "LIF.tau_m must be a number"),
        ({"neurons": LIF(v_threshold=-1)}, "LIF.v_reset must be below v_threshold"),
        ({"neurons": LIF(refractory=1.5)}, "LIF.refractory must be a multiple of dt=1 ms"),
        ({"neurons": LIF(tau_m=[1, 2, 3])}, r"got shape \(3,\)"),
        ({"neurons": LIF(tau_m=stats.norm(0, 1))}, "LIF.tau_m must be"),
        ({"neurons": LIF(tau_m=stats.norm([20, 30], 1))}, "LIF.tau_m must draw a number for each"),
        ({"neurons": LIF(tau_m=stats.multivariate_normal([9, 9]))}, "LIF.tau_m must .* got shape"),
        ({"topology": ErdosRenyi(delay=0.2)}, "delay of 0.2 ms is less than half a step"),
        ({"topology": Column(), "n_neurons": 100}, "has 135 neurons"),
        ({"inputs": RandomInput(fan_in=0)}, "fan_in"),
        ({"inputs": RandomInput(weight=(1, 2, 3))}, "one or two numbers"),
        ({"calibration": Calibration(max_rate=1.0)}, "max_rate must be at least"),
        ({"calibration": Calibration(input_rate=-2)}, "input_rate"),
        ({"calibration": Calibration(centre="no")}, "Calibration.centre must be True or False"),
        ({"n_jobs": "two"}, "Liquid.n_jobs must be an integer"),
        ({"n_neurons": 10**12}, "Liquid.n_neurons must be an integer .*, got 1000000000000"),
        ({"inputs": RandomInput(weight=1e39)}, "RandomInput.* beyond what float32 can hold"),
        ({"neurons": LIF(bias=1e39)}, "beyond what float32 can hold"),
        ({"noise": 1e39}, "beyond what float32 can hold"),
        ({"synapses": Exponential(tau_syn_exc=1e300)}, "still let a current flow 1,000,000 steps"),
        ({"dt": 1e-9, "calibration": None}, "need a buffer of"),
    ],
)
def test_bad_parameters_are_refused_in_fit(params, message):
    liquid = Liquid(**({"n_neurons": 20, "random_state": 0} | params))
    with pytest.raises((ValueError, TypeError), match=message):
        liquid.fit(spike_samples(4))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "empty"),
        ("text", "X must be"),
        (["one", "two"], "sample 0 must hold numbers"),
        ([np.zeros((5, 0), dtype=int)], "at least one step and one channel"),
        ([np.zeros((0, 8), dtype=int)], "at least one step"),
        ([np.full((5, 8), np.nan)], "finite"),
        ([np.full((5, 8), -1)], "spike count"),
        ([np.full((5, 8), 0.5)], "spike count"),
        ([np.ones((5, 7), dtype=int)], "X has 7 channels, but Liquid is expecting 8"),
        (SpikeArray.from_dense([np.ones((5, 8), dtype=int)], dt=1.5), "not a multiple of .* dt=1"),
    ],
)
def test_bad_input_is_refused_at_transform(fitted, X, message):
    with pytest.raises(ValueError, match=message):
        fitted[0].transform(X)


def test_a_refused_refit_leaves_the_liquid_safe():
    X = spike_samples()
    liquid = Liquid(n_neurons=20, random_state=0).fit(X)
    wide = [np.zeros((100, 4000), dtype=int)] * 3
    with pytest.raises(ValueError, match="constant or silent"):
        liquid.fit(wide)
    with pytest.raises(ValueError, match="expecting 8 channels"):
        liquid.transform(wide)


def test_silent_graded_samples_run_and_do_not_depend_on_the_batch():
    X = graded_samples()
    silent = np.zeros((50, 3))
    liquid = Liquid(n_neurons=20, random_state=0).fit(X)
    alone = liquid.transform([silent]).toarray()
    np.testing.assert_array_equal(alone[0], liquid.transform([*X, silent]).toarray()[-1])
    late = [np.concatenate([np.zeros((600, 3)), x]) for x in X]
    assert Liquid(n_neurons=50, random_state=0).fit(late).health_.complaint() is None


def test_samples_that_are_silent_at_first_are_probed_where_they_are_not():
    late = [np.concatenate([np.zeros((600, 8), dtype=int), x]) for x in spike_samples(30)]
    liquid = Liquid(n_neurons=100, random_state=0).fit(late)
    assert liquid.health_.echo_state_index <= 0.11


def test_copies_of_one_sample_do_not_let_the_recurrence_run_away():
    x = np.random.default_rng(0).normal(size=(300, 8))
    one = Liquid(n_neurons=100, random_state=0).fit([x]).calibrated_
    two = Liquid(n_neurons=100, random_state=0).fit([x, x]).calibrated_
    assert one == two


def test_wide_indices_of_a_users_wiring_are_read_right():
    class Given(ErdosRenyi):
        def draw(self, n_neurons, rng):
            wiring = super().draw(n_neurons, rng)
            wiring.weights.indices = wiring.weights.indices.astype(np.int64)
            wiring.weights.indptr = wiring.weights.indptr.astype(np.int64)
            return wiring

    X = spike_samples()
    narrow, wide = (
        Liquid(n_neurons=60, topology=topology(fan_out=5), random_state=0).fit_transform(X)
        for topology in (ErdosRenyi, Given)
    )
    assert (narrow != wide).nnz == 0


@pytest.mark.parametrize("params", [{"n_neurons": 1}, {"n_neurons": 20}])
def test_delays_without_synapses(params):
    topology = ErdosRenyi(fan_out=0, delay=5.0)
    states = Liquid(**params, topology=topology, random_state=0).fit_transform(spike_samples())
    assert states.nnz > 0


def test_a_spike_train_is_no_table(fitted):
    liquid, X = fitted
    with pytest.raises(ValueError, match=r"goes into a list, \[X\]"):
        liquid.transform(X[0])


@pytest.mark.parametrize("name", ["neurons", "synapses", "topology", "inputs", "snapshots"])
@pytest.mark.parametrize("value", [LIF, "lif", 5])
def test_what_is_no_part_is_refused_by_name(name, value):
    with pytest.raises(TypeError, match=f"Liquid.{name} must be an object such as"):
        Liquid(n_neurons=10, **{name: value}).fit(spike_samples(3))


def test_an_interrupt_stops_a_long_sample_in_another_thread(monkeypatch):
    X = [np.ones((1000, 8), dtype=int)] * 2
    liquid = Liquid(n_neurons=50, random_state=0, n_jobs=2).fit(spike_samples())
    windows, under_way = [], threading.Event()

    def kernel(samples, *_):
        if samples == (0, 1):
            under_way.wait(10)
            raise KeyboardInterrupt
        windows.append(samples)
        under_way.set()
        time.sleep(0.002)

    monkeypatch.setattr(compiled, "UPDATES_PER_CALL", 100)
    monkeypatch.setattr(_run, "kernel_for", lambda *_: kernel)
    with pytest.raises(KeyboardInterrupt):
        liquid.transform(X)
    assert len(windows) < 500  # of a thousand
