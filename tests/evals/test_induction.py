import json

import hand_made
import pytest

import zoo
from evals import induction


@pytest.fixture
def toys(monkeypatch):
    """The zoo with hand-made networks in it; the published one cannot be had."""

    def load(name, variant=None):
        if variant == "published":
            raise zoo.AssetError("no network here\nat all")
        return hand_made.induction(gain=12.0 if variant == "seed0" else 10.0)

    monkeypatch.setattr(zoo, "load", load)
    monkeypatch.setattr(zoo, "data", lambda name, variant: hand_made.repeats(80))
    monkeypatch.setattr(induction, "DRAWS", 200)


def test_the_whole_run_on_toys(toys, attempted, tmp_path, capsys):
    induction.main(
        ["--networks", "seed0,published", "--limit", "20", "--out", str(tmp_path), "--seed", "1"]
    )
    said = capsys.readouterr()
    assert "left out published: no network here\n" in said.err
    assert "seed0: previous-token heads 1 of blocks.0.attn.pattern" in said.err
    plain = json.loads((tmp_path / "report.json").read_text())
    assert (plain["eval"], plain["seed"], plain["data"]["n"]) == ("induction, both", 1, 20)
    assert plain["untrained"]["found"] == "tried"
    assert list(attempted) == [
        "previous-token heads", "induction heads", "composed heads", "both"
    ]  # fmt: skip
    table = json.loads((tmp_path / "seeds.json").read_text())["rows"]
    assert {row["network"] for row in table} == {"seed0"}
    found = {row["program"]: row for row in table}
    for name in ("previous token", "prefix matching", "previous token + composed matching"):
        assert found[name]["kind"] == "program"
        assert found[name]["recovered"]["kl"]["estimate"] > 0.9
    for name in ("two back", "duplicate", "two back + composed matching"):
        assert found[name]["kind"] == "control"
        assert found[name]["recovered"]["kl"]["estimate"] < 0.2
    written = {path.name for path in tmp_path.iterdir()}
    figures = {"recovered.png", "recovered_against_bits.png", "patterns.png"}
    assert {"report.json", "report.md", "report.npz", "seeds.json", "seeds.md"} | figures <= written
    for folder in ("previous-token_heads", "induction_heads", "composed_heads"):
        assert (tmp_path / folder / "report.json").is_file()
    assert "composed heads" in said.out
    assert "previous token + duplicate" in (tmp_path / "seeds.md").read_text()


def test_a_network_that_has_to_be_there(toys, tmp_path):
    with pytest.raises(zoo.AssetError, match="no network here"):
        induction.main(["--networks", "published,seed0", "--out", str(tmp_path)])


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (["--networks", "seed0,seed0"], "expected different names with commas, got 'seed0,seed0'"),
        (["--n", "9"], "--n 9 is too few for an interval: at least 10"),
        (["--n", "30", "--limit", "20"], "--n 30 asks for more examples than --limit 20"),
    ],
)
def test_wrong_arguments_get_a_usage_error(given, match, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        induction.main([*given, "--out", str(tmp_path)])
    assert stop.value.code == 2
    assert match in capsys.readouterr().err
