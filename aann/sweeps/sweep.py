"""Every unit of a site replaced alone, one after the other, and the loss of every example for each.

    found = unit_sweep(model, "blocks.0.mlp.post", range(512), population)
    damage = found.losses["nll"] - found.intact["nll"][None]                 # (512, n)

The prefix runs once a batch. Then there are two paths to the outputs, and the sweep picks one from
the traced program (``aann.sweeps.linearity``):

* ``"low rank"``: where the suffix is affine with coefficients made of parameters alone, the outputs
  move by (new - old value) times a table that is worked out once. A neuron of which one position
  reaches the outputs costs a rank-one update of the logits.
* ``"suffix"``: otherwise the suffix runs once for every unit.

Sharp edges: the examples of a batch must not influence one another, as everywhere in aann. The two
paths round differently, by about 1e-6 of the largest logit. What is compiled is kept for later
sweeps of the same units of the same model, whatever its parameters, the examples and the values.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from aann.data.batches import batches, default_size
from aann.data.examples import Examples
from aann.data.provenance import described
from aann.evaluation.agreement import check_same
from aann.evaluation.apart import check_run
from aann.machine.machine import Machine
from aann.machine.processes import together
from aann.model import Model
from aann.program.place import Place
from aann.shown.brief import brief
from aann.splicing.splice import sites
from aann.statistics.indices import as_indices
from aann.sweeps.linearity import linearity
from aann.sweeps.low_rank import low_rank, pusher, table_bytes
from aann.sweeps.one_by_one import OneByOne, even_size
from aann.sweeps.single import Singles, singles
from aann.sweeps.sweep_losses import SweepLosses, check_examples, collect
from aann.trace.reuse import Reuse

MOST_TABLE = 2**28
"""The largest table of a low-rank sweep, in bytes; beyond it the suffix is run."""


@dataclasses.dataclass(frozen=True, eq=False)
class Sweep:
    """Units of a site, ready to be replaced one at a time.

    Attributes:
        model: the model.
        site: where the units are.
        single: which units, and where.
        batch_size: at most so many examples at a time.
        path: ``"low rank"`` or ``"suffix"``.
        why: why the suffix has to run; empty for ``"low rank"``.
        program: compiled for every batch size and choice of metrics.
        totals: compiled: sums of the units' values where they are scored, and counts.
        state: what the compiled functions get of the model.
        machine: devices and processes to use.
    """

    model: Model
    site: str
    single: Singles
    batch_size: int
    path: str
    why: str
    program: Callable[..., Any]
    totals: Callable[..., Any]
    state: Any = dataclasses.field(repr=False)
    machine: Machine = dataclasses.field(default_factory=Machine)

    __repr__ = brief

    def run(
        self, examples: Examples, value: str | ArrayLike = "zero", metrics: Sequence[str] = ("nll",)
    ) -> SweepLosses:
        """Replace every unit alone on all examples.

        Args:
            examples: all that are to be measured; of any split.
            value: ``"zero"``; ``"mean"``, of each unit (of a head each coordinate, see
                ``aann.program.coordinates``) over these examples and all places but padding;
                ``"position mean"``, over these examples at each place, the mean where a place is
                never scored; or an array of one number a unit, (units,), or of a unit's values,
                (units, *rest), the site's axes without those of batch and units.
            metrics: of ``aann.sweeps.sweep_losses.METRICS``; all but ``kl`` and ``agreement`` need
                labels.

        Raises:
            ValueError: unknown metrics, labels or values that do not fit, a model that mixes
                examples, or a loss is NaN.
        """
        with together(self.machine.distributed):
            check_examples(self.model, examples, metrics)
            size = even_size(len(examples), self.batch_size, self.machine)
            if self.machine.process[0] == 0:  # whose the first examples are
                self._check_apart(examples, size)
            if self.machine.distributed:
                written = value if isinstance(value, str) else np.asarray(value).tolist()
                check_same(self.machine, {
                    "data": described(examples), "weights": self.model.fingerprint(),
                    "units": (self.site, self.single.units.tolist()),
                    "settings": (written, *metrics), "batch size": size,
                })  # fmt: skip
            values = self.machine.everywhere(jnp.asarray(self._values(value, examples, size)))
            run = functools.partial(self.program, self.state, metrics=tuple(metrics))
            found = (
                (batch, run(batch.inputs, batch.labels, batch.scored, values))
                for batch in batches(
                    examples, size, self.model, machine=self.machine,
                    progress=f"{len(self.single.units)} units at {self.site}",
                )
            )  # fmt: skip
            units = self.single.units.tolist()
            return collect(units, found, examples, self.machine, site=self.site)

    def _check_apart(self, examples: Examples, size: int) -> None:
        def run(inputs: Any) -> Any:
            pieces = Reuse(self.model)
            compiled = pieces.get("outputs", lambda shell: jax.jit(shell.apply), inputs)
            return compiled(self.model.params, inputs)

        check_run(run, self.model, examples, size)

    def _values(self, value: str | ArrayLike, examples: Examples, size: int) -> np.ndarray:
        """(units, *rest) what is written."""
        rest = self.single.inside.shape
        shape = (len(self.single.units), *rest)
        if isinstance(value, str):
            if value not in ("zero", "mean", "position mean"):
                raise ValueError(
                    f"value is 'zero', 'mean', 'position mean' or an array, got {value!r}"
                )
            return self._mean(value, examples, size) if value != "zero" else np.zeros(shape, "f4")
        array = np.asarray(value, np.float32)
        if array.shape not in (shape, shape[:1]) or not np.isfinite(array).all():
            raise ValueError(
                f"values to write are finite and of shape {shape[:1]} or {shape}, got shape "
                f"{array.shape} with {int((~np.isfinite(array)).sum())} not finite"
            )
        return np.broadcast_to(
            array.reshape(*array.shape, *(1,) * (len(shape) - array.ndim)), shape
        )

    def _mean(self, value: str, examples: Examples, size: int) -> np.ndarray:
        single = self.single
        total = np.zeros((len(single.units), *single.inside.shape))
        count = np.zeros(single.inside.shape)
        for batch in batches(
            examples, size, self.model, machine=self.machine, progress="means of units"
        ):
            found = self.totals(self.state, batch.inputs, batch.present, len(batch.indices))
            total, count = (x + np.asarray(y) for x, y in zip((total, count), found, strict=True))
        everyone = self.machine.gather((total, count))
        total, count = (np.sum([x[i] for x in everyone], axis=0) for i in range(2))
        inside, axes = single.inside, single.positions
        among = (inside * count).sum(axis=axes, keepdims=True)
        if not among.all():
            raise ValueError(
                f"no place that is written at site {self.site!r} is scored in data set "
                f"{examples.name!r}: there is no mean to write; choose other positions"
            )
        rows = tuple(i + 1 for i in axes)
        pooled = (inside * total).sum(axis=rows, keepdims=True) / among
        mean = np.broadcast_to(pooled, total.shape)
        if value == "position mean":
            mean = np.where(count > 0, total / np.maximum(count, 1), mean)
        return mean.astype(np.float32)


def sweep(
    model: Model, site: str, units: Any, *, axis: int = -1,
    positions: Any = None, position_axis: int = 1,
    batch_size: int | None = None, shortcut: bool = True, machine: Machine | None = None,
) -> Sweep:  # fmt: skip
    """Prepare to replace units one at a time.

    Args:
        model: returns logits (batch, classes) or (batch, positions, classes).
        site: where the units are.
        units: indices along ``axis``: a list, an array, one number, or what ``np.where`` returns.
        axis: the site's axis of units: that of heads, say, to replace whole heads.
        positions: indices along ``position_axis`` to write at; by default all.
        position_axis: of the site.
        batch_size: at most so many examples at a time; by default by the size of an example.
        shortcut: use the low-rank path where it is exact; False always runs the suffix.
        machine: devices and processes to use, and their precision.

    Raises:
        ValueError: an unknown site, units or positions out of range, other outputs than logits.
    """
    units = as_indices(units, "units")
    positions = None if positions is None else as_indices(positions, "positions")
    machine = machine or Machine()
    model = machine.runs(model)
    pieces, one = Reuse(model), model.batch(1)
    found = pieces.get(("linearity", site), lambda shell: linearity(shell, site, one), one)
    outputs = found.outputs
    if len(getattr(outputs, "shape", ())) not in (2, 3):
        raise ValueError(
            f"model {model.name!r} must return logits (batch, classes) or (batch, positions, "
            f"classes), got {jax.tree.map(lambda x: x.shape, outputs)}"
        )
    like = sites(model)[site]
    place = Place(units, axis, positions, position_axis)
    single = singles(like, place, site, one)
    where = (site, place.key)
    why = "" if found.shared else found.why
    if not why and (size := table_bytes(found, single)) > MOST_TABLE:
        why = f"the table would take {size / 1e6:.0f} MB"
    why = why if shortcut else "the shortcut is switched off"
    table = None
    if not why:
        push = pieces.get(("push", where), lambda _: pusher(found, single, like.dtype), one)
        table = low_rank(found, model.params, single, like.dtype, push)
    rows = None if table is None else table.rows
    losses, totals = pieces.get(
        ("sweep", where, None if rows is None else tuple(rows.tolist())),
        lambda shell: _compiled(OneByOne(shell, site, single, rows)),
        one,
    )
    return Sweep(
        model, site, single,
        default_size(model) * machine.devices if batch_size is None else batch_size,
        "suffix" if why else "low rank", why, losses, totals,
        (model.params, None if table is None else table.table), machine,
    )  # fmt: skip


def _compiled(measure: OneByOne) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return jax.jit(measure.losses, static_argnames="metrics"), jax.jit(measure.totals)


def unit_sweep(
    model: Model, site: str, units: Any, examples: Examples,
    value: str | ArrayLike = "zero", metrics: Sequence[str] = ("nll",), **where: Any,
) -> SweepLosses:  # fmt: skip
    """Replace every unit alone and measure every example: ``sweep(...).run(...)``.

    Args:
        model: returns logits.
        site: where the units are.
        units: indices along the site's last axis, or ``axis``.
        examples: all that are to be measured.
        value: what is written, see ``Sweep.run``.
        metrics: see ``Sweep.run``.
        **where: ``axis``, ``positions``, ``position_axis``, ``batch_size``, ``shortcut``,
            ``machine``: see ``sweep``.

    Raises:
        ValueError: as ``sweep`` and ``Sweep.run``.
    """
    return sweep(model, site, units, **where).run(examples, value, metrics)
