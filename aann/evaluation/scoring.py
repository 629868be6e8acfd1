"""Whether a model's outputs and the labels of examples fit together, before anything runs."""

import jax

from aann.bench.workbench import Workbench
from aann.data.examples import Examples
from aann.evaluation import metrics


def check_scoring(bench: Workbench, *data: Examples) -> int:
    """Check outputs, labels and masks, and return how many classes there are.

    Args:
        bench: with the model.
        data: whose labels say what is right, and what is not scored.

    Raises:
        TypeError: labels are not integers.
        ValueError: all that does not fit.
    """
    shape: tuple[int, ...] = getattr(bench.outputs, "shape", ())
    if len(shape) not in (2, 3):
        got = jax.tree.map(lambda x: x.shape, bench.outputs)
        raise ValueError(
            f"model {bench.model.name!r} must return logits (batch, classes) or (batch, positions, "
            f"classes), got {got}" + _remedy(bench)
        )
    problems = [line for examples in data for line in _problems(bench, examples, shape)]
    if problems:
        raise ValueError("\n".join(dict.fromkeys(problems)))
    return int(shape[-1])


def _problems(bench: Workbench, examples: Examples, shape: tuple[int, ...]) -> list[str]:
    labels, positions = examples.labels, shape[1:-1]
    found = []
    if labels is not None and labels.shape[1:] != positions:
        found.append(
            f"model {bench.model.name!r} returns logits of shape {shape}, so an example has labels "
            f"of shape {positions}, got {labels.shape[1:]}"
        )
    elif labels is not None:
        try:
            metrics.check_labels(labels, shape[-1], examples.names)
        except ValueError as error:
            found.append(str(error))
    mask = examples.mask
    if mask is not None and positions and mask.shape[1:] != positions:
        found.append(
            f"model {bench.model.name!r} returns logits of shape {shape}, so a mask has shape "
            f"{(len(examples), *positions)}, got {mask.shape}"
        )
    return found


def _remedy(bench: Workbench) -> str:
    """How to take the logits out of several outputs."""
    leaves = jax.tree_util.tree_flatten_with_path(bench.outputs)[0]
    fitting = [jax.tree_util.keystr(path) for path, x in leaves if len(x.shape) in (2, 3)]
    if len(leaves) < 2 or not fitting:
        return ""
    return (
        "; give it an apply that returns the logits alone, such as aann.Model(lambda params, x: "
        f"apply(params, x){fitting[0]}, ...)"
    )
