import cutting
import jax
import numpy as np
import pytest
import reference_transformer as reference

import aann
import zoo
from zoo import modular_addition
from zoo.checkpoints import checkpoint

FILES = {
    "published": "wd_10-1_mod_addition_loss_curve.pth",
    "no_weight_decay": "mod_addition_no_wd.pth",
}
TOKENS = modular_addition.pairs()
LABELS = (TOKENS[:, 0].astype(int) + TOKENS[:, 1]) % 113


@pytest.fixture(scope="module", params=FILES)
def variant(request, assets):
    """A published network, its logits on all pairs and its state dict."""
    model = zoo.load("modular_addition", request.param)
    state = checkpoint.read_torch(assets / "grokking" / FILES[request.param])["model"]
    return request.param, model, np.asarray(jax.jit(model)(TOKENS)), state


def test_logits_are_those_of_the_published_description(variant):
    _, _, logits, state = variant
    expected = reference.forward(state, TOKENS, layers=1)[:, -1, :113]
    assert logits.shape == (12_769, 113)
    assert abs(logits - expected).max() < 2e-6 * abs(expected).max()


def test_published_networks_add(variant):
    name, model, logits, _ = variant
    losses = reference.nll(logits, LABELS)
    assert (logits.argmax(1) == LABELS).all()
    expected = {"published": 3.5197e-7, "no_weight_decay": 1.1112e-7}[name]
    assert losses.mean() == pytest.approx(expected, rel=2e-4)
    assert model.name == ("modular_addition" + (":no_weight_decay" if "no_" in name else ""))


def test_the_output_of_equals_does_not_matter(variant):
    state = variant[3]
    whole = reference.forward(state, TOKENS, layers=1)[:, -1]
    assert whole.shape == (12_769, 114)
    assert reference.nll(whole, LABELS).mean() == pytest.approx(
        reference.nll(whole[:, :113], LABELS).mean(), rel=1e-9
    )


def test_whole_is_suffix_of_prefix_at_every_site(assets):
    names = cutting.check_every_site(zoo.load("modular_addition"), TOKENS[5000:5004])
    assert {"blocks.0.attn.pattern", "blocks.0.mlp.post", "blocks.0.resid_post"} <= set(names)


def test_every_pair_occurs_once_with_its_sum():
    examples = zoo.data("modular_addition")
    tokens = examples.load(range(len(examples)))
    assert tokens.dtype == np.int32
    assert {tuple(row) for row in tokens.tolist()} == {
        (a, b, 113) for a in range(113) for b in range(113)
    }
    for i in (0, 1, 113, 5000, 12_768):
        a, b, _ = tokens[i].tolist()
        assert examples.labels[i] == (a + b) % 113
        assert examples.names[i] == f"{a:03d}+{b:03d}"
    assert examples.labels.dtype == np.int32
    assert np.bincount(examples.labels).tolist() == [113] * 113
    assert len(set(examples.names)) == len(set(examples.digests)) == 12_769


def test_halves_are_disjoint():
    design = zoo.data("modular_addition", split="design")
    heldout = zoo.data("modular_addition", split="heldout")
    assert isinstance(design, aann.Design)
    assert isinstance(heldout, aann.HeldOut)
    assert not set(design.names) & set(heldout.names)
    assert len(design) + len(heldout) == 12_769
    with pytest.raises(ValueError, match="split is 'design', 'heldout' or None, got 'train'"):
        zoo.data("modular_addition", split="train")
