"""A program's residual on some examples: observed once, then looked at from all sides."""

import dataclasses
import pathlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from aann.bench.workbench import Workbench
from aann.data.examples import Examples
from aann.model import Model
from aann.program.replacement import Replacement
from aann.residuals.calibration import Calibration, calibration
from aann.residuals.components import Components, over_places, over_units
from aann.residuals.costed import Costs
from aann.residuals.costs import STEPS, costs
from aann.residuals.gains import SHARES, UNITS, gains
from aann.residuals.kinds import Kinds, kinds
from aann.residuals.loss import Given
from aann.residuals.mended import Gains
from aann.residuals.nearest import neighbours
from aann.residuals.observed import Observed
from aann.residuals.predictable import predictability
from aann.residuals.predicted import Predictability
from aann.residuals.predictor import Predictors, network
from aann.residuals.quantiles import ErrorByQuantile, by_quantile
from aann.residuals.reach import Bracket, bracket
from aann.residuals.spectrum import Spectrum, spectrum
from aann.residuals.summary import summary
from aann.residuals.terms import try_terms
from aann.residuals.tried import Tried
from aann.residuals.units import Units, units
from aann.residuals.unknowable import Unknowable
from aann.residuals.upstream import upstream
from aann.residuals.upstream_found import Upstream
from aann.residuals.where import Where, where
from aann.residuals.worst import Worst, worst
from aann.shown import later
from aann.shown.screen import Shown, Tabular


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Lab(Tabular):
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

    def units(self, name: str | None = None) -> Units:
        """See ``aann.residuals.units.units``; ``name`` is that of a replacement, here and below."""
        return units(self.part(name))

    def by_quantile(self, name: str | None = None, *, bins: int = 10) -> ErrorByQuantile:
        """See ``aann.residuals.quantiles.by_quantile``."""
        return by_quantile(self.part(name), bins)

    def calibration(self, name: str | None = None, *, bins: int = 10) -> Calibration:
        """See ``aann.residuals.calibration.calibration``."""
        return calibration(self.part(name), bins)

    def worst(self, name: str | None = None, *, n: int = 10, per_example: int = 2) -> Worst:
        """See ``aann.residuals.worst.worst``."""
        return worst(self.part(name), n, per_example)

    def where(self, name: str | None = None) -> Where:
        """See ``aann.residuals.where.where``."""
        return where(self.part(name))

    def over_units(self, name: str | None = None, *, most: int = 10) -> Components:
        """See ``aann.residuals.components.over_units``."""
        return over_units(self.part(name), most)

    def over_places(
        self, name: str | None = None, *, most: int = 6, patch: int | None = None
    ) -> Components | None:
        """See ``aann.residuals.components.over_places``."""
        return over_places(self.part(name), most, patch)

    def spectrum(self, name: str | None = None) -> Spectrum | None:
        """See ``aann.residuals.spectrum.spectrum``."""
        return spectrum(self.part(name))

    def kinds(
        self, name: str | None = None, *, reach: int = 2, unknowable: float | None = None
    ) -> Kinds:
        """See ``aann.residuals.kinds.kinds``."""
        part = self.part(name)
        key = ("kinds", part.replacement.name, reach)
        found: Kinds = self.once(key, lambda: kinds(part, reach=reach))
        return found.joined(unknowable)

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
        **options: Any,
    ) -> Tried:
        """See ``aann.residuals.terms.try_terms``; ``name`` is that of a replacement."""
        return try_terms(
            self.bench, self.examples, self.parts, self.part(name), terms, reads=reads, **options
        )

    def network(self, size: Any, name: str | None = None, **more: Any) -> Predictors:
        """See ``aann.residuals.predictor.network``, of one replacement."""
        return network(*self._one(name), size=size, **more)

    def predictability(self, name: str | None = None, **more: Any) -> Predictability:
        """See ``aann.residuals.predictable.predictability``: beside one replacement."""
        model, program, design = self._one(name)
        return predictability(model, None, program, design=design, program=program, **more)

    def neighbours(self, name: str | None = None, **more: Any) -> Unknowable:
        """See ``aann.residuals.nearest.neighbours``, of one replacement and its residual."""
        return neighbours(*self._one(name), **more)

    def bracket(self, name: str | None = None, **more: Any) -> Bracket:
        """See ``aann.residuals.reach.bracket``, of one replacement."""
        return bracket(*self._one(name), **more)

    def visualise(
        self, unit: int | None = None, *, name: str | None = None, over: bool = False,
        **options: Any,
    ) -> Any:  # fmt: skip
        """See ``aann.vis.residuals.feature.residual_feature``: pictures that a program misses."""
        draw = later.get("picture of a residual")
        return draw(self.bench.model, self.part(name).replacement, unit, over=over, **options)

    def figures(self, **options: Any) -> dict[str, Any]:
        """Name -> figure of all measurements, see ``aann.vis.residuals.page.figures``."""
        found: dict[str, Any] = later.get("figures of a residual lab")(self, **options)
        return found

    def save(self, folder: pathlib.Path | str, **options: Any) -> list[pathlib.Path]:
        """Write a page of all measurements, see ``aann.vis.residuals.page.save``."""
        files: list[pathlib.Path] = later.get("page of a residual lab")(self, folder, **options)
        return files

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

    def _one(self, name: str | None) -> tuple[Model, Replacement, Any]:
        """The model, a replacement and the examples, of which nothing fits but a ``Design``."""
        return self.bench.model, self.part(name).replacement, self.examples

    def _shown(self) -> Shown:
        return summary(self.bench.model.name, self.examples, self.parts)
