"""Causal scrubbing of a circuit: equivalent activations in place of the network's own."""

import argparse
import itertools
import json
import pathlib
import shlex
import sys
from collections.abc import Sequence

from matplotlib.figure import Figure

import aann
from aann.report.html import Chapter
from aann.scrubbing.reported import as_report
from aann.scrubbing.scrubbed import Scrubbed
from aann.scrubbing.tree import trees
from aann.shown.brief import counted
from aann.vis import report as vis
from aann.vis.caption import captioned
from aann.vis.scrubbing import by_width, scrub_trees
from circuits.fitting.scrubs import Scrubs
from evals.scrub.cases import CASES, Case
from evals.shared import arguments, command, start
from zoo.scripts import script
from zoo.scripts.integers import positive

NAME = "scrub"
DRAWN = 3
"""Examples whose trees are shown."""
ROWS = 15
"""Nodes of all trees in a picture, or one tree."""
UNUSED = {
    "devices": None, "bf16": False, "distributed": False, "coordinator": None, "processes": None,
    "process": None, "cache": None, "resume": False,
}  # fmt: skip
"""Arguments about the machine that scrubbing does not use, and their defaults."""


def main(argv: list[str] | None = None) -> None:
    """Scrub the circuit, and save reports, tables, trees and figures."""
    args, on, folder = start.begin(_parser(), argv, problem=_settled)
    case = CASES[args.circuit](args)
    chapters, saved = [], {}
    for group in case.groups:
        found = aann.scrub(
            case.model, [*group.claimed, *group.wrong], case.examples,
            scrubs=args.scrubs or case.scrubs, seed=args.seed, memory=on.budget,
        )  # fmt: skip
        chapters.append(_save(found, group, case, args.circuit, folder))
        saved[group.name] = found.to_json()
    if command.leads():
        text = json.dumps({"command": shlex.join(sys.argv), "scrubs": saved}, indent=1)
        (folder / "scrubs.json").write_text(f"{text}\n", encoding="utf-8")
    if len(chapters) > 1:
        command.save_page(f"{NAME} {args.circuit}", __doc__ or "", chapters, [], folder)


def _save(
    found: Scrubbed, group: Scrubs, case: Case, circuit: str, folder: pathlib.Path
) -> Chapter:
    """Show and write the result of one group, the only one's in the folder itself."""
    alone = len(case.groups) == 1
    place = folder if alone else command.writable(folder / group.name.replace(" ", "_"))
    report = as_report(
        found, name=f"{NAME} {circuit}", claim=group.claimed[0].claim, site=group.name,
        wrong=[h.name for h in group.wrong],
    )  # fmt: skip
    drawn = {**vis.figures(report), **_trees(found, case)}
    if group.widths:
        drawn["by_width"] = captioned(
            by_width(found, group.widths, label="width, as a share of the range"),
            "What is kept as inputs that are not the same count as equivalent more and more "
            "widely: every width that was tried.",
        )
    chapter = command.save(report, drawn, place)
    found.save(place)
    command.show(f"\n{found}\n")
    command.show("\n".join(map(str, trees(found, examples=_few(found)))))
    return chapter


def _trees(found: Scrubbed, case: Case) -> dict[str, Figure]:
    """The first examples and who stands in for them, as pictures."""
    if case.pictures is None:
        return {}
    drawn = trees(found, examples=_few(found))
    tall = len(drawn[0].examples())
    drawn = drawn[: max(ROWS // tall, 1)]
    names = dict.fromkeys(itertools.chain.from_iterable(tree.examples() for tree in drawn))
    shown = case.pictures(list(names))
    figure = scrub_trees(drawn, shown, title=f"who stands in: {found.rows[0].name}")
    text = (
        f"Who stands in for whom in the first scrub of the first {counted(len(drawn), 'example')}, "
        "in their order, whatever they show: the example on top, below it the inputs that its "
        "parts were computed from."
    )
    return {"trees": captioned(figure, text)}


def _few(found: Scrubbed) -> Sequence[int]:
    return range(min(DRAWN, len(found.names)))


def _parser() -> argparse.ArgumentParser:
    parser = arguments.parser(NAME, __doc__ or "", "out/scrub_NAME")
    parser.add_argument("circuit", choices=sorted(CASES), metavar="NAME", help=", ".join(CASES))
    parser.add_argument(
        "--network", metavar="V", help="variant of the network (default: one that ships)"
    )
    parser.add_argument(
        "--scrubs", type=positive, metavar="K", help="scrubs of each example (default: 2 to 4)"
    )
    parser.set_defaults(out=None)
    return parser


def _settled(args: argparse.Namespace) -> str | None:
    """Put the default folder in; what is wrong with the arguments, if anything is."""
    args.out = args.out or pathlib.Path(f"out/{NAME}_{args.circuit}")
    given = [f"--{name}" for name, default in UNUSED.items() if getattr(args, name) != default]
    return f"scrubbing runs on one device: leave out {', '.join(given)}" if given else None


if __name__ == "__main__":
    script.run(main)
