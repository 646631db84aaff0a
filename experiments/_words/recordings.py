"""Recordings of words, and their splits into training and test."""

import numpy as np
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

from lsm._validation import check_choice, check_integer
from lsm.datasets import VOCABULARY, fetch_spoken_digits, load_spoken_digits, make_spoken_words

__all__ = ["groups_of", "load_data", "split"]

DIGITS = VOCABULARY[:10]
TAKES_PER_FOLD = {"digits": 5, "fsdd": 5, "synth": 1}


def load_data(
    dataset="digits",
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
    dataset : {"digits", "fsdd", "synth"}, default="digits"
        digits: the 600 recordings of the Free Spoken Digit Dataset that come with the package;
        fsdd: its 2,700 training recordings; synth: words spoken by the synthesiser eSpeak NG,
        which needs the extra speech.
    words : list of str or None
        Words, such as: zero one two. By default the ten digits, or the twenty of
        lsm.datasets.VOCABULARY for synth.
    n_voices : int or None
        Number of voices. By default all six speakers of digits or fsdd, or 40 voices of synth.
    voices : list of str or None
        Names of voices of eSpeak NG, instead of n_voices, such as: en-us+m3 en-gb-scotland+f1.
    takes : int or None
        Number of times that each voice says each word. By default all ten of digits, all 45
        training takes of fsdd, or 2 of synth.
    noise_db : float or None
        Signal-to-noise ratio in dB of white noise added to synth. By default 10, since without
        noise all models reach 100 %; at 100 the noise has no effect.
    data_home : str or None
        Folder or archive with the recordings of fsdd, or a new folder to download them to, about
        16 MB. By default they are downloaded once, to the user's cache.
    protocol : {"speaker", "take"}, default="speaker"
        Test with speakers that are not in the training samples, or with takes that are not; takes
        5-9, 10-14, ... of digits and fsdd belong together.
    folds : int or None
        Number of splits into training and test. By default synth by speaker is split once, with
        a quarter of the voices for the test; otherwise every speaker, or every take, is the test
        once. Of synth by speaker the voices are dealt into this number of folds; otherwise the
        first folds are run.
    random_state : int, RandomState instance or None, default=None
        Seed of the synthesised voices.

    Returns
    -------
    data : Bunch
        As of :func:`lsm.datasets.make_spoken_words`, with `groups` as of :func:`groups_of`, `cv`
        as of :func:`split` and `summary`, a line about the split. Only "synth" has `train` and
        `test` too.
    """
    check_choice("dataset", dataset, TAKES_PER_FOLD)
    check_choice("protocol", protocol, ("speaker", "take"))
    if data_home is not None and dataset != "fsdd":
        raise ValueError(f"data_home goes with dataset 'fsdd' only, got dataset {dataset!r}")
    if dataset != "synth":
        for name, value in (("noise_db", noise_db), ("voices", voices)):
            if value is not None:
                raise ValueError(f"{name} goes with dataset 'synth' only, got dataset {dataset!r}")
        data = _load_digits(dataset, words, n_voices, takes, data_home)
        return _divide(data, dataset, protocol, folds)
    if voices is not None and n_voices is not None:
        raise ValueError("n_voices and voices exclude each other")
    data = make_spoken_words(
        VOCABULARY if words is None else words,
        n_voices=40 if n_voices is None else n_voices,
        voices=voices,
        takes=2 if takes is None else takes,
        noise_db=10.0 if noise_db is None else noise_db,
        random_state=random_state,
    )
    return _divide(data, dataset, protocol, folds)


def _divide(data, dataset, protocol, folds):
    data.groups = groups_of(data, dataset, protocol)
    data.cv = split(data, dataset, protocol, folds)
    data.summary = _describe(data, protocol)
    return data


def _load_digits(dataset, words, n_voices, takes, data_home):
    for word in words or ():
        check_choice(f"a word of dataset {dataset!r}", word, DIGITS)
    digits = load_spoken_digits() if dataset == "digits" else fetch_spoken_digits(data_home)
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
    """Return a number for each sample; samples of one speaker, or of one take, have the same."""
    if protocol == "take":
        return data.take // TAKES_PER_FOLD[dataset]
    if dataset == "synth":
        # Voices of one variant sound alike, whatever their language.
        return np.array([name.rpartition("+")[2] for name in data.speaker])
    return data.speaker


def split(data, dataset, protocol, folds=None):
    """Return a list of (train, test) in which no group of :func:`groups_of` is on both sides.

    The parameters are those of :func:`load_data`.
    """
    if len(data.target_names) < 2:
        raise ValueError("words must have at least two different words")
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
        way = f"takes={TAKES_PER_FOLD[dataset] + 1}" if protocol == "take" else "n_voices=2"
        raise ValueError(
            f"protocol {protocol!r} needs two folds, and the data have {n_groups}: "
            f"give at least {way}"
        )
    if folds is not None and folds > n_groups:
        raise ValueError(f"folds must be at most {n_groups} on these data, got {folds}")
    return list(LeaveOneGroupOut().split(data.data, groups=groups))[:folds]


def _describe(data, protocol):
    """Return a line about the numbers of samples and voices, for training and for the test."""
    train, test = data.cv[0]
    n_heard, n_unheard = (len(np.unique(data.speaker[rows])) for rows in (train, test))
    n_words = len(data.target_names)
    text = f"{len(data.data)} recordings of {n_words} words; trained on {len(train)} of "
    text += f"{n_heard} voices, tested on {len(test)} of {n_unheard}"
    text += " unheard" if protocol == "speaker" else " in takes not heard"
    return text + (f", and so on for {len(data.cv)} folds" if len(data.cv) > 1 else "")
