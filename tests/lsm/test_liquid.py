"""The liquid as a scikit-learn transformer: states, draws and parameters."""

import pickle
import threading
import time
import warnings

import numpy as np
import pytest
from scipy import sparse, stats
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, LSMClassifier, Snapshots, SpikeArray
from lsm.kernel import _run, compiled
from lsm.neurons import LIF
from lsm.topology import Column, ErdosRenyi, RandomInput
from tests.helpers.samples import graded_samples, spike_samples


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


def test_maass_column_has_its_published_numbers():
    X = spike_samples(4, 4, rate=0.02)
    liquid = Liquid.maass2002(dt=0.5, random_state=0).fit(SpikeArray.from_dense(X))
    network = liquid.network_
    assert liquid.calibrated_ is None
    assert 13.5 <= network.initial[0].min() < 14 < 14.5 < network.initial[0].max() <= 15
    assert network.short_term is not None
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
        (
            {"n_neurons": 0},
            "n_neurons must be an integer >= 1 and <= 1e.09 or 'auto', got 0",
        ),
        ({"n_neurons": "many"}, "n_neurons must be an integer"),
        ({"dt": 0}, "Liquid.dt must be"),
        ({"static_steps": 0}, "static_steps"),
        ({"dtype": "float16"}, "dtype must be one of 'float32', 'float64', got 'float16'"),
        ({"initial": "zero"}, "initial must be one of"),
        ({"neurons": LIF(tau_m=-1)}, "LIF.tau_m must be a finite number > 0, got -1"),
        ({"neurons": LIF(tau_m="long")}, "LIF.tau_m must be a number"),
        ({"neurons": LIF(v_threshold=-1)}, "LIF.v_reset must be below v_threshold"),
        ({"neurons": LIF(tau_m=[1, 2, 3])}, r"got shape \(3,\)"),
        ({"neurons": LIF(tau_m=stats.norm(0, 1))}, "LIF.tau_m must be"),
        ({"neurons": LIF(tau_m=stats.norm([20, 30], 1))}, "LIF.tau_m must draw a number for each"),
        ({"neurons": LIF(tau_m=stats.multivariate_normal([9, 9]))}, "LIF.tau_m must .* got shape"),
        ({"row_duration": 0}, "row_duration must be a finite number > 0 or 'auto', got 0"),
        ({"row_duration": "long"}, "Liquid.row_duration must be a number"),
        ({"row_duration": 0.001}, "If 0.001 is in seconds, row_duration=1 is the same in ms"),
        ({"topology": Column(), "n_neurons": 100}, "has 135 neurons"),
        ({"inputs": RandomInput(fan_in=0)}, "fan_in"),
        ({"inputs": RandomInput(weight=(1, 2, 3))}, "one or two numbers"),
        ({"n_jobs": "two"}, "Liquid.n_jobs must be an integer"),
        ({"n_neurons": 10**12}, "Liquid.n_neurons must be an integer .*, got 1000000000000"),
        ({"inputs": RandomInput(weight=1e39)}, "RandomInput.* beyond what float32 can hold"),
        ({"neurons": LIF(bias=1e39)}, "beyond what float32 can hold"),
        ({"noise": 1e39}, "beyond what float32 can hold"),
        ({"dt": 1e-9, "calibration": None}, "need a buffer of"),
    ],
)
def test_bad_parameters_are_refused_in_fit(params, message):
    liquid = Liquid(**({"n_neurons": 20, "random_state": 0} | params))
    with pytest.raises((ValueError, TypeError), match=message):
        liquid.fit(spike_samples(4))


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
    monkeypatch.setattr(compiled, "UPDATES_PER_THREAD", 1)
    monkeypatch.setattr(_run, "kernel_for", lambda *_: kernel)
    with pytest.raises(KeyboardInterrupt):
        liquid.transform(X)
    assert len(windows) < 500  # of a thousand


def test_dense_states_may_be_a_data_frame_and_sparse_ones_say_how():
    X, y = spike_samples(), np.arange(12) % 2
    states = Liquid(20, random_state=0).fit_transform(X)
    dense = Liquid(20, sparse_output=False, random_state=0)
    np.testing.assert_array_equal(dense.fit_transform(X), states.toarray())
    frame = dense.set_output(transform="pandas").transform(X)
    assert [*frame.columns] == [*dense.get_feature_names_out()]
    np.testing.assert_array_equal(frame, states.toarray())
    with config_context(transform_output="pandas"):
        with pytest.raises(ValueError, match=r"set Liquid.sparse_output=False, or call set_output"):
            Liquid(20, random_state=0).fit_transform(X)
        kept = Liquid(20, random_state=0).set_output(transform="default").fit_transform(X)
        assert sparse.issparse(kept)
        LSMClassifier(Liquid(20, random_state=0)).fit(X, y).predict(X)
        piped = make_pipeline(dense, RidgeClassifier()).fit(X, y)
        assert [*piped[-1].feature_names_in_] == [*dense.get_feature_names_out()]


def test_a_liquid_passes_its_spikes_on_to_another():
    X, y = spike_samples(), np.arange(12) % 2
    first, second = Liquid(30, output="spikes", random_state=0), Liquid(20, random_state=1)
    deep = make_pipeline(first, second, RidgeClassifier()).fit(X, y)
    by_hand = clone(first).fit(X).record(X)
    states = clone(second).fit_transform(by_hand)
    assert (deep[:-1].transform(X) != states).nnz == 0
    assert not hasattr(first, "get_feature_names_out")
    with config_context(transform_output="pandas"):
        assert isinstance(clone(first).fit_transform(X), SpikeArray)
    both = make_union(clone(second), make_pipeline(clone(first), clone(second))).fit_transform(X)
    assert (both[:, 20:] != states).nnz == 0
    with pytest.raises(ValueError, match=r"states of another liquid.*set output='spikes'"):
        make_pipeline(Liquid(30), Liquid(20), RidgeClassifier()).fit(X, y)
    with pytest.raises(ValueError, match="Liquid.output must be one of 'states', 'spikes'"):
        Liquid(30, output="rows").fit(X)


def test_an_unfitted_liquid_says_so():
    for call in (Liquid(20).diagnose, Liquid(20, stimulus=spike_samples()).probes):
        with pytest.raises(NotFittedError):
            call(spike_samples())


def test_a_part_set_to_nothing_after_fit_is_named():
    liquid = Liquid(20, random_state=0).fit(spike_samples())
    liquid.snapshots = None
    with pytest.raises(TypeError, match="Liquid.snapshots must be an object .*'auto'"):
        liquid.transform(spike_samples())


def test_the_remedy_for_another_number_of_neurons_works():
    with pytest.raises(ValueError, match="leave n_neurons at 'auto'"):
        Liquid(100, topology=Column()).fit(spike_samples())
    assert Liquid("auto", topology=Column(), random_state=0).fit(spike_samples()).n_neurons_ == 135
    with pytest.raises(TypeError, match="Liquid.n_neurons must be an integer .* or 'auto'"):
        Liquid(None).fit(spike_samples())
