import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from zoo import evidence


@pytest.fixture
def pictures():
    """Numbers whose labels are their signs, in more than one batch, and some wrong."""
    x = np.random.default_rng(0).normal(size=(2 * evidence.BATCH + 3, 1)).astype(np.float32)
    labels = (x[:, 0] > 0).astype(np.int32)
    labels[:5] = 1 - labels[:5]
    return aann.from_arrays("signs", x, labels)


def model(slope=2.0):
    return aann.Model(lambda p, x: x * jnp.asarray([[-p, p]]), jnp.float32(slope), "toy")


def test_losses_are_cross_entropies_of_all_batches(pictures):
    nll, right = evidence.losses(model(), pictures)
    logits = 2.0 * np.asarray(pictures.load(range(len(pictures)))) * [-1, 1]
    expected = -jax.nn.log_softmax(logits)[np.arange(len(logits)), pictures.labels]
    np.testing.assert_allclose(nll, expected, rtol=1e-4, atol=1e-6)
    assert (~right[:5]).all()
    assert right[5:].all()


def test_pictures_without_labels_are_refused():
    with pytest.raises(ValueError, match="'plain' has no labels"):
        evidence.losses(model(), aann.from_arrays("plain", np.zeros((4, 1), np.float32)))


def test_every_form_has_a_line_with_its_difference_to_the_first(pictures, monkeypatch, capsys):
    monkeypatch.setattr(evidence, "NETWORKS", {"right": 2.0, "wrong": -2.0})
    monkeypatch.setattr(evidence.zoo, "data", lambda name: pictures)
    monkeypatch.setattr(evidence.inceptionv1, "load", lambda variant, network: model(network))
    evidence.main([])
    first, second = capsys.readouterr().out.splitlines()
    assert "(+0.0000 +- 0.0000)" in first
    assert first.endswith("top-1 0.906: right")
    assert "(+" in second
    assert second.endswith("top-1 0.094: wrong")
