"""Does the liquid help? A model beside the same model with less in the liquid's place."""

from .evaluation import compare
from .result import Comparison

__all__ = ["Comparison", "compare"]
