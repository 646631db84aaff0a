"""Read files from an archive without extracting it, after checks against hostile archives."""

import stat
import tarfile
import zipfile
from pathlib import PurePosixPath

ARCHIVE_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
MAX_BYTES = 2**20  # a recording has under 40 kB; more would be a decompression bomb


class _RefusedError(ValueError):
    """An archive that can be read, but must not be trusted."""


def read_archive(path, names):
    """
    Read the members of a tar or zip archive with the given names.

    Parameters
    ----------
    path : Path
        A tar archive, compressed or not, or a zip archive.
    names : container of str
        File names without folder. Members in any folder of the archive match.

    Returns
    -------
    files : dict of str to bytes
        Contents of the members that were found, by file name.

    Raises
    ------
    ValueError
        If the file is not an archive or is damaged, or if any of its members has an absolute path
        or `..` in its path, or is neither a regular file nor a folder.
    """
    try:
        if zipfile.is_zipfile(path):
            return _read_zip(path, names)
        return _read_tar(path, names)
    except _RefusedError:
        raise
    # On damaged files the modules raise a dozen kinds of errors, such as struct.error.
    except Exception as error:
        kind = type(error).__name__
        raise ValueError(f"cannot read {path} as a tar or zip archive: {kind}: {error}") from error


def _read_tar(path, names):
    files = {}
    with tarfile.open(path) as archive:
        for member in archive:
            _check_member(path, member.name, member.isreg() or member.isdir())
            name = PurePosixPath(member.name).name
            if member.isreg() and name in names:
                _check_size(path, member.name, member.size)
                files[name] = archive.extractfile(member).read()
    return files


def _read_zip(path, names):
    files = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            # The upper half holds the Unix mode, or zero where the zip was not made on Unix.
            kind = stat.S_IFMT(member.external_attr >> 16)
            _check_member(path, member.filename, kind in (0, stat.S_IFREG, stat.S_IFDIR))
            name = PurePosixPath(member.filename).name
            if not member.is_dir() and name in names:
                _check_size(path, member.filename, member.file_size)
                files[name] = archive.read(member)
    return files


def _check_member(path, name, is_plain):
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" or parts[0].endswith(":"):
        raise _RefusedError(f"{path} is refused: its member {name!r} has an absolute path")
    if ".." in parts:
        raise _RefusedError(f"{path} is refused: its member {name!r} has '..' in its path")
    if not is_plain:
        raise _RefusedError(
            f"{path} is refused: its member {name!r} is a link, a device or another special file"
        )


def _check_size(path, name, size):
    if size > MAX_BYTES:
        raise _RefusedError(
            f"{path} is refused: its member {name!r} has {size} bytes, more than the {MAX_BYTES} "
            "that a recording may have"
        )
