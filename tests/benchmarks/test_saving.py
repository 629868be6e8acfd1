import argparse
import json

from benchmarks import saving


def saved(given, monkeypatch):
    monkeypatch.setattr(saving.sys, "argv", ["/x/benchmarks/toy.py", *given])
    parser = argparse.ArgumentParser()
    saving.add(parser)
    saving.save(parser.parse_args(given), {"ratio": 4.6543217, "images": 60})


def test_numbers_are_saved_with_command_machine_and_versions(tmp_path, monkeypatch):
    path = tmp_path / "new" / "toy.json"
    saved(["--save", str(path)], monkeypatch)
    found = json.loads(path.read_text())
    assert found["benchmark"] == {"ratio": 4.65432, "images": 60}
    assert found["command"] == f"/x/benchmarks/toy.py --save {path}"
    assert {"system", "cores", "load"} == set(found["machine"])
    assert {"python", "jax", "aann"} <= set(found["versions"])


def test_nothing_is_saved_where_nothing_asks_for_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    saved([], monkeypatch)
    assert list(tmp_path.iterdir()) == []
