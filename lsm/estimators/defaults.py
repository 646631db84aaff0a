"""Defaults that depend on the samples: encoder, parts of the liquid, and windows of the counts."""

from typing import Any

from scipy import stats
from sklearn.base import clone

from .._typing import Estimator, Samples
from .._validation import is_auto
from ..calibration import Calibration
from ..encoding.series import SeriesEncoder, holds_series
from ..ensemble import LiquidEnsemble
from ..liquid import Liquid
from ..neurons import LIF
from ..random_features import RandomFeatures
from ..snapshots import Snapshots

__all__ = ["choose_encoder", "read_in_windows", "suit_series"]

N_WINDOWS = 8  # fine windows, of which a readout chooses sums


def choose_encoder(
    encoder: Estimator | str | None,
    liquid: Liquid | LiquidEnsemble | RandomFeatures,
    X: Samples,
    targets: str,
) -> Estimator | None:
    """Return an unfitted encoder of samples, or None.

    Parameters
    ----------
    encoder : transformer, "auto" or None
        "auto" is a :class:`~lsm.encoding.SeriesEncoder` for series of numbers with one target
        each. It is None for targets at rows, for spikes and static patterns, for a SpikeArray,
        which is encoded already, and for a :class:`~lsm.LiquidEnsemble`, which has encoders of its
        own.
    liquid : Liquid, LiquidEnsemble or RandomFeatures
        The liquid.
    X : samples
        As of `fit`.
    targets : {"sample", "row"}
        Whether there is one target a sample, or one at every row.

    Returns
    -------
    encoder : transformer or None
    """
    if not is_auto(encoder):
        return None if encoder is None else clone(encoder)
    if targets == "row" or isinstance(liquid, LiquidEnsemble) or not holds_series(X):
        return None
    return SeriesEncoder(
        row_duration=getattr(liquid, "row_duration", "auto"), dt=getattr(liquid, "dt", 1.0)
    )


def suit_series(liquid: Any) -> None:
    """Set the parts of a liquid that are left at "auto" to those that suit encoded series.

    The few currents of a series drive all neurons alike, so their biases differ. Weak recurrence
    and a higher rate keep the values.
    """
    if isinstance(liquid, Liquid):
        parts = {
            "neurons": LIF(bias=stats.norm(0, 1)),
            "calibration": Calibration(input_rate=35.0, max_gain=1.0),
        }
        given = liquid.get_params(deep=False)
        liquid.set_params(**{name: part for name, part in parts.items() if is_auto(given[name])})


def read_in_windows(liquid: Any, readout: Any) -> None:
    """Let a readout that chooses windows know those in which the liquid is read.

    A liquid with default snapshots is read in fine windows.
    """
    params = readout.get_params(deep=False) if hasattr(readout, "get_params") else {}
    if not is_auto(params.get("n_windows")):
        return
    if "snapshots" not in liquid.get_params(deep=False):  # a transformer without windows
        readout.set_params(n_windows=1)
        return
    if is_auto(liquid.snapshots):
        liquid.set_params(snapshots=Snapshots(n=N_WINDOWS))
    snapshots = liquid.snapshots
    equal = (
        snapshots.at is None
        and snapshots.feature == "count"
        and not hasattr(snapshots.n, "__len__")
    )
    readout.set_params(n_windows=snapshots.n if equal else 1)
