"""The published description of the small transformers, in NumPy and float64.

Nanda et al., "Progress measures for grokking via mechanistic interpretability" (arXiv 2301.05217):
embeddings plus learned positions; causal attention, scores divided by the root of the head's width;
an MLP of ReLUs if there is one; each adds to the residual stream; a linear map to the logits.
Weights have the published names and shapes, (out, in) but for ``unembed.W_U``.
"""

import numpy as np


def forward(state, tokens, layers, blocks="blocks"):
    """Logits (batch, pos, outputs)."""
    w = {name: np.asarray(array, np.float64) for name, array in state.items()}
    x = w["embed.W_E"].T[tokens] + w["pos_embed.W_pos"][None, : tokens.shape[1]]
    later = np.triu(np.ones((tokens.shape[1],) * 2, bool), 1)
    for i in range(layers):
        part = f"{blocks}.{i}"
        heads = []
        for k, q, v in zip(*(w[f"{part}.attn.W_{c}"] for c in "KQV"), strict=True):
            scores = (x @ q.T) @ (x @ k.T).swapaxes(1, 2) / np.sqrt(len(q))
            scores = np.where(later[None], -np.inf, scores)
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            heads.append(weights / weights.sum(-1, keepdims=True) @ (x @ v.T))
        x = x + np.concatenate(heads, -1) @ w[f"{part}.attn.W_O"].T
        if f"{part}.mlp.W_in" in w:
            hidden = np.maximum(x @ w[f"{part}.mlp.W_in"].T + w[f"{part}.mlp.b_in"], 0)
            x = x + hidden @ w[f"{part}.mlp.W_out"].T + w[f"{part}.mlp.b_out"]
    return x @ w["unembed.W_U"]


def as_published(params):
    """Our nested parameters under the published names and shapes."""
    state = {
        "embed.W_E": np.asarray(params["embed"]["W_E"]).T,
        "pos_embed.W_pos": np.asarray(params["pos_embed"]["W_pos"]),
        "unembed.W_U": np.asarray(params["unembed"]["W_U"]),
    }
    for block in (name for name in params if name.startswith("blocks_")):
        name = block.replace("_", ".")
        attention = {key: np.asarray(value) for key, value in params[block]["attn"].items()}
        for letter in "KQV":
            matrices = [matrix.T for matrix in attention[f"W_{letter}"]]
            state[f"{name}.attn.W_{letter}"] = np.stack(matrices)
        state[f"{name}.attn.W_O"] = np.concatenate(attention["W_O"], axis=0).T
        for key, value in params[block].get("mlp", {}).items():
            state[f"{name}.mlp.{key}"] = np.asarray(value).T
    return state


def nll(logits, labels):
    """Cross-entropy in nats, float64, one number a label."""
    logits = np.asarray(logits, np.float64)
    shifted = logits - logits.max(-1, keepdims=True)
    chosen = np.take_along_axis(shifted, labels[..., None], -1)[..., 0]
    return np.log(np.exp(shifted).sum(-1)) - chosen
