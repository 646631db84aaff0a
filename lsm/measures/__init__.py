"""Measures of a fitted liquid: activity, separation, memory, dynamics and cost.

A measure is a function `measure(estimator, X, ...)` of a fitted :class:`~lsm.Liquid`, or of an
estimator or pipeline that contains one, and of samples. Measures that return a number are scorers
in scikit-learn's sense, as in `GridSearchCV(Liquid(), grid, scoring=kernel_quality)`. Use
:func:`functools.partial` to set their other parameters. :func:`card` computes most measures at
once.

Examples
--------
>>> import numpy as np
>>> from sklearn.model_selection import GridSearchCV
>>> from lsm import Liquid
>>> from lsm.measures import kernel_quality
>>> X = np.random.default_rng(0).poisson(0.05, (40, 100, 10))
>>> kernel_quality(Liquid(n_neurons=50, random_state=0).fit(X), X)
39
>>> search = GridSearchCV(
...     Liquid(random_state=0), {"n_neurons": [5, 50]}, scoring=kernel_quality, cv=2
... )
>>> search.fit(X).best_params_
{'n_neurons': 50}
"""

from ._card import card
from .activity import (
    branching_ratio,
    fano_factor,
    interval_cv,
    rate,
    sparseness,
    spikes_per_sample,
    synaptic_events,
    synchrony,
)
from .dynamics import echo_state_index, effective_spectral_radius, perturbation_growth
from .information import CODES, class_information, code_features, confusion_information
from .memory import capacity_by_degree, information_processing_capacity, memory_capacity
from .states import dimension, generalisation_rank, kernel_quality, separation, separation_curve

__all__ = [
    "CODES",
    "branching_ratio",
    "capacity_by_degree",
    "card",
    "class_information",
    "code_features",
    "confusion_information",
    "dimension",
    "echo_state_index",
    "effective_spectral_radius",
    "fano_factor",
    "generalisation_rank",
    "information_processing_capacity",
    "interval_cv",
    "kernel_quality",
    "memory_capacity",
    "perturbation_growth",
    "rate",
    "separation",
    "separation_curve",
    "sparseness",
    "spikes_per_sample",
    "synaptic_events",
    "synchrony",
]
