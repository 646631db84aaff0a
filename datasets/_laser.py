"""The laser of the Santa Fe competition: downloaded once, or read from a local file."""

import hashlib
import io
import math
import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.utils import Bunch

from .._typing import PathLike
from ._series import ahead, bunch, check_horizons
from ._wheels import Carrier, read_carried

__all__ = ["fetch_santa_fe_laser"]

FILE = "santafe_laser.npy"
N_STEPS = 10093
CARRIER = Carrier(
    package="reservoirpy",
    folder="reservoirpy/datasets",
    url=(
        "https://files.pythonhosted.org/packages/34/a5/"
        "c04ad6073bef79f7164afd97d0cd536b698195f7d7e49b1b10307272822a/"
        "reservoirpy-0.4.2-py3-none-any.whl"
    ),
    sha256="cb6f61b2a3b90986d4cc89e14aa0c0b92632711272ff6f7dcd94e0c973217432",
)
# Digest of the numbers, not of a file.
DIGEST = "ec9a7547fe386f59ce23b1aae2fc9b55ac0c0a5d69fe82bcd74194933212fb95"


def fetch_santa_fe_laser(
    data_home: PathLike | None = None,
    *,
    horizon: int | Sequence[int] = 1,
    validation_size: float = 0.2,
    test_size: float = 0.2,
    download: bool = True,
) -> Bunch:
    """
    Load the laser of the Santa Fe competition, data set A with its continuation [1]_.

    The intensity of a far-infrared laser in a chaotic state, 10,093 integers from 0 to 255. They
    are not part of this package. They come from an installed ReservoirPy, or from its wheel, which
    is downloaded at the first call (0.2 MB), and are checked against their SHA-256 digest.

    Parameters
    ----------
    data_home : str or path, default=None
        A file with the numbers, as text or of the format npy; ReservoirPy's wheel; or a folder that
        holds `santafe_laser.npy` or the wheel. A folder that is empty or does not exist receives
        the download. None is the folder in the environment variable `LSM_DATA` or, without it, the
        user's cache folder.
    horizon : int or sequence of int, default=1
        Number of steps by which the targets are ahead.
    validation_size, test_size : float, default=0.2
        Shares of the steps, at the end of the series.
    download : bool, default=True
        If False, raise an error instead of downloading.

    Returns
    -------
    series : Bunch
        A dictionary with attributes:

        data : list of one ndarray of shape (n_steps, 1)
            All steps but for the last, which are targets only.
        target : list of one ndarray of shape (n_steps, n_horizons)
            The intensity after each horizon.
        train, validation, test : slice
            Successive steps to train, to choose settings and to test on, as `data[0][train]`.
        feature_names, target_names : list of str
            Names of the columns of `data` and of `target`.
        DESCR : str
            Source and split.

    Raises
    ------
    FileNotFoundError
        If `data_home` lacks the series.
    ValueError
        If a parameter is invalid, or the file has other numbers.
    OSError
        If the download fails, or is needed and `download` is False.

    References
    ----------
    .. [1] A. S. Weigend, N. A. Gershenfeld (eds., 1994). Time series prediction: forecasting the
       future and understanding the past. Addison-Wesley.
    """
    horizons = check_horizons(horizon)
    if horizons.max() > N_STEPS - 3:
        raise ValueError(f"horizon must be at most {N_STEPS - 3} steps, got {horizon!r}")
    (content,) = read_carried([[FILE]], CARRIER, data_home, download).values()
    where = "the data" if data_home is None else f"data_home={str(data_home)!r}"
    try:
        series = _parse(content)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    if hashlib.sha256(series.tobytes()).hexdigest() != DIGEST:
        raise ValueError(
            f"{where} holds {series.size} numbers that differ from the {N_STEPS} published ones"
        )
    return bunch(
        "Santa Fe laser",
        f"Intensity of a far-infrared laser, from {CARRIER.wheel}.",
        **ahead(series.reshape(-1, 1), horizons, ["intensity"]),
        validation_size=validation_size,
        test_size=test_size,
    )


def _parse(content):
    """Return the numbers of a file of text or of the format npy."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an empty file, or of an odd header
            is_npy = content.startswith(b"\x93NUMPY")
            series = _read_npy(content) if is_npy else _read_text(content)
    # NumPy lets a dozen kinds of errors through on a damaged header, such as TokenError.
    except Exception as error:
        raise ValueError(
            f"the file of the laser is neither text of numbers nor npy: {error}: give the "
            f"published {FILE}"
        ) from error
    if not np.isfinite(series).all():
        raise ValueError(
            f"the file of the laser holds NaN, infinity or a number above 1.8e308 in place "
            f"{int(np.argmin(np.isfinite(series)))}: give the published {FILE}"
        )
    return series


def _read_text(content):
    return np.loadtxt(io.StringIO(content.decode("ascii"))).ravel()


def _read_npy(content):
    """Return the numbers of a file of the format npy; `np.load` believes the size in its header."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if version not in readers:
        raise ValueError(f"version {version} of the format is not 1.0 or 2.0")
    shape, is_fortran, dtype = readers[version](file)
    if dtype.kind not in "iuf":
        raise ValueError(f"it holds {dtype}, not numbers")
    series = np.frombuffer(content, dtype, offset=file.tell())
    if math.prod(shape) != series.size:
        raise ValueError(f"its header names shape {shape}, but {series.size} numbers follow")
    series = series.reshape(shape, order="F" if is_fortran else "C")
    return series.astype("<f8").ravel()
