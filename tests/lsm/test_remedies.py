"""Each remedy that a message of a liquid or of its input names works when it is followed."""

import numpy as np
import pytest
from scipy import sparse

from lsm import (
    Feedback,
    Liquid,
    LSMRegressor,
    Snapshots,
    SpikeArray,
)
from lsm.formats import from_tonic
from lsm.neurons import LIF
from lsm.plasticity import PairSTDP, RewardSTDP
from lsm.synapses import Conductance, TsodyksMarkram
from lsm.topology import Column, ErdosRenyi, FixedInputs, FixedWeights, Layered, Ring
from tests.helpers.remedies import (
    COUNTS,
    CURRENTS,
    EVENTS,
    HIDDEN,
    MIXED,
    PANEL,
    RECORDING,
    SERIES,
    SPIKES,
    SQUARE,
    TARGETS,
    TEXT,
    WAVE,
    check_remedy,
    events,
    fitted,
    liquid,
    rates,
)

pytestmark = pytest.mark.filterwarnings("ignore:the liquid")

# Name, the call that fails, the message, and the calls that the message advises.
REFUSED = [
    # ------------------------------------------------------------------------------ forms of X
    (
        "one sequence of numbers",
        lambda: fitted().fit(WAVE),
        r"channel is \[X.reshape\(-1, 1\)\], one row of several channels is \[X.reshape\(1, -1\)\]",
        [
            lambda: fitted().fit([WAVE.reshape(-1, 1)]),
            lambda: fitted().transform([COUNTS[0, 0].reshape(1, -1)]),
        ],
    ),
    (
        "generator",
        lambda: liquid().fit(x for x in CURRENTS),
        "make a list of the samples",
        [lambda: liquid().fit([*CURRENTS])],
    ),
    (
        "dictionary",
        lambda: liquid().fit(dict(enumerate(CURRENTS)).values()),
        "make a list",
        [lambda: liquid().fit([*dict(enumerate(CURRENTS)).values()])],
    ),
    (
        "pairs of times and channels",
        lambda: liquid().fit([EVENTS, EVENTS]),
        r"pass SpikeArray.from_events\(X, n_channels\)",
        [lambda: liquid().fit(SpikeArray.from_events([EVENTS, EVENTS], 2))],
    ),
    (
        "columns in another order",
        lambda: liquid().fit(MIXED),
        r"as \[x\[names\] for x in X\]",
        [lambda: liquid().fit([x[["a", "b", "c"]] for x in MIXED])],
    ),
    (
        "text in a table",
        lambda: liquid().fit(TEXT),
        r"its columns \['b'\] do not: drop",
        [lambda: liquid().fit(PANEL.reset_index(drop=True))],
    ),
    (
        "text in samples",
        lambda: liquid().fit([TEXT] * 3),
        r"its columns \['b'\] do not: drop",
        [lambda: liquid().fit([TEXT.drop(columns="b")] * 3)],
    ),
    (
        "masked values",
        lambda: liquid().fit([*HIDDEN]),
        r"as by x.filled\(0.0\)",
        [lambda: liquid().fit([x.filled(0.0) for x in HIDDEN])],
    ),
    (
        "masked table",
        lambda: liquid().fit(HIDDEN[0]),
        r"as by X.filled\(0.0\)",
        [lambda: liquid().fit(HIDDEN[0].filled(0.0))],
    ),
    (
        "NaN in a table",
        lambda: liquid().fit(np.where(CURRENTS[0] > 1, np.nan, CURRENTS[0])),
        "fill such values",
        [lambda: liquid().fit(np.where(CURRENTS[0] > 1, 0, CURRENTS[0]))],
    ),
    (
        "SpikeArrays among arrays",
        lambda: liquid().fit([SPIKES, COUNTS[0]]),
        "pass one SpikeArray",
        [lambda: liquid().fit(SpikeArray.concatenate([SPIKES, SpikeArray.from_dense(COUNTS[:1])]))],
    ),
    (
        "spikes after currents",
        lambda: liquid().fit(CURRENTS).transform(SPIKES),
        "but fit had currents: make X with graded=True, or fit on spikes",
        [
            lambda: liquid().fit(CURRENTS).transform(SpikeArray.from_dense(COUNTS, graded=True)),
            lambda: liquid().fit(COUNTS).transform(SPIKES),
        ],
    ),
    (
        "currents after spikes",
        lambda: fitted().transform(CURRENTS),
        r"fit had numbers of spikes: for currents fit again, on X.astype\(float\)",
        [lambda: liquid().fit(COUNTS + 0.5).transform(CURRENTS)],
    ),
    (
        "negative counts",
        lambda: liquid().fit(COUNTS - 1),
        r"pass floats, as X.astype\(float\), or",
        [
            lambda: liquid().fit((COUNTS - 1).astype(float)),
            lambda: liquid().fit(SpikeArray.from_dense(COUNTS - 1, graded=True)),
        ],
    ),
    (
        "states as patterns",
        lambda: fitted().fit(fitted().transform(COUNTS)),
        "set output='spikes' of that liquid .* scipy.sparse.csr_array",
        [
            lambda: liquid().fit(fitted(output="spikes").transform(COUNTS)),
            lambda: liquid().fit(sparse.csr_array(fitted().transform(COUNTS))),
        ],
    ),
    (
        "table after samples",
        lambda: fitted().transform(COUNTS[0]),
        r"goes into a list, \[X\]",
        [lambda: fitted().transform([COUNTS[0]])],
    ),
    (
        "samples after a table",
        lambda: liquid().fit(CURRENTS[0]).transform(CURRENTS),
        "fit again",
        [lambda: liquid().fit(CURRENTS[0]).fit(CURRENTS).transform(CURRENTS)],
    ),
    (
        "rows that contradict",
        lambda: liquid(row_duration=2.0).fit(SPIKES),
        r"leave that at 'auto', .* or make X with row_duration=2",
        [
            lambda: liquid().fit(SPIKES),
            lambda: liquid(row_duration=2.0).fit(SpikeArray.from_dense(COUNTS, row_duration=2.0)),
        ],
    ),
    (
        "rows shorter than a step",
        lambda: liquid(row_duration=0.004).fit(COUNTS),
        "set Liquid.dt to 0.004 or less. If 0.004 is in seconds, row_duration=4 is the same in ms",
        [
            lambda: liquid(
                row_duration=0.004,
                dt=0.004,
                neurons=LIF(refractory=0.0),
                topology=ErdosRenyi(delay=0.004),
                calibration=None,
            ).fit(COUNTS),
            lambda: liquid(row_duration=4.0).fit(COUNTS),
        ],
    ),
    # ------------------------------------------------------------------------------- spike times
    ("unknown duration", lambda: events([]), "give durations", [lambda: events([], durations=5.0)]),
    (
        "late spike",
        lambda: events([1.0, 7.0], durations=5.0),
        "give longer durations or more channels, or set out_of_range='drop'",
        [
            lambda: events([1.0, 7.0], durations=8.0),
            lambda: events([1.0, 7.0], durations=5.0, out_of_range="drop"),
        ],
    ),
    (
        "channel too many",
        lambda: events([1.0, 7.0], n_channels=1),
        "more channels",
        [lambda: events([1.0, 7.0], n_channels=2)],
    ),
    (
        "two spikes in a row",
        lambda: SpikeArray.from_events([([1.1, 1.2], [0, 0])], 1, duplicates="error"),
        "give a smaller row_duration, or set duplicates to 'sum' or 'one'",
        [
            lambda: SpikeArray.from_events(
                [([1.1, 1.2], [0, 0])], 1, duplicates="error", row_duration=0.1
            ),
            lambda: SpikeArray.from_events([([1.1, 1.2], [0, 0])], 1, duplicates="sum"),
            lambda: SpikeArray.from_events([([1.1, 1.2], [0, 0])], 1, duplicates="one"),
        ],
    ),
    (
        "event off the sensor",
        lambda: from_tonic([RECORDING], (3, 4, 2)),
        "give a larger size, or set out_of_range='drop'",
        [
            lambda: from_tonic([RECORDING], (4, 4, 2)),
            lambda: from_tonic([RECORDING], (3, 4, 2), out_of_range="drop"),
        ],
    ),
    (
        "a single recording",
        lambda: from_tonic(RECORDING, (4, 4, 2)),
        r"give \[recording\]",
        [lambda: from_tonic([RECORDING], (4, 4, 2))],
    ),
    # ------------------------------------------------------------------------------- liquid
    (
        "silence",
        lambda: liquid().fit([np.zeros((50, 1))]),
        r"give samples that vary, set Liquid.calibration=None, or take Liquid.self_driven\(\)",
        [
            lambda: liquid().fit([SERIES]),
            lambda: liquid(calibration=None).fit([np.zeros((50, 1))]),
            lambda: LSMRegressor(
                Liquid.self_driven(n_neurons=20, random_state=0), feedback=Feedback()
            ).fit([np.zeros((200, 1))], [TARGETS]),
        ],
    ),
    (
        "large offset",
        lambda: liquid().fit([1e9 + SERIES]),
        "subtract its mean before",
        [lambda: liquid().fit([1e9 + SERIES - (1e9 + SERIES).mean()])],
    ),
    (
        "no gain",
        lambda: liquid(neurons=LIF(bias=5.0)).fit(COUNTS),
        "change the neurons' threshold or bias, or set Liquid.calibration=None",
        [
            lambda: liquid(neurons=LIF(bias=0.0)).fit(COUNTS),
            lambda: liquid(neurons=LIF(bias=5.0), calibration=None).fit(COUNTS),
        ],
    ),
    (
        "depression without spikes",
        lambda: rates(short_term_plasticity=TsodyksMarkram()).fit(CURRENTS),
        "short_term_plasticity .* set it to None",
        [lambda: rates().fit(CURRENTS)],
    ),
    (
        "conductances of rates",
        lambda: rates(synapses=Conductance()).fit(CURRENTS),
        r"take Delta\(\)",
        [lambda: rates().fit(CURRENTS)],
    ),
    (
        "reward without a rule",
        lambda: liquid(plasticity=PairSTDP()).fit(COUNTS, reward=np.ones(8)),
        "such as RewardSTDP",
        [lambda: liquid(plasticity=RewardSTDP()).fit(COUNTS, reward=np.ones(8))],
    ),
    (
        "neurons of a column",
        lambda: liquid(topology=Column(shape=(2, 2, 3))).fit(COUNTS),
        "leave n_neurons at 'auto', or change either",
        [
            lambda: liquid(topology=Column(shape=(2, 2, 3)), n_neurons="auto").fit(COUNTS),
            lambda: liquid(topology=Column(shape=(2, 2, 5))).fit(COUNTS),
        ],
    ),
    (
        "neurons of layers",
        lambda: liquid(topology=Layered((5, 5))).fit(COUNTS),
        "leave n_neurons at 'auto'",
        [lambda: liquid(topology=Layered((5, 5)), n_neurons="auto").fit(COUNTS)],
    ),
    (
        "neurons of a matrix",
        lambda: liquid(topology=FixedWeights(SQUARE[:9, :9])).fit(COUNTS),
        "leave n_neurons at 'auto', and give a square matrix",
        [lambda: liquid(topology=FixedWeights(SQUARE[:9, :9]), n_neurons="auto").fit(COUNTS)],
    ),
    (
        "channels of a matrix",
        lambda: liquid(inputs=FixedInputs(np.ones((4, 20)))).fit(COUNTS),
        r"give a matrix of shape \(3, 20\)",
        [lambda: liquid(inputs=FixedInputs(np.ones((3, 20)))).fit(COUNTS)],
    ),
    (
        "delay of new synapses",
        lambda: fitted(topology=Ring(delay=(1.0, 9.0))).with_weights(SQUARE.T),
        "pass delay=1.0, in ms",
        [lambda: fitted(topology=Ring(delay=(1.0, 9.0))).with_weights(SQUARE.T, delay=1.0)],
    ),
    (
        "sparse states as a frame",
        lambda: liquid().set_output(transform="pandas").fit_transform(COUNTS),
        r"set Liquid.sparse_output=False, or call set_output\(transform='default'\)",
        [
            lambda: (
                liquid(sparse_output=False).set_output(transform="pandas").fit_transform(COUNTS)
            ),
            lambda: liquid().set_output(transform="default").fit_transform(COUNTS),
        ],
    ),
    (
        "late snapshot",
        lambda: liquid(snapshots=Snapshots(at=[90.0], unit="ms")).fit(COUNTS),
        "give earlier times, or fractions with Snapshots.unit='fraction'",
        [
            lambda: liquid(snapshots=Snapshots(at=[30.0], unit="ms")).fit(COUNTS),
            lambda: liquid(snapshots=Snapshots(at=[0.9], unit="fraction")).fit(COUNTS),
        ],
    ),
    (
        "ranks at rows",
        lambda: fitted(snapshots=Snapshots(feature="rank")).trajectory(COUNTS),
        "take another feature, such as 'trace'",
        [lambda: fitted(snapshots=Snapshots(feature="trace")).trajectory(COUNTS)],
    ),
    (
        "spikes of rates",
        lambda: rates().fit(CURRENTS).record(CURRENTS),
        "with potentials=True",
        [lambda: rates().fit(CURRENTS).record(CURRENTS, potentials=True)],
    ),
]


@pytest.mark.parametrize(
    ("fails", "message", "advised"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_the_way_out_of_a_refusal_works(fails, message, advised):
    check_remedy(fails, message, advised)
