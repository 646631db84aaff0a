"""The page of :class:`lsm.plot.WatchDisplay`: its facts, its positions, its readout, its code."""
