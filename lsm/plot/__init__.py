"""Pictures of liquids, as Display objects in scikit-learn's style.

Matplotlib is imported when a picture is drawn. A display draws on given axes, or makes a new
figure of the width of a printed column (8.5 cm). The new figure needs no screen and does not
change the state of pyplot.
"""

from .column import ColumnDisplay
from .connectivity import ConnectivityDisplay
from .conversion import ConversionDisplay
from .measures import GainDisplay, SeparationDisplay
from .plasticity import STDPDisplay, WeightChangeDisplay
from .raster import RasterDisplay
from .receptive_fields import ReceptiveFieldDisplay
from .scores import AccuracyDisplay, ConfusionDisplay
from .states import SnapshotDisplay, TrajectoryDisplay
from .traces import MembraneDisplay
from .watch import WatchDisplay

__all__ = [
    "AccuracyDisplay",
    "ColumnDisplay",
    "ConfusionDisplay",
    "ConnectivityDisplay",
    "ConversionDisplay",
    "GainDisplay",
    "MembraneDisplay",
    "RasterDisplay",
    "ReceptiveFieldDisplay",
    "STDPDisplay",
    "SeparationDisplay",
    "SnapshotDisplay",
    "TrajectoryDisplay",
    "WatchDisplay",
    "WeightChangeDisplay",
]
