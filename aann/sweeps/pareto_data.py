"""The plain data of a Pareto front: its settings and where they came from; no renderings."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aann.data.examples import Design
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.replacement import Replacement
from aann.report.estimate import Damage, Estimate
from aann.shown.brief import brief
from aann.shown.listing import Listing

SCHEMA = 1


@dataclasses.dataclass(frozen=True)
class Point:
    """One setting.

    Attributes:
        name: of the replacement.
        values: its constants.
        constants: how many numbers it knows.
        bits: its description length.
        on_front: whether it is on the front, by the design examples.
        design: recovered on the design examples, by which the front was chosen.
        heldout: recovered on the held-out examples; None where it is not on the front, or nothing
            was reported yet.
        step: how much more it recovers than the next shorter setting on the front, the paired
            difference over held-out examples (before ``report`` over design examples); of the
            shortest one over zero-ablation. None off the front.
        residual_bits: what the program leaves to be stated of one held-out example, see
            ``aann.statistics.agreement``; None as ``heldout``, or where that is not known.
    """

    name: str
    values: Mapping[str, Any]
    constants: int | None
    bits: float
    on_front: bool
    design: Estimate
    heldout: Estimate | None = None
    step: Estimate | None = None
    residual_bits: Estimate | None = None

    __repr__ = brief

    def code_length(self, n: int) -> float | None:
        """Bits of the two-part code on ``n`` examples, as ``ReportRow.code_length``."""
        residual = self.residual_bits.estimate if self.residual_bits else None
        return None if residual is None else self.bits + n * residual


@dataclasses.dataclass(frozen=True, eq=False)
class ParetoData:
    """What a ``Pareto`` holds, apart from how it is measured and shown.

    Attributes:
        command: that was run.
        model: the network.
        weights: its fingerprint.
        site: where.
        units: which were replaced.
        metric: by which loss.
        data: name, split, n and hash of the ``design`` examples, and of ``heldout`` or None.
        damage: mean loss that zero-ablation adds, on the same.
        seed: of the bootstrap.
        draws: likewise.
        confidence: likewise.
        versions: of Python and the libraries.
        natural: constants, bits and flops of the units replaced.
        points: the settings, shortest first.
        arrays: per-example losses ``losses/design`` and ``losses/heldout`` (rows, n), of
            zero-ablation, ``points`` (held out: those on the front) and the intact model.
        network: the model.
        programs: the replacements, in the order of ``points``.
        examples: the design examples.
        batch_size: to run with.
        machine: to run on.
    """

    command: str
    model: str
    weights: str
    site: str
    units: Sequence[int]
    metric: str
    data: Mapping[str, Any]
    damage: Mapping[str, Damage]
    seed: int
    draws: int
    confidence: float
    versions: Mapping[str, str]
    natural: Mapping[str, int | float | None]
    points: Sequence[Point]
    arrays: Mapping[str, np.ndarray] = dataclasses.field(repr=False)
    network: Model = dataclasses.field(repr=False)
    programs: Sequence[Replacement] = dataclasses.field(repr=False)
    examples: Design = dataclasses.field(repr=False)
    batch_size: int | None = dataclasses.field(default=None, repr=False)
    machine: Machine | None = dataclasses.field(default=None, repr=False)

    __repr__ = brief

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrays", Listing(self.arrays))

    @property
    def chosen(self) -> list[Replacement]:
        """The programs on the front, shortest first."""
        return [r for r, p in zip(self.programs, self.points, strict=True) if p.on_front]

    def to_json(self) -> str:
        """Strict JSON: everything but the arrays, the model and the programs."""
        left_out = ("arrays", "network", "programs", "examples", "batch_size", "machine")
        plain = {
            f.name: getattr(self, f.name)
            for f in dataclasses.fields(self) if f.name not in left_out
        }  # fmt: skip
        plain["points"] = [dataclasses.asdict(p) for p in self.points]
        plain["damage"] = {half: dataclasses.asdict(d) for half, d in self.damage.items()}
        return json.dumps({"schema": SCHEMA, **plain}, indent=1, allow_nan=False)
