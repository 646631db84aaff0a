"""Data sets: synthesised words, recordings of spoken digits, and tasks on spike patterns."""

from ._spike_patterns import (
    make_delayed_parity,
    make_pattern_order,
    make_spike_templates,
    make_template_xor,
)
from ._spike_timing import make_embedded_pattern, make_equal_rate_patterns, make_spike_intervals
from ._spike_trains import (
    add_background_spikes,
    delete_spikes,
    insert_spikes,
    jitter_spikes,
    make_poisson_trains,
    make_renewal_trains,
    warp_spikes,
)
from ._spoken_digits import fetch_spoken_digits
from ._spoken_words import VOCABULARY, make_spoken_words

__all__ = [
    "VOCABULARY",
    "add_background_spikes",
    "delete_spikes",
    "fetch_spoken_digits",
    "insert_spikes",
    "jitter_spikes",
    "make_delayed_parity",
    "make_embedded_pattern",
    "make_equal_rate_patterns",
    "make_pattern_order",
    "make_poisson_trains",
    "make_renewal_trains",
    "make_spike_intervals",
    "make_spike_templates",
    "make_spoken_words",
    "make_template_xor",
    "warp_spikes",
]
