"""Everything that is fitted: one pass over the design examples, and over nothing else.

``fit`` takes a ``Design`` by type; no other function of aann fits, and ``measure``, which sees the
held-out examples, only reads what ``fit`` returned.
"""

import dataclasses
from collections.abc import Sequence

from jaxtyping import Array

from aann.bench.present import present_at
from aann.bench.workbench import Workbench
from aann.data.examples import Design
from aann.evaluation.design_sums import DesignSums
from aann.evaluation.donors import donor_order
from aann.evaluation.fit_state import FitState
from aann.evaluation.fitted import Fitted
from aann.evaluation.linear_rows import Rows
from aann.evaluation.linear_sums import LinearSums
from aann.evaluation.linear_tokens import tokens, whole
from aann.store import key
from aann.store.digest import digest
from aann.store.passes import Pass
from aann.store.room import DONORS, donor_bytes


def fit(
    bench: Workbench,
    design: Design,
    *,
    seed: int = 0,
    with_linear: bool = True,
    stratum: int | None = None,
    progress: bool = False,
) -> tuple[Fitted, ...]:
    """Fit the ladder's rungs, for each replacement of the bench.

    Args:
        bench: the replacements, ready to run.
        design: examples to fit on.
        seed: picks the donors, and the positions that the linear prediction is fitted on.
        with_linear: whether to fit the linear prediction.
        stratum: the linear prediction is fitted on equally many positions of every so many
            examples; by default of every batch.
        progress: show it, see ``aann.machine.progress``.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: NaN or infinity from the program or the model.
    """
    if not isinstance(design, Design):
        raise TypeError(
            f"fits take design examples only, got the {design.split!r} part of {design.name!r}: "
            "aann.split(examples) makes the halves"
        )
    donors = donor_order(design.names, seed)[:DONORS]
    rows = Rows(len(design), stratum or bench.batch_size, seed)

    def section() -> str:
        facts = (seed, with_linear, rows.stratum)
        return digest("fit", key.of_bench(bench), key.of_examples(design), *facts)

    integers = whole(bench) if with_linear else [[] for _ in bench.replacements]
    listed = any(map(any, integers))
    reserved = donor_bytes(bench, len(design))
    with Pass(bench, design, section, again=listed, reserved=reserved, progress=progress) as run:
        known = tokens(run, integers) if listed else [() for _ in integers]
        predictions, reasons = _predictions(bench, rows, known, design) if with_linear else ([], [])
        parts = [
            DesignSums(bench, i, donors, design.present, predictions[i] if predictions else None)
            for i in range(len(integers))
        ]
        state = FitState(run.results, parts, bench.machine.process)
        for batch in state.left(run.batches):
            started = run.start(batch)
            natural, reads = bench.look(started)
            output = bench.computed(started)
            for part, mine, theirs, at in zip(parts, output, natural, reads, strict=True):
                part.add(theirs, mine, batch.indices, batch.names)
                part.add_rows(at, theirs, batch.indices)
            state.after(batch)
        state.save()
    for part in parts:
        part.gather()
    fitted = [part.fitted() for part in parts]
    remarks = (*reasons, *dict.fromkeys(line for f in fitted for line in f.remarks))
    return tuple(dataclasses.replace(f, remarks=remarks) for f in fitted)


def _predictions(
    bench: Workbench, rows: Rows, known: Sequence[tuple[Array, ...]], design: Design
) -> tuple[list[LinearSums], list[str]]:
    """Sums of linear predictions, or why there are none: one that cannot run leaves out the row."""
    sums = [
        LinearSums(bench, i, rows, tokens, present_at(bench, i, design.present))
        for i, tokens in enumerate(known)
    ]
    problems = [problem for s in sums if (problem := s.problem()) is not None]
    return ([], [f"row linear is left out: {problems[0]}"]) if problems else (sums, [])
