"""Sites for an unmodified ``flax.linen`` module; ``aann.adapters`` says how they are named.

The model runs ``module.apply`` under ``flax.linen.intercept_methods``, which marks what every
method takes and returns, also under ``nn.scan``, ``nn.remat``, ``nn.vmap`` and ``nn.jit``.

Sharp edges: under ``nn.vmap`` a site has the mapped axis too; a module that calls a ``jax.jit`` of
the user's own, which applies other modules and was traced before, is refused.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flax import linen as nn
from flax import nnx

from aann.adapters.attention import marked_attention
from aann.adapters.marking import call_marked, site_name
from aann.adapters.problems import Adapted, build, check_inputs, refuse
from aann.model import Model, fixed

_NO_SITES = ("setup", "<lambda>")


def model(
    module: nn.Module,
    variables: Mapping[str, Any],
    *,
    inputs: Any = None,
    name: str = "",
    method: str | Callable[..., Any] | None = None,
    **call_kwargs: Any,
) -> Model:
    """An ``aann.Model`` that runs ``module.apply(variables, inputs, **call_kwargs)``.

    The probabilities of ``nn.MultiHeadDotProductAttention`` (and ``nn.SelfAttention``) are sites,
    ``PATH:probabilities``, unless it was given an ``attention_fn`` of its own.

    Args:
        module: a module, not bound to variables.
        variables: what ``module.init`` returned. ``params`` becomes the model's parameters; other
            collections, such as batch statistics, are held as they are.
        inputs: ``jax.ShapeDtypeStruct`` of ONE example, without the batch axis; a structure of
            them where ``method`` takes one apart (then ``aann.sites`` is to be given inputs).
        name: of the model.
        method: the method to call instead of ``__call__``: its name, or a function
            ``(module, inputs, **call_kwargs) -> outputs``.
        **call_kwargs: what the call takes besides: ``train=False``, ``deterministic=True``.

    Raises:
        TypeError: this is no unbound linen module, no variables, no inputs; with all problems.
        ValueError: the module does not run as a pure function on a batch of one, or returns no
            floating-point array; modules run inside a ``jax.jit`` that has been traced before.
    """
    problems = [*_module_problems(module), *_variable_problems(variables), *check_inputs(inputs)]
    if call_kwargs.get("mutable", False) is not False:
        problems.append(
            "mutable= makes a module return its changed variables beside its outputs: leave it out"
        )
    refuse(problems)
    root = type(module).__name__
    held = fixed({k: v for k, v in variables.items() if k != "params"})

    def run(params: Any, inputs: Any) -> Any:
        def mark(call: Any, args: Any, kwargs: Any, context: Any) -> Any:
            here = context.module
            # Flax traces initializers, just for their shapes.
            if context.method_name in _NO_SITES or here.is_initializing():
                return call(*args, **kwargs)
            within = root if here.path else type(here).__name__
            where = site_name(here.path, within, context.method_name)
            if _attends(here):
                fn = marked_attention(
                    f"{site_name(here.path, within)}:probabilities",
                    nn.dot_product_attention,
                    nn.dot_product_attention_weights,
                )
                object.__setattr__(here, "attention_fn", fn)  # a copy that Flax made for this run
            return call_marked(where, call, args, kwargs)

        given = {**held, "params": params} if "params" in variables else held
        with nn.intercept_methods(mark):
            return module.apply(given, inputs, method=method, **call_kwargs)

    params = variables.get("params", {})
    return build(Adapted(run, root, _ADVICE), params, inputs, name)


def _attends(module: nn.Module) -> bool:
    return (
        isinstance(module, nn.MultiHeadDotProductAttention)
        and module.attention_fn is nn.dot_product_attention
        and module.qk_attn_weights_einsum_cls is None
    )


_OTHER_VARIABLES = "pass everything that init of this very module returned as variables"
_ADVICE = {
    'collection "cache"': (
        "it decodes step by step: make the module with decode=False, which takes a whole sequence "
        "at once; its parameters stay the same"
    ),
    "InvalidRngError": (
        "it draws random numbers: switch that off, by the argument or field that your module has "
        "for it (train=False, deterministic=True, ...)"
    ),
    "ModifyScopeVariableError": (
        "it changes its own variables: switch that off, by the argument or field that your module "
        "has for it (train=False, use_running_average=True, decode=False, ...)"
    ),
    "ScopeCollectionNotFound": _OTHER_VARIABLES,
    "ScopeParamNotFoundError": _OTHER_VARIABLES,
    "ScopeParamShapeError": _OTHER_VARIABLES,
}


def _module_problems(module: Any) -> list[str]:
    if isinstance(module, type) and issubclass(module, nn.Module):
        return [f"module is the class {module.__name__}: pass an instance, {module.__name__}(...)"]
    if isinstance(module, nnx.Module) or (
        isinstance(module, type) and issubclass(module, nnx.Module)
    ):
        return ["module is a flax.nnx module: use aann.adapters.nnx.model"]
    if not isinstance(module, nn.Module):
        return [f"module is to be a flax.linen module, got {type(module).__name__}"]
    if module.scope is not None:
        return [
            f"module {type(module).__name__} is bound to variables: take them apart with "
            "module, variables = module.unbind()"
        ]
    return []


def _variable_problems(variables: Any) -> list[str]:
    if hasattr(variables, "apply_fn") and hasattr(variables, "params"):
        return [
            "variables is a TrainState: pass {'params': state.params}, with the batch statistics "
            "if it has some"
        ]
    if not isinstance(variables, Mapping) or isinstance(variables, nnx.State):
        return [
            "variables is to be what module.init returned, {'params': ...}, got "
            + type(variables).__name__
        ]
    if variables and "params" not in variables:
        keys = ", ".join(repr(k) for k in list(variables)[:5])
        return [
            f"variables has no 'params', only {keys}: pass what module.init returned, or "
            "{'params': params}"
        ]
    return []
