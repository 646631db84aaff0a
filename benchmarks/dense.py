"""Memory and time of a dense recording: `python -m benchmarks.dense METHOD`.

Each method runs in its own process, so that the peak memory of the process belongs to it.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from lsm import Liquid

from .measure import quartiles

__all__ = ["dense"]

N_ROWS, N_CHANNELS, N_NEURONS = 1_000_000, 64, 100
METHODS = ("fit", "transform", "trajectory")
ROOT = Path(__file__).parents[1]
ROUNDS = 3  # at most


def dense(options):
    """One recording of 10^6 rows x 64 channels in float32, 0.256 GB, and a liquid of 100 neurons.

    Wall-clock time. The peak is that of the process, less what it had before the recording was
    made, relative to the size of the recording: 1 is the recording itself. `trajectory` returns the
    states of all rows, 0.4 GB or 1.56 times the recording, which are part of its peak.
    """
    results = {method: [] for method in METHODS}
    for _ in range(min(options.repeats, ROUNDS)):
        for method, runs in results.items():
            command = [sys.executable, "-m", "benchmarks.dense", method]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT, text=True)
            runs.append(json.loads(done.stdout))
    rows = []
    for method, runs in results.items():
        low, middle, high = quartiles([run["peak"] for run in runs])
        note = f"peak / recording {middle:.2f} ({low:.2f} to {high:.2f})"
        rows.append({"what": method, "seconds": [run["seconds"] for run in runs], "note": note})
    return rows


def main(method, n_rows=N_ROWS):
    """Run one method; return its seconds and its peak memory relative to the recording."""
    rng = np.random.default_rng(0)
    few = rng.normal(size=(2000, N_CHANNELS)).astype(np.float32)
    liquid = Liquid(N_NEURONS, random_state=0).fit([few])
    liquid.trajectory([few])  # compiled, and all that is imported late
    before = _memory("VmRSS")
    recording = np.empty((n_rows, N_CHANNELS), np.float32)
    for start in range(0, n_rows, len(few)):
        part = recording[start : start + len(few)]
        part[:] = rng.normal(size=part.shape)
    start = time.perf_counter()
    getattr(liquid, method)([recording])
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak": (_memory("VmHWM") - before) / recording.nbytes}


def _memory(name):
    """Return a number of bytes that Linux knows of this process, or nan."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
