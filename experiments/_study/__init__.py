"""The frame of the experiments: everything in a study that is not the experiment's own.

`run` is a study from its options to its folder of results, and `experiment` calls the functions of
an experiment. Models are compared over seeds in `seeds`, or over folds in `folds`.
"""
