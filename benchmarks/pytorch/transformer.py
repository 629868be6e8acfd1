"""The one-layer transformer in PyTorch, and what people do to it today: re-run it with a hook."""

import numpy as np
import torch


class Grokked(torch.nn.Module):
    """The one-layer transformer, written the natural way."""

    def __init__(self, params) -> None:
        super().__init__()
        block = params["blocks_0"]
        for name, value in {
            "embed": params["embed"]["W_E"],
            "places": params["pos_embed"]["W_pos"],
            **block["attn"],
            **block["mlp"],
            **params["unembed"],
        }.items():
            self.register_buffer(name, torch.tensor(np.asarray(value)))
        self.post = torch.nn.ReLU()

    def forward(self, tokens):
        """Logits (batch, classes) at the last of the (batch, position) tokens."""
        x = self.embed[tokens] + self.places[: tokens.shape[1]]
        q, k, v = (torch.einsum("bpd,hde->bhpe", x, w) for w in (self.W_Q, self.W_K, self.W_V))
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        seen = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        pattern = scores.masked_fill(~seen, -torch.inf).softmax(-1)
        x = x + torch.einsum("bhpe,hed->bpd", pattern @ v, self.W_O)
        x = x + self.post(x @ self.W_in + self.b_in) @ self.W_out + self.b_out
        return x[:, -1] @ self.W_U


def with_hook(model, tokens, labels, neuron):
    """Losses (n,) with one neuron at zero: the model re-run under a hook."""

    def zero(module, args, output):
        output = output.clone()
        output[..., neuron] = 0
        return output

    handle = model.post.register_forward_hook(zero)
    logits = model(tokens)
    handle.remove()
    return torch.nn.functional.cross_entropy(logits, labels, reduction="none").numpy()
