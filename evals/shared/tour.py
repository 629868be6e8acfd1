"""An evaluation of the same circuits in several networks of one task.

The first network has a report of every circuit, with figures: the last circuit, which is the whole,
in the evaluation's own folder, the others in folders below it. All networks are in the tables.
"""

import dataclasses
import functools
from collections.abc import Callable, Collection, Mapping, Sequence

from matplotlib.figure import Figure

import aann
from aann.report.data import Untrained
from aann.report.grid import Grid
from aann.report.html import Chapter
from aann.report.report import Report
from aann.vis.report import figures
from evals.shared import beyond, command, refitted, seeds, shuffled, training_log
from evals.shared.start import Start
from evals.shared.untrained import Attempt, tried

Drawn = tuple[Report, Mapping[str, Figure]]
"""A report with the arrays of more figures, and these."""


@dataclasses.dataclass(frozen=True, eq=False)
class Tour:
    """What is gathered on the way from network to network.

    Attributes:
        name: of the evaluation.
        claim: what it is about.
        start: what it started with.
        networks: variants that are measured.
        rows: of the tables, so far.
        chapters: of the page, so far.
        tables: of the page beside those of the rows, so far.
    """

    name: str
    claim: str
    start: Start
    networks: Collection[str]
    rows: list[seeds.Row] = dataclasses.field(default_factory=list)
    chapters: list[Chapter] = dataclasses.field(default_factory=list)
    tables: list[Grid] = dataclasses.field(default_factory=list)

    def visit(
        self,
        network: str,
        model: aann.Model,
        halves: tuple[aann.Design, aann.HeldOut],
        circuits: Sequence[seeds.Circuit],
        *,
        draws: int,
        notes: Callable[[seeds.Circuit], Mapping[str, str]],
        draw: Callable[[seeds.Circuit, Report], Drawn],
        make: Callable[[aann.Design], seeds.Programs],
        attempt: Callable[[aann.Model, aann.Design], Attempt] | None = None,
    ) -> None:
        """Measure the circuits of one network.

        Args:
            network: the variant.
            model: the network.
            halves: examples to fit the ladder on and to report on.
            circuits: from the smallest part to the whole.
            draws: of the bootstrap; the reports of the first network have 10,000.
            notes: name of a program -> what else is known of it, for a circuit.
            draw: what only the whole has, from its circuit and report.
            make: the programs of the whole, found and fitted on a design half.
            attempt: finds and fits the circuits in a network that learnt nothing, for the reports
                of the first network.
        """
        args, on, _ = self.start
        first = network == args.networks[0]
        nothing: Mapping[str, Untrained] = {}
        if first and attempt is not None:
            command.say(f"{network}: the same with random parameters ...")
            names = [circuit.name for circuit in circuits]
            nothing = tried(model, halves[0], attempt, names, seed=args.seed)
        for circuit in circuits:
            report = circuit.report(
                model, *halves, eval_name=self.name, seed=args.seed,
                draws=10_000 if first else draws, on=on,
                shuffled=functools.partial(shuffled.of, args=args) if first else None,
                **(beyond.beyond(args) if first else {"rows": ()}),  # of others tables are made
            )  # fmt: skip
            self.rows.extend(circuit.rows(network, report, notes(circuit)))
            if first and circuit is circuits[-1]:
                report = refitted.added(report, model, make, halves, args, on)
            if first:
                report = dataclasses.replace(report, untrained=nothing.get(circuit.name))
                self._keep(circuit, report, draw if circuit is circuits[-1] else None)

    def _keep(
        self,
        circuit: seeds.Circuit,
        report: Report,
        draw: Callable[[seeds.Circuit, Report], Drawn] | None,
    ) -> None:
        """Save a report; ``draw`` only for the whole."""
        place, more = self.start.folder, {}
        if draw is None:
            place = command.writable(place / circuit.name.replace(" ", "_"))
        else:
            report, drawn = draw(circuit, report)
            more = {**drawn, **training_log.figures(self.name, self.networks)}
        self.chapters.append(command.save(report, {**figures(report), **more}, place))

    def finish(self) -> None:
        """Save and show the tables of all networks, and the page of all reports."""
        folder = self.start.folder
        seeds.save(self.rows, folder)
        tables = [*self.tables, *seeds.grids(self.rows)]
        command.save_page(self.name, self.claim, self.chapters, tables, folder)
        command.show(seeds.text(self.rows))
        command.say(f"wrote seeds.json, seeds.md to {folder}")
