"""What is to be looked at, as one: checked against the model, with columns side by side."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from aann.model import Model
from aann.program.replacement import Replacement
from aann.splicing.splice import trace_model
from aann.vis.chosen.numbers import Numbers, Values, few, read, units


def as_numbers(given: Any) -> list[Numbers]:
    """Numbers, or what strings such as ``"mixed3b:343"`` say; one or several.

    Raises:
        TypeError: something else.
    """
    several = [given] if isinstance(given, str | Numbers | Replacement) else given
    if callable(several) or not isinstance(several, Sequence):
        raise TypeError(_wanted(several))
    return [_one(x) for x in several]


def joined(parts: Sequence[Numbers], model: Model) -> Numbers:
    """Several as one, once all of them are found to fit the model.

    Args:
        parts: at least one.
        model: declares ``inputs``.

    Raises:
        ValueError: unknown sites, units out of range, other positions than the first: all problems.
    """
    problems = [] if parts else ["nothing to look at: name units, such as 'mixed3b:343'"]
    shapes: dict[str, jax.ShapeDtypeStruct] = {}
    for part in parts:
        found = _shapes(part, model, shapes)
        problems += found or part.problems(model, shapes)
    if not problems:
        problems = _fit(parts, model)
    if problems:
        raise ValueError("\n".join(dict.fromkeys(problems)))
    if len(parts) == 1:
        return parts[0]
    sites = tuple(dict.fromkeys(s for part in parts for s in part.sites))

    def of(values: Values) -> Array:
        return jnp.concatenate([p.of(values).astype(jnp.float32) for p in parts], axis=-1)

    return Numbers(tuple(n for part in parts for n in part.names), sites, of)


def _shapes(part: Numbers, model: Model, shapes: dict[str, jax.ShapeDtypeStruct]) -> list[str]:
    """Add the shapes at the sites of a part; problems instead, if there are no such sites."""
    one = model.batch(1)
    wanted = [s for s in part.sites if s not in shapes]
    try:
        trace_model(model, model.params, one, wanted).check(wanted)
    except ValueError as error:
        return [str(error)]
    shapes.update(jax.eval_shape(lambda x: read(model, wanted, x), one))
    return []


def _fit(parts: Sequence[Numbers], model: Model) -> list[str]:
    """What is wrong with the shapes of what they give."""
    problems: list[str] = []
    known: dict[tuple[int, ...], str] = {}
    one = model.batch(1)
    for part in parts:
        made = jax.eval_shape(lambda x, part=part: part.of(read(model, part.sites, x)), one)
        shape, name = made.shape, ", ".join(part.names[:3])
        if jnp.issubdtype(made.dtype, jnp.complexfloating):
            problems.append(f"{name}: there is no order among complex numbers, got {made.dtype}")
        if len(shape) < 2 or shape[0] != 1 or shape[-1] != len(part.names):
            problems.append(
                f"{name}: numbers are (batch, *positions, {len(part.names)}), a column a name: of "
                f"a batch of one they have shape {shape}"
            )
        known.setdefault(shape[1:-1], name)
    if not problems and len(known) > 1:
        told = ", ".join(f"{where} of {name}" for where, name in known.items())
        problems.append(
            f"what is looked at together has the same positions, got {told}: ask for each by itself"
        )
    names = [n for part in parts for n in part.names]
    if repeated := sorted({n for n in names if names.count(n) > 1}):
        problems.append(f"named more than once: {few(repeated)}")
    return problems


def _one(given: Any) -> Numbers:
    if isinstance(given, Numbers):
        return given
    if isinstance(given, str):
        site, _, unit = given.rpartition(":")
        if site and unit.isdecimal():
            return units(site, (int(unit),))
    raise TypeError(_wanted(given))


def _wanted(given: Any) -> str:
    if isinstance(given, Replacement):
        return (
            f"of replacement {given.name!r} say what is to be looked at: artificial(program), or "
            "residual(program), of aann.vis.chosen.numbers"
        )
    told = repr(given) if isinstance(given, str) else type(given).__name__
    return (
        "what is looked at is a string such as 'mixed3b:343', or made by a function of "
        f"aann.vis.chosen.numbers (units, direction, artificial, residual, function): got {told}"
    )
