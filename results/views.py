"""Saved runs as templates look them up: ``{curves_from_3a.both[mean].kl:2}``.

One class for each kind of run; ``everything`` has them all, by name.
"""

import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, TypeVar

from results import runs, tried
from results.values import Estimate, Number, Row, Several

INTACT = "intact"
SHOWN = ("seed0", "seed1", "seed2", "published")
"""Networks with a column in tables."""

Found = TypeVar("Found")


class Report:
    """A saved report: rows by name.

    Attributes:
        n, design: held-out and design examples, how many.
        units, count: which are replaced, and how many.
        damage, natural: by metric; by ``constants`` and ``bits``.
        precision: metric -> how far bfloat16 moved recovered.
        extra: what else was saved of it.
    """

    def __init__(self, saved: Mapping[str, Any]) -> None:
        self.rows = {row["name"]: Row(row, saved["units"]) for row in saved["rows"]}
        self.n, self.design = Number(saved["data"]["n"]), Number(saved["data"]["design"]["n"])
        self.seed = Number(saved["seed"])
        self.units, self.count = Several(saved["units"]), Number(len(saved["units"]))
        self.damage = SimpleNamespace(**{m: Estimate(x) for m, x in saved["damage"].items()})
        self.natural = SimpleNamespace(**{n: Number(x) for n, x in saved["natural"].items()})
        moved = (saved.get("precision") or {}).get("moved", {})
        self.precision = {m: Estimate(x) for m, x in moved.items()}
        self.extra = saved.get("extra", {})

    def __getitem__(self, name: str) -> Row:
        """The row of this name.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        return _looked_up(self.rows, name)


class Run(Report):
    """A run with a report, and reports of parts as attributes."""

    def __init__(self, saved: Mapping[str, Any]) -> None:
        reports = dict(saved["reports"])
        super().__init__(reports.pop(""))
        self.tried = tried.everything(saved.get("tried", ()))
        self.parts = {name: Report(part) for name, part in reports.items()}

    def __getattr__(self, name: str) -> Report:
        if name in self.__dict__.get("parts", {}):
            return self.parts[name]
        raise AttributeError(f"no part {name!r}")


class TableRow(Row):
    """A row of one network.

    Attributes:
        share: mean cross-entropy as a multiple of the intact network's.
        wrong: how many of all sequences are answered wrong.
        units: how many are replaced.
    """

    def __init__(self, saved: Mapping[str, Any], intact: float) -> None:
        super().__init__(saved)
        self.share = Number(saved["loss"]["nll"] / intact)
        self.wrong = saved.get("note", "").partition(" of ")[0]
        self.units = Number(saved["units"] if isinstance(saved["units"], int) else None)


class Network:
    """The rows of a network, by ``program``, or ``circuit/program`` where circuits share a name.

    Attributes:
        frequencies: those that were found, of networks that add.
    """

    def __init__(self, name: str, saved: Mapping[str, Any]) -> None:
        mine = [row for row in saved["table"] if row["network"] == name]
        whole = [row for row in mine if row["circuit"] == INTACT]
        self.rows: dict[str, TableRow] = {}
        taken: set[str] = set()
        for row in mine:
            if row in whole:
                continue
            intact = whole[0]["loss"]["nll"] if whole else row["intact"]
            program = row.get("program", row["circuit"])
            made = TableRow(row, intact)
            self.rows[f"{row['circuit']}/{program}"] = made
            if program in taken:
                self.rows.pop(program, None)
            else:
                self.rows[program] = made
            taken.add(program)
        note = next((n for n in saved.get("notes", ()) if n.startswith(f"{name}: ")), "")
        stated = re.search(r"frequencies ([\d, ]+)", note)
        self.frequencies = Several([int(x) for x in stated[1].split(",")] if stated else [])

    def __getitem__(self, name: str) -> TableRow:
        """The row of a program.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        return _looked_up(self.rows, name)


class Labelled:
    """Labels of a program: shares of examples on which it agrees.

    Attributes:
        agreement: with the network, ``truth`` and ``published`` with those labels, held out;
        kl: recovered; ``constants`` and ``besides``, those other than a published template.
        everywhere: with the network, over all examples.
    """

    def __init__(self, saved: Mapping[str, Any]) -> None:
        heldout = saved.get("heldout", {})
        self.agreement = Estimate(saved.get("agreement") or heldout["network"])
        for name in ("truth", "published"):
            if name in heldout:
                setattr(self, name, Estimate(heldout[name]))
        if "recovered" in saved:
            self.kl = Estimate(saved["recovered"])
        self.constants, self.besides = (Number(saved.get(n)) for n in ("constants", "besides"))
        self.everywhere = Number(saved.get("everywhere", {}).get("network"))


class Table:
    """A run over several networks: ``[network][row]``, and ``every[row].constants`` of several.

    Attributes:
        first: the report on the first network.
        challenge: program -> its labels, and ``labels`` likewise, of the first network, of runs
            about a challenge.
        networks: by name.
        every: of a row its numbers in the networks of ``SHOWN`` that have it.
    """

    def __init__(self, saved: Mapping[str, Any]) -> None:
        self.first = Report(saved["reports"][""])
        self.tried = tried.everything(saved.get("tried", ()))
        names = dict.fromkeys(row["network"] for row in saved["table"])
        self.networks = {name: Network(name, saved) for name in names}
        self.every = _Every({n: self.networks[n] for n in SHOWN if n in self.networks})
        for key in ("challenge", "labels"):
            rows = saved.get(key, {}).get("rows", ())
            setattr(self, key, {r["program"]: Labelled(r) for r in reversed(rows)})

    def __getitem__(self, name: str) -> Network:
        """The network of this name.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        return _looked_up(self.networks, name)


class _Every:
    """A row in several networks: its numbers as lists."""

    def __init__(self, networks: Mapping[str, Network]) -> None:
        self.networks = networks

    def __getitem__(self, name: str) -> SimpleNamespace:
        rows = [network[name] for network in self.networks.values() if name in network.rows]
        if not rows:
            raise KeyError(f"no network has a row {name!r}")
        return SimpleNamespace(constants=Several([row.saved["constants"] for row in rows]))


class Pareto:
    """A saved front: its points by name.

    Attributes:
        n: held-out examples.
    """

    def __init__(self, saved: Mapping[str, Any]) -> None:
        front = saved["pareto"]
        self.n = Number(front["data"]["heldout"]["n"])
        self.points = {point["name"]: _point(point) for point in front["points"]}

    def __getitem__(self, name: str) -> SimpleNamespace:
        """The setting of this name.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        return _looked_up(self.points, name)


class Comparison:
    """Saved differences, by the name of the second row."""

    def __init__(self, saved: Mapping[str, Any]) -> None:
        found = saved["comparison"]["differences"]
        self.differences = {x["second"]: Estimate(x["difference"]) for x in found}

    def __getitem__(self, name: str) -> Estimate:
        """The first row minus the one of this name.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        return _looked_up(self.differences, name)


class Scrub:
    """A scrubbed hypothesis.

    Attributes:
        kl: recovered of zero-ablation; ``random`` of the scrub with any donors.
        kept: labels that stayed as they were.
        mean: examples that stand in for one, over all values.
        tested: share of the examples that others stand in for; ``there`` what is recovered on them.
    """

    def __init__(self, saved: Mapping[str, Any]) -> None:
        self.kl, self.random = Estimate(saved["recovered"]), Estimate(saved["against_random"])
        self.kept = Estimate(saved["kept"])
        values = list(saved["stand_ins"].values())
        self.mean = Number(sum(x["mean"] for x in values) / len(values))
        self.tested = Number(100 * saved["tested"])
        self.there = Estimate(saved["recovered_tested"])


class Scrubs:
    """Scrubbed hypotheses of one circuit, by ``group/hypothesis``.

    Attributes:
        n: examples, of the first group; ``scrubs`` of each.
    """

    def __init__(self, saved: Mapping[str, Any]) -> None:
        groups = saved["scrubs"]
        first = next(iter(groups.values()))
        self.n, self.scrubs = Number(first["data"]["n"]), Number(first["scrubs"])
        self.rows = {
            f"{group}/{row['name']}": Scrub(row)
            for group, found in groups.items()
            for row in found["rows"]
        }

    def __getitem__(self, name: str) -> Scrub:
        """The hypothesis of this name.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        return _looked_up(self.rows, name)


class Benchmark:
    """Saved numbers of a benchmark, by name."""

    def __init__(self, saved: Mapping[str, Any]) -> None:
        self.numbers = {name: Number(x) for name, x in saved["benchmark"].items()}

    def __getitem__(self, name: str) -> Number:
        """The number of this name.

        Raises:
            KeyError: there is none; the message lists the names.
        """
        return _looked_up(self.numbers, name)


KINDS = {
    "table": Table, "reports": Run, "pareto": Pareto, "comparison": Comparison,
    "benchmark": Benchmark, "scrubs": Scrubs,
}  # fmt: skip
"""What a saved run has -> how it is looked up; the first that fits."""


def everything() -> dict[str, Any]:
    """All saved runs, by name.

    Raises:
        FileNotFoundError: one is missing.
    """
    return {name: view(runs.load(name)) for name in runs.RUNS}


def view(saved: Mapping[str, Any]) -> Any:
    """A saved run, to look up in."""
    return next(kind(saved) for key, kind in KINDS.items() if key in saved)


def _point(point: Mapping[str, Any]) -> SimpleNamespace:
    heldout = None if point["heldout"] is None else Estimate(point["heldout"])
    return SimpleNamespace(
        kl=heldout, bits=Number(point["bits"]), constants=Number(point["constants"])
    )


def _looked_up(known: Mapping[str, Found], name: str) -> Found:
    if name not in known:
        raise KeyError(f"no {name!r}; there are {', '.join(known)}")
    return known[name]
