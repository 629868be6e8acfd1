"""A program's residual on some examples: observed once, then looked at from all sides."""

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from aann.bench.suited import check_programs
from aann.bench.workbench import Workbench, workbench
from aann.data.batches import size_for
from aann.data.examples import Examples
from aann.evaluation.scoring import check_scoring
from aann.machine.machine import Machine
from aann.machine.processes import ends_together
from aann.model import Model
from aann.program.replacement import Replacement
from aann.residuals.costed import Costs
from aann.residuals.costs import STEPS, costs
from aann.residuals.gains import SHARES, UNITS, gains
from aann.residuals.loss import Given
from aann.residuals.mended import Gains
from aann.residuals.observed import Observed, observe
from aann.residuals.terms import try_terms
from aann.residuals.tried import Tried
from aann.residuals.upstream import upstream
from aann.residuals.upstream_found import Upstream
from aann.shown import later
from aann.shown.brief import brief


@dataclasses.dataclass(frozen=True, eq=False)
class Lab:
    """What was observed of some programs, and how to ask about it.

    Attributes:
        bench: the model cut at the units, compiled.
        examples: that are looked at.
        parts: what was observed, one for each replacement.
        kept: what was measured and is asked for again.
    """

    bench: Workbench
    examples: Examples
    parts: tuple[Observed, ...]
    kept: dict[Hashable, Any] = dataclasses.field(default_factory=dict, repr=False)

    __repr__ = brief

    def part(self, name: str | None = None) -> Observed:
        """What was observed of one replacement.

        Args:
            name: of the replacement; may be left out where there is one.

        Raises:
            KeyError: there is none of this name, or there are several and none was named.
        """
        names = [p.replacement.name for p in self.parts]
        if name is None and len(names) == 1:
            return self.parts[0]
        if name not in names:
            raise KeyError(f"name one of {', '.join(names)}; got {name!r}")
        return self.parts[names.index(name)]

    def once(self, key: Hashable, measure: Callable[[], Any]) -> Any:
        """What a measurement that takes long has found, or finds now.

        Args:
            key: its name and all that it depends on.
            measure: makes it.
        """
        if key not in self.kept:
            self.kept[key] = measure()
        return self.kept[key]

    def _key(self, metric: Given) -> Hashable:
        """What a loss is kept under: its name, or the user's own one, which stays alive for it."""
        if isinstance(metric, str):
            return metric
        self.kept[("metric", id(metric))] = metric
        return id(metric)

    def costs(self, metric: Given = "kl", *, steps: int = STEPS, progress: bool = True) -> Costs:
        """See ``aann.residuals.costs.costs``: all replacements together."""
        found: Costs = self.once(
            ("costs", self._key(metric), steps),
            lambda: costs(
                self.bench, self.examples, self.parts, metric, steps=steps, progress=progress
            ),
        )
        return found

    def gains(
        self,
        metric: Given = "kl",
        *,
        ranked_by: Given | None = None,
        shares: Sequence[float] = SHARES,
        units: int = UNITS,
        confidence: float = 0.95,
        seed: int = 0,
        progress: bool = True,
    ) -> Gains:
        """See ``aann.residuals.gains.gains``; positions are ranked by costs in ``ranked_by``, by
        default in ``metric``.
        """
        by = metric if ranked_by is None else ranked_by
        found: Gains = self.once(
            ("gains", self._key(metric), self._key(by), tuple(shares), units, confidence, seed),
            lambda: gains(
                self.bench, self.examples, self.parts, self.costs(by, progress=progress), metric,
                shares=shares, units=units, confidence=confidence, seed=seed, progress=progress,
            ),
        )  # fmt: skip
        return found

    def upstream(
        self,
        name: str | None = None,
        sites: Sequence[str] | None = None,
        *,
        neighbours: bool = False,
        top: int = 3,
        folds: int = 5,
        seed: int = 0,
        progress: bool = True,
    ) -> Upstream:
        """See ``aann.residuals.upstream.upstream``; ``name`` is that of a replacement."""
        part, chosen = self.part(name), None if sites is None else tuple(sites)
        found: Upstream = self.once(
            ("upstream", part.replacement.name, chosen, neighbours, top, folds, seed),
            lambda: upstream(
                self.bench, self.examples, part, chosen, neighbours=neighbours, top=top,
                folds=folds, seed=seed, progress=progress,
            ),
        )  # fmt: skip
        return found

    def try_term(
        self,
        function: Callable[..., Any],
        reads: Sequence[str] | None = None,
        *,
        name: str | None = None,
        **options: Any,
    ) -> Tried:
        """One term; see ``try_terms``."""
        called = str(getattr(function, "__name__", "term")).replace("<lambda>", "term")
        return self.try_terms({called: function}, reads, name=name, **options)

    def try_terms(
        self,
        terms: Mapping[str, Any],
        reads: Sequence[str] | None = None,
        *,
        name: str | None = None,
        per_unit: bool = True,
        rectified: bool = False,
        metric: Given = "kl",
        confidence: float = 0.95,
        seed: int = 0,
        progress: bool = True,
    ) -> Tried:
        """See ``aann.residuals.terms.try_terms``; ``name`` is that of a replacement."""
        return try_terms(
            self.bench, self.examples, self.parts, self.part(name), terms, reads=reads,
            per_unit=per_unit, rectified=rectified, metric=metric, confidence=confidence,
            seed=seed, progress=progress,
        )  # fmt: skip

    def visualise(
        self, unit: int | None = None, *, name: str | None = None, over: bool = False,
        **options: Any,
    ) -> Any:  # fmt: skip
        """See ``aann.vis.residuals.feature.residual_feature``: pictures that a program misses."""
        draw = later.get("picture of a residual")
        return draw(self.bench.model, self.part(name).replacement, unit, over=over, **options)


@ends_together
def open_lab(
    model: Model,
    replacements: Replacement | Sequence[Replacement],
    examples: Examples,
    *,
    batch_size: int | None = None,
    progress: bool = True,
    machine: Machine | None = None,
) -> Lab:
    """Observe a program, or several that are spliced in together.

    Args:
        model: the pretrained network.
        replacements: the program or programs.
        examples: to look at: a ``Design``.
        batch_size: of the compiled functions; by default by the size of an example.
        progress: show it.
        machine: devices, processes, memory and disk to use.

    Raises:
        TypeError: a program returns another dtype or cannot be traced.
        ValueError: unknown sites, units out of range, wrong shapes; NaN or infinity; more values
            than ``machine.memory``.
    """
    machine = machine or Machine()
    bench = workbench(
        model, replacements, size_for(len(examples), model, batch_size, machine), machine
    )
    check_programs(bench, [bench.replacements])
    check_scoring(bench, examples)
    return Lab(bench, examples, tuple(observe(bench, examples, progress=progress)))
