"""What ``aann.label_agreement`` found: plain data, and its table."""

import dataclasses
import functools
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float32, Int

from aann.model import fixed
from aann.report.estimate import Estimate
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular

SCHEMA = 1


@dataclasses.dataclass(frozen=True, eq=False)
class Agreement:
    """Two labellings of the same examples.

    Attributes:
        first: what one is called.
        second: what the other is called.
        share: of examples with the same label, with its interval.
        kappa: Cohen's, 0 for a labelling that knows nothing of the other; None where both have one
            and the same class alone.
        balanced: mean over the classes of the second of the share that the first finds; always the
            same class has 1 / classes.
        counts: (classes, classes), rows are the labels of the first.
    """

    first: str
    second: str
    share: Estimate
    kappa: float | None
    balanced: float
    counts: Int[np.ndarray, "classes classes"]

    __repr__ = brief


@dataclasses.dataclass(frozen=True, eq=False)
class Kind:
    """Examples that the program and the network label differently, in one way.

    Attributes:
        program: its label.
        network: its label.
        indices: of the examples, the network's surest first.
        names: of the same examples.
        margins: of the same examples, see ``LabelAgreement``.
    """

    program: int
    network: int
    indices: Int[np.ndarray, " k"]
    names: tuple[str, ...]
    margins: Float32[np.ndarray, " k"]

    __repr__ = brief

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def margin(self) -> float:
        """The median of the margins."""
        return float(np.median(self.margins))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class LabelAgreement(Tabular):
    """How a program's labels compare with a network's and with the truth.

    Attributes:
        program: its name.
        model: its name.
        weights: fingerprint of the model.
        data: name, split, n and hash of the examples.
        classes: of the network.
        confidence: of the intervals.
        interval: of what kind they are.
        with_network: program against network.
        majority: the class that the network gives most often here, always, against the network.
        with_truth: program against truth; None where examples have no labels.
        network_with_truth: likewise.
        names: of the examples.
        labels: ``program``, ``network`` and, if there is one, ``truth``: (n,) int32.
        margins: (n,) the network's logit of its own label less the largest other one.
        versions: of libraries and devices.
    """

    program: str
    model: str
    weights: str
    data: dict[str, Any]
    classes: int
    confidence: float
    interval: str
    with_network: Agreement
    majority: Agreement
    with_truth: Agreement | None
    network_with_truth: Agreement | None
    names: tuple[str, ...]
    labels: Mapping[str, Int[np.ndarray, " n"]]
    margins: Float32[np.ndarray, " n"]
    versions: dict[str, str]

    def __post_init__(self) -> None:
        labels = {who: fixed(values) for who, values in self.labels.items()}
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "margins", fixed(self.margins))

    @property
    def rows(self) -> list[Agreement]:
        """All comparisons that there are."""
        found = (self.with_network, self.majority, self.with_truth, self.network_with_truth)
        return [row for row in found if row is not None]

    @property
    def differ(self) -> Int[np.ndarray, " k"]:
        """Indices of the examples that program and network label differently, ascending."""
        return np.flatnonzero(self.labels["program"] != self.labels["network"])

    @functools.cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The same grouped by the two labels, the most frequent kind first."""
        told, theirs = (self.labels[who][self.differ] for who in ("program", "network"))
        pairs = sorted({*zip(told.tolist(), theirs.tolist(), strict=True)})
        kinds = [self._kind(*pair) for pair in pairs]
        return tuple(sorted(kinds, key=lambda kind: -len(kind)))

    @property
    def balance(self) -> dict[str, list[float]]:
        """The share of each class in each labelling."""
        n = len(self.names)
        return {
            who: (np.bincount(labels, minlength=self.classes) / n).tolist()
            for who, labels in self.labels.items()
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain data: all numbers, and every example that program and network label differently."""
        return {
            "schema": SCHEMA,
            "program": self.program,
            "model": self.model,
            "weights": self.weights,
            "data": self.data,
            "classes": self.classes,
            "confidence": self.confidence,
            "interval": self.interval,
            "agreement": [
                {**dataclasses.asdict(row), "counts": row.counts.tolist()} for row in self.rows
            ],
            "balance": self.balance,
            "median_margin": float(np.median(self.margins)),
            "differ": [
                {
                    "program": kind.program, "network": kind.network, "n": len(kind),
                    "median_margin": kind.margin, "names": list(kind.names),
                    "margins": kind.margins.tolist(),
                }
                for kind in self.kinds
            ],
            "versions": self.versions,
        }  # fmt: skip

    def to_json(self) -> str:
        """Strict JSON."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def _kind(self, told: int, theirs: int) -> Kind:
        chosen = (self.labels["program"] == told) & (self.labels["network"] == theirs)
        at = np.flatnonzero(chosen)
        at = at[np.argsort(-self.margins[at], kind="stable")]
        return Kind(told, theirs, at, tuple(self.names[i] for i in at.tolist()), self.margins[at])

    def _shown(self) -> Shown:
        data, n = self.data, len(self.names)
        head = [
            f"{self.program!r} as the program of the labels of {self.model!r}; "
            f"{data['name']} ({data['split']}, n = {n:,})"
        ]
        level = f"{self.confidence:.0%}"
        header = ["labels of", "and of", f"agree [{level} {self.interval}]", "kappa", "balanced"]
        cells = [
            [r.first, r.second, _percent(r.share), _number(r.kappa), _number(r.balanced)]
            for r in self.rows
        ]
        return Shown(head, [header, *cells], self._legend(), left=2, drop=(4, 3))

    def _legend(self) -> list[str]:
        differ = len(self.differ)
        lines = [
            f"{differ:,} examples differ; median margin of the network's logits there and over all:"
            f" {_median(self.margins[self.differ])} and {_median(self.margins)}"
        ]
        lines += [
            f"  program {kind.program}, network {kind.network}: {len(kind):,}, margin "
            f"{kind.margin:.3g}; surest {', '.join(kind.names[:3])}"
            for kind in self.kinds[:6]
        ]
        more = len(self.kinds) - 6
        return lines + [f"  and {more} more kinds"] * (more > 0)


def _percent(share: Estimate) -> str:
    ends = (share.estimate, share.low, share.high)
    middle, low, high = (float("nan") if x is None else 100 * x for x in ends)
    return f"{middle:.2f}% [{low:.2f}, {high:.2f}]"


def _number(x: float | None) -> str:
    return "-" if x is None else f"{x:.3f}"


def _median(margins: np.ndarray) -> str:
    return f"{float(np.median(margins)):.3g}" if len(margins) else "-"
