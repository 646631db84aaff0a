"""Datasets of HDF5 files, read in bounded memory; damaged files end in errors that name them."""

import mmap
import os
import struct
from collections.abc import Mapping

__all__ = ["read_datasets"]

MOST_UNPACKED = 16  # bytes of a dataset for each byte of its file
HEAP = b"GCOL\x01"  # start of a heap of arrays of different lengths, and the version of its format
HEAD_BYTES = 16  # of a heap, and of each object in it


class _RefusedError(ValueError):
    """A file that can be read, but holds other datasets or claims too much."""


def read_datasets(file, paths):
    """
    Read datasets that have an entry for each sample.

    Parameters
    ----------
    file : path, h5py.File or mapping of arrays
        File. A path needs h5py.
    paths : list of str
        Names of the datasets, with slashes between groups.

    Returns
    -------
    datasets : list of sequences
        The entries of each dataset.

    Raises
    ------
    TypeError
        If `file` is nothing of this.
    ValueError
        If a dataset is missing, has no entries, or claims to be far larger than its file.
    OSError
        If the file is damaged.
    """
    is_path = isinstance(file, str | os.PathLike)
    if not is_path and not isinstance(file, Mapping):
        raise TypeError(f"file must be a path or an open h5py.File, got {file!r:.80}")
    if is_path:
        import h5py  # an optional dependency
    try:
        if not is_path:
            return _read_all(file, paths)
        with h5py.File(file, "r") as opened:
            return _read_all(opened, paths)
    except (_RefusedError, FileNotFoundError):
        raise
    # On damaged files h5py raises errors of many kinds, such as RuntimeError and KeyError.
    except Exception as error:
        name = repr(os.fspath(file)) if is_path else f"{file!r:.200}"
        raise OSError(f"{name} cannot be read as HDF5: {error}") from error


def _read_all(file, paths):
    """Return the entries of datasets of an open file or of a mapping."""
    if hasattr(file, "id") and os.path.isfile(file.filename):
        _check_heaps(file.filename)
    return [_read(file, path, paths) for path in paths]


def _read(file, path, paths):
    """Return the entries of the dataset at a path of an open file or of a mapping."""
    item = file
    for name in path.split("/"):
        if not isinstance(item, Mapping) or name not in item:
            listed = f"{', '.join(paths[:-1])} and {paths[-1]}"
            raise _RefusedError(f"{file!r:.200} must hold {listed}, but has no {path}")
        _check_link(file, path, item, name)
        item = item[name]
    if isinstance(item, Mapping) or getattr(item, "shape", [0]) in ((), None):
        raise _RefusedError(
            f"{path} of {file!r:.200} must be a dataset with an entry for each sample"
        )
    if not hasattr(file, "id"):  # not of h5py, so it is in memory already
        return item
    if item.external or item.is_virtual:
        _refuse_link(file, path)
    size = file.id.get_filesize()
    entries, n_bytes = [], item.nbytes
    if n_bytes <= MOST_UNPACKED * size and not item.dtype.hasobject:
        return item[()]
    while n_bytes <= MOST_UNPACKED * size and len(entries) < len(item):
        entries.append(item[len(entries)])
        n_bytes += getattr(entries[-1], "nbytes", 0)
    if n_bytes > MOST_UNPACKED * size:
        raise _RefusedError(
            f"{path} of {file!r:.200} is refused: it claims to hold more than {MOST_UNPACKED} "
            f"times the {size} bytes of the file: give the published file, or pass its arrays to "
            "SpikeArray.from_events"
        )
    return entries


def _check_link(file, path, group, name):
    """Refuse an entry of a group of h5py that lies in another file."""
    is_group = hasattr(group, "id")
    if is_group and type(group.get(name, getlink=True)).__name__ == "ExternalLink":
        _refuse_link(file, path)


def _refuse_link(file, path):
    raise _RefusedError(
        f"{path} of {file!r:.200} is refused: it lies in another file, which is not read: give the "
        "published file, or pass its arrays to SpikeArray.from_events"
    )


def _check_heaps(file):
    """Raise a ValueError if a heap is damaged; the HDF5 library reads some of these for ever."""
    with (
        open(file, "rb") as opened,
        mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        heap = content.find(HEAP)
        while heap >= 0:
            _check_heap(content, heap)
            heap = content.find(HEAP, heap + 1)


def _check_heap(content, heap):
    """Raise a ValueError unless the objects of a heap fill it."""
    (size,) = struct.unpack_from("<Q", content, heap + 8)
    place, end = heap + HEAD_BYTES, heap + size
    while place + HEAD_BYTES <= end:
        index, n_bytes = struct.unpack_from("<H6xQ", content, place)
        # The size of free space, which has the index 0, includes its head.
        place += HEAD_BYTES + -(-n_bytes // 8) * 8 if index else n_bytes
        if index == 0 and n_bytes == 0 or place > end:
            raise ValueError(f"the heap at byte {heap} is damaged")
