"""Time until a new process has its first result: imports, first transform, compilation."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import joblib

from lsm import Liquid

from .workloads import SIZES, Workload, parts

__all__ = ["startup"]

# The dependencies are numpy, scipy.sparse, scikit-learn and numba.
TIMED = "import time; start = time.process_time(); {}; print(time.process_time() - start)"
DEPENDENCIES = TIMED.format("import numpy, scipy.sparse, sklearn, numba")
IMPORT = TIMED.format("import lsm")
TRANSFORM = "import joblib, lsm; " + TIMED.format(
    "liquid, spikes = joblib.load({!r}); liquid.transform(spikes)"
)


def startup(options):
    """Processor time in new processes, with filled caches unless a line says cold."""
    spikes = Workload.of_size(1000, n_samples=4).spikes
    fan_out, _, gain = SIZES[1000]
    topology, inputs = parts(fan_out, gain)
    liquid = Liquid(topology=topology, inputs=inputs, calibration=None, random_state=0).fit(spikes)
    with tempfile.TemporaryDirectory(prefix="lsm-benchmark-") as folder:
        saved = Path(folder) / "liquid.joblib"
        joblib.dump((liquid, spikes), saved)
        transform = TRANSFORM.format(str(saved))
        # The caches of compiled code of Python and of numba are in this folder.
        environment = os.environ | {"PYTHONPYCACHEPREFIX": f"{folder}/python"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def take(script, cache="warm"):
            variables = environment | {"NUMBA_CACHE_DIR": f"{folder}/{cache}"}
            command = [sys.executable, "-c", script]
            done = subprocess.run(command, capture_output=True, env=variables, text=True)
            if done.returncode:
                raise RuntimeError(done.stderr)
            return float(done.stdout), done.stderr

        lines = {
            "import dependencies": DEPENDENCIES,
            "import lsm": IMPORT,
            "first transform, warm cache": transform,
        }
        for script in lines.values():
            take(script)
        seconds = {name: [] for name in lines}
        for _ in range(options.repeats):
            for name, script in lines.items():
                seconds[name].append(take(script)[0])
        cold, printed = take(transform, cache="cold")
    rows = [{"what": name, "seconds": values} for name, values in seconds.items()]
    note = f"prints {printed.strip()!r}" if printed else "prints nothing"
    return [*rows, {"what": "first transform, cold compile", "seconds": [cold], "note": note}]
