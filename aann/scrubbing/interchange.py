"""Interchange interventions: does the program predict what the network does after a swap?

A value's activations are taken from another example, the source; the program says what should come
out if the value were that of the source and everything else that of the base. The share of swaps
after which the network answers what the program says is the interchange intervention accuracy of
causal abstraction (Geiger et al. 2021, "Causal Abstractions of Neural Networks", arXiv 2106.02997).

Sharp edge: where few swaps change the program's answer, a high accuracy says little. So the
accuracy among those that do change it stands beside it, and so does that of answers without swaps.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from aann.data.batches import size_for
from aann.data.examples import Examples
from aann.data.provenance import described
from aann.machine.machine import DEFAULT_MEMORY, Machine
from aann.model import Model
from aann.report.estimate import Estimate
from aann.scrubbing.bound import bind
from aann.scrubbing.checked import by_name, check_examples, check_number, check_outputs
from aann.scrubbing.hypothesis import Hypothesis
from aann.scrubbing.interpretation import OUTPUT
from aann.scrubbing.plan import seeded
from aann.scrubbing.swapper import Answer, Swapper
from aann.scrubbing.values import values
from aann.shown.brief import brief
from aann.shown.screen import Shown, Tabular
from aann.statistics.bootstrap import MINIMUM, mean_interval
from aann.statistics.interval import Setting


@dataclasses.dataclass(frozen=True)
class Swap:
    """What swapping some values does.

    Attributes:
        values: that were taken from the sources, each from one of its own.
        accuracy: share of swaps after which the network answers what the program says.
        changed: share of swaps that change the program's answer.
        accuracy_changed: of those alone; not identified where fewer than 10 do.
        accuracy_unchanged: of the others, likewise.
    """

    values: tuple[str, ...]
    accuracy: Estimate
    changed: float
    accuracy_changed: Estimate
    accuracy_unchanged: Estimate

    __repr__ = brief


@dataclasses.dataclass(frozen=True, repr=False)
class Interchanged(Tabular):
    """What ``interchange`` found.

    Attributes:
        hypothesis: its name.
        model: name of the model.
        data: ``{"name", "split", "n", "hash"}`` of the examples.
        agreement: share of examples on which program and network agree without a swap.
        swaps: one for each choice of values.
        answers: values joined by ``+`` -> (2, n): the network's and the program's answers.
    """

    hypothesis: str
    model: str
    data: Mapping[str, Any]
    agreement: Estimate
    swaps: Sequence[Swap]
    answers: Mapping[str, Int[np.ndarray, "2 n"]] = dataclasses.field(repr=False)

    def _shown(self) -> Shown:
        rows = [
            ["+".join(s.values), str(s.accuracy), f"{s.changed:.3f}", str(s.accuracy_changed),
             str(s.accuracy_unchanged)]
            for s in self.swaps
        ]  # fmt: skip
        n, split = self.data["n"], self.data["split"]
        return Shown(
            [f"swaps of {self.hypothesis} in {self.model}: {n:,} examples ({split}), each once"],
            [["values", "accuracy", "changed", "of changed", "of others"],
             ["none", str(self.agreement), "-", "-", "-"], *rows],
            ["accuracy: the network answers what the program says, with values of other examples;",
             "changed: share of swaps that change the program's answer"],
        )  # fmt: skip


def interchange(
    model: Model,
    hypothesis: Hypothesis,
    examples: Examples,
    *,
    answer: Answer | None = None,
    together: Sequence[Sequence[str]] | None = None,
    seed: int = 0,
    draws: int = 10_000,
    batch_size: int | None = None,
    memory: int = DEFAULT_MEMORY,
) -> Interchanged:
    """Swap values between examples, in the network and in the program.

    Args:
        model: the network; it answers its best class.
        hypothesis: its values; those of the output's parents can be swapped. What no value claims
            keeps the base's activations, whatever ``rest`` says.
        examples: bases and sources; each is a base once, with a random source.
        answer: ``program's output (batch, ...) -> (batch,)`` classes; by default the output itself
            where it is of integers or booleans, the best of as many numbers as the network has
            classes; of a network of two classes, whether one number is positive.
        together: which values are swapped together; by default each alone, and all.
        seed: of sources and intervals.
        draws: of the bootstrap.
        batch_size: of the compiled functions.
        memory: bytes of activations that are kept.

    Raises:
        TypeError: the program cannot be traced.
        ValueError: see ``aann.scrub``; values that are no parents of the output; answers that are
            not (batch,) integers; logits at many positions.
    """
    if not isinstance(hypothesis, Hypothesis):
        raise TypeError(f"interchange takes one hypothesis, got {type(hypothesis).__name__}")
    check_examples(examples)
    check_number("seed", seed, 0)
    check_number("memory", memory, 0)
    seed = int(seed)
    size = size_for(len(examples), model, batch_size, Machine())
    check_outputs(model, size, ndim=(2,))
    bound = bind(model, hypothesis)
    parents = bound.graph.nodes[OUTPUT].parents
    chosen = _chosen(together, parents, hypothesis.name)
    setting = Setting(draws=draws, seed=seed, groups=examples.groups)
    order = by_name(examples)
    ordered = examples.take(order)
    values(bound, model, ordered, size)  # checks them
    sources = {
        p: seeded(seed, ("swap", p)).integers(0, len(ordered), len(ordered)) for p in parents
    }
    swap = Swapper(model, bound, ordered, size, memory, answer)
    found = {"": swap.answers((), sources)}
    found |= {"+".join(names): swap.answers(names, sources) for names in chosen}
    back = np.argsort(order, kind="stable")
    answers = {name: both[:, back] for name, both in found.items()}
    return Interchanged(
        hypothesis=hypothesis.name,
        model=model.name,
        data=described(examples),
        agreement=_share(answers[""][0] == answers[""][1], setting),
        swaps=[_swap(names, answers["+".join(names)], answers[""][1], setting) for names in chosen],
        answers=answers,
    )


def _swap(
    names: tuple[str, ...], both: np.ndarray, unswapped: np.ndarray, setting: Setting
) -> Swap:
    right, changed = both[0] == both[1], both[1] != unswapped
    return Swap(
        values=names,
        accuracy=_share(right, setting),
        changed=float(changed.mean()),
        accuracy_changed=_share(right, setting, changed),
        accuracy_unchanged=_share(right, setting, ~changed),
    )


def _share(right: np.ndarray, setting: Setting, among: np.ndarray | None = None) -> Estimate:
    """A share with its interval; not identified among fewer than an interval needs."""
    among = np.ones(len(right), bool) if among is None else among
    groups = setting.groups
    if groups is not None:
        groups = [group for group, here in zip(groups, among, strict=True) if here]
    if (among.sum() if groups is None else len(set(groups))) < MINIMUM:
        return Estimate(None, None, None, identified=False)
    here = dataclasses.replace(setting, groups=groups)
    return Estimate.of(mean_interval(right[among].astype(np.float64), here))


def _chosen(
    together: Sequence[Sequence[str]] | None, parents: Sequence[str], name: str
) -> list[tuple[str, ...]]:
    if together is None:
        alone: list[tuple[str, ...]] = [(p,) for p in parents]
        return alone if len(parents) == 1 else [*alone, tuple(parents)]
    chosen = [(names,) if isinstance(names, str) else tuple(names) for names in together]
    wrong = [n for names in chosen for n in names if n not in parents]
    if wrong or not chosen or not all(chosen):
        raise ValueError(
            f"hypothesis {name!r}: what is swapped are parents of the output, of "
            f"{', '.join(map(repr, parents))}; got {', '.join(map(repr, wrong)) or 'nothing'}"
        )
    return chosen
