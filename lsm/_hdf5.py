"""Datasets of HDF5 files, read in bounded memory; damaged files end in errors that name them."""

import mmap
import os
import struct
import zlib
from collections.abc import Mapping

import numpy as np

__all__ = ["read_datasets"]

MOST_UNPACKED = 16  # bytes of a dataset for each byte of its file
HEAP = b"GCOL\x01"  # start of a heap of arrays of different lengths, and the version of its format
COMPACT = 0  # layout of a dataset within its header, `h5py.h5d.COMPACT`
DEFLATE, SHUFFLE = 1, 2  # filters, as in `h5py.h5z`
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
    size, n_bytes = file.id.get_filesize(), item.nbytes
    if n_bytes <= MOST_UNPACKED * size and item.dtype.hasobject:
        n_bytes += _claimed_bytes(file, item)
    if n_bytes > MOST_UNPACKED * size:
        raise _RefusedError(
            f"{path} of {file!r:.200} is refused: it claims to hold more than {MOST_UNPACKED} "
            f"times the {size} bytes of the file: give the published file, or pass its arrays to "
            "SpikeArray.from_events"
        )
    return item[()]


def _claimed_bytes(file, item):
    """Return the bytes that arrays of different lengths have by their references.

    A reference is the length of an array, and its place in a heap. The HDF5 library takes memory
    for the length before it looks into the heap.
    """
    base = (item.dtype.metadata or {}).get("vlen")
    if base is None or not os.path.isfile(file.filename):
        return 0
    n_bytes, width = 0, item.id.get_type().get_size()
    most = MOST_UNPACKED * file.id.get_filesize()
    with open(file.filename, "rb") as content:
        for place, size, filters in _pieces(item):
            content.seek(place)
            references = _unfiltered(content.read(min(size, most)), filters, width, most)
            whole = np.frombuffer(references[: len(references) // width * width], np.uint8)
            lengths = whole.reshape(-1, width)[:, :4].copy().view("<u4")
            n_bytes += int(lengths.sum(dtype=np.int64)) * max(np.dtype(base).itemsize, 1)
    return n_bytes


def _pieces(item):
    """Return place, size in bytes and filters of each piece of a dataset in its file."""
    properties = item.id.get_create_plist()
    if properties.get_layout() == COMPACT:
        raise ValueError("arrays of different lengths lie in a header: store them in chunks")
    if item.chunks is None:
        place = item.id.get_offset()
        return [] if place is None else [(place, item.id.get_storage_size(), [])]
    filters = [properties.get_filter(i)[0] for i in range(properties.get_nfilters())]
    infos = map(item.id.get_chunk_info, range(item.id.get_num_chunks()))
    # A chunk may have left out filters of which a bit of its mask is set.
    return [
        (
            info.byte_offset,
            info.size,
            [name for i, name in enumerate(filters) if not info.filter_mask >> i & 1],
        )
        for info in infos
    ]


def _unfiltered(content, filters, width, most):
    """Undo the filters of a piece of a dataset with elements of `width` bytes, `most` in all."""
    for name in reversed(filters):
        if name == DEFLATE:
            content = zlib.decompressobj().decompress(content, most)
        elif name == SHUFFLE:
            whole = len(content) // width * width
            columns = np.frombuffer(content[:whole], np.uint8).reshape(width, -1)
            content = columns.T.tobytes()
        else:
            raise ValueError(f"its filter {name} is not known: compress it by gzip, or not at all")
    return content


def _check_link(file, path, group, name):
    """Refuse an entry of a group of h5py that is a link to another place or file."""
    is_group = hasattr(group, "id")
    if is_group and type(group.get(name, getlink=True)).__name__ != "HardLink":
        _refuse_link(file, path)


def _refuse_link(file, path):
    raise _RefusedError(
        f"{path} of {file!r:.200} is refused: it is a link, or lies in another file, and no link "
        "is followed: give the published file, or pass its arrays to SpikeArray.from_events"
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
