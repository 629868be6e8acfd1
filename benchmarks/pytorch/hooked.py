"""The techniques of ``benchmarks.patching`` as users of TransformerLens 3 write them.

A ``HookedTransformer`` of the shape of one of the zoo's transformers, with its weights.
"""

import os
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ["TQDM_DISABLE"] = "1"

import numpy as np
import torch

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformer_lens import HookedTransformer, HookedTransformerConfig, patching
except ImportError as error:
    raise SystemExit(
        "this benchmark compares with TransformerLens: pip install 'transformer_lens<4'"
    ) from error


def hooked(config, params):
    """The same network in TransformerLens.

    Args:
        config: a ``TransformerConfig`` without an MLP.
        params: of the zoo's transformer.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = HookedTransformer(HookedTransformerConfig(
            n_layers=config.layers, d_model=config.d_model, n_ctx=config.context,
            d_head=config.d_head, n_heads=config.heads, d_vocab=config.d_vocab,
            d_vocab_out=config.d_vocab_out, attn_only=True, seed=0,
            normalization_type="LN" if config.layer_norm else None,
        ))  # fmt: skip
    state = {name: torch.zeros_like(x) for name, x in model.state_dict().items()}
    for name, x in model.state_dict().items():
        if name.endswith(("mask", "IGNORE")):
            state[name] = x
    for i in range(config.layers):
        block = params[f"blocks_{i}"]
        for part, x in block["attn"].items():
            state[f"blocks.{i}.attn.{part}"] = _tensor(x)
        if config.layer_norm:
            for part, x in block["ln1"].items():
                state[f"blocks.{i}.ln1.{part}"] = _tensor(x)
    if config.layer_norm:
        for part, x in params["ln_final"].items():
            state[f"ln_final.{part}"] = _tensor(x)
    state["embed.W_E"] = _tensor(params["embed"]["W_E"])
    state["pos_embed.W_pos"] = _tensor(params["pos_embed"]["W_pos"])
    for part, x in params["unembed"].items():
        state[f"unembed.{part}"] = _tensor(x)
    model.load_state_dict(state)
    return model.eval()


class Techniques:
    """Clean and corrupted runs of one model, judged by the logit difference at the end."""

    def __init__(self, model, clean, corrupted, right, wrong):
        self.model = model
        self.clean, self.corrupted = torch.tensor(clean).long(), torch.tensor(corrupted).long()
        self.right, self.wrong = torch.tensor(right).long(), torch.tensor(wrong).long()
        self.rows = torch.arange(len(clean))

    def each(self, logits):
        """(batch,) logit differences at the last position."""
        return logits[self.rows, -1, self.right] - logits[self.rows, -1, self.wrong]

    def mean(self, logits):
        return self.each(logits).mean()

    @torch.no_grad()
    def streams(self):
        """(layers, positions) metric with the residual stream before a layer patched."""
        _, cache = self.model.run_with_cache(self.clean)
        return patching.get_act_patch_resid_pre(
            self.model, self.corrupted, cache, self.mean
        ).numpy()

    @torch.no_grad()
    def heads(self):
        """(layers, heads) metric with one head patched at all positions."""
        _, cache = self.model.run_with_cache(self.clean)
        return patching.get_act_patch_attn_head_out_all_pos(
            self.model, self.corrupted, cache, self.mean
        ).numpy()

    @torch.no_grad()
    def heads_by_position(self):
        """(layers, positions, heads) metric with one head patched at one position."""
        _, cache = self.model.run_with_cache(self.clean)
        return patching.get_act_patch_attn_head_out_by_pos(
            self.model, self.corrupted, cache, self.mean
        ).numpy()

    def attribution(self):
        """(layers, positions, heads) estimated changes of the summed metric."""
        values, gradients, others = {}, {}, {}

        def wanted(name):
            return name.endswith("attn.hook_z")

        def keep(store):
            def hook(value, hook):
                store[hook.name] = value.detach()

            return hook

        self.model.reset_hooks()
        self.model.add_hook(wanted, keep(others), "fwd")
        with torch.no_grad():
            self.model(self.clean)
        self.model.reset_hooks()
        self.model.add_hook(wanted, keep(values), "fwd")
        self.model.add_hook(wanted, keep(gradients), "bwd")
        self.each(self.model(self.corrupted)).sum().backward()
        self.model.reset_hooks()
        self.model.zero_grad()
        return np.stack(
            [(gradients[n] * (others[n] - values[n])).sum((0, 3)).numpy() for n in values]
        )

    @torch.no_grad()
    def direct(self):
        """(layers * heads, batch) what each head adds to the logit difference."""
        _, cache = self.model.run_with_cache(self.clean)
        results = cache.stack_head_results(layer=-1, pos_slice=-1)
        return cache.logit_attrs(
            results, tokens=self.right, incorrect_tokens=self.wrong, pos_slice=-1,
            has_batch_dim=True,
        ).numpy()  # fmt: skip

    @torch.no_grad()
    def lens(self):
        """(layers + 1, batch) log-probability of the answer after each layer."""
        _, cache = self.model.run_with_cache(self.clean)
        streams = cache.accumulated_resid(layer=-1, pos_slice=-1, apply_ln=True)
        logits = streams @ self.model.W_U + self.model.b_U
        return logits.log_softmax(-1)[:, self.rows, self.right].numpy()

    @torch.no_grad()
    def scores(self):
        """(3, layers, heads) previous-token, duplicate-token and induction scores."""
        _, cache = self.model.run_with_cache(self.clean)
        tokens = self.clean
        n = tokens.shape[1]
        place = torch.arange(n)
        before = (place[None, :] < place[:, None])[None]
        same = tokens[:, None, :] == tokens[:, :, None]
        after = torch.roll(tokens, 1, 1)[:, None, :] == tokens[:, :, None]
        wanted = {
            "previous": (place[None, :] == place[:, None] - 1)[None].expand(len(tokens), n, n),
            "duplicate": same & before,
            "induction": after & before & (place >= 1)[None, None],
        }
        patterns = torch.stack([cache["pattern", i] for i in range(self.model.cfg.n_layers)])
        return np.stack(
            [
                ((patterns * mask[None, :, None]).sum((1, 3, 4)) / mask.any(-1).sum()).numpy()
                for mask in wanted.values()
            ]
        )


def _tensor(x):
    return torch.tensor(np.asarray(x))
