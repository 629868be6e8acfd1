import cutting
import jax
import numpy as np
import pytest
import reference_transformer as reference

import aann
import zoo
from zoo import induction
from zoo.checkpoints import checkpoint


@pytest.fixture(scope="module")
def model(assets):
    return zoo.load("induction")


@pytest.fixture(scope="module")
def run(model):
    """Sequences, labels, logits, the patterns of both layers."""
    tokens, labels = induction.sequences(512, seed=3)
    names = [f"blocks.{i}.attn.pattern" for i in (0, 1)]
    logits, found = jax.jit(aann.capture(model, names))(tokens)
    return tokens, labels, np.asarray(logits), [np.asarray(found[name]) for name in names]


def test_logits_are_those_of_the_published_description(run, assets):
    tokens, _, logits, _ = run
    path = assets / "grokking" / "induction_head_finite.pth"
    state = checkpoint.read_torch(path)["model"]
    expected = reference.forward(state, tokens, layers=2, blocks="attn_blocks")
    assert logits.shape == (512, 85, 128)
    assert abs(logits - expected).max() < 2e-6 * abs(expected).max()


def test_the_published_network_continues_blocks(run, model):
    """Numbers of the module's docstring, on other sequences."""
    tokens, labels, logits, _ = run
    scored = labels >= 0
    losses = reference.nll(logits, np.maximum(labels, 0))
    assert losses[scored].mean() == pytest.approx(0.87, abs=0.05)
    assert (logits.argmax(-1) == labels)[scored].mean() == pytest.approx(0.815, abs=0.02)
    without = tokens.copy()
    without[:, 0] = 5
    losses = reference.nll(jax.jit(model)(without), np.maximum(labels, 0))
    assert losses[scored].mean() > 10


def test_heads_of_the_published_network(run):
    tokens, labels, _, (first, second) = run
    place = np.arange(1, 84)
    previous = first[:, 0][:, place, place - 1].mean(0)
    assert previous[:28].min() > 0.6  # positions 1 to 28: the first stretch
    assert previous[28:].max() < 0.2
    rows, here = np.nonzero(labels >= 0)
    source = (tokens[rows] == tokens[rows, here][:, None]).argmax(1) + 1
    assert second[rows, 2, here, source].mean() == pytest.approx(0.70, abs=0.03)


def test_whole_is_suffix_of_prefix_at_every_site(run, model):
    names = cutting.check_every_site(model, run[0][:2])
    assert {"blocks.1.attn.z", "blocks.0.attn.scores", "embed"} <= set(names)


def check_labels(tokens, labels):
    """Each label is the next token, and follows from the current one's first occurrence."""
    assert tokens.dtype == labels.dtype == np.int32
    rows, here = np.nonzero(labels >= 0)
    assert (labels[rows, here] == tokens[rows, here + 1]).all()
    first = (tokens[rows] == tokens[rows, here][:, None]).argmax(1)
    assert (first < here).all()
    assert (tokens[rows, first + 1] == labels[rows, here]).all()
    assert (labels >= -1).all()


@pytest.mark.parametrize("seed", [0, 7])
def test_sequences_of_the_published_network(seed):
    tokens, labels = induction.sequences(200, seed)
    check_labels(tokens, labels)
    assert tokens.shape == labels.shape == (200, 85)
    assert (tokens[:, 0] == 0).all()
    assert (tokens[:, 1:] > 0).all()
    assert tokens.max() == 127
    assert ((labels >= 0).sum(1) == 30).all()
    assert (labels[:, :29] == -1).all()
    starts = np.stack([(row[29:57] >= 0).argmax() for row in labels])
    assert set(starts) == set(range(13))
    for row, scored in zip(tokens, labels, strict=True):  # no other token is one of the block's
        block = set(scored[scored >= 0]) | {row[(scored >= 0).argmax()]}
        assert len(block) == 16
        assert np.isin(row, list(block)).sum() == 48
    again, _ = induction.sequences(200, seed)
    np.testing.assert_array_equal(tokens, again)
    assert (tokens != induction.sequences(200, seed + 1)[0]).any()


def test_data_of_the_networks_that_were_trained_here():
    examples = zoo.data("induction", n=64, seed=1, variant="seed1")
    tokens = examples.load(range(64))
    check_labels(tokens, examples.labels)
    assert ((examples.labels >= 0).sum(1) > 0).all()
    other = zoo.data("induction", n=64, seed=2, variant="seed1")
    assert not set(examples.digests) & set(other.digests)
    assert not set(examples.names) & set(other.names)


def test_halves_and_arguments():
    halves = [zoo.data("induction", n=21, split=split) for split in ("design", "heldout")]
    assert isinstance(halves[0], aann.Design)
    assert isinstance(halves[1], aann.HeldOut)
    assert not set(halves[0].names) & set(halves[1].names)
    assert len(halves[0]) + len(halves[1]) == 21
    with pytest.raises(ValueError, match=r"n is at least 2, got 1; seed is .* got -1"):
        zoo.data("induction", n=1, seed=-1)
    with pytest.raises(ValueError, match="variant is one of published, seed0, .* got 'seed7'"):
        zoo.data("induction", variant="seed7")
