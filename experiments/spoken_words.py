"""Recognise spoken words: a waveform becomes currents, states of a liquid, and a word.

The models are trained on some voices (or takes) and tested on others. The table has the liquid, the
liquid without recurrence, static random features, and two readouts of the same front end without a
liquid. The folder of results has the numbers, pictures, the fitted model, and the command, versions
and parameters that repeat the run.
"""

from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from lsm import Calibration, Liquid, Snapshots, with_random_features, without_recurrence
from lsm.encoding import CochleagramEncoder

from ._study.folds import compare_folds
from ._study.report_files import write_report_files
from ._words.figures import draw_confusion, draw_connectivity, draw_word
from ._words.readouts import READOUTS, make_baseline, make_readout
from ._words.recordings import load_data

__all__ = ["load_data", "make_model"]


def make_model(n_neurons=1000, readout="ridge", *, sample_rate=8000, random_state=None, **settings):
    """Make an unfitted classifier of waveforms.

    The recurrent weights are not calibrated: single words need little memory, and recurrence near
    the edge of chaos costs accuracy with unheard voices.

    Parameters
    ----------
    n_neurons : int, default=1000
        Number of neurons in the liquid.
    readout : {"ridge", "kernel", "whitened"}, default="ridge"
        Readout of the liquid: ridge regression; kernel ridge regression with an RBF kernel; or the
        latter after the variance within words was whitened, which is best with unheard speakers.
    sample_rate : float, default=8000
        Sample rate of the waveforms in Hz.
    random_state : int, RandomState instance or None, default=None
        Seed of the liquid.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : Pipeline
        Of the steps encoder, liquid, scaler and readout.

    Examples
    --------
    >>> from lsm.experiments.spoken_words import make_model
    >>> model = make_model(n_neurons=500, random_state=0, liquid__neurons__tau_m=30.0)
    >>> list(model.named_steps)
    ['encoder', 'liquid', 'scaler', 'readout']
    """
    liquid = Liquid(
        n_neurons,
        snapshots=Snapshots(n=(1, 2), feature="root_count"),
        calibration=Calibration(input_rate=35.0, max_gain=1.0),
        sparse_output=False,
        random_state=random_state,
    )
    # Chosen for speakers that were not heard, as docs/studies/speech.md says.
    encoder = CochleagramEncoder(
        sample_rate, n_bands=12, f_min=0.0, window=20.0, trim_db=-35.0, gain_control=0.4
    )
    steps = [
        ("encoder", encoder),
        ("liquid", liquid),
        ("scaler", StandardScaler(copy=False)),
        ("readout", make_readout(readout)),
    ]
    return Pipeline(steps).set_params(**settings)


def make_models(model, readout):
    """Make the models of the table by name; the first is `model`."""
    compared = [key for key in READOUTS if key in ("ridge", "kernel", readout)]
    models = {
        f"liquid, {READOUTS[readout]}": model,
        f"liquid without recurrence, {READOUTS[readout]}": without_recurrence(model),
    }
    for key in compared:
        other = clone(model).set_params(readout=make_readout(key))
        models.setdefault(f"liquid, {READOUTS[key]}", other)
    models[f"static random features, {READOUTS[readout]}"] = with_random_features(model)
    for key in compared:
        models[f"no liquid, {READOUTS[key]}"] = make_baseline(model["encoder"], key)
    return models


def compare(data, models, stages):
    """Fit and test the models on all splits; all of them share one pass of the encoder."""
    n_folds = len(data.cv)
    stages.expect(1 + 3 * len(models) * n_folds + 3 * (n_folds > 1))
    with stages.stage("encode"):
        encoder = next(iter(models.values()))["encoder"].fit(data.data)
        encoded = encoder.transform(data.data)

    def fit(model, train, detail):
        # The state of a sample depends on the fitted liquid and the sample alone.
        with stages.stage("calibrate", detail):
            liquid = clone(model[1]).fit(encoded[train])
        with stages.stage("simulate", detail):
            states = liquid.transform(encoded)
        with stages.stage("fit the readout", detail):
            rest = clone(model[2:]).fit(states[train], data.target[train])
        fitted = Pipeline([("encoder", encoder), (model.steps[1][0], liquid), *rest.steps])
        return fitted, lambda test: rest.predict(states[test])

    return compare_folds(models, data, fit)


def draw(folder, comparison):
    """Draw a test word and the response of the liquid, its connections, and the confusions."""
    write_report_files(folder, comparison)
    data, model, tested = comparison.data, comparison.model, comparison.tested
    sample = int(tested[0])
    title = f"“{data.target_names[data.target[sample]]}”, voice {data.speaker[sample]}"
    spikes = model["liquid"].record(model["encoder"].transform(data.data[[sample]]))
    draw_word(
        folder / "raster.png", data.data[sample], model["encoder"], spikes,
        model["liquid"].inhibitory_, title,
    )  # fmt: skip
    draw_connectivity(folder / "connectivity.png", model["liquid"])
    name, y_pred = next(iter(comparison.y_pred.items()))
    draw_confusion(folder / "confusion.png", data.target[tested], y_pred, data.target_names, name)


def facts(comparison):
    """Return parameters of the model, and its differences from the other models."""
    model, (name, *others) = comparison.model, comparison.y_pred
    return {
        # The parameters of the parts are listed too, so the parts need not be.
        "model_parameters": {
            key: value if isinstance(value, int | float | None) else str(value)
            for key, value in model.get_params().items()
            if not hasattr(value, "get_params") and key != "steps" and not callable(value)
        },
        "differences": {other: comparison.difference(name, other) for other in others},
    }
