"""The whole run, with what ``evals.max_of_k.figures`` draws."""

import json

import hand_made

import zoo
from evals.max_of_k import __main__ as max_of_k


def test_the_whole_run_on_toys(attempted, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(zoo, "load", lambda name, variant=None: hand_made.largest())
    monkeypatch.setattr(zoo, "data", lambda name: hand_made.numbers(200))
    monkeypatch.setattr(max_of_k, "DRAWS", 200)
    max_of_k.main(["--networks", "seed0", "--limit", "40", "--out", str(tmp_path)])
    plain = json.loads((tmp_path / "report.json").read_text())
    assert (plain["eval"], plain["data"]["n"]) == ("max_of_k, both", 40)
    assert plain["untrained"]["found"] == "tried"
    assert list(attempted) == ["attention", "copying", "both"]
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
