"""The base class of encoders of sound."""

import copy
from abc import abstractmethod
from typing import Any, Self

from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .._checked import Checked
from .._typing import Array, Samples
from ..spikes import SpikeArray
from ._inputs import check_waveforms

__all__ = ["SoundEncoder"]


class SoundEncoder(TransformerMixin, Checked):
    """Base of encoders of sound, from waveforms to graded currents.

    An encoder is a subclass whose parameters are the arguments of its `__init__`, stored untouched
    as in any scikit-learn estimator: `sample_rate` in Hz and `hop` in ms, the step of the output.
    It defines the methods `prepare` and `encode_sample`. Nothing is learnt from the data.

    Attributes
    ----------
    bounds : dict of str to str or tuple
        Bounds of parameters, by name, as those of :class:`Encoder`.
    """

    required_parameters = ("sample_rate", "hop")

    @abstractmethod
    def prepare(self) -> None:
        """Derive from the parameters what `encode_sample` needs, such as filters.

        Attributes that the user may read end with an underscore. The method is called in `fit`,
        and again before each use, since parameters may have been set.
        """

    @abstractmethod
    def encode_sample(self, waveform: Array) -> Array:
        """Encode one waveform.

        Parameters
        ----------
        waveform : array of shape (n_timesteps,)
            Floats or signed integers of any gain.

        Returns
        -------
        currents : float array of shape (n_steps, n_channels)
            In steps of `hop` ms.
        """

    def fit(self, X: Samples, y: Any = None) -> Self:
        """Check parameters and waveforms, and prepare the encoder.

        Parameters
        ----------
        X : sequence of (n_timesteps_i,) arrays, or array of shape (n_samples, n_timesteps)
            Waveforms: floats or signed integers of any gain.
        y : object, optional
            Ignored.

        Returns
        -------
        self : SoundEncoder

        Raises
        ------
        TypeError, ValueError
            If a parameter or a waveform is invalid.
        """
        self.check()
        check_waveforms(self, X, reset=True)
        self.prepare()
        return self

    def transform(self, X: Samples) -> SpikeArray:
        """Encode waveforms.

        Parameters
        ----------
        X : sequence of (n_timesteps_i,) arrays, or array of shape (n_samples, n_timesteps)
            Waveforms.

        Returns
        -------
        spikes : SpikeArray
            Graded, in steps of `hop` ms.

        Raises
        ------
        TypeError, ValueError
            If a parameter that was set since `fit`, or a waveform, is invalid. All are checked
            before the first waveform is encoded.
        """
        check_is_fitted(self)
        self.check()
        waveforms = check_waveforms(self, X, reset=False)
        encoder = copy.copy(self)  # `prepare` sets attributes, which only `fit` may do
        encoder.prepare()
        encoded = [encoder.encode_sample(waveform) for waveform in waveforms]
        return SpikeArray.from_dense(encoded, row_duration=self.hop, graded=True)

    def onset(self, waveform: Array) -> float:
        """Return the time in a waveform at which its encoded sample starts.

        Parameters
        ----------
        waveform : array of shape (n_timesteps,)
            Floats or signed integers of any gain.

        Returns
        -------
        onset : float
            Time in ms from the start of the waveform; 0 unless the encoder trims waveforms.
        """
        return 0.0

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # amplitudes are float32 for any input
        return tags
