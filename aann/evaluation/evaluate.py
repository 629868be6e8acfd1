"""Evaluating a replacement: the ladder, the controls and the programs on held-out examples.

lineup   = the programs of all rows, named
bench    = the model cut at their sites, compiled
natural  = what the network spends on the units
fitted   = one pass over the design examples, and a search for the best constant
nets     = small networks, trained on the design examples
rows     = ladder, programs and controls
runs     = what else was asked of the program
measured = one pass over the held-out examples
report   = bootstrap, and everything put together
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

from aann.bench.suited import check_programs
from aann.bench.workbench import workbench
from aann.data.batches import default_size, size_for
from aann.data.examples import Design, HeldOut
from aann.data.halves import check_halves
from aann.data.provenance import described
from aann.evaluation.agreement import agree
from aann.evaluation.apart import check_model
from aann.evaluation.asked import asked
from aann.evaluation.assemble import assemble
from aann.evaluation.best_constant import with_best
from aann.evaluation.chance import no_better_than_chance
from aann.evaluation.cost import of_natural
from aann.evaluation.fit import fit
from aann.evaluation.further import further
from aann.evaluation.ladder import ladder
from aann.evaluation.lineup import check_rows, line_up, name_of
from aann.evaluation.looks import looked_at
from aann.evaluation.measure import measure
from aann.evaluation.network_rows import network_rows
from aann.evaluation.network_settings import Networks, networks
from aann.evaluation.rounding import rounding
from aann.evaluation.scoring import check_scoring
from aann.evaluation.shuffles import Shuffles, apart
from aann.evaluation.silent import silent
from aann.evaluation.standing import check_shuffles, standing
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.report.report import Report
from aann.statistics.interval import Setting
from aann.store.room import check_room


@ends_together
def evaluate(
    model: Model,
    replacement: Replacement | Sequence[Replacement],
    heldout: HeldOut,
    *,
    design: Design | None = None,
    programs: Replacement | Sequence[Replacement | Sequence[Replacement]] = (),
    controls: Replacement
    | Shuffles
    | Sequence[Replacement | Shuffles | Sequence[Replacement]] = (),
    rows: Sequence[str] | None = None,
    linear: bool = True,
    network: int | Sequence[int] | Networks | None = None,
    mixing: Sequence[float] = (),
    subsets: int = 0,
    alone: bool = False,
    seed: int = 0,
    draws: int = 10_000,
    batch_size: int | None = None,
    name: str = "",
    progress: bool = True,
    machine: Machine | None = None,
) -> Report:
    """How much of the damage of zero-ablation a program undoes.

    Several replacements are evaluated together: each row puts something in place of the units of
    all of them at once, and a program reads what the row has put in place of units above it.

    Args:
        model: the pretrained network; its outputs are logits (batch, classes), or
            (batch, positions, classes): an example's loss is then the mean over its scored ones.
        replacement: the program, and the units that it stands in for; or several.
        heldout: examples to report on.
        design: examples to fit the ladder on; by default the other half of ``heldout``.
        programs: more programs for the same units and reads, each a row; where several are
            evaluated together, each entry has one for each of them, in their order.
        controls: wrong programs for the same units and reads, likewise; or, also among them,
            ``aann.shuffles(...)``: many of them, for the report to say where the program stands.
        rows: which rows to have beside zero-ablation and programs, of
            ``aann.evaluation.lineup.ROWS``; by default all.
        linear: whether to include the linear prediction from the same reads.
        network: small networks from the same reads, each a row: numbers of weights, or
            ``aann.evaluation.network_settings.Networks``. By default none: training takes minutes.
        mixing: shares of the program between 0 and 1 to mix into the units' natural values.
        subsets: how many times to split the units at random into two halves, of which the program
            replaces either.
        alone: whether to replace each unit alone, too.
        seed: of the bootstrap, the halves, the donors of resample ablation and the permutation of
            units.
        draws: of the bootstrap.
        batch_size: of the compiled functions; by default by the size of an example.
        name: of the evaluation, for the report.
        progress: show bars on stderr where that is a terminal, else lines in the log ``aann``.
        machine: devices, processes, memory and disk to use, and the precision. All processes
            return the same report.

    Raises:
        TypeError: design and held-out examples are mixed up; a program returns another dtype or
            cannot be traced.
        ValueError: no design examples; examples in both halves, or copies in one; labels out of
            range; a model that mixes examples; unknown sites, units out of range, wrong shapes;
            NaN or infinity from a program; an infinite loss; too few examples for an interval;
            wrong shares, subsets or sizes of networks; processes that differ in what they
            evaluate; donors that take more than ``machine.memory``.
        OSError: the cache folder of ``machine`` cannot be written, or is too small.
        ProcessError: another process stopped.
    """
    machine = machine or Machine()
    design = check_halves(heldout, design)
    setting = Setting(draws=draws, seed=seed, groups=heldout.groups)
    wanted, more, small = check_rows(rows, linear), asked(mixing, subsets, alone), networks(network)
    rivals, shuffled = apart(controls)
    lineup = line_up(replacement, programs, rivals)
    most = max(len(heldout), len(design))
    size = size_for(most, model, batch_size, machine)
    facts: dict[str, Any] = {
        "data": {**described(heldout), "design": described(design)},
        "weights": model.fingerprint(),
        "settings": (setting, wanted, more, batch_size, small),
        "batch size": size,
    }
    lineup = lineup.with_rows(agree(machine, lineup.rows, facts))
    shuffled = [one.agreed(lambda rows: agree(machine, rows, facts)) for one in shuffled]
    bench = workbench(model, lineup.main, size, machine)
    check_programs(bench, lineup.rows)
    check_shuffles(bench, shuffled)
    check_scoring(bench, design, heldout)
    check_room(bench, design, heldout, donors=len(design))
    if machine.process[0] == 0:  # whose the first examples are
        check_model(bench, heldout)
    natural = of_natural(model, lineup.main, design, machine)
    stratum = min(default_size(model), most) if batch_size is None else batch_size
    fitted = fit(
        bench, design, seed=seed, with_linear="linear" in wanted, stratum=stratum, progress=progress
    )
    if "best constant" in wanted:
        fitted = with_best(bench, design, fitted, seed=seed, stratum=stratum, progress=progress)
    nets, said = (
        network_rows(bench, design, small, seed=seed, progress=progress) if small else ([], [])
    )
    made = ladder(lineup, fitted, seed, wanted, nets)
    runs = further(lineup.main, more, seed)
    measured = measure(bench, made, heldout, hidden=runs.rows, seed=seed, progress=progress)
    stands = [x for s in shuffled for x in standing(bench, s, heldout, progress=progress)]
    precision = None
    if machine.bfloat16:
        main = [row.name for row in made].index(name_of(lineup.main))
        precision = rounding(bench, model, measured, main, heldout, setting)
    report = assemble(
        bench, made, measured, heldout, setting, runs=runs, name=name, data=facts["data"],
        weights=facts["weights"], natural=natural, precision=precision,
        notes=(
            *fitted[0].remarks, *said, *runs.remarks,
            *silent(made, measured),
            *no_better_than_chance(bench, measured, heldout),
        ),
    )  # fmt: skip
    looked = looked_at([lineup.main, *lineup.programs], heldout, machine)
    return dataclasses.replace(report, shuffles=stands, looked=looked)
