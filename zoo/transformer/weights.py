"""Weights of the transformer: from the published checkpoints, and from the files that ship.

The published networks (Nanda et al., "Progress measures for grokking via mechanistic
interpretability", arXiv 2301.05217) store matrices that multiply from the left, (out, in), but for
``unembed.W_U``; heads come first in ``W_K``, ``W_Q``, ``W_V`` and are folded into the columns of
``W_O``. Their causal mask is a buffer: it is checked and dropped.

What was trained here lies in ``zoo/weights``, as safetensors with flat names such as
``blocks_0.attn.W_Q`` and the network's config as metadata.
"""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax.traverse_util import unflatten_dict

import aann
from aann.report import strict
from aann.shown.brief import clip
from zoo.checkpoints import checkpoint
from zoo.checkpoints.tensors import read_tensors
from zoo.transformer.config import TransformerConfig
from zoo.transformer.expected import named
from zoo.transformer.model import as_model, shapes

FOLDER = Path(__file__).parents[1] / "weights"
"""The weights that ship."""

LONGEST_CONFIG = 10_000
"""Characters of the config that a file may state; they have some 250."""

_UNEMBED = "unembed.W_U"


def published(
    path: Path, config: TransformerConfig, *, blocks: str = "blocks", dropped: int | None = 0
) -> dict[str, Any]:
    """Parameters from a published checkpoint, all of them or none.

    Args:
        path: of a file of ``torch.save``, whose ``model`` is the state dict.
        config: the network's; it has neither layer norm nor biases outside the MLP.
        blocks: what the file calls the blocks.
        dropped: outputs at the end that the file has in addition and the network leaves out; None
            is as many as it has.

    Returns:
        Nested dict of float32 arrays, see ``zoo.transformer.model.Transformer``.

    Raises:
        ValueError: the file is no checkpoint, or keys or shapes differ; all are listed.
        OSError: the file cannot be read.
    """
    content = checkpoint.read_torch(path)
    state = content.get("model") if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise ValueError(f"{path} has no state dict under the key 'model'")
    if dropped is None:
        columns = (*getattr(state.get(_UNEMBED), "shape", ()), 0, 0)[1]
        dropped = max(columns - config.d_vocab_out, 0)
    shapes = _stored_shapes(config, blocks, dropped)
    checkpoint.check(state, shapes, where=str(path))
    flat = {}
    for name, array in state.items():
        if name.endswith("attn.mask"):
            if not np.array_equal(array, np.tril(np.ones(array.shape))):
                raise ValueError(f"{path}: {name} is not the causal mask")
            continue
        kept = array[:, : config.d_vocab_out] if name == _UNEMBED else array
        new = name.replace(f"{blocks}.", "blocks_", 1) if name.startswith(f"{blocks}.") else name
        flat[new] = jnp.asarray(np.ascontiguousarray(_turn(name, config)(kept)), jnp.float32)
    return _nested(flat)


def _stored_shapes(
    config: TransformerConfig, blocks: str, dropped: int
) -> dict[str, tuple[int, ...]]:
    """Name -> shape of what a published checkpoint holds."""
    c = config
    heads = (c.heads, c.d_head, c.d_model)
    shapes: dict[str, tuple[int, ...]] = {
        "embed.W_E": (c.d_model, c.d_vocab),
        "pos_embed.W_pos": (c.context, c.d_model),
        _UNEMBED: (c.d_model, c.d_vocab_out + dropped),
    }
    for i in range(c.layers):
        attention = f"{blocks}.{i}.attn"
        shapes |= {f"{attention}.W_{letter}": heads for letter in "KQV"}
        shapes[f"{attention}.W_O"] = (c.d_model, c.heads * c.d_head)
        shapes[f"{attention}.mask"] = (c.context, c.context)
        if c.d_mlp is not None:
            mlp = f"{blocks}.{i}.mlp"
            shapes |= {f"{mlp}.W_in": (c.d_mlp, c.d_model), f"{mlp}.W_out": (c.d_model, c.d_mlp)}
            shapes |= {f"{mlp}.b_in": (c.d_mlp,), f"{mlp}.b_out": (c.d_model,)}
    return shapes


def _turn(name: str, c: TransformerConfig) -> Callable[[np.ndarray], np.ndarray]:
    """From the published arrangement of a tensor to ours."""
    last = name.rsplit(".", 1)[-1]
    if last == "W_O":
        return lambda x: x.T.reshape(c.heads, c.d_head, c.d_model)
    if last in ("W_K", "W_Q", "W_V"):
        return lambda x: x.swapaxes(1, 2)
    if last in ("W_E", "W_in", "W_out"):
        return lambda x: x.T
    return lambda x: x


def shipped(path: Path) -> tuple[TransformerConfig, dict[str, Any]]:
    """Config and parameters from a safetensors file, cast to float32.

    Raises:
        ValueError: there is no such file, it is damaged, or keys or shapes do not fit its config.
    """
    try:
        metadata, flat = read_tensors(path)
        if len(metadata["config"]) > LONGEST_CONFIG:
            raise ValueError(f"its config has more than {LONGEST_CONFIG} characters")
        fields = strict.parse(metadata["config"])
        config = TransformerConfig(**{**fields, "biases": tuple(fields["biases"])})
        _check_size(config, flat)
    except (OSError, KeyError, TypeError, ValueError) as error:
        said = clip(str(error), 300)
        raise ValueError(
            f"{path} holds no weights of a transformer ({said}); install the package again, or "
            f"train them with the scripts of zoo/train"
        ) from error
    expected = {name: leaf.shape for name, leaf in named(shapes(config)).items()}
    checkpoint.check(flat, expected, where=str(path))
    return config, _nested({name: jnp.asarray(x, jnp.float32) for name, x in flat.items()})


def _check_size(config: TransformerConfig, arrays: Mapping[str, np.ndarray]) -> None:
    """Refuse a network that is larger than its file, before it is looked at any further."""
    elements = sum(x.size for x in arrays.values())
    sizes = dataclasses.asdict(dataclasses.replace(config, layers=1))
    if config.layers > len(arrays) or any(
        isinstance(n, int) and n > max(elements, 1) for n in sizes.values()
    ):
        raise ValueError(
            f"its config is of a larger network than its {len(arrays)} arrays of {elements} numbers"
        )


def load_shipped(name: str, variant: str, model: str) -> aann.Model:
    """A network that was trained here.

    Args:
        name: of the task, ``"induction"`` say.
        variant: of the file ``{name}_{variant}.safetensors``.
        model: what the model is called.

    Raises:
        ValueError: see ``shipped``.
    """
    config, params = shipped(FOLDER / f"{name}_{variant}.safetensors")
    return as_model(config, params, model)


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = unflatten_dict(flat, sep=".")  # type: ignore[no-untyped-call]
    return nested
