"""Deterministic mutations of bytes."""

import re
import struct

NUMBERS = [
    *(b"9" * 400, b"9" * 30, b"99999999999", b"2147483648", b"-1", b"0", b"-0", b"1e400", b"1e308"),
    *(b"nan", b"NaN", b"inf", b"-Infinity", b"1e-400", b"", b"0x10", b"1_0", b"\xff", b"\0", b"\n"),
    *(b"Inf", b"1.0.0", b"--1", b"None", b"[]", b"{}", b'""'),
]
INTEGERS = [0, 1, -1, 255, 2**15, 2**31 - 1, 2**31, 2**32 - 1, 2**62, -(2**63), 10**9]
FLOATS = [float("nan"), float("inf"), -1e308, 1e39, 1e300, 5e-324, -0.0]
NUMBER = re.compile(rb"-?\d+(\.\d+)?(e-?\d+)?")


def mutate(content, rng):
    """Return bytes with one to four mutations, drawn by a random.Random."""
    content = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        if content:
            rng.choice(MUTATIONS)(content, rng.randrange(len(content)), rng)
    return bytes(content)


def flip(content, at, rng):
    """Flip a bit."""
    content[at] ^= 1 << rng.randrange(8)


def replace(content, at, rng):
    """Replace a byte."""
    content[at] = rng.choice((0, 1, 10, 32, 44, 57, 127, 128, 255, rng.randrange(256)))


def cut_end(content, at, rng):
    """Cut the end off."""
    del content[at:]


def cut(content, at, rng):
    """Cut a piece out."""
    del content[at : at + rng.choice((1, 2, 8, 100))]


def insert(content, at, rng):
    """Insert random bytes."""
    content[at:at] = rng.randbytes(rng.choice((1, 2, 8, 100)))


def repeat(content, at, rng):
    """Repeat a block."""
    size = rng.choice((1, 4, 16, 64, 512))
    content[at:at] = content[at : at + size] * rng.choice((1, 2, 50))


def number(content, at, rng):
    """Replace a number in text."""
    found = NUMBER.search(content, at) or NUMBER.search(content)
    if found:
        content[found.start() : found.end()] = rng.choice(NUMBERS)


def binary(content, at, rng):
    """Replace a binary number."""
    form = rng.choice("<>") + rng.choice("HIQd")
    if form[1] == "d":
        new = struct.pack(form, rng.choice(FLOATS))
    else:
        width = struct.calcsize(form)
        new = (rng.choice(INTEGERS) % 2 ** (8 * width)).to_bytes(
            width, "little" if form[0] == "<" else "big"
        )
    content[at : at + len(new)] = new


MUTATIONS = [flip, replace, cut_end, cut, insert, repeat, number, binary]
