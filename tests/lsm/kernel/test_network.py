"""The table of a network in a notebook."""

from dataclasses import replace

import numpy as np

from lsm import Liquid


class Hostile:
    """Neurons whose text would be markup."""

    def __repr__(self):
        return "<script>alert(1)</script>" * 100


def test_a_notebook_shows_synapses_weights_and_delays():
    X = np.random.default_rng(0).poisson(0.1, (5, 40, 4))
    network = Liquid(30, random_state=0).fit(X).network_
    shown, w = network._repr_html_(), network.w.data
    excitatory = w[w > 0]
    assert f"<td>inhibitory neurons</td><td>{network.inhibitory.sum()}</td>" in shown
    assert (
        f"<td>excitatory synapses</td><td>{excitatory.size}, weights {excitatory.min():.4g} to "
        f"{excitatory.max():.4g} nA, mean {excitatory.mean():.3g} nA</td>" in shown
    )
    assert "<td>delays</td><td>1 ms</td>" in shown
    assert shown.count("<tr>") < 20  # a screen at most
    shown = replace(network, neurons=Hostile())._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert len(shown) < 3000
