"""Draw the raster of a large liquid, and print the time and the memory that it takes."""

import argparse
import resource
import tempfile
import time

import numpy as np

from lsm import SpikeArray
from lsm.plot import RasterDisplay


def main():
    """Draw and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neurons", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=25.0, help="mean rate in Hz")
    options = parser.parse_args()
    n_steps = round(1000 * options.seconds)
    n_spikes = round(options.neurons * options.seconds * options.rate)
    rng = np.random.default_rng(0)
    steps = np.sort(rng.integers(n_steps, size=n_spikes, dtype=np.int32))
    channels = rng.integers(options.neurons, size=n_spikes, dtype=np.int32)
    spikes = SpikeArray(steps, channels, None, [0, n_spikes], [n_steps], options.neurons)
    before = _peak()
    started, worked = time.perf_counter(), time.thread_time()
    with tempfile.TemporaryFile() as file:
        inhibitory = np.arange(options.neurons) % 5 == 4
        display = RasterDisplay.from_spikes(spikes, inhibitory=inhibitory, rates=True)
        display.figure_.savefig(file, dpi=300)
    print(
        f"{n_spikes:,} spikes of {options.neurons:,} neurons: {time.perf_counter() - started:.1f} "
        f"s, of which {time.thread_time() - worked:.1f} s processor time; peak memory "
        f"{_peak():.0f} MiB, before drawing {before:.0f} MiB"
    )


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
