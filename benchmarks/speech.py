"""A whole experiment: the Free Spoken Digit Dataset from recordings to a fitted readout."""

import time

from lsm.experiments.spoken_words import load_data, make_model

__all__ = ["speech"]


def speech(options):
    """2,700 words, 1,000 neurons, all cores, in wall-clock time."""
    stages, start = {}, time.perf_counter()

    def lap(name):
        nonlocal start
        stages[name], start = time.perf_counter() - start, time.perf_counter()

    digits = load_data("fsdd", data_home=options.data_home)
    lap("load and verify")
    model = make_model(n_neurons=1000, readout="kernel", random_state=0, liquid__n_jobs=-1)
    X = model["encoder"].fit_transform(digits.data)
    lap("encode")
    model["liquid"].fit(X)
    lap("draw and calibrate")
    states = model["liquid"].transform(X)
    lap("simulate")
    model[2:].fit(states, digits.target)
    lap("fit the readout")
    stages["total"] = sum(stages.values())
    return [{"what": name, "seconds": [seconds]} for name, seconds in stages.items()]
