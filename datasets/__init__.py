"""Data sets: spoken words, tasks on spike patterns, time series, movements."""

from ._arm import TwoLinkArm
from ._bouncing_ball import make_bouncing_ball
from ._chaos import make_lorenz, make_mackey_glass
from ._laser import fetch_santa_fe_laser
from ._random_input import make_memory_capacity, make_narma
from ._reaches import ReachTeacher, make_reaches, minimum_jerk
from ._sine_patterns import make_sine_patterns
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
from ._spoken_digits import fetch_spoken_digits, load_spoken_digits
from ._spoken_words import VOCABULARY, make_spoken_words
from ._state_tasks import (
    make_counter,
    make_cued_patterns,
    make_flip_flop,
    make_switched_rule,
)
from ._sunspots import load_sunspots
from ._trials import make_delayed_match, make_kept_evidence
from ._uea import fetch_basic_motions, fetch_japanese_vowels

__all__ = [
    "ReachTeacher",
    "TwoLinkArm",
    "VOCABULARY",
    "add_background_spikes",
    "delete_spikes",
    "fetch_basic_motions",
    "fetch_japanese_vowels",
    "fetch_santa_fe_laser",
    "fetch_spoken_digits",
    "insert_spikes",
    "jitter_spikes",
    "load_spoken_digits",
    "load_sunspots",
    "make_bouncing_ball",
    "make_counter",
    "make_cued_patterns",
    "make_delayed_match",
    "make_delayed_parity",
    "make_embedded_pattern",
    "make_equal_rate_patterns",
    "make_flip_flop",
    "make_kept_evidence",
    "make_lorenz",
    "make_mackey_glass",
    "make_memory_capacity",
    "make_narma",
    "make_pattern_order",
    "make_poisson_trains",
    "make_reaches",
    "make_renewal_trains",
    "make_sine_patterns",
    "make_spike_intervals",
    "make_spike_templates",
    "make_spoken_words",
    "make_switched_rule",
    "make_template_xor",
    "minimum_jerk",
    "warp_spikes",
]
