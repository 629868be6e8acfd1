"""Names of a transformer's sites: the defaults of the techniques that need to know its parts.

They are the names of the zoo's transformer: ``embed``, ``pos_embed``, ``blocks.0.resid_pre``,
``blocks.0.attn.z`` ... A model that uses other names passes its own to each technique.
"""

import re
from collections.abc import Mapping

from aann.model import Model
from aann.splicing.splice import sites


def layers(model: Model) -> int:
    """How many blocks the model has.

    Raises:
        ValueError: its sites are not named as in the zoo's transformer.
    """
    names = sites(model)
    count = sum(bool(re.fullmatch(r"blocks\.\d+\.resid_post", name)) for name in names)
    missing = [f"blocks.{i}.resid_post" for i in range(count or 1)]
    if not count or any(name not in names for name in missing):
        raise ValueError(
            f"model {model.name!r} has no sites blocks.0.resid_post, blocks.1.resid_post, ...: "
            "pass the names of its own sites (it has " + ", ".join(list(names)[:12]) + ", ...)"
        )
    return count


def final(model: Model) -> str:
    """The last residual stream."""
    return f"blocks.{layers(model) - 1}.resid_post"


def stream(model: Model) -> list[str]:
    """The residual stream before the first block and after every block."""
    return ["blocks.0.resid_pre", *(f"blocks.{i}.resid_post" for i in range(layers(model)))]


def writers(model: Model) -> list[str]:
    """What is added to the residual stream: embeddings, attention and MLP of every block."""
    names = sites(model)
    blocks = [f"blocks.{i}.{part}.out" for i in range(layers(model)) for part in ("attn", "mlp")]
    return [name for name in ("embed", "pos_embed", *blocks) if name in names]


def heads(model: Model) -> Mapping[str, str]:
    """What attention writes -> the values of its heads that it is made of."""
    return {f"blocks.{i}.attn.out": f"blocks.{i}.attn.z" for i in range(layers(model))}


def patterns(model: Model) -> list[str]:
    """Attention patterns of every block."""
    return [f"blocks.{i}.attn.pattern" for i in range(layers(model))]
