"""A folder that one process owns: reserved before the work, filled after it, never emptied."""

import contextlib
import errno
import fcntl
import os
import secrets
import tempfile
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from lsm._files import UNFINISHED

__all__ = ["OwnFolder", "cannot_write", "results_folder"]

LOCK = ".lock"
LAST = "result.json"  # a folder that has it is complete
PROBE_BYTES = 32 * 2**20
NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # of a file system without locks


def results_folder(out, name):
    """Reserve a folder for the results of an experiment.

    By default, for an `out` of None, it is results/NAME-DATE-TIME, or with -2, -3, ... after it, if
    another process has made that. An existing folder must be empty. An OSError is raised if the
    folder is not free, or if the disk is not writable or has no room.
    """
    made = out is None
    if made:
        stem = f"{Path(name).stem}-{datetime.now():%Y-%m-%d-%H%M%S}"
        names = chain([stem], (f"{stem}-{n}" for n in count(2)))
        out = _make_first(Path("results") / name for name in names)
    folder = OwnFolder(out, _refuse_content, made)
    try:
        _probe(folder.path)
    except OSError as error:
        folder.close()
        raise cannot_write(folder.path, error) from error
    return folder


def _make_first(paths):
    """Make the first of some folders that does not exist, and return its path."""
    for path in paths:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir()
        except OSError as error:
            if path.is_dir():
                continue
            raise cannot_write(path, error) from error
        return path


def _refuse_content(path, names):
    if names:
        raise FileExistsError(f"the results folder {path} exists and is not empty")


def _probe(folder):
    """Check that the disk is writable and has room."""
    path = folder / f"{UNFINISHED}{secrets.token_hex(4)}"
    with open(path, "xb") as file:
        try:
            for _ in range(PROBE_BYTES // 2**20):
                file.write(os.urandom(2**20))  # a file system that compresses must not be fooled
            file.flush()
            os.fsync(file.fileno())
        finally:
            path.unlink()


class OwnFolder:
    """A folder that belongs to this process until :meth:`close`.

    It is made if it does not exist, and locked. Results are collected in a private folder inside,
    and moved when they are complete. Nothing is removed that this process has not made, and nothing
    that is finished. An OSError is raised if the folder cannot be made or written, or if another
    process has it.

    Parameters
    ----------
    path : str or path
        Path of the folder.
    check : callable
        Takes the path of an existing folder and the names in it, without those that a killed
        process leaves, and raises an error if the folder holds something else than it may.
    made : bool, default=False
        Whether this process has made the folder.

    Attributes
    ----------
    path : Path
        Absolute path of the folder.
    """

    def __init__(self, path, check, made=False):
        self.path = Path(path).expanduser().absolute()
        self._made, self._made_lock = made, False
        self._descriptor = self._lock = None
        try:
            self._reserve(check)
        except BaseException:
            self.close()
            raise

    def _reserve(self, check):
        if os.path.lexists(self.path):
            if not self.path.is_dir():
                raise FileExistsError(f"{self.path} exists and is not a folder: name another one")
            check(self.path, self._names())
        try:
            if not self._made:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(FileExistsError):
                    self.path.mkdir()
                    self._made = True
            self._descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        try:
            self._open_lock()
        except OSError as error:
            raise cannot_write(self.path / LOCK, error) from error
        if not self._locked():
            self._made = self._made_lock = False  # it is the other process that removes them
            raise OSError(f"another process is at work on {self.path}: name another folder")
        check(self.path, self._names())  # another process may have had it until now

    def _names(self):
        return [
            name
            for name in sorted(os.listdir(self.path))
            if name != LOCK and not name.startswith(UNFINISHED)
        ]

    def _open_lock(self):
        # No link is followed, nothing is truncated, and a named pipe does not block.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            self._lock = os.open(LOCK, flags | os.O_EXCL, 0o666, dir_fd=self._descriptor)
            self._made_lock = True
        except FileExistsError:
            self._lock = os.open(LOCK, flags, 0o666, dir_fd=self._descriptor)

    def _locked(self):
        """Return whether this process alone has the lock."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno in NO_LOCKS
        return self._has_lock()

    def _has_lock(self):
        """Return whether the lock in the folder is the open one: a process may have removed it."""
        try:
            there = os.stat(LOCK, dir_fd=self._descriptor, follow_symlinks=False)
        except OSError:
            return False
        return os.path.samestat(there, os.fstat(self._lock))

    @contextlib.contextmanager
    def results(self, into=".", replace=False):
        """Yield a private folder, whose files are moved in the end, also after an error.

        Parameters
        ----------
        into : str, default="."
            Name of the folder inside this one that the files go to.
        replace : bool, default=False
            Whether they replace files of their names. Otherwise an OSError is raised if there are
            any. It names the private folder, which is left as it is.
        """
        target = self.path / into
        private = self._private()
        try:
            yield private
        except BaseException as error:
            if any(private.iterdir()):
                error.add_note(f"finished results are in {target}")
            self._move(private, into, replace)
            raise
        self._move(private, into, replace)

    def _private(self):
        """Make a private folder, elsewhere if this one is gone or full."""
        for place in (self.path, self.path.parent, tempfile.gettempdir()):
            with contextlib.suppress(OSError):
                return Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=place))
        raise OSError(f"cannot write results to {self.path}, nor to {tempfile.gettempdir()}")

    def _move(self, private, into, replace):
        target = self.path / into
        try:
            if not os.path.samestat(self.path.stat(), os.fstat(self._descriptor)):
                raise OSError("it was replaced by another folder")
            if into != ".":
                with contextlib.suppress(FileExistsError):
                    os.mkdir(into, dir_fd=self._descriptor)
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
            descriptor = os.open(into, flags, dir_fd=self._descriptor)
            try:
                names = sorted(os.listdir(private), key=lambda name: (name == LAST, name))
                if taken := [] if replace else set(names) & set(os.listdir(descriptor)):
                    raise OSError(f"it has got a file {min(taken)}")
                for name in names:
                    os.rename(private / name, name, dst_dir_fd=descriptor)
            finally:
                os.close(descriptor)
            private.rmdir()
        except OSError as error:
            named = cannot_write(target, error)
            named.add_note(f"finished results are in {private}")
            raise named from error

    def close(self):
        """Let go of the folder, which is removed if this process made it and it is empty."""
        with contextlib.suppress(OSError):
            if self._made_lock and self._has_lock():
                os.unlink(LOCK, dir_fd=self._descriptor)
            if self._made:
                self.path.rmdir()
        for descriptor in (self._lock, self._descriptor):
            if descriptor is not None:
                os.close(descriptor)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def cannot_write(out, error):
    """Return an error that names the results that could not be written, and the reason.

    Its class follows from the error's number, so that a PermissionError stays one.
    """
    reason = "it is a link" if error.errno == errno.ELOOP else error.strerror or error
    return OSError(error.errno, f"cannot write results to {out}: {reason}")
