"""What saved rows are charged for, counted again by today's code.

Whoever changes how programs are counted, or a program, makes saved bits and constants wrong, and
the pages that quote them. ``problems`` says which, and what to run.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

import aann
import zoo
from aann.counting.complexity import FULL, Complexity, measure_settings, total
from aann.counting.natural import of_units
from results import rebuild, rebuild_tokens, runs
from results.rebuild import Programs
from results.views import INTACT, Network

SAME = 1e-6
"""Bits: they are sums of logarithms."""

CURVES = {
    "curve_detectors": {"": rebuild.curve_detectors},
    "curve_detectors_16": {"": rebuild.curve_detectors},
    "curve_detectors_bf16": {"": rebuild.curve_detectors},
    "curves_from_3a": {
        "": rebuild.from_below,
        "early_curves": rebuild.layer_below,
        "both": rebuild.both_layers,
    },
}
CURVES["curves_from_3a_16"] = CURVES["curves_from_3a"]
BY_DEFAULT = ("curve_detectors", "curves_from_3a")
"""Runs whose constants are registered."""
TOKENS = {"induction": rebuild_tokens.of_induction, "max_of_k": rebuild_tokens.of_max_of_k}
ADDITION = "modular_addition"

Shapes = Callable[[aann.Replacement], Sequence[jax.ShapeDtypeStruct]]


class Counted(NamedTuple):
    """A saved row and what it is charged for today.

    Attributes:
        where: run, part and row.
        saved: constants and bits; bits are None where they were not saved.
        now: the same by today's code.
        moved: constants that today's code gives other values.
    """

    where: str
    saved: tuple[float | None, float | None]
    now: tuple[float | None, float | None]
    moved: Sequence[str] = ()

    @property
    def same(self) -> bool:
        """Whether today's code counts what was saved."""
        pairs = zip(self.saved, self.now, strict=True)
        equal = (x is None or (y is not None and abs(x - y) < SAME) for x, y in pairs)
        return all(equal) and not self.moved

    def __str__(self) -> str:
        saved, now = (_shown(*numbers) for numbers in (self.saved, self.now))
        counts = f"saved are {saved}, today's code counts {now}" if saved else ""
        moved = f"today's code has other {', '.join(self.moved)}" if self.moved else ""
        return f"{self.where}: {'; '.join(filter(None, (counts, moved)))}"


def problems(names: Iterable[str] = tuple(runs.RUNS)) -> list[str]:
    """A line for each saved row that today's code counts otherwise, and what to run."""
    found = []
    for name in names:
        if wrong := [str(row) for row in counted(name) if not row.same]:
            found += [*wrong, f"  {runs.remake(name)}"]
    return found


def counted(name: str) -> Iterator[Counted]:
    """All rows of a saved run whose programs can be made again."""
    saved = runs.load(name)
    for part, make in CURVES.get(name, {}).items():
        report = saved["reports"][part]
        made = make(report)
        yield from _report_rows(f"{name} {part}".strip(), report, made, rebuild.shapes)
        if name in BY_DEFAULT:
            yield from _registered(name, made)
    if name in TOKENS:
        yield from _table_rows(name, saved["table"])
    if name == ADDITION:
        report = saved["reports"][""]
        rows = [row for row in report["rows"] if row["values"] and row["kind"] != "fit"]
        made = {row["name"]: rebuild_tokens.whole_network(row) for row in rows}
        yield from _report_rows(name, report, made, _shapes(ADDITION))
        yield from _addition(saved)
        yield _natural(report)
    if name == "pareto":
        points = saved["pareto"]["points"]
        made = {point["name"]: rebuild_tokens.whole_network(point) for point in points}
        yield from _rows(name, points, made, _shapes(ADDITION))


def _report_rows(
    where: str, report: Mapping[str, Any], made: dict[str, Programs], shapes: Shapes
) -> Iterator[Counted]:
    """The rows of a report, with those that every report has of its main program."""
    main = [row["name"] for row in report["rows"] if row["kind"] == "program"][-1]
    own = {f"{main}, recalibrated": made[main], "units permuted": made[main]}
    made = own | made
    rows = [row for row in report["rows"] if row["values"]]
    for row in rows:
        if row["name"] not in made:
            raise ValueError(f"{where}: results/rebuild.py does not make the row {row['name']!r}")
    scalars = {f"{main}, recalibrated": 2 * len(report["units"])}
    yield from _rows(where, rows, made, shapes, scalars)


def _table_rows(name: str, table: Sequence[Mapping[str, Any]]) -> Iterator[Counted]:
    rows = [
        dict(row) | {"name": f"{row['network']}, {row['circuit']}, {row['program']}"}
        for row in table
    ]
    made = {row["name"]: TOKENS[name](row) for row in rows}
    yield from _rows(name, rows, made, _shapes(name))


def _rows(
    where: str, rows: Iterable[Mapping[str, Any]], made: Mapping[str, Programs], shapes: Shapes,
    scalars: Mapping[str, int] | None = None,
) -> Iterator[Counted]:  # fmt: skip
    cost = _costs(made, shapes)
    for row in rows:
        name = row["name"]
        fitted = (scalars or {}).get(name, 0)
        now = (_plus(cost[name].constants, fitted), _plus(cost[name].bits, FULL * fitted))
        values = rebuild.values_of(made[name])
        moved = [n for n, x in row["values"].items() if not _equal(values.get(n), x)]
        yield Counted(f"{where}, {name!r}", (row["constants"], row["bits"]), now, moved)


def _addition(saved: Mapping[str, Any]) -> Iterator[Counted]:
    """The rows of the table of networks that add, whose constants were not saved."""
    rows = [row for row in saved["table"] if row["circuit"] != INTACT]
    made: dict[str, Programs] = {}
    for network in dict.fromkeys(row["network"] for row in rows):
        frequencies = len(Network(network, saved).frequencies.values)
        units = {r["circuit"]: r["units"] for r in rows if r["network"] == network}
        fitted = rebuild_tokens.of_noise(frequencies, units.get("neurons"))
        made |= {f"{network}, {name}": programs for name, programs in fitted.items()}
    cost = _costs(made, _shapes(ADDITION))
    for row in rows:
        now = cost[f"{row['network']}, {row['circuit']}"].constants
        where = f"{ADDITION}, {row['network']}, {row['circuit']!r}"
        yield Counted(where, (row["constants"], None), (now, None))


def _registered(name: str, made: Mapping[str, Programs]) -> Iterator[Counted]:
    """The main programs beside the registered ones, whose numbers stand in ``circuits/``."""
    known = {(r.program.__name__, r.site): r for r in rebuild.REGISTERED}
    known |= {(r.name, r.site): r for r in rebuild.REGISTERED}
    for program in {p for programs in made.values() for p in programs}:
        registered = known.get((program.name, program.site))
        if registered is not None:
            ours, theirs = (rebuild.values_of((r,)) for r in (program, registered))
            moved = [n for n in theirs if not _equal(ours.get(n), theirs[n])]
            where = f"{name}, registered {registered.name!r}"
            yield Counted(where, (None, None), (None, None), moved)


def _natural(report: Mapping[str, Any]) -> Counted:
    """The whole network that the program of the report stands in for."""
    model = rebuild_tokens.network(ADDITION)
    design, _ = aann.split(zoo.data(ADDITION))
    units = aann.make(
        lambda tokens, c: tokens, model=model.name, site="logits", units=report["units"],
        name="all logits",
    )  # fmt: skip
    cost = of_units(model, [units], design)
    saved = report["natural"]
    return Counted(f"{ADDITION}, the network", (saved["constants"], None), (cost.constants, None))


def _costs(made: Mapping[str, Programs], shapes: Shapes) -> dict[str, Complexity]:
    """Row -> what it is charged for; settings of one program are studied once."""
    known: dict[int, Complexity] = {}
    alike: dict[tuple[str, ...], list[aann.Replacement]] = {}
    for programs in made.values():
        for program in programs:
            alike.setdefault(program.reads, []).append(program)
    for group in alike.values():
        costs = measure_settings(group, shapes(group[0]))
        known |= {id(program): cost for program, cost in zip(group, costs, strict=True)}
    return {name: total([known[id(p)] for p in programs]) for name, programs in made.items()}


def _shapes(task: str) -> Shapes:
    return lambda program: rebuild_tokens.shapes(task, program)


def _equal(first: Any, second: Any) -> bool:
    return np.shape(first) == np.shape(second) and np.array_equal(first, second)


def _plus(number: float | None, more: float) -> float | None:
    return None if number is None else number + more


def _shown(constants: float | None, bits: float | None) -> str:
    known = [(constants, "constants"), (bits, "bits")]
    return " and ".join(f"{x:,.0f} {what}" for x, what in known if x is not None)
