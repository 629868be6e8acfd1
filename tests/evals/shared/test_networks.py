import numpy as np
import pytest

import aann
import zoo
from evals.shared import networks


@pytest.fixture
def toys(monkeypatch):
    """The zoo with networks that are their names; the published one cannot be had."""

    def load(task, variant):
        if variant == networks.PUBLISHED:
            raise zoo.AssetError("no network here Places searched:\na folder")
        return f"{task}:{variant}"

    monkeypatch.setattr(zoo, "load", load)


def test_a_published_network_that_cannot_be_had_is_left_out_with_a_line(toys, capsys):
    assert networks.load("toy", ("seed0", networks.PUBLISHED, "seed1")) == {
        "seed0": "toy:seed0", "seed1": "toy:seed1",
    }  # fmt: skip
    assert capsys.readouterr().err == "left out published: no network here\n"


def test_the_first_network_is_never_left_out(toys):
    with pytest.raises(zoo.AssetError, match="no network here"):
        networks.load("toy", (networks.PUBLISHED, "seed0"))


@pytest.mark.parametrize("names", [("a", "b"), ("a", "published")])
def test_help_says_which_networks_there_are(names):
    parser = networks.parser("toy", "A claim.", names)
    assert parser.parse_args([]).networks == names
    assert parser.parse_args(["--networks", "b"]).networks == ("b",)
    said = " ".join(parser.format_help().split())
    assert f"(default: {','.join(names)}" in said
    assert ("left out where it cannot be had" in said) == ("published" in names)


def test_halves_are_as_large_as_asked_for():
    args = networks.parser("toy", "A claim.", ("a",)).parse_args(["--limit", "12", "--n", "11"])
    examples = aann.from_arrays("toy", np.zeros((60, 1), np.float32))
    design, heldout = networks.halves(examples, args)
    assert (len(design), len(heldout)) == (12, 11)
    assert not set(design.names) & set(heldout.names)
