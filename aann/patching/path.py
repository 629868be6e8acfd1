"""Path patching: what a sender does to the output through chosen receivers alone.

``through`` gives back a model in which a change at the sender travels only along the paths that end
in a receiver; ``path_patching`` patches that model. With S the sender and R the receivers, the
definition is that of Wang et al. 2022 (arXiv:2211.00593, appendix B) with the nodes to freeze left
to the caller:

1. a run on the base inputs records every site;
2. the base run with S changed and every ``frozen`` site held at its recorded value; R is read;
3. the base run with R set to what was read, and everything else recomputed; the metric is taken.

So every path S -> ... -> R counts that meets no frozen site; without any that is all of them, and
with every other component frozen only the direct one through the residual stream. After R the
change travels everywhere (also into lower receivers' inputs, whose values are set all the same).
Goldowsky-Dill et al. 2023 (arXiv:2304.05969) treat sets of whole paths; this is the case of all
paths through R.

Sharp edges: receivers that lie below one another are read in the same run, so that a change also
reaches the lower one through the upper one unless a site between them is frozen. Step 2 runs
everything between S and R again for each place.
"""

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Unpack

import jax
import jax.numpy as jnp

from aann.evaluation.answer import Metric
from aann.model import Model
from aann.patching.options import PatchingOptions, with_options
from aann.patching.patch import Patched, patch_all
from aann.program.axes import AXES, places
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.graph import Graph, shape_of
from aann.trace.part import variables
from aann.trace.reuse import Reuse
from aann.trace.site import INPUT, site

SENT = "sent."
"""In the model that ``through`` makes, the sender ``x`` is the site ``sent.x``."""

Receivers = str | Sequence[str] | Mapping[str, Mapping[int | str, int]]


@with_options
def path_patching(
    model: Model,
    clean: Any,
    corrupted: Any,
    sender: str,
    receivers: Receivers,
    metric: Metric | Callable[[Any], Any],
    *,
    frozen: Sequence[str] = (),
    **options: Unpack[PatchingOptions],
) -> Patched:
    """Patch every place of the sender, with the change going through the receivers alone.

    Args:
        model: the model.
        clean: inputs (n, ...).
        corrupted: inputs of the same shape and dtype.
        sender: the site whose places are patched, one at a time.
        receivers: one or several sites below it; or site -> {axis: index} for a part of each, such
            as ``{"blocks.1.attn.q": {"head": 3}}``.
        metric: ``outputs -> (batch,) float``, see ``aann.evaluation.answer``.
        frozen: sites that keep their base values while the receivers are read.
        **options: ``by`` (axes of the sender), ``direction`` (Wang et al.: ``"noise"``),
            ``batch_size``, ``at_once``, ``axes``: see ``PatchingOptions``.

    Raises:
        ValueError: as ``activation_patching`` and ``through``.
    """
    _check_sender(sender)
    parts, axes = _parts(receivers), options.get("axes", AXES)
    pieces = Reuse(
        model,
        ("through", sender, _written(parts), tuple(frozen), _written(axes)),
        lambda model: through(model, sender, receivers, frozen, axes=axes),
    )
    patched = patch_all(pieces, clean, corrupted, [SENT + sender], metric, options)
    return dataclasses.replace(patched, changes={sender: patched.changes[SENT + sender]})


def through(
    model: Model,
    sender: str,
    receivers: Receivers,
    frozen: Sequence[str] = (),
    *,
    axes: Mapping[str, Sequence[str]] = AXES,
) -> Model:
    """The model in which changes at the site ``sent.<sender>`` go through the receivers alone.

    Unchanged it gives the model's own outputs. Like any model it can be patched, differentiated
    (which gives attribution by paths) and cut.

    Args:
        model: the model.
        sender: a site.
        receivers: see ``path_patching``.
        frozen: see ``path_patching``.
        axes: last word of a site's name -> names of its axes.

    Raises:
        ValueError: (when it runs) unknown sites, a receiver that is the sender or does not depend
            on it, a receiver or sender that is frozen, no path left: all problems.
    """
    _check_sender(sender)
    parts = _parts(receivers)

    def apply(params: Any, inputs: Any) -> Any:
        graph = trace_model(model, params, inputs, [sender, *parts, *frozen])
        masks = _masks(graph, sender, parts, frozen, axes)
        start = running.start(graph, params, inputs)
        natural = _values(graph, start, {}, [sender, *frozen])
        sent = site(SENT + sender, natural[sender])
        held = {name: _to(natural[name]) for name in frozen}
        received = _values(graph, start, {sender: _to(sent), **held}, list(parts))
        changes = {name: _to(value, masks[name]) for name, value in received.items()}
        order = running.schedule(graph, graph.outvars, changes)
        return running.outputs(graph, running.run(graph, start, order, changes, graph.outvars))

    return dataclasses.replace(model, apply=apply)


def _parts(receivers: Receivers) -> dict[str, Mapping[int | str, int]]:
    if isinstance(receivers, Mapping):
        return dict(receivers)
    return {name: {} for name in ([receivers] if isinstance(receivers, str) else receivers)}


def _check_sender(sender: Any) -> None:
    if not isinstance(sender, str):
        raise ValueError(
            f"sender is the name of one site, got {type(sender).__name__}: call path_patching once "
            "for each of several senders"
        )


def _written(parts: Mapping[str, Any]) -> Hashable:
    """A mapping of mappings or sequences as something that can be compared."""
    return tuple(
        (name, tuple(x.items() if isinstance(x, Mapping) else x)) for name, x in parts.items()
    )


def _to(value: jax.Array, mask: jax.Array | None = None) -> running.Change:
    """The change to a known value, where the mask is on."""
    if mask is None:
        return running.Change(lambda natural: value)
    return running.Change(lambda natural: jnp.where(mask, value, natural))


def _values(
    graph: Graph, start: dict[Any, Any], changes: running.Changes, names: Sequence[str]
) -> dict[str, jax.Array]:
    """Values at sites under changes."""
    keep = [v for name in names for v in graph.read_vars(name)]
    env = running.run(graph, start, running.schedule(graph, keep, changes), changes, keep)
    return {name: env[graph.read_vars(name)[0]] for name in names}


def _masks(
    graph: Graph,
    sender: str,
    parts: Mapping[str, Mapping[int | str, int]],
    frozen: Sequence[str],
    axes: Mapping[str, Sequence[str]],
) -> dict[str, jax.Array | None]:
    """Which part of each receiver is set (None: all of it), after checking everything."""
    unchanged = running.Change(lambda x: x)
    running.check_changes(graph, dict.fromkeys([sender, *parts], unchanged))
    graph.check(frozen)
    problems = [] if parts else ["no receivers: name at least one site below the sender"]
    problems += [f"{n!r} is sender or receiver and frozen" for n in frozen if n in (sender, *parts)]
    if INPUT in frozen:
        problems.append("the inputs are the same in every run: leave 'input' out of frozen")
    blocked = {graph.marks[name] for name in frozen if name in graph.marks}
    anyhow, reached = (_reached(graph, sender, b) for b in (set(), blocked))
    masks: dict[str, jax.Array | None] = {}
    for name, part in parts.items():
        if name == sender:
            problems.append(f"{name!r} is sender and receiver: patch its activation instead")
        elif graph.marks[name] not in anyhow:
            problems.append(f"receiver {name!r} does not depend on {sender!r}: take a site below")
        elif graph.marks[name] not in reached:
            problems.append(f"no path from {sender!r} to {name!r} is left: freeze fewer sites")
        shape = shape_of(graph.read_vars(name)[0])
        try:
            place = places(name, shape.shape, tuple(part), axes)
        except ValueError as error:
            problems.append(str(error))
            continue
        index = tuple(part.values())
        for axis, size, i in zip(part, place.sizes, index, strict=True):
            if not 0 <= i < size:
                problems.append(
                    f"receiver {name!r}: index {i} of axis {axis!r} must be in [0, {size})"
                )
        masks[name] = place.mask(shape, jnp.asarray(index, dtype=jnp.int32)) if part else None
    if problems:
        raise ValueError("\n".join(problems))
    return masks


def _reached(graph: Graph, sender: str, blocked: set[int]) -> set[int]:
    """Positions of the equations that depend on the sender past the blocked ones."""
    tainted = set(graph.eqns[graph.marks[sender]].outvars)
    reached = set()
    for i, eqn in enumerate(graph.eqns):
        if i not in blocked and any(v in tainted for v in variables(eqn)):
            reached.add(i)
            tainted.update(eqn.outvars)
    return reached
