"""Looking at sites, and running the model with programs in place of units.

``splice`` gives back a ``Model``, marks included, so that replacements compose: splice, capture,
differentiate or cut the result like any model. A read sees the value after any replacement there,
which is how an artificial layer feeds the next one.
"""

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import jax

from aann.model import Model
from aann.program.place import overlap
from aann.program.replacement import Replacement, listed
from aann.shown.listing import Listing
from aann.trace import run as running
from aann.trace.graph import Graph, shape_of, trace
from aann.trace.reuse import Reuse
from aann.trace.site import INPUT


def trace_model(model: Model, params: Any, inputs: Any, wanted: Collection[str] = ()) -> Graph:
    """The traced program of ``model`` for these (shapes of) parameters and inputs.

    Args:
        model: the model.
        params: its parameters, or their shapes.
        inputs: likewise.
        wanted: sites that will be asked for (steps of loops are written out for these alone).
    """
    return trace(
        model.apply, params, inputs, wanted=wanted, inline_custom_rules=model.inline_custom_rules
    )


class Sites(Listing):
    """A model's sites: name -> ``jax.ShapeDtypeStruct``, in the order of execution."""

    entry = "site"


def sites(model: Model, inputs: Any = None) -> Sites:
    """Names, shapes and dtypes of a model's sites, in the order of execution.

    Args:
        model: the model; its marks are ``aann.site`` calls.
        inputs: example inputs (arrays or ``jax.ShapeDtypeStruct``); by default a batch of one.

    Returns:
        name -> ``jax.ShapeDtypeStruct``, a dict that shows itself as a table (``print`` shows all
        of it). ``input`` comes first, in the structure of the inputs. A mark inside a loop is
        listed step by step, as ``name[0]``, ``name[1]``, ...
    """
    given = model.batch(1) if inputs is None else inputs
    try:
        listing = Reuse(model).get("sites", _listing(given), given)
    except Exception as error:
        if inputs is None:
            error.add_note(
                f"This was a batch of one, {given}, made of the model's inputs=. If those have a "
                "batch axis, leave it out: they are ONE example."
            )
        raise
    return Sites(listing)


def _listing(given: Any) -> Callable[[Model], Mapping[str, Any]]:
    def make(model: Model) -> Mapping[str, Any]:
        shapes = jax.eval_shape(lambda x: x, given)
        return {INPUT: shapes, **trace_model(model, model.params, shapes).listing}

    return make


def capture(model: Model, names: Sequence[str]) -> Callable[[Any], tuple[Any, dict[str, Any]]]:
    """A function ``inputs -> (outputs, {name: activation})``.

    It is compiled at the first call, and for later ones of models of the same function; inside
    ``jax.jit`` and other transformations it is part of what is traced.

    Args:
        model: the model.
        names: sites, or ``input``.

    Raises:
        ValueError: (when called) a name is not a site; the message lists the close matches.
    """
    names = [names] if isinstance(names, str) else list(names)

    def captured(inputs: Any) -> tuple[Any, dict[str, Any]]:
        if any(isinstance(x, jax.core.Tracer) for x in jax.tree.leaves((model.params, inputs))):
            return _captured(model, names, model.params, inputs)
        run: Any = Reuse(model).get(("capture", tuple(names)), compiled, inputs)
        found: tuple[Any, dict[str, Any]] = run(model.params, inputs)
        return found

    def compiled(shell: Model) -> Callable[..., Any]:
        return jax.jit(functools.partial(_captured, shell, names))

    return captured


def _captured(
    model: Model, names: Sequence[str], params: Any, inputs: Any
) -> tuple[Any, dict[str, Any]]:
    graph = trace_model(model, params, inputs, names)
    graph.check(names)
    reads = {name: graph.read_vars(name) for name in names}
    keep = [*graph.outvars, *(v for vs in reads.values() for v in vs)]
    start = running.start(graph, params, inputs)
    env = running.run(graph, start, running.schedule(graph, keep, {}), {}, keep)
    values = {n: graph.rebuild(n, [env[v] for v in vs]) for n, vs in reads.items()}
    return running.outputs(graph, env), values


def splice(model: Model, replacements: Replacement | Iterable[Replacement]) -> Model:
    """The model with programs in place of units.

    Args:
        model: the model; it is not changed.
        replacements: one or several. They may write different units of one site, and one may read
            a site that another one writes.

    Returns:
        A model with the same parameters, inputs, outputs and sites.

    Raises:
        ValueError: overlapping units, replacements made for another model; and when it runs:
            unknown sites, units out of range, reads downstream of writes, wrong shapes.
        TypeError: something else than replacements; and (when it runs) a program of the wrong
            dtype, or that cannot be traced.
    """
    chosen = listed(replacements)
    check_together(model, chosen)
    by_site = defaultdict(list)
    for replacement in chosen:
        by_site[replacement.site].append(replacement)
    changes = {
        name: running.Change(
            edit=functools.partial(_write_all, here), reads=tuple(r for x in here for r in x.reads)
        )
        for name, here in by_site.items()
    }

    wanted = [name for r in chosen for name in (r.site, *r.reads)]

    def apply(params: Any, inputs: Any) -> Any:
        graph = trace_model(model, params, inputs, wanted)
        running.check_changes(graph, changes)
        ranks = {name: len(shape_of(graph.read_vars(name)[0]).shape) for name in by_site}
        check_together(model, chosen, ranks)
        for name, here in by_site.items():
            for replacement in here:
                replacement.check_site(shape_of(graph.read_vars(name)[0]))
        env = running.run(
            graph,
            running.start(graph, params, inputs),
            running.schedule(graph, graph.outvars, changes),
            changes,
            graph.outvars,
        )
        return running.outputs(graph, env)

    return dataclasses.replace(model, apply=apply)


def _write_all(here: Sequence[Replacement], natural: jax.Array, *reads: Any) -> jax.Array:
    """Compute every program from the same reads, then write them all."""
    taken = 0
    value = natural
    at_site = jax.ShapeDtypeStruct(natural.shape, natural.dtype)
    for replacement in here:
        given = reads[taken : taken + len(replacement.reads)]
        taken += len(replacement.reads)
        result = replacement.compute(*given, natural=at_site)
        replacement.check_result(result, at_site)
        value = replacement.write(value, result)
    return value


def check_together(
    model: Model, replacements: Sequence[Replacement], ranks: Mapping[str, int] | None = None
) -> None:
    """Check that replacements are for this model and write nothing twice.

    Args:
        model: the model.
        replacements: to be spliced together.
        ranks: site -> number of axes, where they are known.

    Raises:
        ValueError: with all problems.
    """
    problems = []
    for i, r in enumerate(replacements):
        if r.model and model.name and r.model != model.name:
            problems.append(f"{r.name!r} was written for model {r.model!r}, not {model.name!r}")
        for other in replacements[:i]:
            if other.site == r.site and (
                units := overlap(other.place, r.place, (ranks or {}).get(r.site))
            ):
                problems.append(
                    f"{other.name!r} and {r.name!r} both replace {_units(units)} of {r.site!r}"
                )
    if not replacements:
        problems.append("nothing to splice: pass at least one replacement")
    if problems:
        raise ValueError("\n".join(problems))


def _units(units: Sequence[int]) -> str:
    shown = ", ".join(map(str, units[:10])) + (", ..." if len(units) > 10 else "")
    return f"unit{'s' if len(units) > 1 else ''} {shown}"
