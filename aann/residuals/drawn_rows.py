"""Some rows of features, with their values: equally many of each example.

On a grid a row is a place; else it is an example, and its values are those that all examples have.
"""

import dataclasses

import numpy as np
from jaxtyping import Float

from aann.residuals.rows import Rows
from aann.shown.brief import brief

COLUMNS = 4096
"""Values of an example that are looked at, at most."""


@dataclasses.dataclass(frozen=True, eq=False)
class Values:
    """Values of a table at drawn rows.

    Attributes:
        rows: of features.
        example: of each row that was drawn.
        place: of the same rows.
        columns: of its values that are looked at.
    """

    rows: Rows
    example: np.ndarray
    place: np.ndarray
    columns: np.ndarray

    __repr__ = brief

    def __call__(self, table: np.ndarray) -> np.ndarray:
        """Of a table (n, places, columns) the values at the rows."""
        shaped = table.reshape(len(table), self.rows.each, self.rows.outputs)
        found: np.ndarray = shaped[self.example, self.place][:, self.columns]
        return found.astype(np.float64)


def drawn(
    rows: Rows, count: int, seed: int
) -> tuple[Float[np.ndarray, "rows width"], "Values", np.ndarray]:
    """Features of some rows, their values, and the groups that they belong to."""
    rng = np.random.default_rng([seed, 0])
    seen = rows.seen
    labels = seen.design.clusters
    names = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    group = np.asarray([names[label] for label in labels])
    if rows.grid:
        here = rows.here()[..., 0]
        most = -(-count // len(here))
        picked = [
            np.sort(rng.choice(at, min(most, len(at)), replace=False))
            for at in map(np.flatnonzero, here)
        ]
        example = np.repeat(np.arange(len(here)), [len(p) for p in picked])
        place = np.concatenate(picked)
        columns = np.arange(rows.outputs)
    else:
        example, columns = _everywhere(rows, rng, count)
        place = np.zeros(len(example), int)
    x = np.empty((len(example), rows.width - 1), np.float32)
    for at, features in rows.features(np.unique(example)):
        mine = np.isin(example, at)
        x[mine] = features[np.searchsorted(at, example[mine]), place[mine], :-1]
    return x, Values(rows, example, place, columns), group[example]


def _everywhere(rows: Rows, rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Examples, and values that all of them have."""
    here = rows.seen.here
    examples = np.arange(len(here))
    places = here.all(0)
    if not places.any():  # the place that most examples have
        place = int(here.mean(0).argmax())
        examples, places = np.flatnonzero(here[:, place]), np.arange(here.shape[1]) == place
    width = rows.seen.table.shape[-1]
    most = max(COLUMNS // width, 1)
    chosen = np.flatnonzero(places)
    if len(chosen) > most:
        chosen = np.sort(rng.choice(chosen, most, replace=False))
    columns = (chosen[:, None] * width + np.arange(width)[None]).reshape(-1)
    if len(examples) > count:
        examples = np.sort(rng.choice(examples, count, replace=False))
    return examples, columns
