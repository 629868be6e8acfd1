"""What the evaluation of the MNIST challenge shows beside its bars: arrays first, then figures."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure

from aann.vis.caption import captioned
from aann.vis.points import Cloud, clouds
from aann.vis.quilt import Patch, quilt
from aann.vis.swatches import SwatchRow, swatches
from aann.vis.trade import Trade, trades
from circuits.eis_vii_mnist import groups, templates
from circuits.eis_vii_mnist.evidence import Observed
from evals.eis_vii_mnist.case import STROKES, Case
from evals.eis_vii_mnist.table import Row
from zoo.eis_vii_mnist import rule

SHOWN = 12
"""Pictures in a row of the quilt."""
LIKENESS = "likeness s to the clue (thousands of grey levels)"
CLASSES = ("class 0", "class 1")
INKED = 0.01
"""Pixels with less ink on average, on design pictures, are left white in templates."""
LEAST = 0.75
"""Programs that recover less are left out of the trade."""

CAPTIONS = {
    "plane": "The units of the first dense layer on every held-out picture, in the plane of the "
    "two principal components that design pictures vary in most.",
    "groups": "What the two groups of units add to the logit difference on every held-out picture, "
    "and what the programs of these units add together (line).",
    "disagreements": "Held-out pictures on which the network and the published rule say different "
    f"classes: for each bound and each way to differ, up to {SHOWN}, spread evenly over likeness.",
    "templates": "What each program compares a picture with, on the scale of the published clue: "
    "every program that has a template. Pixels that design pictures leave empty are white.",
    "trade": f"Every program that recovers more than {LEAST:g}, controls left out: how many "
    "constants it has and what it is worth, with 95% intervals.",
}


def arrays(case: Case, heldout: Observed) -> dict[str, np.ndarray]:
    """Components, groups, templates and disagreements.

    Args:
        case: the programs.
        heldout: what the network does with the pictures to show.
    """
    found = groups.components(case.seen.activations)
    groups_of = (case.units.inverse, case.units.one)
    sums = [heldout.activations[:, list(g)] @ heldout.weights[list(g)] for g in groups_of]
    grid = np.linspace(heldout.similarity.min(), heldout.similarity.max(), 200)
    return {
        "plane": found.of(heldout.activations),
        "plane_variance": found.variance,
        "likeness": heldout.similarity,
        "network_class": (heldout.difference > 0).astype(np.int32),
        "group_sums": np.stack(sums),
        "grid": grid,
        "group_arms": np.stack([_arm(case, heldout, i, grid) for i in (1, 0)]),
        **_templates(case),
        **_disagreements(heldout),
    }


def figures(found: Mapping[str, np.ndarray], table: Sequence[Row]) -> dict[str, Figure]:
    """Figures of the arrays and of the table."""
    drawn = {
        "plane": _plane(found),
        "groups": _groups(found),
        **_quilt(found),
        "templates": swatches(
            [
                SwatchRow(found["templates"][i : i + 7], names[i : i + 7], title)
                for names in [[str(name) for name in found["template_names"]]]
                for i, title in ((0, 'weights on ink: red for the "1", blue against it'), (7, ""))
                if len(names) > i
            ],
            title="the template in few numbers and in many",
        ),
        "trade": _trade(table),
    }  # fmt: skip
    return {name: captioned(figure, CAPTIONS[name]) for name, figure in drawn.items()}


def _arm(case: Case, heldout: Observed, i: int, grid: np.ndarray) -> np.ndarray:
    """What the programs of a group's units write together, over similarities."""
    made = case.both[i]
    gain, threshold = (
        np.asarray(made.constants[n].value, np.float64) for n in ("gain", "threshold")
    )
    values = np.maximum(gain[None] * (grid[:, None] - threshold[None]), 0)
    written: np.ndarray = values @ heldout.weights[list(made.units)]
    return written


def _templates(case: Case) -> dict[str, np.ndarray]:
    """Weights of the pixels, with the sign and on the scale of the clue's."""
    drawn: list[tuple[str, Any]] = [("clue: 784", case.seen.clue)]
    for name, (draw, _) in STROKES.items():
        drawn.append((name, draw(case.program(name).values)))
    for p in case.trade[1:]:
        c = p.values
        if "cells" in c:
            drawn.append((p.name, templates.blocks(28 // len(c.cells))(c)))
        elif "amplitude" in c and p.name not in STROKES:
            waves = jnp.tensordot(c.amplitude, templates.wave_basis(_order(len(c.amplitude))), 1)
            base = c.template if "template" in c else templates.stroke(c) if "ends" in c else 0.0
            drawn.append((p.name, base + waves))
    inked = case.seen.images[..., 0].mean(0) >= INKED
    names = [_short(n) for n, _ in drawn]
    return {
        "templates": np.stack([(2 * np.asarray(t) - 1) * inked for _, t in drawn]),
        "template_names": np.asarray(names),
    }


def _short(name: str) -> str:
    return (
        name.removeprefix("V of ").removeprefix("a ").removeprefix("the ").replace(" and ", "\n+ ")
    )


def _order(waves: int) -> int:
    return next(n for n in range(28) if templates.count_of_waves(n) == waves)


def _disagreements(heldout: Observed) -> dict[str, np.ndarray]:
    """For each bound and each way to differ, pictures spread evenly over similarity."""
    low, high = (bound / 1000 for bound in rule.BOUNDS)
    s = heldout.similarity
    told = ~((low < s) & (s < high))
    network = heldout.difference > 0
    middle = (low + high) / 2
    chosen, kind = [], []
    k = 0
    for side in (s < middle, s >= middle):
        for says in (True, False):
            rows = np.flatnonzero(side & (network == says) & (told != says))
            rows = rows[np.argsort(s[rows])]
            places = np.linspace(0, len(rows) - 1, min(SHOWN, len(rows))).round().astype(int)
            chosen.append(rows[places])
            kind.append(np.full(len(places), k))
            k += 1
    every = np.concatenate(chosen)
    return {
        "differing": heldout.images[every, ..., 0],
        "differing_likeness": s[every],
        "differing_kind": np.concatenate(kind),
    }


def _plane(found: Mapping[str, np.ndarray]) -> Figure:
    first, second = (100 * found["plane_variance"]).round().astype(int)
    labels = (f"first component ({first}% of variance)", f"second component ({second}%)")
    x, y = found["plane"].T
    return clouds(
        [
            Cloud(x, y, found["network_class"], (*labels, ""), classes=CLASSES,
                  title="by the network's class"),
            Cloud(x, y, found["likeness"], (*labels, LIKENESS), title="by likeness to the clue"),
        ],
        title="the first dense layer is a V",
    )  # fmt: skip


def _groups(found: Mapping[str, np.ndarray]) -> Figure:
    bounds = [bound / 1000 for bound in rule.BOUNDS]
    return clouds(
        [
            Cloud(
                found["likeness"], found["group_sums"][i], found["network_class"],
                (LIKENESS, "what the group adds to the logit difference", ""),
                classes=CLASSES, curve=(found["grid"], found["group_arms"][i]), marks=bounds,
                title=f"units that fire on pictures like {name}",
            )
            for i, name in enumerate(("the 1's inverse", "the 1"))
        ],
        title="two groups of units, one for each side of the rule (dotted: its bounds)",
    )  # fmt: skip


def _quilt(found: Mapping[str, np.ndarray]) -> dict[str, Figure]:
    names = [
        f"{side} bound: network says {says}, rule says {1 - says}"
        for side in ("lower", "upper")
        for says in (1, 0)
    ]
    sections = {}
    for k, name in enumerate(names):
        mine = found["differing_kind"] == k
        shown = zip(found["differing"][mine], found["differing_likeness"][mine], strict=True)
        sections[name] = [Patch(picture, (f"s = {s:.1f}",)) for picture, s in shown]
    kept = {name: patches for name, patches in sections.items() if patches}
    title = "where network and published rule differ"
    return {"disagreements": quilt(kept, columns=SHOWN, title=title)} if kept else {}


def _trade(table: Sequence[Row]) -> Figure:
    shown = [
        Trade(r.program.removeprefix("V of "), r.kind, r.constants, [_ends(r.recovered),
              _ends(r.agreement)])
        for r in table
        if r.kind != "control" and (r.recovered.estimate or 0) > LEAST
    ]  # fmt: skip
    return trades(
        shown, ["part of the divergence recovered", "agreement with the network"],
        title="constants against what they are worth",
    )  # fmt: skip


def _ends(found: Any) -> tuple[float, float, float]:
    values = (found.low, found.estimate, found.high)
    known = [float("nan") if v is None else float(v) for v in values]
    return known[0], known[1], known[2]
