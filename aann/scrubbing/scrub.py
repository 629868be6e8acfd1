"""Scrubbing: every activation replaced by one that the hypothesis calls equivalent.

Causal scrubbing (Chan et al. 2022, "Causal Scrubbing: a method for rigorously testing
interpretability hypotheses") runs a network on a tree of inputs: wherever a hypothesis says that
only a value matters, another input with the same value stands in, and where it says that nothing
matters, any other. If the network still does what it did, the hypothesis may be right; what it
loses is what the hypothesis leaves out.

The donors are the examples themselves: an example whose value no other one has stands in for
itself, which tests nothing. So each row says how many examples stand in for one on average, and
how many have nobody but themselves.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from aann.data.batches import size_for
from aann.data.examples import Examples
from aann.data.provenance import described
from aann.evaluation.apart import check_run
from aann.evaluation.metrics import per_example
from aann.machine.machine import DEFAULT_MEMORY, Machine
from aann.machine.progress import progress as progress_of
from aann.model import Model
from aann.scrubbing.assembled import ScrubbedLosses, assemble
from aann.scrubbing.bound import Bound, bind_all
from aann.scrubbing.checked import (
    by_name,
    check_enough,
    check_examples,
    check_losses,
    check_number,
    check_outputs,
)
from aann.scrubbing.hypothesis import Hypothesis
from aann.scrubbing.interpretation import OUTPUT
from aann.scrubbing.kept import padded
from aann.scrubbing.plan import Plan, anybody, nobody, plan
from aann.scrubbing.runner import Runner
from aann.scrubbing.scrubbed import Scrubbed
from aann.scrubbing.values import values
from aann.statistics.interval import Setting

Losses = dict[str, np.ndarray]


def scrub(
    model: Model,
    hypotheses: Hypothesis | Sequence[Hypothesis],
    examples: Examples,
    *,
    scrubs: int = 4,
    seed: int = 0,
    draws: int = 10_000,
    batch_size: int | None = None,
    memory: int = DEFAULT_MEMORY,
    progress: bool = True,
) -> Scrubbed:
    """What a network still does when equivalent activations stand in for its own.

    Args:
        model: the network; its outputs are logits (batch, classes) or (batch, positions, classes).
        hypotheses: one or several; their rows share the draws of donors where their values come
            on the same paths.
        examples: to scrub, which are also the donors.
        scrubs: how often each example is scrubbed, with donors of its own each time.
        seed: of donors and of the bootstrap.
        draws: of the bootstrap.
        batch_size: of the compiled functions; by default by the size of an example.
        memory: bytes of activations that are kept; what does not fit is computed when it is used.
        progress: as of ``aann.evaluate``.

    Raises:
        TypeError: a program cannot be traced; something else than hypotheses.
        ValueError: what is wrong with a hypothesis, see ``Hypothesis`` and its checks against the
            model; labels out of range; values that are not finite or do not suit their
            equivalence; fewer than 10 examples; infinite or NaN losses; a model or a program that
            mixes examples.
    """
    chosen = _checked(hypotheses, scrubs, seed)
    check_examples(examples)
    check_number("memory", memory, 0)
    scrubs, seed = int(scrubs), int(seed)
    setting = Setting(draws=draws, seed=seed, groups=examples.groups)
    check_enough(len(examples), setting)
    order = by_name(examples)
    ordered = examples.take(order)
    size = size_for(len(examples), model, batch_size, Machine())
    bounds = bind_all(model, chosen)
    check_outputs(model, size, examples=ordered)
    known = [values(bound, model, ordered, size) for bound in bounds]
    drawn = [_donors(b, v, len(ordered), scrubs, seed) for b, v in zip(bounds, known, strict=True)]
    runners: dict[Any, _Baselines] = {}
    found = []
    for bound, own, (plan_, counts, alone) in zip(bounds, known, drawn, strict=True):
        if (key := _shape(bound)) not in runners:
            room = memory - sum(one.runner.bytes + one.bytes for one in runners.values())
            runners[key] = _Baselines(bound, ordered, size, room, scrubs, seed, progress)
        losses = runners[key].losses(plan_, bound.hypothesis.name)
        found.append(ScrubbedLosses(bound, losses, runners[key].known, counts, alone, own))
        check_losses(bound.hypothesis.name, {**runners[key].known, "scrub": losses}, ordered.names)
    plans = [plan_ for plan_, *_ in drawn]
    back = np.argsort(order, kind="stable")
    return assemble(
        model, examples, found, plans, back, setting, scrubs=scrubs, data=described(examples)
    )


class _Baselines:
    """A model cut as a hypothesis says, and what does not depend on its equivalences."""

    def __init__(
        self, bound: Bound, examples: Examples, size: int, memory: int, scrubs: int, seed: int,
        progress: bool,
    ) -> None:  # fmt: skip
        self.examples, self.size, self.progress = examples, size, progress
        self.runner = Runner(bound, examples, size, memory)
        n = len(examples)
        if size > 1:
            check_run(self.runner.intact, bound.model, examples, size)
        self.whole = nobody(bound, n)
        runner, name = self.runner, bound.hypothesis.name
        self.intact = self._intact(n, memory - runner.bytes, name)
        self.known: dict[str, Losses] = {"intact": self._of(self._own, 1, name)}
        floats = all(
            jnp.issubdtype(x.dtype, jnp.floating)
            for p in bound.graph.nodes[OUTPUT].parents
            for x in self.runner.natural[p].of(np.zeros(size, int))
        )
        if floats:  # zero is a value like any other of a token
            self.known["zero"] = self._of(runner.zeroed, 1, f"{name}: zero")
        self.known["random"] = self.losses(anybody(bound, n, scrubs, seed), f"{name}: random")

    def _intact(self, n: int, room: int, name: str) -> np.ndarray | None:
        """The intact outputs of all examples, if they fit."""
        one = jax.eval_shape(lambda: self.runner.logits(self.whole, np.arange(self.size) % n))
        self.bytes = n * math.prod(one.shape[1:]) * one.dtype.itemsize
        if self.bytes > room:
            self.bytes = 0
            return None
        kept = np.empty((n, *one.shape[1:]), one.dtype)
        starts = range(0, n, self.size)
        runs = self._each(lambda rows: self.runner.logits(self.whole, rows), n, name)
        for start, found in zip(starts, runs, strict=True):
            kept[start : start + self.size] = np.asarray(found)[: n - start]
        return kept

    def _own(self, rows: np.ndarray) -> Any:
        """The intact outputs of some examples."""
        if self.intact is None:
            return self.runner.logits(self.whole, rows)
        return self.intact[rows]

    def losses(self, drawn: Plan, called: str) -> Losses:
        """Metric -> (scrubs, n) losses of a plan."""
        scrubs = len(drawn.own[()])
        return self._of(lambda rows: self.runner.logits(drawn, rows), scrubs, called)

    def _of(self, run: Callable[[np.ndarray], Any], scrubs: int, called: str) -> Losses:
        n = len(self.examples)
        labels, present = self.examples.labels, self.examples.present
        parts: dict[str, list[np.ndarray]] = {}
        starts = range(0, n * scrubs, self.size)
        for start, logits in zip(starts, self._each(run, n * scrubs, called), strict=True):
            rows = padded(start, self.size, n * scrubs) % n
            given = None if labels is None else labels[rows].astype(np.int32)
            scored = present[rows] if present is not None and labels is None else None
            found = _losses(logits, self._own(rows), given, scored)
            for metric, loss in found.items():
                parts.setdefault(metric, []).append(np.asarray(loss))
        return {
            metric: np.concatenate(loss)[: n * scrubs].reshape(scrubs, n)
            for metric, loss in parts.items()
        }

    def _each(self, run: Callable[[np.ndarray], Any], samples: int, called: str) -> Any:
        starts = range(0, samples, self.size)
        for start in progress_of(starts, f"scrub {called}") if self.progress else starts:
            yield run(padded(start, self.size, samples))


_losses = jax.jit(per_example)


def _donors(
    bound: Bound, known: Mapping[str, np.ndarray], n: int, scrubs: int, seed: int
) -> tuple[Plan, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The plan of a hypothesis; how many stand in for each example, and for which nobody does."""
    problems, donors, counts, alone = [], {}, {}, {}
    for name, same in bound.hypothesis.equivalences().items():
        try:
            donors[name] = same.of(known[name])
            counts[name], alone[name] = donors[name].counts(), donors[name].alone()
        except ValueError as error:
            problems.append(f"value {name!r}: {error}")
    if problems:
        raise ValueError(f"hypothesis {bound.hypothesis.name!r}: " + "; ".join(problems))
    return plan(bound, donors, n, scrubs, seed), counts, alone


def _shape(bound: Bound) -> Any:
    """Equal for hypotheses that differ in their equivalences and values alone."""
    places = tuple(
        (name, tuple((site, place.key) for site, place in here))
        for name, here in bound.places.items()
    )
    sent = tuple(one.through for w in bound.hypothesis.places().values() for one in w)
    return tuple(bound.graph.nodes.items()), places, sent, bound.hypothesis.rest


def _checked(given: Any, scrubs: Any, seed: Any) -> list[Hypothesis]:
    chosen = list(given) if np.iterable(given) else [given]
    wrong = [type(one).__name__ for one in chosen if not isinstance(one, Hypothesis)]
    if wrong or not chosen:
        raise TypeError(
            "scrub takes an aann.Hypothesis or several, got " + (", ".join(wrong) or "none")
        )
    names = [one.name for one in chosen]
    check_number("scrubs", scrubs, 1)
    check_number("seed", seed, 0)
    if repeated := [repr(n) for n in dict.fromkeys(names) if names.count(n) > 1]:
        raise ValueError(
            f"hypotheses have names of their own; several are called {', '.join(repeated)}: pass "
            "name="
        )
    return chosen
