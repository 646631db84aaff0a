"""The Free Spoken Digit Dataset: 600 recordings that come with the package, or all of them.

All of them are downloaded once, or read from a local folder or archive.
"""

import hashlib
import io
import os
import tempfile
from pathlib import Path

import numpy as np
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.utils import Bunch

from lsm._validation import check_choice

from .._typing import PathLike
from ._archive import ARCHIVE_SUFFIXES, read_archive, read_files
from ._wav import read_wav

SAMPLE_RATE = 8000
TEST_TAKES = range(5)
COMMIT = "26eb9aaf76e81b692f806f9140c2d2777410d7a1"
URL = f"https://github.com/Jakobovski/free-spoken-digit-dataset/archive/{COMMIT}.tar.gz"
ARCHIVE_NAME = f"free-spoken-digit-dataset-{COMMIT}.tar.gz"

# The recordings that come with the package; fsdd.txt says what they are and who made them.
RECORDINGS = Path(__file__).with_name("fsdd.flac")

_DESCR = """Free Spoken Digit Dataset
-------------------------
Recordings of the English digits zero to nine, each said up to 50 times by each of six speakers.

:Source: https://github.com/Jakobovski/free-spoken-digit-dataset, commit {commit}
:Authors: Zohar Jackson and contributors
:Licence: CC BY-SA 4.0
:Sound: {sample_rate} Hz, mono, 0.14 to 2.3 s
:Subset: {subset}: {n} recordings of {n_digits} digits by {n_speakers} speakers, {n_takes} takes
:Split: takes 0 to 4 are the test set, 5 to 49 the training set
"""


def load_spoken_digits() -> Bunch:
    """
    Load 600 recordings of the Free Spoken Digit Dataset [1]_ that come with the package.

    They are takes 5 to 14: ten recordings of each of ten digits by each of six speakers. The other
    recordings come by :func:`fetch_spoken_digits`.

    Returns
    -------
    digits : Bunch
        A dictionary with attributes, sorted by digit, speaker and take:

        data : ndarray of shape (600,), object
            Waveforms of shape (n_samples,), float32, in [-1, 1].
        target : ndarray of shape (600,), int
            The digit, 0 to 9.
        speaker : ndarray of shape (600,), str
            Name of the speaker.
        take : ndarray of shape (600,), int
            Number of the recording of the digit by the speaker, 5 to 14.
        groups : ndarray of shape (600,), str
            The speaker, for splits of scikit-learn that take `groups`.
        cv : list of (train, test)
            Indices of six splits; each speaker is the test once.
        target_names : ndarray of shape (10,), str
            "0" to "9".
        sample_rate : int
            8000 Hz.
        DESCR : str
            Source, licence and counts.

    References
    ----------
    .. [1] Z. Jackson et al., Free Spoken Digit Dataset,
       https://github.com/Jakobovski/free-spoken-digit-dataset, CC BY-SA 4.0.

    Examples
    --------
    >>> from lsm.datasets import load_spoken_digits
    >>> digits = load_spoken_digits()
    >>> digits.data.shape, len(digits.cv), digits.sample_rate
    ((600,), 6, 8000)
    """
    # Imported here, since it loads a library that few users of the data sets need.
    import soundfile

    lines = RECORDINGS.with_suffix(".txt").read_text(encoding="ascii").splitlines()
    names, lengths = zip(*(line.split() for line in lines if line[0] != "#"), strict=True)
    samples, _ = soundfile.read(RECORDINGS, dtype="float32")
    waveforms = np.split(samples, np.cumsum(np.array(lengths, dtype=int))[:-1])
    return _bunch(waveforms, names, "with the package")


def fetch_spoken_digits(
    data_home: PathLike | None = None, *, subset: str = "train", download: bool = True
) -> Bunch:
    """
    Load the Free Spoken Digit Dataset [1]_, downloading it at the first call.

    A part of it comes with the package, see :func:`load_spoken_digits`. Every file is checked
    against the SHA-256 registry that comes with the package.

    Parameters
    ----------
    data_home : str or path, default=None
        A folder that holds the WAV files (itself, in `recordings/`, or in `*/recordings/`), or a
        local tar or zip archive of them; it need not hold more than the subset. Files are
        downloaded to a folder that is empty or does not exist. None is the folder in the
        environment variable `LSM_DATA` or, without it, the user's cache folder.
    subset : {"train", "test", "all"}, default="train"
        Takes 5 to 49 (2,700 recordings), takes 0 to 4 (300), or both.
    download : bool, default=True
        If False, raise an error instead of downloading.

    Returns
    -------
    digits : Bunch
        A dictionary with the attributes of :func:`load_spoken_digits`, for the recordings of the
        subset. Takes are 0 to 49.

    Raises
    ------
    FileNotFoundError
        If `data_home` is a folder or an archive that lacks files of the subset (they are named).
    ValueError
        If `subset` is unknown, a file differs from the registry, or an archive is damaged or holds
        a member with an absolute path, `..`, a link or a device.
    OSError
        If the download fails, or is needed and `download` is False.

    References
    ----------
    .. [1] Z. Jackson et al., Free Spoken Digit Dataset,
       https://github.com/Jakobovski/free-spoken-digit-dataset, CC BY-SA 4.0.
    """
    check_choice("subset", subset, ("train", "test", "all"))
    registry = _load_registry()
    wanted = {
        name: digest
        for name, digest in registry.items()
        if subset == "all" or (_parse(name)[2] in TEST_TAKES) == (subset == "test")
    }
    files = _read_verified(_locate(data_home, registry, download), wanted)
    names = sorted(files, key=_parse)
    waveforms = [read_wav(io.BytesIO(files[name]), name, SAMPLE_RATE) for name in names]
    return _bunch(waveforms, names, subset)


def _bunch(waveforms, names, subset):
    """Return the data set of waveforms and the names of their files."""
    data = np.empty(len(names), dtype=object)
    for i, waveform in enumerate(waveforms):
        data[i] = waveform
    target, speaker, take = (np.array(column) for column in zip(*map(_parse, names), strict=True))
    descr = _DESCR.format(
        commit=COMMIT,
        sample_rate=SAMPLE_RATE,
        subset=subset,
        n=len(names),
        n_digits=len(np.unique(target)),
        n_speakers=len(np.unique(speaker)),
        n_takes=len(np.unique(take)),
    )
    return Bunch(
        data=data,
        target=target,
        speaker=speaker,
        take=take,
        groups=speaker,
        cv=list(LeaveOneGroupOut().split(target, groups=speaker)),
        target_names=np.array([str(digit) for digit in range(10)]),
        sample_rate=SAMPLE_RATE,
        DESCR=descr,
    )


def _load_registry():
    """Return the SHA-256 digest of every file of the data set, by file name."""
    lines = Path(__file__).with_name("fsdd_sha256.txt").read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in map(str.split, lines)}


def _parse(name):
    """Split `7_jackson_32.wav` into digit, speaker and take."""
    digit, speaker, take = name.removesuffix(".wav").split("_")
    return int(digit), speaker, int(take)


def _locate(data_home, registry, download):
    """Return the folder with the WAV files or the archive to read, downloading if need be."""
    if data_home is None:
        # Imported here, since it takes longer than the rest of the package's data sets together.
        import pooch

        home = Path(os.environ.get("LSM_DATA") or pooch.os_cache("lsm"))
    else:
        home = Path(data_home).expanduser()
        if home.is_file():
            return home
        if not home.is_dir() and home.name.lower().endswith(ARCHIVE_SUFFIXES):
            raise FileNotFoundError(f"data_home={str(data_home)!r}: there is no such archive")
    archive = home / ARCHIVE_NAME
    if archive.is_file():
        return archive
    if home.is_dir():
        for folder in (home, home / "recordings", *sorted(home.glob("*/recordings"))):
            if folder.is_dir() and any(path.name in registry for path in folder.iterdir()):
                return folder
        # A folder in use, perhaps named by mistake, is not the place for a download.
        in_use = any(not path.name.startswith(".") for path in home.iterdir())
        if data_home is not None and in_use:
            raise FileNotFoundError(
                f"data_home={str(data_home)!r} holds other files but no recording such as "
                "0_george_0.wav: give the folder or the archive with the recordings, or an empty "
                "folder to download to"
            )
    if not download:
        raise OSError(f"the recordings are not in {home}, and download=False")
    return _download(archive, registry)


def _download(archive, registry):
    """Download to a temporary folder, verify every file, and only then put the archive in place."""
    import pooch

    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".download-") as folder:
            # GitHub's archives are not byte-stable, so their files are checked instead.
            fetched = pooch.retrieve(URL, known_hash=None, fname=archive.name, path=folder)
            _read_verified(Path(fetched), registry)
            os.replace(fetched, archive)
    except (OSError, ValueError) as error:
        raise OSError(
            f"could not download {URL} to {archive.parent}: {error}.\nWithout a network, pass a "
            "local copy of that archive, or a folder with its recordings, as data_home"
        ) from error
    return archive


def _read_verified(source, wanted):
    """Return the content of each wanted file of a folder or an archive, by file name."""
    if source.is_dir():
        files = read_files(source, [name for name in wanted if (source / name).is_file()])
    else:
        files = read_archive(source, wanted)
    missing = sorted(wanted.keys() - files.keys(), key=_parse)
    if missing:
        some = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
        raise FileNotFoundError(
            f"{source} lacks {len(missing)} of the {len(wanted)} recordings asked for: {some}"
        )
    corrupt = [n for n in files if hashlib.sha256(files[n]).hexdigest() != wanted[n]]
    if corrupt:
        some = ", ".join(corrupt[:5]) + (", ..." if len(corrupt) > 5 else "")
        raise ValueError(
            f"{source} holds {len(corrupt)} corrupt recordings, which differ from the published "
            f"ones: {some}"
        )
    return files
