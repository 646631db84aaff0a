"""Files of models by somebody who knows the format, with the right checksum."""

import hashlib
import io
import itertools
import json
import zipfile
from pathlib import Path
from zipfile import ZIP_STORED

import numpy as np

import lsm
from lsm.saving import MARK, PROTOCOL

__all__ = [
    "array", "call", "dict_of", "forge", "forge_schema", "members", "node", "npy", "text",
    "tuple_of",
]  # fmt: skip


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forge(path, contents, compression=ZIP_STORED):
    """Write a file as `save` does, with a checksum that is right."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
        archive.comment = MARK + 64 * b"0"
    content = buffer.getvalue()[:-64]
    Path(path).write_bytes(content + hashlib.sha256(content).hexdigest().encode())


NUMBERS = itertools.count(100)


def node(loader, name, **fields):
    module, _, attribute = name.rpartition(".")
    return {
        "__loader__": loader, "__module__": module, "__class__": attribute, "__id__": next(NUMBERS),
        **fields,
    }  # fmt: skip


def text(value):
    return node("JsonNode", "builtins.str", content=json.dumps(value), is_json=True)


def forge_schema(schema, protocol=PROTOCOL, **others):
    """Write a file of which the schema is forged."""
    lsm.save(None, "forged")
    schema = schema | {"protocol": protocol, "_skops_version": "0"}
    forge("forged", members("forged") | {"schema.json": json.dumps(schema)} | others)


def tuple_of(*parts):
    return node("TupleNode", "builtins.tuple", content=list(parts))


def call(*parts):
    return node("ConstructorFromReduceNode", "lsm._stand_ins.StandIn", content=tuple_of(*parts))


def dict_of(**parts):
    keys = [node("TypeNode", "builtins.str") for _ in parts]
    keys = node("ListNode", "builtins.list", content=keys)
    return node("DictNode", "builtins.dict", content=parts, key_types=keys)


def npy(shape, dtype="<f8", content=b""):
    buffer = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + content


def array(name="numpy.ndarray", file="a.npy"):
    return node("NdArrayNode", name, type="numpy", file=file)
