"""From what a tally kept to the sections that are shown."""

from collections.abc import Mapping, Sequence

import numpy as np

from aann.vis.chosen.edges import BINS, ZERO, ends_of, quantile_bins
from aann.vis.chosen.found import Section, UnitExamples
from aann.vis.chosen.options import Options
from aann.vis.chosen.pool import Entries, first
from aann.vis.receptive_field import ReceptiveField

_LABELS = {
    "top": "the strongest",
    "bottom": "the weakest",
    "random": "positions drawn from all",
}


def unit_examples(
    arrays: Mapping[str, np.ndarray],
    column: int,
    name: str,
    options: Options,
    names: Sequence[str],
    positions: tuple[int, ...],
    field: ReceptiveField | None,
) -> UnitExamples:
    """What a tally found of one column.

    Args:
        arrays: of the tally.
        column: which.
        name: of the column.
        options: what is to be chosen.
        names: of all examples.
        positions: how many there are along each axis.
        field: what they see.
    """
    counts = arrays["counts"][column]
    sections: list[Section] = []
    for kind in (k for k in ("top", "bottom") if k in options.kinds):
        chosen = _entries(arrays, kind, column, column)
        sections.append(_section(kind, _LABELS[kind], chosen, names, positions))
    if "random" in options.kinds:
        drawn = _drawn(arrays, column, (0, BINS - 1), options)
        sections.append(_section("random", _LABELS["random"], drawn, names, positions))
    if "quantiles" in options.kinds:
        bins = quantile_bins(counts, options.quantiles)
        for ends in reversed(bins):
            sections.append(_quantile(arrays, column, ends, options, names, positions))
    mean = float(arrays["total"][column] / counts.sum())
    low, high = (float(arrays[end][column]) for end in ("low", "high"))
    return UnitExamples(name, tuple(sections), counts, low, high, mean, field)


def _quantile(
    arrays: Mapping[str, np.ndarray],
    column: int,
    bins: tuple[int, int],
    options: Options,
    names: Sequence[str],
    positions: tuple[int, ...],
) -> Section:
    counts = arrays["counts"][column]
    low, high = ends_of(*bins)
    zeros = counts[ZERO] if bins[0] <= ZERO <= bins[1] else 0
    share = float((counts[bins[0] : bins[1] + 1].sum() - zeros) / counts.sum())
    least = max(low, float(arrays["low"][column]))
    most = min(high, float(arrays["high"][column]))
    label = f"where it is {least:.3g} to {most:.3g}: {100 * share:.2g}% of the positions"
    drawn = _drawn(arrays, column, bins, options, zeros=False)
    return _section("quantiles", label, drawn, names, positions, (low, high, share))


def _section(
    kind: str,
    label: str,
    chosen: Entries,
    names: Sequence[str],
    positions: tuple[int, ...],
    ends: tuple[float | None, float | None, float | None] = (None, None, None),
) -> Section:
    axes = np.unravel_index(chosen.position, positions) if positions else ()
    where = np.stack(axes, axis=1) if axes else np.zeros((len(chosen.position), 0), np.int64)
    named = tuple(names[i] for i in chosen.example.tolist())
    return Section(kind, label, *ends, chosen.example, named, where, chosen.value)


def _entries(arrays: Mapping[str, np.ndarray], pool: str, start: int, stop: int) -> Entries:
    """Those of a pool whose group is from ``start`` to ``stop``."""
    found = Entries(*(arrays[f"{pool}/{field}"] for field in Entries._fields))
    return found.take((found.group >= start) & (found.group <= stop))


def _drawn(
    arrays: Mapping[str, np.ndarray],
    column: int,
    bins: tuple[int, int],
    options: Options,
    *,
    zeros: bool = True,
) -> Entries:
    """A sample of all positions in some bins, from the samples of each."""
    found = _entries(arrays, "sample", column * BINS + bins[0], column * BINS + bins[1])
    found = found if zeros else found.take(found.group != column * BINS + ZERO)
    alike = found._replace(group=np.zeros_like(found.group))
    return first(alike, options.n, options.per_example)
