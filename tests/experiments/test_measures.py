"""`lsm run measures`: measures of random liquids, and their correlations with the accuracy."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import RidgeClassifierCV

from lsm import measures as of_liquids
from lsm.experiments import measures
from lsm.experiments.__main__ import main

# Of four liquids a measure may be the same.
pytestmark = pytest.mark.filterwarnings("ignore:An input array is constant", "ignore:All-NaN slice")

OPTIONS = ["--n-samples", "40", "--n-neurons", "25", "--repeats", "4", "--jobs", "1"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measures, "N_DRAWS", 50)
        assert main(["run", "measures", *OPTIONS, "--out", str(out)]) == 0
    return out


def test_a_run_leaves_its_folder(results):
    names = {path.name for path in results.iterdir()}
    files = {"result.json", "table.csv", "model.skops", "correlations.csv", "measures.png"}
    assert names == files


def test_a_row_is_a_measure_of_liquids_that_are_drawn_by_their_seeds(results):
    table = pd.read_csv(results / "table.csv").set_index(["task", "measure"])
    data = measures.load_data(40, task="xor")
    for seed in range(2):
        model = measures.make_model(25, random_state=seed)
        liquid = measures.fit(model, data, data.train)["liquid"]
        train, test = data.data[data.train], data.data[data.test]
        column = table.loc["xor"][f"seed {seed}"]
        assert column["kernel quality"] == of_liquids.kernel_quality(liquid, train)
        assert column["rate"] == pytest.approx(of_liquids.rate(liquid, train))
        readout = RidgeClassifierCV(np.logspace(-2, 4, 7))
        readout.fit(liquid.transform(train), data.target[data.train])
        accuracy = readout.score(liquid.transform(test), data.target[data.test])
        assert column["accuracy"] == accuracy
    taus = {measures.make_model(random_state=seed)["liquid"].neurons.tau_m for seed in range(3)}
    assert len(taus) == 3


def test_a_correlation_is_that_of_ranks(results):
    table = pd.read_csv(results / "table.csv").set_index(["task", "measure"])
    seeds = [f"seed {seed}" for seed in range(4)]
    found = pd.read_csv(results / "correlations.csv").set_index(["task", "measure"])
    assert set(found.index.get_level_values("task")) == set(measures.TASKS)
    for key in (("template", "rate"), ("interval", "synchrony")):
        values, accuracy = table.loc[key, seeds], table.loc[(key[0], "accuracy"), seeds]
        expected = spearmanr(values.astype(float), accuracy.astype(float)).statistic
        np.testing.assert_allclose(found.loc[key, "correlation"], expected)
