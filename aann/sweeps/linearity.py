"""Whether what follows a site is an affine function of the site's value.

Where it is, replacing a unit moves the outputs by a linear function of the change, and where the
coefficients depend on parameters alone that function is the same for all examples and can be worked
out once. Decided from the traced program of the cut model, see ``aann.trace.affine``; no example is
run.

    result = linearity(model, "blocks.0.mlp.post", model.batch(1))
    if result.shared: ...                     # else result.why names the operation in the way
"""

import dataclasses
from typing import Any

import jax
from jax.extend.core import ClosedJaxpr

from aann.model import Model
from aann.shown.brief import brief
from aann.splicing.cut import Cut, cut
from aann.trace.affine import AFFINE, CONSTANT, Form, forms, linear_part


@dataclasses.dataclass(frozen=True, eq=False)
class Linearity:
    """What follows a cut, as a function of the value at its site.

    Attributes:
        affine: the outputs are an affine function of the site's value, for any given crossing
            values and parameters.
        shared: and its linear part depends on parameters alone: it is the same for all examples.
        why: what is in the way of either, for people.
        pieces: the cut.
        program: the suffix, traced.
        kinds: of the program's arguments.
        outputs: shapes and dtypes of the model's outputs.
    """

    affine: bool
    shared: bool
    why: str
    pieces: Cut
    program: ClosedJaxpr
    kinds: tuple[Form, ...]
    outputs: Any

    __repr__ = brief

    def linear(self, prepared: Any, value: jax.Array, crossing: Any) -> Any:
        """The linear part of the suffix at ``value``: suffix(x + value) - suffix(x) for any x.

        Args:
            prepared: of the cut.
            value: an array of the site's shape and dtype.
            crossing: of the cut; where the linear part is ``shared``, any finite values will do.

        Raises:
            ValueError: the suffix is not affine.
        """
        if not self.affine:
            raise ValueError(f"there is no linear part: {self.why}")
        args = jax.tree.leaves((prepared, {self.pieces.sites[0]: value}, crossing))
        leaves = linear_part(self.program, self.kinds, args)
        return jax.tree.unflatten(jax.tree.structure(self.outputs), leaves)


def linearity(model: Model, site: str, inputs: Any) -> Linearity:
    """Decide whether the outputs of a model are affine in the value at a site.

    Args:
        model: the model.
        site: where its value would be replaced.
        inputs: a batch (arrays or ``jax.ShapeDtypeStruct``) of the size that will be used.

    Raises:
        ValueError: the site is unknown, or nothing depends on it.
    """
    pieces = cut(model, site, inputs)
    prepared = jax.eval_shape(pieces.prepare, model.params)
    values, crossing = jax.eval_shape(pieces.prefix, prepared, inputs)
    program, outputs = jax.make_jaxpr(pieces.suffix, return_shape=True)(prepared, values, crossing)
    kinds = (
        *(Form(CONSTANT) for _ in jax.tree.leaves(prepared)),
        Form(AFFINE),
        *(Form(CONSTANT, data=True) for _ in jax.tree.leaves(crossing)),
    )
    found = forms(program, kinds)
    affine = all(f.degree <= AFFINE for f in found)
    # The offset may well depend on data: that of outputs which the site does not reach as well.
    of_data = any(f.data for f in found if f.degree == AFFINE)
    why = next((f.why for f in found if f.why), "")
    if affine and of_data:
        why = "the site's value is multiplied by values that depend on the example"
    return Linearity(affine, affine and not of_data, why, pieces, program, kinds, outputs)
