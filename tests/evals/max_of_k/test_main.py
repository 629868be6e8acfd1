import itertools
import json

import hand_made
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
import zoo
from circuits.max_of_k import fit as max_of_k_fit
from evals.max_of_k import __main__ as max_of_k
from evals.max_of_k.mistakes import mistakes, multisets, orders


def test_the_whole_run_on_toys(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(zoo, "load", lambda name, variant=None: hand_made.largest())
    monkeypatch.setattr(zoo, "data", lambda name: hand_made.numbers(200))
    monkeypatch.setattr(max_of_k, "DRAWS", 200)
    max_of_k.main(["--networks", "seed0", "--limit", "40", "--out", str(tmp_path)])
    plain = json.loads((tmp_path / "report.json").read_text())
    assert (plain["eval"], plain["data"]["n"]) == ("max_of_k, both", 40)
    table = json.loads((tmp_path / "seeds.json").read_text())["rows"]
    found = {row["program"]: row for row in table}
    for name in ("ordered", "largest", "copying", "ordered + copying"):
        assert found[name]["recovered"]["kl"]["estimate"] > 0.98
    for name in ("smallest first", "copying of the next", "ordered + copying of the next"):
        assert found[name]["recovered"]["kl"]["estimate"] < 0
    assert found["ordered + copying"]["note"] == "0 of 512 wrong"
    figures = {"recovered", "recovered_against_bits", "patterns", "copying", "scores"}
    written = {path.name for path in tmp_path.iterdir()}
    assert {f"{name}.png" for name in figures} <= written
    for folder in ("attention", "copying"):
        assert (tmp_path / folder / "report.json").is_file()
    page = (tmp_path / "report.html").read_text()
    for wanted in ("All networks", "max_of_k, both", "max_of_k, attention", "0 of 512 wrong"):
        assert wanted in page
    assert page.count("<img ") == len(list(tmp_path.rglob("*.png")))
    assert "0 of 512 wrong" in capsys.readouterr().out


def test_multisets_and_their_orders_make_all_sequences():
    rising = multisets(5, 3)
    assert (np.diff(rising, axis=1) >= 0).all()
    assert len({tuple(row) for row in rising.tolist()}) == len(rising)
    assert orders(rising).sum() == 5**3
    for row, count in zip(rising.tolist(), orders(rising)):
        assert count == len(set(itertools.permutations(row)))


def test_mistakes_are_those_of_running_everything():
    """With a slope of 0.5 several smaller tokens together outweigh the largest."""
    model = hand_made.largest()
    examples = hand_made.numbers()
    seen = max_of_k_fit.look(model, aann.split(examples)[0])
    ordered = max_of_k_fit.ordered(seen).with_constants(slope=0.5)
    artificial = aann.splice(model, [ordered, max_of_k_fit.copying(seen)])
    logits = jax.jit(artificial)(jnp.asarray(examples.load(range(len(examples)))))
    expected = int((np.argmax(logits, axis=-1) != examples.labels).sum())
    assert expected > 0
    assert mistakes(artificial, hand_made.NUMBERS, hand_made.K) == expected


def test_networks_that_know_positions_are_refused():
    model = aann.Model(lambda p, x: jax.nn.one_hot(x[:, -1], 4), {}, "last")
    with pytest.raises(
        ValueError, match=r"\d+ answers depend on the order .* first for \[0, 0, 1\]"
    ):
        mistakes(model, 4, 3)
