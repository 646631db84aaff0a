"""What all experiments do around their own work: a folder, threads, a table, facts, a model."""

import contextlib
import time
from datetime import datetime

import joblib
from threadpoolctl import threadpool_limits

from .progress import Stages, warm_up
from .results import (
    cannot_write,
    command_line,
    default_folder,
    environment,
    peak_memory,
    results_folder,
    write_json,
)

__all__ = ["study"]


@contextlib.contextmanager
def study(name, run, options):
    """Open the folder of a run, and say in the end where it is.

    Parameters
    ----------
    name : str
        Of the experiment.
    run : function
        What runs it, whose signature tells the defaults.
    options : dict
        Its arguments, among them `out` and `jobs`, and parameters of the model by their names.

    Yields
    ------
    study : Study
    """
    started = time.perf_counter()
    out = default_folder(name) if options["out"] is None else options["out"]
    with results_folder(out) as folder:
        yield Study(name, run, options, folder, out, started)
    print(f"\nresults in {out} ({time.perf_counter() - started:.0f} s)")


class Study:
    """A run of an experiment; see :func:`study`."""

    def __init__(self, name, run, options, folder, out, started):
        self.name, self.run, self.options = name, run, options
        self.folder, self.out, self.started = folder, out, started
        self.seconds = {}

    @contextlib.contextmanager
    def stages(self, total):
        """Compile the kernel, give BLAS one thread, and show a progress bar.

        With several threads BLAS sums in another order, so that results would depend on `jobs`.
        """
        warm_up()
        limits = {"blas": 1, "openmp": joblib.effective_n_jobs(self.options["jobs"])}
        with Stages(total) as stages, threadpool_limits(limits):
            yield stages
        self.seconds = stages.seconds

    def keep(self, table, model, liquid, draw, **facts):
        """Write everything.

        Parameters
        ----------
        table : DataFrame
            What each model reached.
        model : estimator
            The fitted model that the study is about.
        liquid : Liquid
            The liquid in it.
        draw : function
            From the folder; writes the pictures.
        **facts : object
            What else `result.json` is to tell.
        """
        common = {
            "experiment": self.name,
            "command": command_line(self.name, self.run, self.options),
            "created": datetime.now().astimezone().isoformat(timespec="seconds"),
            "parameters": self.options,
            "model": model.__repr__(N_CHAR_MAX=10**6),
            "metrics": table.to_dict("records"),
            "health": vars(liquid.health_),
            "seconds": self.seconds,
        }
        try:
            table.to_csv(self.folder / "table.csv", index=False)
            draw(self.folder)
            joblib.dump(model, self.folder / "model.joblib")
            measured = {
                "peak_memory_mib": peak_memory(),
                "wall_time_s": time.perf_counter() - self.started,
            }
            write_json(self.folder / "result.json", common | facts | measured | environment())
        except OSError as error:
            raise cannot_write(self.out, error) from error
