"""Every parser of files and samples from elsewhere, with valid contents to mutate.

A parser takes bytes. It may refuse them by a ValueError, TypeError or OSError that names the file
or the argument, and must otherwise return finite numbers.
"""

import io
import json
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse

from lsm import SpikeArray
from lsm.datasets import _laser, _uea
from lsm.datasets._archive import read_archive
from lsm.datasets._wav import read_wav
from lsm.experiments._study.json_files import NUMBER, read_json
from lsm.formats import from_aeon, from_neo, from_tonic, read_shd
from tests.helpers.spoken_digits import RECORDINGS, wav_bytes, write_tar, write_zip

# In memory where the system has it, since a campaign writes millions of files.
SHARED = Path("/dev/shm")
TEMPORARY = tempfile.TemporaryDirectory(  # removed when Python ends
    dir=SHARED if SHARED.is_dir() else None, prefix="lsm-fuzz-"
)
FOLDER = Path(TEMPORARY.name)
FEW = dict(list(RECORDINGS.items())[:2])
SEPARATOR = b"\n-- sizes\n"
OPTIONS = [("sum", "error"), ("one", "error"), ("error", "error"), ("sum", "drop")]


class Parser(NamedTuple):
    """A parser: its function of bytes, what its errors name, and valid contents."""

    read: object
    names: str
    seeds: list


def in_file(name, read):
    """Return a function of bytes that reads them from a file."""
    path = FOLDER / name

    def read_bytes(content):
        path.write_bytes(content)
        return read(path)

    return read_bytes


def written(write, name, *args, **kwargs):
    """Return the bytes that a function writes to a file."""
    path = FOLDER / name
    write(path, *args, **kwargs)
    return path.read_bytes()


def npy(array):
    """Return an array in the format npy."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def read_uci(content):
    """Read a part of Japanese Vowels in the two files of UCI, which a separator divides."""
    rows, _, sizes = content.partition(SEPARATOR)
    files = {"ae.train": rows, "size_ae.train": sizes}
    return _uea._parse_uci("ae.train", "size_ae.train", files, ["1", "2"])


def write_hdf5(path):
    """Write two recordings in the layout of the Spiking Heidelberg Digits."""
    import h5py

    with h5py.File(path, "w") as file:
        times = file.create_dataset("spikes/times", (2,), h5py.vlen_dtype(np.float16))
        units = file.create_dataset("spikes/units", (2,), h5py.vlen_dtype(np.uint16))
        times[0], units[0] = [0.1, 0.2, 0.3], [1, 2, 3]
        times[1], units[1] = [0.5], [699]
        file["labels"] = [0, 1]


# ------------------------------------------------------------------------------- samples as bytes

DTYPES = ["<f8", "<f4", "<f2", "<i8", "<i4", "<u8", "<u2", "|u1", "|b1", "<c8", "<M8[ms]", "|S3"]


class Draws:
    """Arrays and numbers from bytes, in order; zeros after their end."""

    def __init__(self, content):
        self.content = content
        self.at = 0

    def take(self, n):
        """Return the next n bytes."""
        taken = self.content[self.at : self.at + n]
        self.at += n
        return taken.ljust(n, b"\0")

    def below(self, n):
        """Return an integer from 0 to n - 1."""
        return self.take(1)[0] % n

    def array(self):
        """Return a short array of any kind of number, or of something else."""
        dtype = np.dtype(DTYPES[self.below(len(DTYPES))])
        n = self.below(9)
        values = np.frombuffer(self.take(n * dtype.itemsize), dtype)
        return values.reshape(2, -1) if n % 2 == 0 and self.below(16) == 15 else values

    def number(self):
        """Return a number of any size, or None."""
        kind = self.below(4)
        if kind == 0:
            return None
        values = self.take(8)
        return np.frombuffer(values, "<f8" if kind == 1 else "<i8")[0].item()

    def integer(self):
        """Return an integer, mostly a small one."""
        return self.below(8) if self.below(4) else int(np.frombuffer(self.take(8), "<i8")[0])


def read_events(content):
    """Pack up to three samples of spike times."""
    draws = Draws(content)
    duplicates, out_of_range = OPTIONS[draws.below(4)]
    n_channels, durations = draws.integer(), draws.number()
    row_duration = draws.number() if draws.below(2) else 1.0
    events = [(draws.array(), draws.array()) for _ in range(draws.below(4))]
    return SpikeArray.from_events(
        events, n_channels, durations, row_duration=row_duration, duplicates=duplicates,
        out_of_range=out_of_range,
    )  # fmt: skip


def read_arrays(content):
    """Call the constructor of SpikeArray."""
    draws = Draws(content)
    rows, channels, offsets, n_rows = (draws.array() for _ in range(4))
    amplitudes = draws.array() if draws.below(2) else None
    return SpikeArray(
        rows, channels, amplitudes, offsets, n_rows, draws.integer(), graded=bool(draws.below(2))
    )


def read_sparse(content):
    """Pack a sparse sample of any shape."""
    draws = Draws(content)
    shape = abs(draws.integer()), abs(draws.integer())
    values = draws.array().ravel()
    cells = [[draws.below(min(n, 256) or 1) for _ in values] for n in shape]
    form = [sparse.coo_array, sparse.coo_matrix][draws.below(2)]
    try:
        sample = form((values, cells), shape=shape)
    except (ValueError, TypeError, OverflowError) as error:  # no sample that SciPy has
        raise ValueError(f"sample: {error}") from None
    return SpikeArray.from_sparse([sample])


def read_tonic(content):
    """Pack recordings of event sensors."""
    draws = Draws(content)
    fields = [(name, DTYPES[draws.below(8)]) for name in "txyp"[: 1 + draws.below(4)]]
    recording = np.zeros(draws.below(6), dtype=fields)
    for name in recording.dtype.names:
        field = recording.dtype[name]
        recording[name] = np.frombuffer(draws.take(len(recording) * field.itemsize), field)
    size = tuple(draws.integer() for _ in range(3))
    duplicates, out_of_range = OPTIONS[draws.below(4)]
    return from_tonic(
        [recording], size, draws.number(), duplicates=duplicates, out_of_range=out_of_range
    )


class Train(np.ndarray):
    """A stand-in for a neo.SpikeTrain."""

    @property
    def magnitude(self):
        """The values as a plain array."""
        return self.view(np.ndarray)

    def rescale(self, unit):
        """Return the train itself, whose values are in ms."""
        return self


def read_neo(content):
    """Pack spike trains of Neo."""
    draws = Draws(content)
    trains = []
    for _ in range(1 + draws.below(2)):
        train = draws.array().view(Train)
        train.t_start, train.t_stop = (
            np.frombuffer(draws.take(8), "<f8").reshape(()).view(Train) for _ in range(2)
        )
        trains.append(train)
    return from_neo([trains])


def read_aeon(content):
    """Pack series of aeon."""
    draws = Draws(content)
    return from_aeon([np.atleast_2d(draws.array()) for _ in range(draws.below(3))])


def bits(*parts):
    """Return the bytes of arrays and small numbers one after the other."""
    return b"".join(bytes([p]) if isinstance(p, int) else p for p in parts)


F8, I8, I4 = 0, 3, 4  # places in DTYPES
TIMES = bits(F8, 3, np.array([0.5, 1.5, 9.0]).tobytes())
CHANNELS = bits(I4, 3, np.array([0, 1, 2], "<i4").tobytes())
EVENTS = bits(0, 1, 5, 1, np.array([20.0]).tobytes(), 0, 1, TIMES, CHANNELS)
ARRAYS = bits(
    CHANNELS, CHANNELS, I8, 2, np.array([0, 3]).tobytes(), 0, I8, 1, np.array([4]).tobytes(),
    0, 1, 5, 0,
)  # fmt: skip
TONIC = bits(3, 3, 4, 4, 4, 2, np.array([0, 2500]).tobytes(), bytes(24), 1, 2, 1, 2, 1, 2, 0, 0)
NEO = bits(0, TIMES, np.array([0.0, 10.0]).tobytes())

SAMPLES = (
    r"sample|events|durations|channels|duration|rows|amplitudes|offsets|case|recording|t_start"
)

PARSERS = {
    "ts": Parser(
        lambda content: _uea._parse("x.ts", content),
        "x.ts",
        [b"@classLabel true a b\n@data\n1.5,2,-3e-2:4,5,6:a\n7,8:9,10:b\n"],
    ),
    "uci": Parser(
        read_uci,
        "ae.train",
        [b"1.5 2\n3 4\n\n5 6\n1.0 1.0\n\n7 8\n" + SEPARATOR + b"1 2\n"],
    ),
    "laser": Parser(
        _laser._parse,
        "laser",
        [b"86\n141\n95\n41\n", npy(np.arange(9.0)), npy(np.arange(6, dtype=">i2").reshape(3, 2))],
    ),
    "json": Parser(
        in_file("x.json", lambda path: read_json(path, {"score": NUMBER})),
        "x.json",
        [json.dumps({"score": 0.5, "settings": {"a": [1, None, "b"], "c": -1e-3}}).encode()],
    ),
    "from_events": Parser(read_events, SAMPLES, [EVENTS]),
    "SpikeArray": Parser(read_arrays, SAMPLES, [ARRAYS]),
    "from_sparse": Parser(read_sparse, SAMPLES, [bits(1, 5, 1, 3, TIMES, 1, 2, 3, 0, 1, 2, 0)]),
    "from_tonic": Parser(read_tonic, SAMPLES + "|sensor_size", [TONIC]),
    "from_neo": Parser(read_neo, SAMPLES + "|segment", [NEO]),
    "from_aeon": Parser(read_aeon, SAMPLES, [bits(2, TIMES, TIMES)]),
    "wav": Parser(
        lambda content: read_wav(io.BytesIO(content), "x.wav", 8000),
        "x.wav",
        [
            wav_bytes(values)
            for values in (
                np.arange(-9, 9, dtype=np.int16),
                np.arange(9, dtype=np.uint8),
                np.linspace(-1, 1, 9),
                np.zeros(9, np.float32),
            )
        ],  # fmt: skip
    ),
    "tar": Parser(
        in_file("x.tar", lambda path: read_archive(path, FEW)),
        "x.tar",
        [written(write_tar, f"a.tar{end}", FEW) for end in ("", ".gz", ".xz")],
    ),
    "zip": Parser(
        in_file("x.zip", lambda path: read_archive(path, FEW)),
        "x.zip",
        [written(write_zip, "a.zip", FEW)],
    ),
    "hdf5": Parser(in_file("x.h5", read_shd), "x.h5", [written(write_hdf5, "a.h5")]),
}


def fault(parser, content):
    """Return the fault of a parser at a content, or None."""
    try:
        result = parser.read(content)
    except (ValueError, TypeError, OSError) as error:
        named = re.search(parser.names, str(error))
        return None if named else f"no name in {type(error).__name__}: {error}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return None if is_finite(result) else "a number that is not finite"


def is_finite(result):
    """Return whether all numbers of a result are finite."""
    if isinstance(result, SpikeArray):
        amplitudes = () if result.amplitudes is None else result.amplitudes
        return bool(np.isfinite(amplitudes).all() and np.isfinite(result.row_duration))
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, list | tuple):
        return all(map(is_finite, result))
    if isinstance(result, float | np.ndarray):
        return bool(np.isfinite(result).all())
    return True
