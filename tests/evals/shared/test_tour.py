import argparse
import json
from types import SimpleNamespace

import pytest
from matplotlib.figure import Figure
from seed_rows import report, row

import aann
from aann.vis.caption import captioned
from evals.shared import seeds, tour
from evals.shared.start import Start

CAPTION = "All there is. Nothing was picked."


class Circuit(SimpleNamespace):
    """A circuit with a report that nothing was evaluated for."""

    def report(self, model, design, heldout, *, eval_name, seed, draws, on, **more):
        self.asked.append((model, draws, seed))
        self.more.append(more)
        return report([row("zero", "ablation", 0.0), row(self.name)])

    def rows(self, network, found, notes):
        made = found.row(self.name)
        return [seeds.Row.of(made, "program", self.name, network, "h: 0", found, notes)]


@pytest.fixture(scope="module")
def visited(tmp_path_factory):
    """Two networks, each with a part and a whole, and what was asked of the circuits."""
    with pytest.MonkeyPatch.context() as patch:
        drawn = {"training": captioned(Figure(), CAPTION)}
        patch.setattr(tour.refitted, "added", lambda report, *_: report)
        patch.setattr(tour.training_log, "figures", lambda name, networks: drawn)
        return visit(tmp_path_factory.mktemp("tour"))


def visit(folder):
    start = Start(
        argparse.Namespace(networks=("a", "b"), seed=5, thorough=True), aann.Machine(), folder
    )
    gone = tour.Tour("toy", "A claim.", start, ("a", "b"))
    asked, more, drawn = [], [], []

    def draw(circuit, found):
        drawn.append(circuit.name)
        return found, {"patterns": captioned(Figure(), CAPTION)}

    for network in ("a", "b"):
        circuits = [Circuit(name=name, asked=asked, more=more) for name in ("one part", "all")]
        gone.visit(
            network, network, (None, None), circuits, draws=300, draw=draw, make=None,
            notes=lambda circuit: {"all": "2 wrong"} if circuit.name == "all" else {},
        )  # fmt: skip
    assert [m.get("alone") for m in more] == [True, True, None, None]
    return gone, asked, drawn


def test_only_the_first_network_has_reports_and_figures(visited):
    gone, asked, drawn = visited
    folder = gone.start.folder
    assert asked == [("a", 10_000, 5), ("a", 10_000, 5), ("b", 300, 5), ("b", 300, 5)]
    assert drawn == ["all"]
    assert [chapter.report.rows[1].name for chapter in gone.chapters] == ["one part", "all"]
    part = {path.name for path in (folder / "one_part").iterdir()}
    assert {"report.json", "recovered.png"} <= part
    assert not {"patterns.png", "training.png"} & part
    assert {"report.json", "patterns.png", "training.png"} <= {p.name for p in folder.iterdir()}


def test_all_networks_are_in_the_tables_and_on_the_page(visited, capsys):
    gone, *_ = visited
    gone.finish()
    rows = json.loads((gone.start.folder / "seeds.json").read_text())["rows"]
    assert [(r["network"], r["circuit"], r["note"]) for r in rows] == [
        ("a", "one part", ""), ("a", "all", "2 wrong"),
        ("b", "one part", ""), ("b", "all", "2 wrong"),
    ]  # fmt: skip
    page = (gone.start.folder / "report.html").read_text()
    assert "A claim." in page
    assert page.count("2 wrong") >= 2
    said = capsys.readouterr()
    assert "2 wrong" in said.out
    assert "wrote seeds.json, seeds.md" in said.err
