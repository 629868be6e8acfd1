"""A residual stream taken apart: what each part of it adds to the outputs, with every check.

The work behind ``aann.patching.direct``: one traced run gives the components, the held norm scales
and the affine map from the last stream to the outputs; components are pushed through its
derivative. What must add up is measured in the same run and refused by ``verify`` where it does
not.
"""

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from aann.model import Model
from aann.patching.look import check_sites
from aann.patching.pushing import bend, derivative, split
from aann.program.axes import Places, places
from aann.shown.brief import brief
from aann.splicing.splice import trace_model
from aann.trace import run as running
from aann.trace.focus import focused
from aann.trace.graph import Graph, shape_of
from aann.trace.segment import roots_below, segment

CONSTANT = "constant"
"""The name of what is left with an empty residual stream: biases after it."""


@dataclasses.dataclass(frozen=True, eq=False)
class Contributions:
    """What is pushed where; the attributes are arguments of ``direct_logit_attribution``."""

    final: str
    components: tuple[str, ...]
    split: dict[str, str]
    by: tuple[int | str, ...]
    held: tuple[str, ...]
    axes: Mapping[str, Sequence[str]]

    __repr__ = brief

    @property
    def _named(self) -> list[str]:
        return [self.final, *self.components, *self.split, *self.split.values(), *self.held]

    @property
    def key(self) -> Hashable:
        """What a compiled run depends on besides the model and a batch of inputs."""
        axes = tuple((word, tuple(names)) for word, names in self.axes.items())
        split = tuple(self.split.items())
        return self.final, self.components, split, self.by, self.held, axes

    def check(self, model: Model, batch: Any, *, judged: bool) -> Any:
        """Refuse what cannot work before anything runs.

        Returns:
            Shapes and dtypes of the outputs.

        Raises:
            ValueError: with all problems.
        """
        graph = trace_model(model, model.params, batch, self._named)
        graph.check(self._named)
        running.check_changes(graph, {self.final: running.Change(lambda x: x)})
        names = self.components
        problems = [] if names else ["no components: name what writes to the stream"]
        problems += [f"component {c!r} is named twice" for c in set(names) if names.count(c) > 1]
        size = jax.tree.leaves(batch)[0].shape[0]
        named = {name: shape_of(graph.read_vars(name)[0]) for name in self._named}
        problems += check_sites(named, size, differentiate=True)
        like = _shape(graph, self.final)
        problems += [
            f"component {name!r} has shape {_shape(graph, name)}, the stream {self.final!r} {like}"
            for name in names
            if _shape(graph, name) != like
        ]
        problems += self._check_split(graph)
        outputs = jax.eval_shape(model.apply, model.params, batch)
        if not judged and not hasattr(outputs, "shape"):
            problems.append("the model gives several outputs: pass a metric of them")
        if problems:
            raise ValueError("\n".join(problems))
        return outputs

    def _check_split(self, graph: Graph) -> list[str]:
        problems = []
        for whole, part in self.split.items():
            if whole not in self.components:
                problems.append(f"{whole!r} is to be split, but is no component")
            if graph.marks[whole] not in graph.descendants([graph.marks[part]]):
                problems.append(f"{whole!r} does not depend on {part!r}: it cannot be split by it")
            try:
                self.places(graph, part)
            except ValueError as error:
                problems.append(str(error))
        return problems

    def places(self, graph: Graph, part: str) -> Places:
        """The places of a site that splits a component."""
        return places(part, _shape(graph, part), self.by, self.axes)

    def run(
        self, model: Model, params: Any, inputs: Any, judge: Callable[[Any], Any] | None
    ) -> Any:
        """Contributions, their total, and the sizes of errors for ``verify``."""
        graph = trace_model(model, params, inputs, self._named)
        start = running.start(graph, params, inputs)
        var: dict[str, Any] = {name: graph.read_vars(name)[0] for name in graph.marks}
        held = [*roots_below(graph, self.final), *(var[name] for name in self.held)]
        like = [n for n in var if _shape(graph, n) == _shape(graph, self.final)]
        extra = [var[n] for n in (*self.components, *self.split.values(), *like)]
        base = segment(graph, start, {}, [*held, *extra, *graph.outvars])

        def after(stream: jax.Array) -> jax.Array:
            known = {**{v: base[v] for v in held}, var[self.final]: stream}
            outputs = running.outputs(graph, segment(graph, start, known, graph.outvars))
            judged: jax.Array = outputs if judge is None else judge(outputs)
            return judged.astype(jnp.float32)

        stream = base[var[self.final]]
        total, push, pull = derivative(after if judge is None else focused(after), stream, judge)
        found = {CONSTANT: after(jnp.zeros_like(stream))}
        missing = stream - sum(base[var[n]] for n in self.components)
        # Positions that nothing reads may hold NaN; one that is read shows in the total.
        missing = jnp.where(jnp.isnan(stream), jnp.zeros_like(stream), missing)
        checks = {
            "stream": jnp.nanmax(jnp.abs(stream)),
            "total": jnp.abs(total).max(),
            "not affine": bend(after, push, found[CONSTANT], stream),
            "missing": jnp.abs(missing).max(),
            **{f"without {n}": jnp.nanmax(jnp.abs(missing - base[var[n]])) for n in like},
        }
        for name in self.components:
            if name in self.split:
                part = self.split[name]
                pair = (var[part], var[name])
                where = self.places(graph, part)
                found[part], found[name], checks[f"split {name}"] = split(
                    graph, start, pair, base[var[part]], where, push, pull
                )
            else:
                found[name] = push(base[var[name]])
        return found, total, checks

    def verify(self, checks: Mapping[str, float], tolerance: float) -> None:
        """Refuse a batch on which something does not add up.

        Raises:
            ValueError: with all problems.
        """
        problems = []
        if not checks["not affine"] <= tolerance * max(1.0, checks["total"]):
            problems.append(
                f"what follows {self.final!r} is not affine: off by {checks['not affine']:.3g} "
                f"where outputs reach {checks['total']:.3g}, with every square root and "
                f"{list(self.held)} held; mark the norm's scale as a site and pass it as held=, "
                "and take a linear metric"
            )
        stream = max(1.0, checks["stream"])
        if not checks["missing"] <= tolerance * stream:
            problems.append(
                f"the components do not add up to {self.final!r}: up to {checks['missing']:.3g} is "
                f"missing where it reaches {checks['stream']:.3g} ({self._hint(checks)}); list "
                "every writer once"
            )
        problems += [
            f"{name!r} is not affine in {part!r}: off by {checks[f'split {name}']:.3g}"
            for name, part in self.split.items()
            if not checks[f"split {name}"] <= tolerance * stream
        ]
        if problems:
            raise ValueError("\n".join(problems))

    def _hint(self, checks: Mapping[str, float]) -> str:
        """The site that looks most like what is missing."""
        left = {
            key.removeprefix("without "): size
            for key, size in checks.items()
            if key.startswith("without ")
        }
        others = [n for n in left if n not in (*self.components, self.final)]
        best = min(others, key=left.__getitem__, default=self.final)
        if left[best] < 0.1 * checks["missing"]:
            return f"adding {best!r} would leave {left[best]:.3g}"
        return "no single site fits it"


def _shape(graph: Graph, name: str) -> tuple[int, ...]:
    return tuple(shape_of(graph.read_vars(name)[0]).shape)
