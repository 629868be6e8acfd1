"""How much of a result is this very fit: design examples drawn anew, everything done again.

    found = aann.refit(model, make_program, heldout, design, draws=20)
    report = report.with_refit(found)

The interval of a report takes the program as it is: it says how recovered would vary over other
held-out examples. ``make_program`` finds units and fits constants; on other design examples it
would have found others. Here it runs on resamples of the design half, each of its programs is
evaluated on the same held-out examples, and the wider interval counts both.

Intact network, zeroed units and what comes before them run once for all programs of the same
units, and programs of one function compile once.

Sharp edges: ``make_program`` must use nothing but the design half that it gets. Twenty draws know
the standard deviation between fits to a sixth; the interval's t quantile counts that.
"""

import collections
import dataclasses
import logging
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from aann.bench.suited import check_programs, where
from aann.bench.workbench import workbench
from aann.data.batches import size_for
from aann.data.examples import Design, HeldOut
from aann.data.halves import check_halves
from aann.evaluation.agreement import agree
from aann.evaluation.ladder import programs_row, zero_row
from aann.evaluation.lineup import Programs, name_of, together
from aann.evaluation.measure import measure
from aann.evaluation.scoring import check_scoring
from aann.machine.machine import Machine
from aann.model import Model
from aann.program.replacement import Replacement
from aann.refitting import spread
from aann.refitting.again import again
from aann.report.data import METRICS
from aann.report.refitted import Refits, Refitted
from aann.statistics.bootstrap import recovered
from aann.statistics.indices import is_count
from aann.statistics.interval import LEAST_DRAWS, Setting
from aann.statistics.wider import FEWEST, wider

MakeProgram = Callable[[Design], Replacement | Sequence[Replacement]]

FAILS = (ValueError, ArithmeticError, RuntimeError)
"""What a finder or a fit says where it finds nothing. Anything else is a mistake in it."""

Losses = dict[str, Float[np.ndarray, "intact_zero_program n"]]

_log = logging.getLogger("aann")


def refit(
    model: Model,
    make_program: MakeProgram,
    heldout: HeldOut,
    design: Design | None = None,
    *,
    draws: int = 20,
    seed: int = 0,
    resamples: int = 10_000,
    metrics: Sequence[str] | None = None,
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> Refitted:
    """The interval that counts the fit, and how stable units and constants are.

    Args:
        model: the pretrained network, as for ``aann.evaluate``.
        make_program: finds units and fits constants: ``design -> replacement``, or several that
            are evaluated together.
        heldout: examples to report on.
        design: examples to fit on; by default the other half of ``heldout``.
        draws: how many times to fit anew; at least 5, and 20 are enough for an interval.
        seed: of the resampled design halves and of the bootstrap.
        resamples: of the held-out examples, for the interval of the program as it is.
        metrics: which losses; by default all.
        batch_size: of the compiled functions; by default by the size of an example.
        progress: show it, see ``aann.machine.progress``.
        machine: devices, processes, memory and disk to use.

    Raises:
        TypeError: the halves are mixed up, or ``make_program`` returns no replacement.
        ValueError: as ``aann.evaluate``; too few draws; no such metric; no program from all design
            examples, or from too few resamples: what they said.
    """
    if not is_count(draws) or draws < FEWEST:
        raise ValueError(f"draws is a whole number of at least {FEWEST}, got {draws!r}")
    if resamples < LEAST_DRAWS:
        raise ValueError(f"resamples is {resamples}: an interval needs at least {LEAST_DRAWS}")
    wanted = (metrics,) if isinstance(metrics, str) else tuple(metrics or ())
    _check_metrics(wanted, METRICS)
    machine = machine or Machine()
    design = check_halves(heldout, design)
    setting = Setting(draws=resamples, seed=seed, groups=heldout.groups)
    made, failed = _make(make_program, design, draws, seed, progress=progress)
    if len(made) <= FEWEST:
        said = "; ".join(f"{k} times {error}" for error, k in failed.items())
        raise ValueError(
            f"of {draws} resamples of {design.name!r} {len(made) - 1} gave a program, and the "
            f"spread of fits needs at least {FEWEST}: {said}"
        )
    losses = _losses(model, made, heldout, batch_size, seed, machine, progress=progress)
    known = [m for m in METRICS if m in losses[0]]
    _check_metrics(wanted, known)
    return Refitted(
        program=name_of(made[0]),
        fits=len(made) - 1,
        failed=failed,
        seed=seed,
        design=len(design),
        n=len(heldout),
        metrics={m: _refits([x[m] for x in losses], setting) for m in wanted or known},
        units=spread.units(made[0], made[1:]),
        constants=spread.spreads(made[0], made[1:]),
    )


def _check_metrics(wanted: Sequence[str], known: Sequence[str]) -> None:
    if strange := [m for m in wanted if m not in known]:
        raise ValueError(f"no metric {', '.join(strange)}; there are {', '.join(known)}")


def _make(
    make_program: MakeProgram, design: Design, draws: int, seed: int, *, progress: bool
) -> tuple[list[Programs], dict[str, int]]:
    """Programs of the design half itself and of its resamples; what those said that failed."""
    made: list[Programs] = [together(make_program(design))]
    failed: collections.Counter[str] = collections.Counter()
    for draw in range(draws):
        rng = np.random.default_rng([seed, draw])
        try:
            made.append(together(make_program(again(design, rng))))
        except FAILS as error:
            failed[str(error).partition("\n")[0] or type(error).__name__] += 1
        if progress:
            _log.info("refit %d of %d made", draw + 1, draws)
    return made, dict(failed)


def _losses(
    model: Model,
    made: Sequence[Programs],
    heldout: HeldOut,
    batch_size: int | None,
    seed: int,
    machine: Machine,
    *,
    progress: bool,
) -> list[Losses]:
    """Of each program, in order: metric -> losses of intact, zeroed and spliced model."""
    size = size_for(len(heldout), model, batch_size, machine)
    facts = {"held-out examples": heldout.hash, "batch size": size}
    named = [_numbered(programs, i) for i, programs in enumerate(made)]
    agreed = agree(machine, named, facts)
    alike: dict[object, list[int]] = {}
    for i, programs in enumerate(agreed):
        alike.setdefault(tuple(where(r) for r in programs), []).append(i)
    found: dict[int, Losses] = {}
    for indices in alike.values():
        rows = [agreed[i] for i in indices]
        bench = workbench(model, rows[0], size, machine)
        check_programs(bench, rows)
        check_scoring(bench, heldout)
        ladder = [zero_row(rows[0]), *(programs_row(p, "program") for p in rows)]
        measured = measure(bench, ladder, heldout, seed=seed, progress=progress)
        for row, i in enumerate(indices, start=1):
            found[i] = {m: x[[-1, 0, row]] for m, x in measured.losses.items()}
    return [found[i] for i in range(len(made))]


def _numbered(programs: Programs, i: int) -> Programs:
    """Names that say which fit is meant, in messages."""
    if not i:
        return programs
    return [dataclasses.replace(r, name=f"{r.name}, refit {i}") for r in programs]


def _refits(losses: Sequence[np.ndarray], setting: Setting) -> Refits:
    """By one metric; the first losses are those of the program itself."""
    intact, zero, program = losses[0]
    found = recovered(intact, program, zero, setting).ratio
    draws = [_ratio(*x) for x in losses[1:]]
    known = [x for x in draws if x is not None]
    if not found.identified:
        return Refits(None, None, None, None, None, None, draws)
    estimate, low, high = float(found.estimate), float(found.low), float(found.high)
    if len(known) < FEWEST:
        return Refits(estimate, low, high, None, None, None, draws)
    wide = wider(estimate, low, high, known, setting.confidence)
    return Refits(estimate, low, high, wide.low, wide.high, wide.deviation, draws)


def _ratio(intact: np.ndarray, zero: np.ndarray, program: np.ndarray) -> float | None:
    damage = float((zero - intact).mean(dtype=np.float64))
    if damage <= 0:
        return None
    return 1 - float((program - intact).mean(dtype=np.float64)) / damage
