"""One program at many settings of its constants, and the loss of every example for each.

    dose = aann.settings(program, gain=[0.5, 1, 2], digits=[1, 2])
    found = aann.settings_sweep(model, dose, examples)

The prefix runs once a batch, and program and suffix once a setting. Constants are arguments of the
compiled functions, so that programs which differ in nothing else compile once, however many.
"""

import itertools
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.bench.suited import check_programs
from aann.bench.workbench import Choose, workbench
from aann.counting.digits import significant
from aann.data.batches import Batch, size_for
from aann.data.examples import Examples
from aann.data.provenance import described
from aann.evaluation import metrics as metrics_of
from aann.evaluation.agreement import agree
from aann.evaluation.apart import check_apart, check_model
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.constant import Constant
from aann.program.replacement import Replacement, listed
from aann.shown.brief import counted
from aann.shown.screen import Shown, Tabular
from aann.store.passes import Pass
from aann.store.room import check_room
from aann.sweeps.one_by_one import even_size
from aann.sweeps.sweep_losses import Found, SweepLosses, check_examples, collect


@ends_together
def settings_sweep(
    model: Model, programs: Replacement | Sequence[Replacement], examples: Examples,
    metrics: Sequence[str] = ("nll",), *, batch_size: int | None = None,
    machine: Machine | None = None,
) -> SweepLosses:  # fmt: skip
    """Splice each program alone and measure every example.

    Args:
        model: returns logits.
        programs: all write at the same places and read the same sites; those that differ only in
            constants (``Replacement.with_constants``) are compiled once.
        examples: all that are to be measured; of any split.
        metrics: of ``aann.sweeps.sweep_losses.METRICS``.
        batch_size: at most so many examples at a time; by default by the size of an example.
        machine: devices and processes to use, their precision, and where to keep the prefix.

    Returns:
        Losses, the programs' names as rows.

    Raises:
        OSError: the cache folder of ``machine`` cannot be written.
        ValueError: no programs, programs that write at different places or return a wrong shape,
            labels or metrics that do not fit, a model that mixes examples, or a loss is NaN.
        TypeError: a program of a wrong dtype, or that JAX cannot trace.
    """
    return sweep(model, listed(programs), examples, metrics, batch_size=batch_size, machine=machine)


def sweep(
    model: Model, programs: Sequence[Replacement], examples: Examples, metrics: Sequence[str], *,
    batch_size: int | None = None, machine: Machine | None = None, zero: bool = False,
) -> SweepLosses:  # fmt: skip
    """``settings_sweep``, with ``zero`` also of zero-ablation, as the first row, ``zero``.

    Raises:
        OSError, TypeError, ValueError: as ``settings_sweep``.
    """
    if not programs:
        raise ValueError("nothing to measure: pass at least one program")
    check_examples(model, examples, metrics)
    machine = machine or Machine()
    most = size_for(len(examples), model, batch_size, machine)
    size = even_size(len(examples), most, machine)
    if machine.distributed:
        facts = {
            "data": described(examples), "weights": model.fingerprint(),
            "settings": (*metrics, zero), "batch size": size,
        }  # fmt: skip
        programs = [row[0] for row in agree(machine, [(program,) for program in programs], facts)]
    bench = workbench(model, programs[0], size, machine)
    check_programs(bench, [(program,) for program in programs])
    check_room(bench, examples)
    if machine.process[0] == 0:  # whose the first examples are
        check_model(bench, examples)
    apart: set[int] = set()

    @jax.jit
    def judge(
        logits: Array, intact: Array, labels: Array | None, scored: Array | None
    ) -> dict[str, Array]:
        losses = metrics_of.per_example(logits, intact, labels, scored)
        return {name: losses[name] for name in metrics}

    def write(program: Replacement, i: int, natural: Array, reads: tuple[Any, ...]) -> Array:
        if id(program.program) not in apart:
            check_apart(bench, program, reads)
            apart.add(id(program.program))
        return bench.run(program, reads)

    def measure(batch: Batch, started: Any) -> Found:
        _, intact = bench.flow(started, lambda i, natural, reads: natural)
        chosen: list[Choose] = [partial(write, program) for program in programs]
        rows = []
        for choose in [_zero, *chosen] if zero else chosen:
            _, logits = bench.flow(started, choose)
            rows.append(judge(logits, intact, batch.labels, batch.scored))
        changed = {m: jnp.stack([row[m] for row in rows]) for m in metrics}
        return changed, judge(intact, intact, batch.labels, batch.scored)

    names = ["zero"] * zero + [program.name for program in programs]
    with Pass(bench, examples, progress=True) as run:
        found = ((batch, measure(batch, run.start(batch))) for batch in run.batches())
        return collect(names, found, examples, machine, site=programs[0].site)


def _zero(i: int, natural: Array, reads: tuple[Any, ...]) -> Array:
    return jnp.zeros_like(natural)


class Settings(Tabular, list[Replacement]):
    """What ``settings`` returns: a list of replacements."""

    def _shown(self) -> Shown:
        """Names, which say what is set, and what they have in common."""
        of = f" of {self[0].model}, site {self[0].site!r}" if self else ""
        return Shown([counted(len(self), "setting") + of], [["setting"], *([r.name] for r in self)])


jax.tree_util.register_pytree_node(
    Settings, lambda found: (list(found), None), lambda _, replacements: Settings(replacements)
)


def settings(
    program: Replacement, points: Sequence[Mapping[str, Any]] = ({},), /, *,
    digits: Sequence[int] | None = None, **grid: Sequence[Any] | np.ndarray,
) -> Settings:  # fmt: skip
    """A program at many settings of its constants, each with a name of its own.

    Args:
        program: whose constants change.
        points: settings one by one, each a mapping from constants to values (the way to set a
            constant called ``digits``); all of the following is combined with each of them.
        digits: also round all constants that are no integers to so many significant digits, of
            which the description length counts each.
        **grid: constant -> values; every combination is a setting, the last one changes fastest.

    Returns:
        Replacements called ``PROGRAM, gain 0.5, 2 digits``; arrays go by their place in the list.

    Raises:
        ValueError: unknown constants, wrong shapes, empty lists, digits below 1, or a setting that
            occurs twice: all problems.
    """
    problems = [
        f"values of {name!r} are a list with at least one entry, got {values!r}"
        for name, values in (("points", points), *grid.items())
        if not _listed(values)
    ]
    if digits is not None and not (_listed(digits) and all(map(_counts, digits))):
        problems.append(f"digits are a list of whole numbers of at least 1, got {digits!r}")
    found = Settings()
    for new in () if problems else _combinations(points, grid):
        try:
            name = ", ".join([program.name, *(_label(*one) for one in new)])
            setting = program.with_constants(name, **{n: v for n, _, v in new})
        except (TypeError, ValueError) as error:
            problems.append(str(error))
            continue
        found += [setting] if digits is None else [_to_digits(setting, d) for d in digits]
    names = [r.name for r in found]
    if repeated := sorted({n for n in names if names.count(n) > 1}):
        problems.append(f"settings occur twice: {'; '.join(repeated)}")
    if problems:
        raise ValueError(f"settings of {program.name!r}:\n" + "\n".join(dict.fromkeys(problems)))
    return found


def _combinations(
    points: Sequence[Mapping[str, Any]], grid: Mapping[str, Sequence[Any] | np.ndarray]
) -> list[list[tuple[str, int, Any]]]:
    """Of every setting the constants that change: name, place in the list, and value."""
    axes = [[(name, i, v) for i, v in enumerate(values)] for name, values in grid.items()]
    return [
        [*((n, i, v) for n, v in point.items()), *chosen]
        for i, point in enumerate(points)
        for chosen in itertools.product(*axes)
    ]


def _listed(values: Any) -> bool:
    several = hasattr(values, "__len__") and not isinstance(values, str | bytes | Mapping)
    return several and getattr(values, "shape", None) != () and len(values) > 0


def _counts(number: Any) -> bool:
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    return whole and number >= 1


def _label(name: str, i: int, value: Any) -> str:
    number = value.value if isinstance(value, Constant) else value
    if np.ndim(number):
        return f"{name} #{i}"
    short = f"{number:g}"
    return f"{name} {short if float(short) == float(number) else repr(float(number))}"


def _to_digits(program: Replacement, digits: int) -> Replacement:
    rounded = {
        name: significant(constant.value, digits)
        for name, constant in program.constants.items()
        if np.issubdtype(np.asarray(constant.value).dtype, np.floating)
    }
    plural = "s" if digits > 1 else ""
    return program.with_constants(f"{program.name}, {digits} digit{plural}", **rounded)
