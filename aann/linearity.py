"""Whether what follows a site is an affine function of the site's value, read off the jaxpr.

Where it is, replacing a unit moves the outputs by a linear function of the change, and that function
can be worked out once. ``forms`` walks the equations and classifies every value: constant in the
site, affine in it, or anything else; and whether a constant, or the linear part of an affine value,
depends on data or on parameters alone. The answer is conservative: what it calls affine is affine
for all values, in exact arithmetic; what it cannot prove is not affine.

``linear_part`` evaluates the linear part by running the same equations with zeros in place of added
constants. It does not differentiate, since a derivative rule (``stop_gradient``, ``custom_jvp``) may
say something else than the function does.

Sharp edges: a narrowing conversion, float32 to bfloat16, rounds, and so is not affine; nor is
anything inside ``scan``, ``while`` or ``cond`` that touches the site.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal, Var

from aann.cut import Cut, cut
from aann.model import Model

CONSTANT, AFFINE, OTHER = range(3)

# What an operand may be: "+" is added (it may be constant, and is then no part of the linear map),
# "*" is multiplied with the other ones (one of them may depend on the site), "c" must be constant.
# The last letter stands for all further operands.
_ROLES = {
    **dict.fromkeys(("add", "sub", "add_any", "concatenate", "pad"), "+"),
    **dict.fromkeys(("neg", "reduce_sum", "cumsum", "reduce_window_sum"), "+"),
    **dict.fromkeys(("aann_site", "name", "copy", "copy_p", "stop_gradient"), "+"),
    **dict.fromkeys(("convert_element_type", "optimization_barrier", "sharding_constraint"), "+"),
    **dict.fromkeys(("reshape", "squeeze", "expand_dims", "transpose", "rev", "tile"), "+"),
    **dict.fromkeys(("slice", "split"), "+"),
    **dict.fromkeys(("mul", "dot_general", "conv_general_dilated"), "*"),
    **dict.fromkeys(("div", "gather", "dynamic_slice", "broadcast_in_dim"), "+c"),
    "dynamic_update_slice": "++c",
    "select_n": "c+",
    "scatter-add": "+c+",
    "scatter": "+c+",
}
_CALLS = ("jit", "pjit", "closed_call", "core_call", "checkpoint", "remat", "remat2")
_CUSTOM_RULES = ("custom_jvp_call", "custom_vjp_call")


class Form(NamedTuple):
    """How a value depends on the site.

    Attributes:
        degree: ``CONSTANT``, ``AFFINE`` or ``OTHER``.
        data: a constant, or the linear part of an affine value, depends on data and not on
            parameters alone.
        why: what makes it ``OTHER``.
    """

    degree: int
    data: bool = False
    why: str = ""


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
    """

    affine: bool
    shared: bool
    why: str
    pieces: Cut
    program: ClosedJaxpr
    kinds: tuple[Form, ...]

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
        return jax.tree.unflatten(self._out_tree(prepared, value, crossing), leaves)

    def _out_tree(self, prepared: Any, value: jax.Array, crossing: Any) -> Any:
        shapes = jax.eval_shape(
            self.pieces.suffix, prepared, {self.pieces.sites[0]: value}, crossing
        )
        return jax.tree.structure(shapes)


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
    program = jax.make_jaxpr(pieces.suffix)(prepared, values, crossing)
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
    return Linearity(affine, affine and not of_data, why, pieces, program, kinds)


def forms(program: ClosedJaxpr, kinds: Sequence[Form]) -> list[Form]:
    """How the results of a program depend on the site, from how its arguments do."""
    env = _walk(program, kinds)
    return [_form(atom, env) for atom in program.jaxpr.outvars]


def linear_part(program: ClosedJaxpr, kinds: Sequence[Form], args: Sequence[Any]) -> list[Any]:
    """The linear part of a program's affine results; the values of its constant ones as zeros.

    Args:
        program: its results are constant or affine.
        kinds: of its arguments.
        args: values of constant arguments, and where the linear part is wanted of affine ones.
    """
    results = _evaluate(program, kinds, args)
    outs = forms(program, kinds)
    pairs = zip(outs, results, strict=True)
    return [x if form.degree == AFFINE else jnp.zeros_like(x) for form, x in pairs]


def _walk(program: ClosedJaxpr, kinds: Sequence[Form]) -> dict[Var, Form]:
    """The form of every variable."""
    jaxpr = program.jaxpr
    env: dict[Var, Form] = dict.fromkeys(jaxpr.constvars, Form(CONSTANT))
    env.update(zip(jaxpr.invars, kinds, strict=True))
    for eqn in jaxpr.eqns:
        given = [_form(v, env) for v in eqn.invars]
        if all(f.degree == CONSTANT for f in given):
            made = [Form(CONSTANT, any(f.data for f in given))] * len(eqn.outvars)
        elif eqn.primitive.name in (*_CALLS, *_CUSTOM_RULES):
            made = forms(_body(eqn), given)
        else:
            made = [_combine(eqn, given)] * len(eqn.outvars)
        env.update(zip(eqn.outvars, made, strict=True))
    return env


def _combine(eqn: JaxprEqn, given: Sequence[Form]) -> Form:
    """The form of what an equation makes from values of which some depend on the site."""
    if bad := next((f for f in given if f.degree == OTHER), None):
        return bad
    name = eqn.primitive.name
    roles = _roles(eqn)
    affine = [i for i, f in enumerate(given) if f.degree == AFFINE]
    if not roles:
        return Form(OTHER, why=f"{name!r} of values that depend on the site")
    if any(roles[i] == "c" for i in affine) or sum(roles[i] == "*" for i in affine) > 1:
        return Form(OTHER, why=f"{name!r} where two operands, or the second, depend on the site")
    if any(_narrows(eqn.invars[i].aval.dtype, out.aval.dtype) for i in affine for out in eqn.outvars):
        return Form(OTHER, why=f"{name!r} rounds to {eqn.outvars[0].aval.dtype}")
    return Form(AFFINE, any(f.data for i, f in enumerate(given) if i in affine or roles[i] != "+"))


def _roles(eqn: JaxprEqn) -> str:
    """What each operand may be; empty where the primitive is not known to be affine in any."""
    name = eqn.primitive.name
    if name == "scatter" and not eqn.params["unique_indices"]:
        return ""  # of equal indices any may win
    letters = _ROLES.get(name, "")
    return letters + letters[-1:] * (len(eqn.invars) - len(letters))


def _narrows(old: Any, new: Any) -> bool:
    """Whether a conversion may round or overflow."""
    if not (jnp.issubdtype(old, jnp.floating) and jnp.issubdtype(new, jnp.floating)):
        return True
    a, b = jnp.finfo(old), jnp.finfo(new)
    return bool(b.nmant < a.nmant or b.maxexp < a.maxexp or b.minexp > a.minexp)


def _evaluate(program: ClosedJaxpr, kinds: Sequence[Form], args: Sequence[Any]) -> list[Any]:
    """Constant results themselves, and the linear part of affine ones."""
    jaxpr = program.jaxpr
    known = _walk(program, kinds)
    env: dict[Var, Any] = dict(zip(jaxpr.constvars, program.consts, strict=True))
    env.update(zip(jaxpr.invars, args, strict=True))
    for eqn in jaxpr.eqns:
        given = [_form(v, known) for v in eqn.invars]
        values = [_value(v, env) for v in eqn.invars]
        if all(f.degree == CONSTANT for f in given):
            alone: Jaxpr = jaxpr.replace(
                constvars=[], invars=list(dict.fromkeys(_variables(eqn))),
                outvars=list(eqn.outvars), eqns=[eqn],
            )  # fmt: skip
            made = jax.core.eval_jaxpr(alone, (), *[env[v] for v in alone.invars])
        elif eqn.primitive.name in (*_CALLS, *_CUSTOM_RULES):
            made = _evaluate(_body(eqn), given, values)
        else:
            added = zip(_roles(eqn), given, values, strict=True)
            linear = [
                jnp.zeros_like(x) if role == "+" and form.degree == CONSTANT else x
                for role, form, x in added
            ]
            result = eqn.primitive.bind(*linear, **eqn.params)
            made = result if eqn.primitive.multiple_results else [result]
        env.update(zip(eqn.outvars, made, strict=True))
    return [_value(v, env) for v in jaxpr.outvars]


def _variables(eqn: JaxprEqn) -> list[Var]:
    return [v for v in eqn.invars if not isinstance(v, Literal)]


def _form(atom: Any, env: dict[Var, Form]) -> Form:
    return Form(CONSTANT) if isinstance(atom, Literal) else env[atom]


def _value(atom: Any, env: dict[Var, Any]) -> Any:
    return jnp.asarray(atom.val, atom.aval.dtype) if isinstance(atom, Literal) else env[atom]


def _body(eqn: JaxprEqn) -> ClosedJaxpr:
    """The only jaxpr among the parameters of a call, closed."""
    (body,) = [v for v in eqn.params.values() if isinstance(v, Jaxpr | ClosedJaxpr)]
    return body if isinstance(body, ClosedJaxpr) else ClosedJaxpr(body, ())
