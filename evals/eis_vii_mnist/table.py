"""The challenge in one table: programs of the logits, and how often they agree with the network.

Recovered is of the divergence from the network that the last layer's bias alone leaves, as in the
published figures: zero-ablation of the logits, of the reports, says even odds instead.
"""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np

import aann
from aann.counting import complexity
from aann.report.estimate import Estimate
from aann.report.folder import replacing
from aann.report.grid import Grid, of_text
from aann.shown.table import aligned, markdown
from aann.statistics.bootstrap import mean_interval, recovered
from aann.statistics.interval import Setting
from aann.sweeps.settings import settings_sweep
from circuits.eis_vii_mnist import fit
from circuits.eis_vii_mnist.evidence import Ablation, Evidence
from evals.shared import command

BIAS = "bias of the last layer"


@dataclasses.dataclass(frozen=True)
class Row:
    """One program of the logits.

    Attributes:
        program: its name.
        kind: ``program``, ``control`` or ``fit``.
        constants, bits: what it knows.
        besides: its constants other than the clue's pixels.
        recovered: of the divergence that ``BIAS`` leaves.
        agreement: part of the pictures with the network's class.
    """

    program: str
    kind: str
    constants: int
    besides: int
    bits: float | None
    recovered: Estimate
    agreement: Estimate


def rows(
    seen: Evidence,
    programs: Mapping[str, Sequence[aann.Replacement]],
    examples: aann.Examples,
    setting: Setting,
    on: aann.Machine,
) -> list[Row]:
    """Measure programs of the logit difference.

    Args:
        seen: what the network does with the design pictures.
        programs: kind -> programs.
        examples: to measure on.
        setting: of the bootstrap.
        on: what to run on.
    """
    kinds = [(kind, p) for kind, several in programs.items() for p in several]
    every = [bias(seen), *(p for _, p in kinds)]
    losses = settings_sweep(seen.model, every, examples, ["kl", "agreement"], machine=on).losses
    kl = losses["kl"]
    ratio = recovered(np.zeros_like(kl[0]), kl[1:], kl[0], setting).ratio
    agree = mean_interval(1.0 - losses["agreement"][1:], setting)
    found = []
    for i, (kind, program) in enumerate(kinds):
        cost = complexity.measure(program, [seen.model.batch(1)])
        template = program.constants.get("template")
        known = cost.constants or 0
        pixels = 0 if template is None else np.size(template.value)
        found.append(
            Row(
                program.name, kind, known, known - pixels, cost.bits,
                Estimate.of(ratio[i]), Estimate.of(agree[i]),
            )
        )  # fmt: skip
    return found


def bias(seen: Evidence) -> aann.Replacement:
    """No unit fires: the logits are the last layer's bias."""

    def silent(images: jnp.ndarray, c: aann.Constants) -> jnp.ndarray:
        """The logits are the last layer's bias."""
        return jnp.full((len(images), 1), c.bias / jnp.sqrt(2))

    return fit.on_difference(seen, silent, {"bias": aann.Constant(seen.bias, "source")}, BIAS)


def save(table: Sequence[Row], ablations: Sequence[Ablation], folder: pathlib.Path) -> None:
    """Write ``challenge.json`` and ``challenge.md``."""
    if not command.leads():
        return
    plain = {
        "schema": 1,
        "rows": [dataclasses.asdict(row) for row in table],
        "ablations": [a._asdict() for a in ablations],
    }
    page = "\n".join(
        [*markdown(cells(table)), "", LEGEND, "", *markdown(flipped(ablations)), "", FLIPPED, ""]
    )
    with replacing(folder) as new:
        (new / "challenge.json").write_text(json.dumps(plain, indent=1, allow_nan=False) + "\n")
        (new / "challenge.md").write_text(page, encoding="utf-8")


def text(table: Sequence[Row], ablations: Sequence[Ablation]) -> str:
    """Both tables for a terminal."""
    return "\n".join([*aligned(cells(table)), LEGEND, "", *aligned(flipped(ablations)), FLIPPED])


def grids(table: Sequence[Row], ablations: Sequence[Ablation]) -> list[Grid]:
    """Both tables for a page."""
    return [
        of_text("The labels as programs", cells(table), [LEGEND], kind="kind"),
        of_text("Classes that change without a group", flipped(ablations), [FLIPPED]),
    ]


LEGEND = (
    "recovered: of the divergence from the network that the last layer's bias alone leaves; "
    "agreement: part of the pictures with the network's class; 95% studentised bootstrap "
    "intervals. besides: constants other than the pixels of the clue. Controls are wrong programs."
)
FLIPPED = (
    "part of the pictures whose class changes when a group of units is zeroed, or each unit held "
    "at its least activation: by the side of the published rule on which they lie"
)


def cells(table: Sequence[Row]) -> list[list[str]]:
    """Header and rows as text."""
    header = ["program", "kind", "agreement", "recovered", "constants", "besides", "bits"]
    return [
        header,
        *(
            [
                r.program, r.kind, str(r.agreement), str(r.recovered), f"{r.constants:,}",
                f"{r.besides:,}", "-" if r.bits is None else f"{r.bits:,.0f}",
            ]
            for r in table
        ),
    ]  # fmt: skip


def flipped(ablations: Sequence[Ablation]) -> list[list[str]]:
    """Header and rows as text."""
    header = ["group", "held at", "like the 1", "between the bounds", "like its inverse"]
    return [
        header,
        *([a.group, a.how, *map(_percent, (a.one, a.between, a.inverse))] for a in ablations),
    ]


def _percent(part: float | None) -> str:
    return "-" if part is None else f"{100 * part:.1f}%"
