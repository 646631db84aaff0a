"""`lsm watch`: a web page on which one watches the liquid of an experiment."""

from pathlib import Path

import numpy as np

from lsm._validation import check_integer
from lsm.plot import WatchDisplay
from lsm.plot._watch.opinions import reads_rows

from ._study.experiment import Experiment, samples
from ._study.folder import cannot_write
from ._study.progress import load_kernel
from ._study.report_files import has_classes, take
from ._study.subject import RESULT, is_experiment, load_data, read_run

__all__ = ["watch"]

N_CLASSES, N_SAMPLES = 10, 3  # shown by default, of data with classes and of other data


def watch(subject, options=None, sample=None, out=None):
    """Write a web page on which one watches a liquid while it hears test samples.

    The model of the experiment is fitted to its training samples, as in the first run of `lsm run`;
    that of a run is fitted again by the options in its folder, from which no code is taken. The
    page shows the input, the liquid in space with a flash for each spike, a raster that grows, and
    what a readout says at each moment. It is one file that needs no network.

    Parameters
    ----------
    subject : str
        Name or file of an experiment, or folder of a run.
    options : dict of str to object
        Options of the experiment, and parameters of its model by their names.
    sample : list of int or None
        Positions of the samples among the test samples, from 0. By default the first sample of each
        class, up to ten; without classes the first three samples.
    out : path or None
        File of the page. By default watch.html in the folder of the run, or EXPERIMENT-watch.html
        in the current folder.

    Returns
    -------
    out : Path
        File of the page.
    """
    path = Path(subject).expanduser()
    if is_experiment(subject):
        experiment, options = Experiment(subject), options or {}
        default = Path(f"{Path(subject).stem}-watch.html")
    elif path.is_dir():
        experiment, options = read_run(path / RESULT, "watch")
        default = path / "watch.html"
    else:
        raise FileNotFoundError(2, "no experiment, and no folder of a run", subject)
    out = default if out is None else Path(out).expanduser()
    options, data = load_data(experiment, options)
    train, test = (data.train, data.test) if "test" in data else data.cv[0]
    test = np.asarray(test)
    chosen = None if sample is None else _check_samples(sample, len(test))
    model = experiment.make_model(data, options)
    load_kernel()
    print(f"fitting the model to {len(train)} samples", flush=True)
    display = _display(experiment.fit(model, data, train), data, train, test, chosen)
    try:
        display.save(out)
    except OSError as error:
        raise cannot_write(out, error) from error
    print(f"{out} ({out.stat().st_size / 1e6:.1f} MB)")
    return out


def _check_samples(positions, n_samples):
    """Return the positions of samples among the test samples."""
    return [check_integer("sample", position, 0, n_samples - 1) for position in positions]


def _display(model, data, train, test, chosen):
    """Return the page of a fitted model."""
    has = has_classes(model, take(data.target, test[:1]))
    if chosen is None and has:
        _, first = np.unique(take(data.target, test), return_index=True)
        chosen = first[:N_CLASSES]
    elif chosen is None:
        chosen = np.arange(min(N_SAMPLES, len(test)))
    X, y = samples(data, test[chosen])
    names = [f"test sample {position}" for position in chosen]
    given = {"sample_names": names}
    if has:
        target_names = data.get("target_names")
        shown = y if target_names is None else np.asarray(target_names)[y]
        names = [f"{name}: {label}" for name, label in zip(names, shown, strict=True)]
        given = {"sample_names": names, "training": samples(data, train), "names": target_names}
    return WatchDisplay(model, X, y if has or reads_rows(model) else None, **given)
