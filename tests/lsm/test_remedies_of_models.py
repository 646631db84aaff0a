"""Each remedy that a message of estimators, encoders, measures or displays names works."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import Lasso, Ridge, RidgeClassifierCV, RidgeCV
from sklearn.model_selection import KFold, TimeSeriesSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from lsm import (
    Feedback,
    LSMRegressor,
    cross_val_predict_rows,
)
from lsm.encoding import (
    BurstEncoder,
    CochleagramEncoder,
    DeltaEncoder,
    IntegrateAndFireEncoder,
    LatencyEncoder,
    LyonEncoder,
    PerRow,
    PopulationEncoder,
    RankOrderEncoder,
)
from lsm.measures import fano_factor, information_processing_capacity, memory_capacity
from lsm.plasticity import PairSTDP
from lsm.plot import ColumnDisplay, STDPDisplay
from lsm.readout import RLS, HoldOutRidge, KernelRidgeClassifier
from lsm.topology import Column
from tests.helpers.remedies import (
    COUNTS,
    CURRENTS,
    LABELS,
    RISING,
    RNG,
    SERIES,
    TARGETS,
    WAVEFORM,
    WIDE,
    check_remedy,
    classifier,
    fitted,
    fitted_to_series,
    liquid,
    regressor,
)

pytestmark = pytest.mark.filterwarnings("ignore:the liquid")

# Name, the call that fails, the message, and the calls that the message advises.
REFUSED = [
    # ------------------------------------------------------------------------------- estimators
    (
        "washout of samples",
        lambda: classifier(washout=5).fit(COUNTS, LABELS),
        r"pass \[X\] and \[y\], or set washout=0",
        [lambda: regressor(washout=5), lambda: classifier(washout=0).fit(COUNTS, LABELS)],
    ),
    (
        "washout too long",
        lambda: regressor(washout=500),
        "lower it",
        [lambda: regressor(washout=50)],
    ),
    (
        "targets of samples at rows",
        lambda: LSMRegressor(liquid()).fit(CURRENTS, [np.ones(1)] * 8),
        "for targets of whole samples set targets='sample'",
        [lambda: LSMRegressor(liquid(), targets="sample").fit(CURRENTS, [np.ones(1)] * 8)],
    ),
    (
        "targets of samples, said to be at rows",
        lambda: LSMRegressor(liquid(), targets="row").fit(CURRENTS, LABELS),
        "for one target a sample set targets='sample'",
        [lambda: LSMRegressor(liquid(), targets="sample").fit(CURRENTS, LABELS)],
    ),
    (
        "missing label",
        lambda: classifier().fit(COUNTS, [None, *"abababa"]),
        "Leave such samples out",
        [lambda: classifier().fit(COUNTS[1:], [*"abababa"])],
    ),
    (
        "time first",
        lambda: classifier().fit(CURRENTS.swapaxes(0, 1), LABELS),
        r"pass X.swapaxes\(0, 1\)",
        [lambda: classifier().fit(CURRENTS.swapaxes(0, 1).swapaxes(0, 1), LABELS)],
    ),
    (
        "sparse targets",
        lambda: LSMRegressor(liquid()).fit(CURRENTS, sparse.csr_array(np.eye(8))),
        r"pass y.toarray\(\)",
        [lambda: LSMRegressor(liquid()).fit(CURRENTS, np.eye(8))],
    ),
    (
        "numbers as text",
        lambda: LSMRegressor(liquid()).fit(CURRENTS, LABELS.astype(str)),
        r"as by y.astype\(float\)",
        [lambda: LSMRegressor(liquid()).fit(CURRENTS, LABELS.astype(str).astype(float))],
    ),
    (
        "weights that a readout does not take",
        lambda: classifier(readout=KNeighborsClassifier()).fit(
            COUNTS, LABELS, sample_weight=np.ones(8)
        ),
        "such as RidgeClassifierCV or RidgeCV",
        [
            lambda: classifier(readout=RidgeClassifierCV()).fit(
                COUNTS, LABELS, sample_weight=np.ones(8)
            ),
            lambda: regressor(RidgeCV()).fit([SERIES], [TARGETS], sample_weight=[1.0]),
        ],
    ),
    (
        "unknown argument of fit",
        lambda: classifier(readout=Lasso()).fit(COUNTS, LABELS, check_input=True),
        "of the readout's fit as readout__",
        [lambda: LSMRegressor(liquid(), Lasso()).fit(COUNTS, LABELS, readout__check_input=True)],
    ),
    (
        "missing targets with feedback",
        lambda: regressor(feedback=Feedback(), y=np.where(TARGETS > 0.3, np.nan, TARGETS)),
        "fill them, such as by np.interp, or set feedback=None",
        [
            lambda: regressor(feedback=Feedback()),
            lambda: regressor(y=np.where(TARGETS > 0.3, np.nan, TARGETS)),
        ],
    ),
    (
        "weights in the closed loop",
        lambda: LSMRegressor(liquid(), RLS(), Feedback()).fit(
            [SERIES], [TARGETS], readout__alpha=[1.0]
        ),
        "leave them out, or take a readout such as RidgeCV",
        [
            lambda: regressor(RLS(), Feedback()),
            lambda: LSMRegressor(liquid(), RidgeCV(), Feedback()).fit(
                [SERIES], [TARGETS], sample_weight=[np.ones(200)]
            ),
        ],
    ),
    (
        "generate without feedback",
        lambda: regressor().generate(5, TARGETS[:20]),
        "needs a fit with LSMRegressor.feedback",
        [lambda: regressor(Ridge(10.0), Feedback(weight=0.1)).generate(5, TARGETS[:20])],
    ),
    (
        "stream of samples",
        lambda: LSMRegressor(liquid(), RLS(), targets="sample").partial_fit(SERIES, TARGETS),
        "set it to 'auto' or 'row'",
        [
            lambda: LSMRegressor(liquid(), RLS(), targets="auto").partial_fit(SERIES, TARGETS),
            lambda: LSMRegressor(liquid(), RLS(), targets="row").partial_fit(SERIES, TARGETS),
        ],
    ),
    (
        "stream after samples",
        lambda: LSMRegressor(liquid(), RLS()).fit(CURRENTS, LABELS).partial_fit(SERIES),
        "fit with targets at rows",
        [lambda: regressor(RLS()).partial_fit(SERIES)],
    ),
    (
        "a table in rows",
        lambda: cross_val_predict_rows(LSMRegressor(liquid()), SERIES, TARGETS, by="time", cv=2),
        r"pass a series as \[X\], and its targets as \[y\]",
        [
            lambda: cross_val_predict_rows(
                LSMRegressor(liquid()), [SERIES], [TARGETS], by="time", cv=2
            )
        ],
    ),
    (
        "folds that see the future",
        lambda: cross_val_predict_rows(
            LSMRegressor(liquid()), [SERIES], [TARGETS], by="time", cv=KFold(3)
        ),
        r"pass TimeSeriesSplit\(\)",
        [
            lambda: cross_val_predict_rows(
                LSMRegressor(liquid()), [SERIES], [TARGETS], by="time", cv=TimeSeriesSplit()
            )
        ],
    ),
    # -------------------------------------------------------------------- encoders and readouts
    (
        "burst too long",
        lambda: BurstEncoder(max_spikes=9, duration=20.0).fit_transform(np.abs(CURRENTS)),
        "lengthen .* or lower one of them",
        [
            lambda: BurstEncoder(max_spikes=9, duration=500.0).fit_transform(np.abs(CURRENTS)),
            lambda: BurstEncoder(
                max_spikes=2, max_interval=5.0, min_interval=2.0, duration=20.0
            ).fit_transform(np.abs(CURRENTS)),
        ],
    ),
    (
        "bands too many",
        lambda: CochleagramEncoder(n_bands=400).fit(WAVEFORM),
        "lower n_bands or lengthen window",
        [lambda: CochleagramEncoder(n_bands=20).fit(WAVEFORM)],
    ),
    (
        "channels too few",
        lambda: LyonEncoder(sample_rate=1001, ear_q=2.0, step=0.25).fit(WAVEFORM),
        "raise sample_rate or ear_q, or lower step",
        [
            lambda: LyonEncoder(sample_rate=8000, ear_q=2.0, step=0.25).fit(WAVEFORM),
            lambda: LyonEncoder(sample_rate=1001, ear_q=8.0, step=0.25).fit(WAVEFORM),
            lambda: LyonEncoder(sample_rate=1001, ear_q=2.0, step=0.1).fit(WAVEFORM),
        ],
    ),
    (
        "gain too large",
        lambda: IntegrateAndFireEncoder(gain=1e6).fit_transform(CURRENTS),
        "lower them or raise tau_m",
        [lambda: IntegrateAndFireEncoder().fit_transform(CURRENTS)],
    ),
    (
        "drift",
        lambda: (
            DeltaEncoder(method="moving-window")
            .fit(CURRENTS)
            .inverse_transform(DeltaEncoder(method="moving-window").fit_transform(CURRENTS))
        ),
        "use 'send-on-delta'",
        [
            lambda: (
                DeltaEncoder(method="send-on-delta")
                .fit(CURRENTS)
                .inverse_transform(DeltaEncoder(method="send-on-delta").fit_transform(CURRENTS))
            )
        ],
    ),
    (
        "ranks too many",
        lambda: RankOrderEncoder(duration=2.0).fit_transform(CURRENTS),
        "lengthen .* or lower n_spikes",
        [lambda: RankOrderEncoder(duration=50.0).fit_transform(CURRENTS)],
    ),
    (
        "no transformer",
        lambda: PerRow(Ridge()).fit(CURRENTS),
        r"such as StandardScaler\(\)",
        [lambda: PerRow(StandardScaler()).fit_transform(CURRENTS)],
    ),
    (
        "no encoder",
        lambda: PopulationEncoder(encoder=Ridge()).fit(CURRENTS),
        r"such as LatencyEncoder\(",
        [lambda: PopulationEncoder(encoder=LatencyEncoder(threshold=0.1)).fit_transform(CURRENTS)],
    ),
    (
        "no penalty",
        lambda: HoldOutRidge(alphas=[1e-300]).fit(WIDE, WIDE[:, 0]),
        "add a penalty larger than",
        [lambda: HoldOutRidge(alphas=[1e-300, 1.0]).fit(WIDE, WIDE[:, 0])],
    ),
    (
        "equal samples",
        lambda: KernelRidgeClassifier(alpha=1e-30).fit(np.ones((8, 3)), LABELS),
        "raise it",
        [lambda: KernelRidgeClassifier(alpha=1.0).fit(np.ones((8, 3)), LABELS)],
    ),
    # ----------------------------------------------------------------------- measures and plots
    (
        "window too long",
        lambda: fano_factor(fitted(), COUNTS, window=1000.0),
        "give a shorter window",
        [lambda: fano_factor(fitted(), COUNTS, window=10.0)],
    ),
    (
        "lag too long",
        lambda: memory_capacity(fitted_to_series(), [RNG.uniform(-1, 1, (200, 1))], max_lag=90),
        "give longer series or a shorter max_lag",
        [
            lambda: memory_capacity(fitted_to_series(), [RNG.uniform(-1, 1, (400, 1))], max_lag=90),
            lambda: memory_capacity(fitted_to_series(), [RNG.uniform(-1, 1, (200, 1))], max_lag=9),
        ],
    ),
    (
        "values that depend",
        lambda: information_processing_capacity(fitted_to_series(), [RISING], lags=(3,)),
        "such as those of numpy.random.Generator.uniform",
        [
            lambda: information_processing_capacity(
                fitted_to_series(), [RNG.uniform(-1, 1, (400, 1))], lags=(3,)
            )
        ],
    ),
    (
        "no positions",
        lambda: ColumnDisplay.from_estimator(fitted()),
        r"topology=Column\(\)",
        [lambda: ColumnDisplay.from_estimator(fitted(topology=Column(), n_neurons="auto"))],
    ),
    (
        "no window",
        lambda: STDPDisplay.from_rule(Ridge()),
        r"such as PairSTDP\(\)",
        [lambda: STDPDisplay.from_rule(PairSTDP())],
    ),
]


@pytest.mark.parametrize(
    ("fails", "message", "advised"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_the_way_out_of_a_refusal_works(fails, message, advised):
    check_remedy(fails, message, advised)
