"""Experiments: whole studies, run by the command `lsm`.

An experiment is one module here, or a file of your own (`lsm run mine.py`), with three functions:

- `load_data(**options)` returns a Bunch with `data` and `target`, the samples and what is to be
  said of them, and `cv`, a list of pairs of indices to train and to test with;
- `make_model(**options, random_state, **settings)` returns an unfitted estimator of these data;
  `settings` are parameters of its parts by their names. What of its options the data hold, such
  as `sample_rate`, is taken from there;
- `run(**options, seed, jobs, out, **settings)` does the whole study and leaves a folder of results.

What has one name in several of them has one meaning; `seed` of `run` is `random_state` of the
others. `lsm run` and `lsm sweep` are generated from signatures and docstrings. A sweep fits
`make_model` on what `load_data` gives and takes its `score`, where more is better; an experiment
whose score is another has a fourth function, `score(model, data, test)` of a fitted model.

What the experiments need lies in folders: `_study` has what each does and leaves; `_words`,
`_series`, `_motion` and `_spikes` have tasks, rivals and pictures. `_command` reads the command
line, and `_sweep`, `_report` and `_inspect` are its other commands.
"""
