"""Whatever a user may type at a prompt answers with one screen at most."""

import ast
import dataclasses
import functools
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from report_made import report, row
from toys import mlp_model

import aann
from aann.comparison.compare import Comparison, Difference
from aann.comparison.sample_size import Like, SampleSize, Sizes
from aann.evaluation.exhaustive import Shares
from aann.evaluation.measure import Measured
from aann.labelling.found import Agreement, LabelAgreement
from aann.labelling.thresholds import Thresholds
from aann.patching.attribution import Attributed, EstimateError
from aann.patching.patch import Patched
from aann.program.registry import Registered
from aann.report.estimate import Damage, Estimate
from aann.scrubbing.interchange import Interchanged, Swap
from aann.scrubbing.scrubbed import Scrubbed, ScrubRow, StandIns
from aann.scrubbing.tree import Branch
from aann.shown.brief import COLUMNS, ROWS
from aann.shown.listing import Listing
from aann.splicing.splice import Sites
from aann.statistics.bootstrap import recovered
from aann.statistics.interval import Setting
from aann.sweeps.pareto_data import Point
from aann.sweeps.settings import Settings
from aann.sweeps.sweep_losses import SweepLosses

ROOT = pathlib.Path(__file__).parent.parent
HOSTILE = '</table><script>alert("1")</script>\n' * 20
NAMES = [f"{i} {HOSTILE}" for i in range(300)]
SOME = Estimate(0.5, 0.25, 0.75)


def classes_with_fields():
    """File, class and where its repr comes from, of each dataclass and named tuple of the core."""
    for path in sorted((ROOT / "aann").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                above = [*map(ast.unparse, node.bases), *map(ast.unparse, node.decorator_list)]
                if any("dataclass" in text or text == "NamedTuple" for text in above):
                    yield path.name, node, above


def test_no_class_leaves_its_repr_to_chance():
    """Generated ones show every number of every array."""
    found = list(classes_with_fields())
    assert len(found) > 60
    left = [
        f"{file}: {node.name}"
        for file, node, above in found
        if not {"__repr__ = brief", "__repr__"}
        & {ast.unparse(x) if isinstance(x, ast.Assign) else getattr(x, "name", "")
           for x in node.body}
        and not any("repr=False" in text for text in above)
    ]  # fmt: skip
    assert left == []


@functools.cache
def replacement():
    constants = {f"c{i}": aann.Constant(np.zeros(900), note=HOSTILE) for i in range(50)}
    return aann.make(
        lambda x, c: x, model=HOSTILE, site=HOSTILE, units=range(500), constants=constants,
        name=HOSTILE, basis=np.eye(500),
    )  # fmt: skip


def ladder():
    made = report(*(row(name, SOME, kind="control") for name in NAMES), row("ours", SOME))
    arrays = {name: np.zeros((3, 200)) for name in NAMES}
    return dataclasses.replace(
        made, eval=HOSTILE, claim=HOSTILE, site=HOSTILE, units=range(500), arrays=arrays
    )


def comparison():
    side = {
        "eval": HOSTILE, "site": HOSTILE, "units": range(500),
        "data": {"name": HOSTILE, "split": "heldout", "n": 20},
    }  # fmt: skip
    differences = [Difference(name, name, "kl", SOME, SOME, SOME, SOME) for name in NAMES]
    return Comparison(side, side, HOSTILE, "ff", 20, 0, 1000, 0.95, differences)


def sample_size():
    return SampleSize(
        eval=HOSTILE, metric="kl", pilot=500, first=0.85, second=0.9, row=HOSTILE, like=HOSTILE,
        power=0.8, level=0.05, correlation=0.5, paired=Sizes(900, 1000), unpaired=Sizes(9, None),
        at=None, power_at=None, likes=[Like(name, 0.5, 100) for name in NAMES],
    )  # fmt: skip


def pareto():
    points = [Point(name, {HOSTILE: 1.0}, 3, 100.5, True, SOME, step=SOME) for name in NAMES]
    data = {"name": HOSTILE, "split": "design", "n": 20, "hash": "0"}
    return aann.Pareto(
        command=HOSTILE, model=HOSTILE, weights="ff", site=HOSTILE, units=range(500), metric="kl",
        data={"design": data, "heldout": None}, damage={"design": Damage(0.1, 0.05, 0.2)}, seed=0,
        draws=1000, confidence=0.95, versions={"jax": HOSTILE}, natural={"bits": 3}, points=points,
        arrays={"losses/design": np.zeros((302, 20))}, network=mlp_model(),
        programs=[replacement()], examples=examples(),
    )  # fmt: skip


def examples():
    return aann.split(aann.from_arrays(HOSTILE, np.zeros((300, 2)), names=NAMES))[0]


def swept(rows):
    rng = np.random.default_rng(0)
    losses = {name: rng.normal(size=(len(rows), 40)) for name in ("nll", "kl", "top1")}
    return SweepLosses(rows, losses, {m: np.zeros(40) for m in losses}, HOSTILE, HOSTILE)


def model():
    params = {name: {"w": np.zeros((30, 40), np.float32)} for name in NAMES}
    return aann.Model(lambda p, x: x, params, HOSTILE, jax.ShapeDtypeStruct((3,), jnp.float32))


def attributed():
    error = EstimateError(3, 0.5, 1.0, 0.9, (1, 2), 0.75)
    arrays = {name: np.zeros((4, 9)) for name in NAMES}
    errors = dict.fromkeys(NAMES, error)
    return Attributed("denoise", arrays, arrays, arrays, errors, np.zeros(9), np.zeros(9))


def labelled():
    data = {"name": HOSTILE, "split": "design", "n": 300, "hash": "0"}
    counts = np.eye(40, dtype=int)
    pair = Agreement(HOSTILE, HOSTILE, SOME, None, 0.5, counts)
    labels = {who: np.arange(300, dtype=np.int32) % (i + 2) for i, who in enumerate(("program",
              "network", "truth"))}  # fmt: skip
    return LabelAgreement(
        HOSTILE, HOSTILE, "ff", data, 40, 0.95, HOSTILE, pair, pair, pair, pair, tuple(NAMES),
        labels, np.zeros(300, np.float32), {"jax": HOSTILE},
    )  # fmt: skip


def thresholds():
    places = np.arange(301)
    return Thresholds(
        HOSTILE, len, False, tuple(float(i) for i in range(300)), tuple(i % 2 for i in range(301)),
        HOSTILE, 0.5, 0.1, {"name": HOSTILE, "split": "design"}, np.arange(300.0), places,
        np.zeros((300, 301), int), 0,
    )  # fmt: skip


def scrubs():
    losses = {what: {"kl": 0.5, "agreement": 0.5} for what in ("scrubbed", "intact", "random")}
    rows = [
        ScrubRow(
            name, dict.fromkeys(NAMES[:30], HOSTILE), dict.fromkeys(NAMES[:30], HOSTILE), "keep",
            losses, SOME, {"kl": SOME}, {"kl": SOME}, {"kl": SOME},
            dict.fromkeys(NAMES[:30], StandIns(1e6, 0.5)), 0.5, {"kl": SOME},
        )
        for name in NAMES
    ]  # fmt: skip
    arrays = {name: {HOSTILE: np.zeros((4, 300))} for name in NAMES}
    data = {"name": HOSTILE, "split": HOSTILE, "n": 300, "hash": "0"}
    return Scrubbed(
        HOSTILE, data, 4, 0, "ff", {"jax": HOSTILE}, rows, NAMES, NAMES, Setting(), arrays,
        dict.fromkeys(NAMES, arrays), arrays, arrays, arrays,
    )  # fmt: skip


def swaps():
    data = {"name": HOSTILE, "split": HOSTILE, "n": 300, "hash": "0"}
    found = [Swap((name, name), SOME, 0.5, SOME, SOME) for name in NAMES]
    return Interchanged(
        HOSTILE, HOSTILE, data, SOME, found, dict.fromkeys(NAMES, np.zeros((2, 300), int))
    )


def tree(depth=3):
    below = () if not depth else tuple(tree(depth - 1) for _ in range(4))
    return Branch(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, below)


def hypothesis():
    where = dict.fromkeys(NAMES, aann.Where(HOSTILE, units=range(500), basis=np.eye(500)))
    return aann.Hypothesis(replacement(), where, name=HOSTILE)


def shape(i):
    return jax.ShapeDtypeStruct((1, i), jnp.float32)


VALUES = {
    "attribution": attributed,
    "comparison": comparison,
    "constant": lambda: aann.Constant(np.zeros(900), note=HOSTILE),
    "constants": lambda: replacement().values,
    "cut": lambda: aann.cut(mlp_model(), "m", jax.ShapeDtypeStruct((4, 6), jnp.float32)),
    "design": examples,
    "exhaustive": lambda: Shares({name: {"kl": 0.5, "nll": 1.0} for name in NAMES}),
    "hypothesis": hypothesis,
    "held out": lambda: aann.held_out(aann.from_arrays(HOSTILE, np.zeros((3, 2)))),
    "labels": labelled,
    "kind of labels": lambda: labelled().kinds[0],
    "landscape": lambda: thresholds().landscape(),
    "listing": lambda: Listing({name: np.zeros((3, 400)) for name in NAMES}),
    "machine": lambda: aann.Machine(cache="x" * 500, resume=True),
    "measured": lambda: Measured(*[{name: np.zeros((2, 9)) for name in NAMES}] * 3),
    "model": model,
    "patching": lambda: Patched("noise", {n: np.zeros((4, 9)) for n in NAMES}, *np.zeros((2, 9))),
    "pareto": pareto,
    "recovered": lambda: recovered(np.zeros((9, 20)), np.ones((9, 20)), np.full((9, 20), 2.0)),
    "registered": lambda: Registered(dict.fromkeys(NAMES, replacement())),
    "replacement": replacement,
    "report": ladder,
    "arrays of a report": lambda: ladder().arrays,
    "row of a report": lambda: ladder().rows[0],
    "sample size": sample_size,
    "scrubs": scrubs,
    "row of scrubs": lambda: scrubs().rows[0],
    "settings": lambda: Settings([replacement()] * 40),
    "settings sweep": lambda: swept(tuple(NAMES)),
    "sites": lambda: Sites({name: shape(i) for i, name in enumerate(NAMES)}),
    "swaps": swaps,
    "thresholds": thresholds,
    "tree of scrubs": tree,
    "where": lambda: aann.Where(HOSTILE, units=range(500), basis=np.eye(500)),
    "unit sweep": lambda: swept(tuple(range(300))),
}


@pytest.mark.parametrize("what", VALUES)
@pytest.mark.usefixtures("unchecked")
def test_a_value_takes_one_screen_and_adds_no_elements_to_a_page(what):
    value = VALUES[what]()
    lines = repr(value).split("\n")
    assert len(lines) <= ROWS
    assert max(map(len, lines)) <= COLUMNS
    if hasattr(value, "_repr_html_") and what != "report":  # which has a test of its own
        page = value._repr_html_()
        assert "<script" not in page
        assert len(page) < 200_000


def test_a_report_at_a_prompt_shows_its_program_and_counts_what_is_missing():
    lines = repr(ladder()).split("\n")
    assert lines[-2].startswith("ours")
    assert lines[-1] == "... 285 more rows and columns robust, R2, flops: print shows all"
    assert "285 more" not in str(ladder())
    assert repr(report(row("ours", SOME))).count("\n") == 7


def test_what_is_small_is_shown_as_it_is():
    assert repr(mlp_model()) == "Model('toy', 72 parameters, inputs=float32 (6,))"
    assert repr(aann.Machine()) == "Machine(devices=1, memory=4 GiB)"
    cut = VALUES["cut"]()
    assert repr(cut) == "Cut(sites=('m',), lower=(), crossing=(float32 (4, 6),))"
