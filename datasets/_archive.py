"""Read files of an archive or a folder in bounded memory, without extracting an archive.

The headers of an archive are not believed. Whatever sizes they name, no more than the limits below
is read and unpacked.
"""

import gzip
import lzma
import stat
import tarfile
import tempfile
import zipfile
from bz2 import BZ2File
from contextlib import contextmanager
from pathlib import PurePosixPath

__all__ = ["ARCHIVE_SUFFIXES", "MAX_BYTES", "is_archive", "read_archive", "read_files"]

ARCHIVE_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
MAX_BYTES = 2**20  # of a file; a recording has under 40 kB, a file of sequences under 700 kB
MAX_TOTAL = 2**27  # of all files together, and of an unpacked tar; that of the digits has 25 MB
MAX_MEMBERS = 20_000  # of a tar; that of the digits has 3,100
MAX_HEADER = 2**16  # of a member of a tar, with its long name and its records of the format pax
MAX_DIRECTORY = 2**21  # of the list of all members of a zip, about 100 bytes each
XZ_MEMORY = 2**27  # for the dictionary of xz; the highest level of the program xz needs half of it
CHUNK = 2**16
UNPACK = "unpack the archive yourself, and give the folder with the files"

GZIP, BZIP2, XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"


class _RefusedError(ValueError):
    """An archive that can be read, but must not be trusted."""


def is_archive(path):
    """Return whether a file begins like a tar archive, compressed or not, or is a zip archive."""
    with open(path, "rb") as file:
        start = file.read(tarfile.BLOCKSIZE)
    is_tar = start.startswith((GZIP, BZIP2, XZ)) or start[257:262] == b"ustar"
    return is_tar or zipfile.is_zipfile(path)


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
        If the file is not an archive or is damaged, if any of its members has an absolute path or
        `..` in its path, or is neither a regular file nor a folder, or if it holds more than the
        limits of this module allow.
    """
    try:
        read = _read_zip if zipfile.is_zipfile(path) else _read_tar
        with open(path, "rb") as file:
            return read(path, file, names)
    except _RefusedError:
        raise
    # On damaged files the modules raise a dozen kinds of errors, such as struct.error.
    except Exception as error:
        kind = type(error).__name__
        raise ValueError(f"cannot read {path} as a tar or zip archive: {kind}: {error}") from error


def read_files(folder, names):
    """
    Read files of a folder.

    Parameters
    ----------
    folder : Path
        Folder.
    names : iterable of str
        Names of the files.

    Returns
    -------
    files : dict of str to bytes

    Raises
    ------
    ValueError
        If a file, or all files together, hold more than the limits of this module allow.
    """
    files = _Files(folder)
    for name in names:
        with open(folder / name, "rb") as file:
            files.add(name, file)
    return dict(files)


class _Files(dict):
    """Contents of files by name, of bounded size."""

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.room = MAX_TOTAL

    def add(self, name, file):
        """Read a file; refuse it if it is too large, or if all files together are."""
        content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            _refuse_size(self.path, name, f"more than {MAX_BYTES}")
        self.room -= len(content)
        if self.room < 0:
            raise _RefusedError(
                f"{self.path} is refused: its files have more than {MAX_TOTAL} bytes together, the "
                "most that a data set may have: give the published files alone"
            )
        self[name] = content


class _Metered:
    """A binary file of which no more bytes are read than an allowance.

    A header that claims more is refused before the memory for it is taken.
    """

    def __init__(self, path, file):
        self.path = path
        self.file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def allow(self, n_bytes, part):
        """Set the allowance for a part of the archive, which is named in the error."""
        self.n_bytes = self.left = n_bytes
        self.part = part

    def read(self, n=-1):
        """Read up to n bytes, or the rest if n is negative."""
        content = self.file.read(min(n, self.left + 1) if n >= 0 else self.left + 1)
        self.left -= len(content)
        if self.left < 0:
            raise _RefusedError(
                f"{self.path} is refused: its {self.part} has more than {self.n_bytes} bytes, the "
                f"most that is read of it: {UNPACK}"
            )
        return content


def _read_tar(path, file, names):
    files = _Files(path)
    with _unpacked(path, file) as plain:
        plain = _Metered(path, plain)
        plain.allow(MAX_HEADER, "first header")
        archive = tarfile.TarFile(fileobj=plain)
        # Not by iteration, which reads a header before its allowance can be set.
        while member := archive.next():
            _check_member(path, member.name, member.isreg() or member.isdir())
            # A negative size would lead back to the same member, for ever.
            if member.size < 0 or len(archive.members) > MAX_MEMBERS:
                raise _RefusedError(
                    f"{path} is refused: it has a member of negative size, or more than "
                    f"{MAX_MEMBERS} members, the most that are read: {UNPACK}"
                )
            name = PurePosixPath(member.name).name
            if member.isreg() and name in names:
                _check_size(path, member.name, member.size)
                plain.allow(2 * MAX_BYTES, f"member {member.name!r:.80}")
                files.add(name, archive.extractfile(member))
            plain.allow(MAX_HEADER, f"header after the member {member.name!r:.80}")
    return dict(files)


@contextmanager
def _unpacked(path, file):
    """Open the plain content of a file, which a compressed file takes from a temporary file."""
    start = file.read(len(XZ))
    file.seek(0)
    if not start.startswith((GZIP, BZIP2, XZ)):
        yield file
        return
    with tempfile.TemporaryFile() as plain:
        n_bytes = 0
        for chunk in _chunks(start, file):
            n_bytes += len(chunk)
            if n_bytes > MAX_TOTAL:
                raise _RefusedError(
                    f"{path} is refused: it unpacks to more than {MAX_TOTAL} bytes, the most that "
                    f"a data set may have: {UNPACK}"
                )
            plain.write(chunk)
        plain.seek(0)
        yield plain


def _chunks(start, file):
    """Yield the plain content of a compressed file."""
    if start != XZ:
        plain = BZ2File(file) if start.startswith(BZIP2) else gzip.GzipFile(fileobj=file)
        while chunk := plain.read(CHUNK):
            yield chunk
        return
    # lzma.open has no limit for the dictionary, whose size the file states.
    decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
    while not decoder.eof:
        block = file.read(CHUNK) if decoder.needs_input else b""
        if decoder.needs_input and not block:
            raise EOFError("the file ends too soon")
        yield decoder.decompress(block, CHUNK)
    if decoder.unused_data or file.read(1):
        raise ValueError("data follow the end of the xz stream")


def _read_zip(path, file, names):
    files = _Files(path)
    file = _Metered(path, file)
    file.allow(MAX_DIRECTORY, "list of members")
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            # The upper half holds the Unix mode, or zero where the zip was not made on Unix.
            kind = stat.S_IFMT(member.external_attr >> 16)
            _check_member(path, member.filename, kind in (0, stat.S_IFREG, stat.S_IFDIR))
            name = PurePosixPath(member.filename).name
            if member.is_dir() or name not in names:
                continue
            _check_size(path, member.filename, member.file_size)
            # Others are unpacked by zipfile in one piece of any size.
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _RefusedError(
                    f"{path} is refused: its member {member.filename!r:.80} is compressed by "
                    f"method {member.compress_type}, and only 0 (stored) and 8 (deflate) are "
                    f"read, since others have no bound of memory: {UNPACK}"
                )
            file.allow(2 * MAX_BYTES, f"member {member.filename!r:.80}")
            with archive.open(member) as content:
                files.add(name, content)
    return dict(files)


def _check_member(path, name, is_plain):
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" or parts[0].endswith(":"):
        raise _RefusedError(f"{path} is refused: its member {name!r:.80} has an absolute path")
    if ".." in parts:
        raise _RefusedError(f"{path} is refused: its member {name!r:.80} has '..' in its path")
    if not is_plain:
        raise _RefusedError(
            f"{path} is refused: its member {name!r:.80} is a link, a device or another special "
            "file"
        )


def _check_size(path, name, size):
    if size > MAX_BYTES:
        _refuse_size(path, name, size)


def _refuse_size(path, name, size):
    raise _RefusedError(
        f"{path} is refused: its member {name!r:.80} has {size} bytes, more than the {MAX_BYTES} "
        "that a file of a data set may have: give the published file"
    )
