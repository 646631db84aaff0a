"""Pictures of a liquid, as Display objects in scikit-learn's style.

Matplotlib is imported when something is drawn. Without axes to draw on a display makes a figure
of its own, as wide as a column in print (8.5 cm), which needs no screen and leaves pyplot's state
alone.
"""

from .column import ColumnDisplay
from .connectivity import ConnectivityDisplay
from .measures import GainDisplay, SeparationDisplay
from .plasticity import STDPDisplay, WeightChangeDisplay
from .raster import RasterDisplay
from .scores import AccuracyDisplay, ConfusionDisplay
from .states import SnapshotDisplay, TrajectoryDisplay
from .traces import MembraneDisplay

__all__ = [
    "AccuracyDisplay",
    "ColumnDisplay",
    "ConfusionDisplay",
    "ConnectivityDisplay",
    "GainDisplay",
    "MembraneDisplay",
    "RasterDisplay",
    "STDPDisplay",
    "SeparationDisplay",
    "SnapshotDisplay",
    "TrajectoryDisplay",
    "WeightChangeDisplay",
]
