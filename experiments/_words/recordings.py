"""Recordings of words, and what of them to train on."""

import numpy as np
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

from lsm._validation import check_choice, check_integer
from lsm.datasets import VOCABULARY, fetch_spoken_digits, make_spoken_words

from .._command.modules import arguments
from .._study.results import digest

__all__ = ["facts_of", "groups_of", "load_as_told", "load_data", "split"]

DIGITS = VOCABULARY[:10]
TAKES_PER_FOLD = {"synth": 1, "fsdd": 5}


def load_data(
    dataset="synth",
    words=None,
    n_voices=None,
    voices=None,
    takes=None,
    noise_db=None,
    data_home=None,
    protocol="speaker",
    folds=None,
    random_state=None,
):
    """Load recordings of spoken words, and split them.

    Parameters
    ----------
    dataset : {"synth", "fsdd"}, default="synth"
        Words synthesised by eSpeak NG, or the training takes of the Free Spoken Digit Dataset.
    words : list of str, optional
        The words; by default :data:`lsm.datasets.VOCABULARY`, or the ten digits.
    n_voices : int, optional
        How many voices; by default 40, or all six speakers.
    voices : list of str, optional
        Names of eSpeak NG's voices for "synth", such as "en-us+m3", instead of `n_voices`.
    takes : int, optional
        How often each voice says each word; by default 2, or all 45 takes.
    noise_db : float, optional
        Signal-to-noise ratio in dB of white noise, for "synth"; by default 10, since without
        noise every model is right; 100 is as good as none.
    data_home : str or path, optional
        Folder or archive of the recordings, for "fsdd"; by default they are downloaded once.
    protocol, folds
        As of :func:`split`.
    random_state : int, RandomState instance or None, default=None
        Seed of the synthesised voices.

    Returns
    -------
    data : Bunch
        As of :func:`lsm.datasets.make_spoken_words`, with `groups`, as of :func:`groups_of`, and
        `cv`, a list of (train, test); only "synth" has a split of its own.
    """
    check_choice("dataset", dataset, ("synth", "fsdd"))
    if dataset == "fsdd":
        for name, value in (("noise_db", noise_db), ("voices", voices)):
            if value is not None:
                raise ValueError(f"{name} goes with dataset 'synth' only")
        data = _load_digits(words, n_voices, takes, data_home)
        return _divide(data, dataset, protocol, folds)
    if voices is not None and n_voices is not None:
        raise ValueError("n_voices and voices exclude each other")
    if data_home is not None:
        raise ValueError("data_home goes with dataset 'fsdd' only: 'synth' reads no file")
    data = make_spoken_words(
        VOCABULARY if words is None else words,
        n_voices=40 if n_voices is None else n_voices,
        voices=voices,
        takes=2 if takes is None else takes,
        noise_db=10.0 if noise_db is None else noise_db,
        random_state=random_state,
    )
    return _divide(data, dataset, protocol, folds)


def load_as_told(options):
    """Load the words that the options of a run ask for, and say what is going on."""
    synthetic = options["dataset"] == "synth"
    print("speaking the words" if synthetic else "reading the recordings", flush=True)
    data = load_data(**arguments(load_data, options))
    print(_describe(data, options["protocol"]), flush=True)
    return data


def _divide(data, dataset, protocol, folds):
    data.groups = groups_of(data, dataset, protocol)
    data.cv = split(data, dataset, protocol, folds)
    return data


def _load_digits(words, n_voices, takes, data_home):
    for word in words or ():
        check_choice("a word of dataset 'fsdd'", word, DIGITS)
    digits = fetch_spoken_digits(data_home)
    digits.target_names = np.array(DIGITS)
    kept = np.ones(len(digits.data), dtype=bool)
    if words is not None:
        digits.target_names = np.array(list(dict.fromkeys(words)))
        kept &= np.isin(np.array(DIGITS)[digits.target], words)
        positions = {DIGITS.index(word): i for i, word in enumerate(digits.target_names)}
        digits.target = np.array([positions.get(digit, -1) for digit in digits.target])
    for name, count, values in (
        ("n_voices", n_voices, digits.speaker),
        ("takes", takes, digits.take),
    ):
        if count is not None:
            there = np.unique(values)
            kept &= np.isin(values, there[: check_integer(name, count, 1, len(there))])
    for name in ("data", "target", "speaker", "take"):
        digits[name] = digits[name][kept]
    return digits


def groups_of(data, dataset, protocol):
    """Say which words must stay together when words are split.

    Parameters
    ----------
    data : Bunch
        As of :func:`load_data`.
    dataset : {"synth", "fsdd"}
        Where the data are from.
    protocol : {"speaker", "take"}
        What the test words have not in common with any training word.

    Returns
    -------
    groups : array of shape (n_samples,)
        Words of one speaker have the same value, or words of one take.
    """
    if protocol == "take":
        return data.take // TAKES_PER_FOLD[dataset]
    if dataset == "synth":
        # Voices of one variant sound alike, whatever their language.
        return np.array([name.rpartition("+")[2] for name in data.speaker])
    return data.speaker


def split(data, dataset, protocol, folds=None):
    """Split words into training and test.

    Parameters
    ----------
    data : Bunch
        As of :func:`load_data`.
    dataset : {"synth", "fsdd"}
        Where the data are from.
    protocol : {"speaker", "take"}
        What the test words have not in common with any training word.
    folds : int, optional
        As of :func:`run`.

    Returns
    -------
    splits : list of (train, test)
        Arrays of indices.
    """
    if len(data.target_names) < 2:
        raise ValueError("words must hold at least two words to tell apart")
    if folds is not None:
        check_integer("folds", folds, 1)
    groups = groups_of(data, dataset, protocol)
    n_groups = len(np.unique(groups))
    if dataset == "synth" and protocol == "speaker":
        if folds in (None, 1):
            return [(data.train, data.test)]
        if folds > n_groups:
            raise ValueError(f"folds must be at most {n_groups}, one for each voice, got {folds}")
        return list(GroupKFold(folds).split(data.data, groups=groups))
    if n_groups < 2:
        raise ValueError(f"protocol {protocol!r} needs two folds, and the data have {n_groups}")
    if folds is not None and folds > n_groups:
        raise ValueError(f"folds must be at most {n_groups} on these data, got {folds}")
    return list(LeaveOneGroupOut().split(data.data, groups=groups))[:folds]


def _describe(data, protocol):
    """Say in a line how many words there are, and which are for the test."""
    train, test = data.cv[0]
    n_heard, n_unheard = (len(np.unique(data.speaker[rows])) for rows in (train, test))
    n_words = len(data.target_names)
    text = f"{len(data.data)} recordings of {n_words} words; trained on {len(train)} of "
    text += f"{n_heard} voices, tested on {len(test)} of {n_unheard}"
    text += " unheard" if protocol == "speaker" else " in takes not heard"
    return text + (f", and so on for {len(data.cv)} folds" if len(data.cv) > 1 else "")


def facts_of(data):
    """Return what `result.json` is to tell of the words."""
    return {
        "description": data.DESCR,
        "sha256": digest(data.data, data.target),
        "n_recordings": len(data.data),
        "words": data.target_names,
    }
