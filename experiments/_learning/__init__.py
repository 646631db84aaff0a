"""Methods of `lsm run learning`: one file each, by name.

A method is a module with these functions, of which the last four are optional:

`load_data(n_samples, condition, random_state)`
    Returns a Bunch as every experiment does: `data`, `target`, `cv`, and mostly `train` and `test`.
    `n_samples` is None where the user leaves the size to the method.
`make_model(data, condition, random_state)`
    Returns the unfitted model of the method.
`make_controls(model, data, condition, random_state)`
    Returns unfitted models to compare with, by name.
`conditions()`
    Returns the conditions to compare, words or numbers, which the other functions are given. By
    default one condition, None.
`fit(model, data, train)`, `evaluate(model, data, test)`
    As those of an experiment, see :mod:`lsm.experiments`. By default a model is fitted and scored
    on samples of `data`.
`draw(folder, comparison)`
    Draws pictures.
"""

from . import actor_critic, competition, conversion, e_prop, p_delta, resume, reward, tempotron

__all__ = ["METHODS"]

METHODS = {
    "actor-critic": actor_critic,
    "competition": competition,
    "conversion": conversion,
    "e-prop": e_prop,
    "p-delta": p_delta,
    "resume": resume,
    "reward": reward,
    "tempotron": tempotron,
}
