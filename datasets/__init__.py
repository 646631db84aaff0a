"""Data sets of real sound: synthesised words, and recordings of spoken digits."""

from ._spoken_digits import fetch_spoken_digits
from ._spoken_words import VOCABULARY, make_spoken_words

__all__ = ["VOCABULARY", "fetch_spoken_digits", "make_spoken_words"]
