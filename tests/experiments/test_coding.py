"""`lsm run coding`: information at the input, in the liquid and at the output."""

import numpy as np
import pandas as pd
import pytest

from lsm.experiments import coding
from lsm.experiments.__main__ import main


def test_each_place_is_read_by_each_code(tmp_path, capsys):
    out = tmp_path / "out"
    options = ["--n-samples", "200", "--n-neurons", "60", "--n-epochs", "2"]
    command = ["run", "coding", *options, "--encoders", "latency", "--repeats", "1", "--jobs", "1"]
    assert main([*command, "--debug", "--out", str(out)]) == 0
    table = pd.read_csv(out / "table.csv")
    bits = table[table["unit"] == "bits about the class"].set_index(["place", "read"])["median"]
    assert len(bits) == 3 * 4
    assert bits.between(0, np.log2(10)).all()
    # One spike in every channel: their number tells nothing, and their time all.
    assert bits["input", "rate"] < 0.2
    assert bits["input", "latency"] > 1.5
    assert bits["liquid", "rate"] > 0.5
    assert (out / "one_input.png").exists()
    assert (out / "information.png").exists()
    assert "latency" in capsys.readouterr().out


def test_an_unknown_encoder_is_refused():
    with pytest.raises(ValueError, match="encoders must be one of"):
        coding.conditions(["morse"])
