"""Sequences of the UEA archive to classify: movements and vowels, from aeon or a local folder.

Japanese Vowels is also read from the files of the UCI repository.
"""

import hashlib

import numpy as np
from sklearn.utils import Bunch

from .._typing import PathLike
from ._wheels import Carrier, read_carried

__all__ = ["fetch_basic_motions", "fetch_japanese_vowels"]

WHEEL = (
    "https://files.pythonhosted.org/packages/7d/49/"
    "034d8d142106e035fce019d8ee6f04d3ac8842490cd33f811d4df8e15da3/aeon-1.6.0-py3-none-any.whl"
)
SHA256 = "d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409"
# Digests of the values and labels, since headers and line ends of the files differ by source.
DIGESTS = {
    "BasicMotions": "8d5673beeb0d691471ae8ed03007b577e5f93548d4b97f34b44a97dfeee8f4ca",
    "JapaneseVowels": "a83082663e90da3a335db11d6c7c02d7464b6a334e42bf389a649839c83e3ed8",
}

# Files of Japanese Vowels at UCI: rows, and the number of utterances of each speaker.
UCI_PARTS = [("ae.train", "size_ae.train"), ("ae.test", "size_ae.test")]

_DESCR = """{title}
{line}
{text}

:Source: UEA multivariate time series classification archive, as in {wheel}
:Split: {n_train} sequences for training, {n_test} for testing
"""


def fetch_basic_motions(data_home: PathLike | None = None, *, download: bool = True) -> Bunch:
    """
    Load BasicMotions [1]_: four movements, felt by a watch.

    Four students stood, ran, walked and played badminton. The sequences are not part of this
    package. They come from an installed aeon, or from its wheel, which is downloaded at the first
    call (6 MB), and are checked against their SHA-256 digest.

    Parameters
    ----------
    data_home : str or path, default=None
        A folder that holds `BasicMotions_TRAIN.ts` and `BasicMotions_TEST.ts` (itself or in
        `BasicMotions/`), or a local zip or tar archive of them, such as aeon's wheel. A folder that
        is empty or does not exist receives the download. None is the folder in the environment
        variable `LSM_DATA` or, without it, the user's cache folder.
    download : bool, default=True
        If False, raise an error instead of downloading.

    Returns
    -------
    motions : Bunch
        A dictionary with attributes:

        data : ndarray of shape (80,), object
            Sequences of shape (100, 6), ten rows a second: three axes of an accelerometer, then
            three of a gyroscope.
        target : ndarray of shape (80,), int
            Index into `target_names`.
        train, test : ndarray of shape (40,), int
            Indices of the archive's own split; ten of each class in either.
        target_names : ndarray of shape (4,), str
            Names of the movements.
        feature_names : list of str
            Names of the channels.
        row_duration : float
            Time from one row to the next, 100 ms.
        DESCR : str
            Source and split.

    Raises
    ------
    FileNotFoundError
        If `data_home` lacks the files.
    ValueError
        If the files hold other sequences, or are damaged.
    OSError
        If the download fails, or is needed and `download` is False.

    References
    ----------
    .. [1] A. Bagnall et al. (2018). The UEA multivariate time series classification archive, 2018.
       arXiv:1811.00075.
    """
    return _fetch(
        "BasicMotions",
        data_home,
        download,
        "Movements of four students, by the accelerometer and the gyroscope of a watch.",
        target_names=["Standing", "Running", "Walking", "Badminton"],
        feature_names=[f"{sensor} {axis}" for sensor in ("acceleration", "turn") for axis in "xyz"],
        row_duration=100.0,
    )


def fetch_japanese_vowels(data_home: PathLike | None = None, *, download: bool = True) -> Bunch:
    """
    Load Japanese Vowels [1]_: two vowels, said by nine men.

    The sequences are not part of this package. They come from an installed aeon, or from its wheel,
    which is downloaded at the first call (6 MB), and are checked against their SHA-256 digest.

    Parameters
    ----------
    data_home : str or path, default=None
        A folder that holds `JapaneseVowels_TRAIN.ts` and `JapaneseVowels_TEST.ts` (itself or in
        `JapaneseVowels/`), or the files `ae.train`, `ae.test`, `size_ae.train` and `size_ae.test`
        of the UCI repository; or a local zip or tar archive of either, such as aeon's wheel. A
        folder that is empty or does not exist receives the download. None is the folder in the
        environment variable `LSM_DATA` or, without it, the user's cache folder.
    download : bool, default=True
        If False, raise an error instead of downloading.

    Returns
    -------
    vowels : Bunch
        A dictionary with attributes:

        data : ndarray of shape (640,), object
            Sequences of shape (n_rows, 12), 7 to 29 rows of the cepstrum of a linear
            prediction.
        target : ndarray of shape (640,), int
            The speaker, 0 to 8.
        train, test : ndarray of int
            Indices of the data set's own split, 270 and 370; thirty of each speaker to train on.
        target_names : ndarray of shape (9,), str
            "1" to "9".
        feature_names : list of str
            Names of the channels.
        row_duration : float
            Duration of a row, 6.4 ms.
        DESCR : str
            Source and split.

    Raises
    ------
    FileNotFoundError
        If `data_home` lacks the files.
    ValueError
        If the files hold other sequences, or are damaged.
    OSError
        If the download fails, or is needed and `download` is False.

    References
    ----------
    .. [1] M. Kudo, J. Toyama, M. Shimbo (1999). Multidimensional curve classification using
       passing-through regions. Pattern Recognition Letters 20, 1103-1111. UCI Machine Learning
       Repository, CC BY 4.0.
    """
    return _fetch(
        "JapaneseVowels",
        data_home,
        download,
        "Two vowels in a row, said by nine men, as the cepstrum of a linear prediction.",
        target_names=[str(speaker) for speaker in range(1, 10)],
        feature_names=[f"cepstrum {i}" for i in range(1, 13)],
        row_duration=6.4,
        uci_parts=UCI_PARTS,
    )


def _fetch(
    name, data_home, download, text, *, target_names, feature_names, row_duration, uci_parts=()
):
    """Read, check and describe a data set of the archive."""
    layouts = [[f"{name}_TRAIN.ts", f"{name}_TEST.ts"]]
    if uci_parts:
        layouts.append([file for part in uci_parts for file in part])
    carrier = Carrier("aeon", f"aeon/datasets/data/{name}", WHEEL, SHA256)
    files = read_carried(layouts, carrier, data_home, download)
    if layouts[0][0] in files:
        parts = [_parse(file, files[file]) for file in layouts[0]]
    else:
        parts = [_parse_uci(*part, files, target_names) for part in uci_parts]
    cases = [case for part in parts for case in part]
    digest = hashlib.sha256()
    for sequence, label in cases:
        digest.update(sequence.astype("<f8").tobytes() + label.encode())
    if digest.hexdigest() != DIGESTS[name]:
        where = "the data" if data_home is None else f"data_home={str(data_home)!r}"
        raise ValueError(
            f"{where} holds {len(parts[0])} and {len(parts[1])} sequences that differ from the "
            f"published ones of {name}"
        )
    data = np.empty(len(cases), dtype=object)
    data[:] = [sequence for sequence, _ in cases]
    n_train = len(parts[0])
    return Bunch(
        data=data,
        target=np.array([target_names.index(label) for _, label in cases]),
        train=np.arange(n_train),
        test=np.arange(n_train, len(cases)),
        target_names=np.array(target_names),
        feature_names=feature_names,
        row_duration=row_duration,
        DESCR=_DESCR.format(
            title=name,
            line="-" * len(name),
            text=text,
            wheel=carrier.wheel,
            n_train=n_train,
            n_test=len(parts[1]),
        ),
    )


def _parse(name, content):
    """Return sequences of shape (n_steps, n_channels) and labels of a file of the format ts."""
    _, found, body = content.decode("utf-8", "replace").partition("@data")
    if not found:
        raise ValueError(f"{name} has no line @data, so it is not of the format ts")
    cases = []
    for line in filter(None, map(str.strip, body.splitlines())):
        *channels, label = line.split(":")
        rows = [channel.split(",") for channel in channels]
        cases.append((_sequence(name, len(cases), rows).T.copy(), label))
    return cases


def _parse_uci(name, name_of_sizes, files, labels):
    """Return sequences and labels of a part of Japanese Vowels from files of the UCI repository.

    A line is a row. A blank line ends an utterance, and in some copies a line of ones before it.
    All utterances of a speaker follow each other.
    """
    sequences, rows = [], []
    for line in [*files[name].decode("ascii", "replace").splitlines(), ""]:
        row = line.split()
        if not all(map(_is_one, row)):
            rows.append(row)
        elif rows:
            sequences.append(_sequence(name, len(sequences), rows))
            rows = []
    sizes = _sizes(name_of_sizes, files[name_of_sizes], labels)
    if sum(sizes) != len(sequences):
        raise ValueError(
            f"{name} holds {len(sequences)} sequences, but {name_of_sizes} lists {sum(sizes)}: "
            "give the published files"
        )
    return list(zip(sequences, np.repeat(labels, sizes).tolist(), strict=True))


def _is_one(word):
    """Return whether a word is the number 1, 1.0 and so on."""
    whole, _, rest = word.partition(".")
    return whole == "1" and not rest.strip("0")


def _sequence(name, i, rows):
    """Return sequence i of a file as an array, from lists of the words in its rows."""
    reason = None
    try:
        sequence = np.array(rows, dtype=float)
        if sequence.ndim != 2 or sequence.size == 0:
            reason = "it has no numbers"
        elif not np.isfinite(sequence).all():
            reason = "it holds NaN, infinity or a number above 1.8e308"
    except ValueError as error:
        reason = str(error) if len(set(map(len, rows))) == 1 else "its rows differ in length"
    if reason:
        raise ValueError(
            f"{name}: sequence {i} cannot be read: {reason:.200}: give the published file"
        )
    return sequence


def _sizes(name, content, labels):
    """Return the numbers of sequences of all labels, from a file that lists them."""
    try:
        sizes = [int(size) for size in content.split()]
    except ValueError:
        sizes = []
    if len(sizes) != len(labels) or min(sizes) < 0:
        raise ValueError(
            f"{name} must hold {len(labels)} numbers of sequences, each at least 0, got "
            f"{content!r:.80}: give the published file"
        )
    return sizes
