"""Running a network on a plan: each node's activations from those of the nodes that it comes from.

A node without parents is read off the natural run of its example. Any other one is computed by the
network: the run of the base example, cut at what the parents stand for, with their activations put
in there, as far as what the node stands for; the output's run as far as the logits. The part above
the cut is the same for all scrubs, and is run once an example.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.data.batches import load
from aann.data.examples import Examples
from aann.evaluation.apart import difference
from aann.model import Model
from aann.program.place import Place
from aann.program.replacement import Replacement
from aann.scrubbing.bound import Bound
from aann.scrubbing.interpretation import OUTPUT
from aann.scrubbing.kept import Kept, axes_of_examples
from aann.scrubbing.plan import Path, Plan
from aann.splicing.cut import cut
from aann.splicing.levels import Level, levels
from aann.splicing.splice import capture

Places = Sequence[tuple[str, Place]]
Parts = list[Any]
"""Activations at places, units on the last axis; None where what comes there stays."""


class Runner:
    """A bound hypothesis, cut and compiled, with what is known of every example."""

    def __init__(self, bound: Bound, examples: Examples, size: int, room: int) -> None:
        """Cut the model at every node.

        Args:
            bound: the hypothesis.
            examples: all that can stand in.
            size: of a batch.
            room: bytes of activations that may be kept.
        """
        self.bound, self.size = bound, size
        self.picks: dict[str, Any] = {}
        self.natural: dict[str, Kept] = {}
        self.cuts: dict[str, _Cut] = {}
        self.states: dict[str, Kept] = {}
        model = bound.model
        for name, node in bound.graph.nodes.items():
            if name != OUTPUT:
                picks = jax.jit(_reading(model, bound.places[name]).apply)
                self.picks[name] = _of(picks, model.params)
                axes = [0] * len(bound.places[name])
                self.natural[name] = Kept(self.picks[name], axes, examples, model, size, room)
                room -= self.natural[name].bytes
            if node.parents:
                reading = model if name == OUTPUT else _reading(model, bound.places[name])
                self.cuts[name] = here = _Cut(reading, bound.of_parents(name), size)
                self.states[name] = Kept(here.before, here.axes, examples, model, size, room)
                room -= self.states[name].bytes
        self._check(examples)

    def _check(self, examples: Examples) -> None:
        """Refuse a model whose parts, put together for other examples, are not the model.

        Raises:
            ValueError: its outputs differ.
        """
        rows = np.arange(self.size)[::-1] % len(examples)
        inputs = jnp.asarray(load(examples, rows.tolist(), self.bound.model))
        parents = self.bound.graph.nodes[OUTPUT].parents
        parts = [part for p in parents for part in self.natural[p].of(rows)]
        found = self.cuts[OUTPUT].after(self.states[OUTPUT].of(rows), parts, zero=False)
        if (apart := difference(self.bound.model(inputs), found)) > 0:
            raise ValueError(
                f"hypothesis {self.bound.hypothesis.name!r}: put together from what was known of "
                f"each example, model {self.bound.model.name!r} gives outputs that differ by up to "
                f"{apart:.3g} from its own; pass memory=0, and please report it"
            )

    @property
    def bytes(self) -> int:
        """Of the activations that are kept."""
        return sum(kept.bytes for kept in [*self.natural.values(), *self.states.values()])

    def intact(self, inputs: Any) -> Any:
        """The outputs of a batch of inputs, with its own activations put in."""
        last = self.cuts[OUTPUT]
        parents = self.bound.graph.nodes[OUTPUT].parents
        parts = [part for p in parents for part in self.picks[p](inputs)]
        return last.after(last.before(inputs), parts, zero=False)

    def logits(self, plan: Plan, rows: np.ndarray) -> Any:
        """The scrubbed outputs of some samples.

        Args:
            plan: whose activations stand where.
            rows: (size,) samples: positions in the flattened (scrubs, n).
        """
        return self._run((), OUTPUT, _flat(plan), rows)

    def zeroed(self, indices: np.ndarray) -> Any:
        """The outputs of examples with what the output's parents stand for set to zero."""
        state, last = self.states[OUTPUT].of(indices), self.cuts[OUTPUT]
        parents = self.bound.graph.nodes[OUTPUT].parents
        natural = [part for p in parents for part in self.natural[p].of(indices)]
        return last.after(state, [jnp.zeros_like(x) for x in natural], zero=False)

    def swapped(self, names: Sequence[str], indices: np.ndarray, sources: Any) -> Any:
        """The outputs of examples with some values' activations from other examples.

        Args:
            names: of values, parents of the output.
            indices: (size,) examples.
            sources: name -> (size,) examples to take the activations from.

        The others are what the network makes of those.
        """
        state, last = self.states[OUTPUT].of(indices), self.cuts[OUTPUT]
        state = jax.tree.map(jnp.asarray, state)
        parts: Parts = []
        for p in self.bound.graph.nodes[OUTPUT].parents:
            own = [None] * len(self.bound.places[p])
            parts += self.natural[p].of(sources[p]) if p in names else own
        return last.after(state, parts, zero=False)

    def _run(
        self, path: Path, name: str, at: Mapping[str, Mapping[Path, np.ndarray]], rows: np.ndarray
    ) -> Any:
        parents = self.bound.graph.nodes[name].parents
        if not parents:
            return self.natural[name].of(at["own"][path][rows])
        parts = [part for p in parents for part in self._run((*path, p), p, at, rows)]
        state = self.states[name].of(at["base"][path][rows])
        return self.cuts[name].after(state, parts, zero=self.bound.hypothesis.rest == "zero")


class _Cut:
    """A model cut at places, level by level."""

    def __init__(self, model: Model, places: Places, size: int) -> None:
        stand_ins = [_stand_in(site, place) for site, place in places]
        self.levels: tuple[Level, ...] = levels(model, stand_ins, model.batch(size))
        first = self.levels[0]
        self.sites = [{places[i][0] for i in level.members} for level in self.levels]
        self._before = first.before
        sites = [site for site, _ in places]
        self.axes = axes_of_examples(*(_shapes(model, sites, n) for n in (size, size + 1)))

    def before(self, inputs: Any) -> Any:
        """What is known above the first of the places."""
        values, crossing = self._before(inputs)
        return {name: values[name] for name in sorted(self.sites[0])}, crossing

    def after(self, state: Any, parts: Parts, *, zero: bool) -> Any:
        """The outputs with ``parts`` at the places, in their order.

        Args:
            state: of ``before``.
            parts: for each place.
            zero: whether the rest of the sites is zero.
        """
        for level, sites in zip(self.levels, self.sites, strict=True):
            if zero:
                values, crossing = state
                blank = {n: jnp.zeros_like(values[n]) for n in sites}
                state = {**values, **blank}, crossing
            given = {
                i: level.pick(state, i) if parts[i] is None else parts[i] for i in level.members
            }
            state, _ = level.after(state, given)
        return state


def _shapes(model: Model, sites: Sequence[str], size: int) -> Any:
    """What is known above the uppermost of some sites, for a batch of this size."""
    inputs = model.batch(size)
    pieces = cut(model, list(dict.fromkeys(sites)), inputs)
    return jax.eval_shape(pieces.prefix, jax.eval_shape(pieces.prepare, model.params), inputs)


def _stand_in(site: str, place: Place) -> Replacement:
    return Replacement(
        _never, "", site, place.units, axis=place.axis, positions=place.positions,
        position_axis=place.position_axis, basis=place.basis,
    )  # fmt: skip


def _never(*reads: Any) -> Any:
    raise AssertionError("activations are put in; no program runs")


def _reading(model: Model, places: Places) -> Model:
    """The model whose output is what is at these places."""
    names = list(dict.fromkeys(name for name, _ in places))

    def apply(params: Any, inputs: Any) -> Parts:
        here = dataclasses.replace(model, params=params)
        values = capture(here, names)(inputs)[1]
        return [jnp.moveaxis(place.pick(values[name]), place.axis, -1) for name, place in places]

    return dataclasses.replace(model, apply=apply)


def _of(apply: Any, params: Any) -> Any:
    return lambda inputs: apply(params, inputs)


def _flat(plan: Plan) -> Mapping[str, Mapping[Path, np.ndarray]]:
    return {
        "own": {path: x.reshape(-1) for path, x in plan.own.items()},
        "base": {path: x.reshape(-1) for path, x in plan.base.items()},
    }
