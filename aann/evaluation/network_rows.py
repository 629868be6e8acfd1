"""Small networks as rows of a report, between the linear prediction and the programs."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from aann.bench import network
from aann.bench.ablation import Joint, Row
from aann.bench.network import Trained
from aann.bench.workbench import Workbench
from aann.data.examples import Design
from aann.evaluation import network_fit
from aann.evaluation.network_settings import Networks
from aann.evaluation.network_sizes import shapes as shapes_of
from aann.evaluation.seen import Seen, apart, check_design, see
from aann.store import key
from aann.store.digest import digest
from aann.store.results import Arrays, Results

NAME = "small network"


def network_rows(
    bench: Workbench,
    design: Design,
    settings: Networks,
    *,
    seed: int = 0,
    progress: bool = False,
) -> tuple[list[Row | Joint], list[str]]:
    """A row for each size: trained on design examples, and on nothing else.

    Where several replacements are evaluated together each has a network of its own, which was
    trained on the natural values at its reads.

    Args:
        bench: the replacements, ready to run.
        design: examples to fit on.
        settings: sizes, and how to train.
        seed: of parameters, order of examples, and which of them are kept apart.
        progress: show it.

    Returns:
        The rows, from the smallest; what a report should say of them.

    Raises:
        TypeError: ``design`` is not a ``Design``.
        ValueError: too few examples; sizes that no network from these reads has.
    """
    check_design(design, NAME)
    machine = bench.machine

    def section() -> str:
        facts = (key.of_bench(bench), key.of_examples(design), dataclasses.astuple(settings), seed)
        return digest(NAME, *facts)

    results = Results(machine, section)
    seen, remark = see(bench, design, seed=seed, progress=progress)
    chosen = apart(seen[0].design, settings.apart, seed)
    each = [shapes_of(bench, i, part, settings) for i, part in enumerate(seen)]
    together = list(dict.fromkeys(zip(*each, strict=True)))
    rows = []
    for k, shapes in enumerate(together):
        states = []
        for i, (shape, part) in enumerate(zip(shapes, seen, strict=True)):
            state = _trained(
                results, f"network-{k}-{i}", shape, part, chosen, settings, seed, progress
            )
            states.append(machine.everywhere(machine.gather(state)[0]))
        rows.append(_row(shapes, states, several=len(together) > 1))
    return rows, [remark] if remark else []


def _row(shapes: Sequence[Any], states: Sequence[Trained], several: bool) -> Row | Joint:
    name = NAME
    if several:
        name += f" of {sum(state.weights for state in states):,} weights"
    parts = tuple(
        Row(name, "fit", network.Rung(shape), state, scalars=state.weights)
        for shape, state in zip(shapes, states, strict=True)
    )
    return parts[0] if len(parts) == 1 else Joint(name, "fit", parts)


def _trained(
    results: Results, name: str, shape: Any, seen: Seen, chosen: np.ndarray, settings: Networks,
    seed: int, progress: bool,
) -> Trained:  # fmt: skip
    """What is known from an earlier run, or trained now."""
    known = results.load(name)
    if known is not None:
        form = jax.tree.structure(network_fit.start(shape, seen, np.flatnonzero(~chosen), seed))
        leaves = [jax.numpy.asarray(known[str(k)]) for k in range(len(known))]
        found: Trained = jax.tree.unflatten(form, leaves)
        return found
    fit = network_fit.train(shape, seen, chosen, settings, seed=seed, progress=progress)
    arrays: Arrays = {str(k): np.asarray(x) for k, x in enumerate(jax.tree.leaves(fit.state))}
    results.save(name, "", arrays)
    return fit.state
