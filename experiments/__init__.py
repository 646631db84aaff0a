"""Experiments: whole studies, run by the command `lsm`.

An experiment is a module here, or a file of your own (`lsm run mine.py`). Its docstring is the help
text of the command, and the first line of it the summary in `lsm list`. It defines two functions:

`load_data(..., random_state=None)`
    Returns a Bunch with `data` and `target`, the samples and their targets; and `cv`, a list of
    pairs of indices for training and validation, by which a sweep chooses settings. It may also
    have `train` and `test`, the indices of the final comparison, which is otherwise made on `cv`;
    `target_names`; and `DESCR`, a description that is printed.
`make_model(..., random_state=None, **settings)`
    Returns an unfitted estimator. `settings` are parameters of its parts by their names.

Their parameters with a default are the options of the command line, and their docstrings the help
texts; parameters after a `*` are not options. `lsm run` adds the options seed, repeats, jobs, out
and set. A function is given the arguments that it names: options, items of the Bunch, and
`random_state`, which is the seed. `lsm sweep`, `lsm report`, `lsm watch` and `lsm inspect` work
with these two functions, too.

`lsm run` fits the model and controls on the training samples with several seeds, and writes a
folder of results: a table, `result.json`, the fitted model and pictures. An experiment may define
more functions where the defaults do not fit:

`make_models(model, ...)`
    Returns the models of the table by name, `model` first. By default the model and, if there is a
    liquid in it, the same model without recurrence.
`fit(model, data, train)`
    Fits a model to some samples of the Bunch `data`, and returns it.
`evaluate(model, data, test)`
    Returns predictions for some samples, and a dict of :class:`Metric` to value. By default the
    accuracy of a classifier, or R squared.
`conditions(...)`
    Returns a list of dicts of options to compare, such as several delays. By default one condition.
`draw(folder, comparison)`, `describe(comparison)`, `facts(comparison)`
    Draw pictures, return the printed text, and return more facts for `result.json`.
    `comparison` has `data`, and `models` and `y_pred` by name; see `_study.seeds`.
`compare(data, models, stages)`
    Returns a comparison that is not made over seeds; see `_study.folds`.

The frame of all experiments is in `_study`: `run.py` is a study from its options to its folder. The
tasks, networks and pictures of the experiments are in `_words`, `_spikes`, `_series` and `_motion`.
`_sweep`, `_report`, `_watch` and `_inspect` are the other commands, and `_command` is the command
line.
"""

from ._study.metric import Metric

__all__ = ["Metric"]
