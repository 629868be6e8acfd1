"""Which errors cost: the residual times the gradient of the loss at the site.

The loss is followed along the straight line from the spliced run to the natural values, at all
replaced units together. An error's cost is what the loss loses along its own coordinate: minus the
integral of (natural - artificial) times the gradient. By the fundamental theorem all costs add up
to the measured gap, spliced minus intact, up to the quadrature: integrated gradients (Sundararajan
et al. 2017, arXiv:1703.01365) with the spliced run as baseline, by Gauss and Legendre's nodes.

``steps=1`` is the first-order estimate, the gradient at the spliced run alone. Near its minimum at
the intact run KL grows with the square of the error, so that of small errors this estimate is about
twice the gap, and of large ones anything; at the intact run itself it would be zero.

Sharp edges: an error that hurts nobody alone, but together with another, shares that cost with it.
The residual of a lower program includes what the programs above it pass on, so that its cost does,
too. Negative costs are errors that help.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from aann.bench.workbench import Workbench
from aann.data.examples import Examples
from aann.residuals.costed import Costs, PartCosts
from aann.residuals.loss import Given, Seen, batches_of, check, joined, loss_of
from aann.residuals.observed import Observed
from aann.statistics.indices import is_count

STEPS = 8
"""Nodes on the line."""


def costs(
    bench: Workbench,
    examples: Examples,
    parts: Sequence[Observed],
    metric: Given = "kl",
    *,
    steps: int = STEPS,
    progress: bool = False,
) -> Costs:
    """Attribute the loss gap to units, positions and examples.

    Args:
        bench: the replacements, ready to run.
        examples: that were observed.
        parts: what was.
        metric: ``"kl"``, ``"nll"``, or a differentiable loss ``outputs -> (batch,) float``.
        steps: nodes of the quadrature, each a forward and a backward pass of the suffix; 1 is the
            first-order estimate.
        progress: show it.

    Raises:
        TypeError: ``metric`` is neither a name nor a function.
        ValueError: no such loss, or it needs labels; ``steps`` is not at least 1; the model has no
            gradient; a loss or a cost is NaN or infinite.
    """
    if not is_count(steps):
        raise ValueError(f"steps is a number of nodes, at least 1, got {steps!r}")
    loss = loss_of(bench, examples, metric)
    line = _Line(bench, parts, steps)
    found: list[dict[int, np.ndarray]] = [{} for _ in parts]
    ends: dict[int, np.ndarray] = {}
    for seen in batches_of(bench, examples, loss, progress):
        at = int(seen.rows[0])
        spliced, intact, values = line(seen)
        ends[at] = np.stack([intact, spliced])
        check(ends[at], loss.name, seen.names)
        for i, x in enumerate(values):
            check(np.moveaxis(x, 0, -1), f"the gradient of {loss.name}", seen.names)
            found[i][at] = np.moveaxis(x, 0, -1)
    intact, spliced = joined(bench, ends)
    return Costs(
        metric=loss.name,
        steps=steps,
        names=tuple(examples.names),
        split=examples.split,
        parts=tuple(
            PartCosts(
                p.replacement.name, p.replacement.site, p.replacement.units,
                np.moveaxis(joined(bench, found[i]), -1, 0), p.here,
            )
            for i, p in enumerate(parts)
        ),
        intact=intact,
        spliced=spliced,
    )  # fmt: skip


class _Line:
    """Follows a batch from the spliced run to the natural values."""

    def __init__(self, bench: Workbench, parts: Sequence[Observed], steps: int) -> None:
        self.bench, self.parts = bench, parts
        nodes, weights = np.polynomial.legendre.leggauss(steps)
        self.nodes = [0.0] if steps == 1 else [float(x) for x in (nodes + 1) / 2]
        self.weights = [1.0] if steps == 1 else [float(w) for w in weights / 2]
        # Not compiled as a whole: its parts are, and take the parameters as arguments.
        self.slope = jax.grad(self._total)

    def __call__(self, seen: Seen) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """Losses spliced and intact, and of each replacement (n, *places, units) costs."""
        ends = [
            _ends(seen.artificial(p, i), seen.natural(p, i), self._here(p, seen))
            for i, p in enumerate(self.parts)
        ]
        spliced = seen.judged(lambda i, natural, reads: ends[i][0])
        intact = np.asarray(seen.loss(seen.intact, seen.intact), np.float32)[: seen.n]
        sums: list[Any] = [0.0] * len(ends)
        for node, weight in zip(self.nodes, self.weights, strict=True):
            here = [_between(start, step, jnp.float32(node)) for start, step in ends]
            for i, gradient in enumerate(self._gradient(here, seen)):
                sums[i] = sums[i] + jnp.float32(weight) * _product(gradient, ends[i][1])
        found = [
            np.asarray(x[: seen.n]).sum(
                axis=tuple(range(x.ndim - 1 - p.coordinates, x.ndim - 1)), dtype=np.float32
            )
            for x, p in zip(sums, self.parts, strict=True)
        ]
        return spliced, intact, found

    def _gradient(self, values: list[Array], seen: Seen) -> list[Array]:
        try:
            return list(self.slope(values, seen))
        except (ValueError, TypeError, NotImplementedError) as error:
            raise ValueError(
                f"model {self.bench.model.name!r} has no gradient below the replaced units: "
                f"{str(error).strip().splitlines()[0][:200]}"
            ) from error

    def _total(self, values: list[Array], seen: Seen) -> Array:
        _, outputs = self.bench.flow(seen.started, lambda i, natural, reads: values[i])
        counts = np.arange(self.bench.batch_size) < seen.n
        return jnp.where(
            self.bench.machine.spread(counts), seen.loss(outputs, seen.intact), 0.0
        ).sum()

    def _here(self, part: Observed, seen: Seen) -> Array:
        here = part.here[seen.rows].reshape(self.bench.batch_size, *part.places)
        return self.bench.machine.spread(here)


@jax.jit
def _ends(artificial: Array, natural: Array, here: Array) -> tuple[Array, Array]:
    """Where the line starts, and its step; what does not count stays where it is."""
    here = here.reshape(*here.shape, *[1] * (natural.ndim - here.ndim))
    return artificial, jnp.where(here, natural - artificial, jnp.zeros_like(natural))


@jax.jit
def _between(start: Array, step: Array, share: Array) -> Array:
    return start + share.astype(start.dtype) * step


@jax.jit
def _product(gradient: Array, step: Array) -> Array:
    """What the loss loses; 0 where nothing moves, whatever the gradient is there."""
    found = -gradient.astype(jnp.float32) * step.astype(jnp.float32)
    return jnp.where(step == 0, 0.0, found)
