"""Networks before training: the architecture's own initialisation, and what they do."""

import jax
import jax.numpy as jnp
import numpy as np

import aann
import zoo
from zoo.transformer.config import TransformerConfig
from zoo.transformer.model import Transformer, as_model
from zoo.untrained import untrained

CONFIG = TransformerConfig(
    layers=1, heads=2, d_model=64, d_head=8, d_mlp=96, d_vocab=50, d_vocab_out=40, context=6,
    biases=("attn", "mlp", "unembed"), layer_norm=True,
)  # fmt: skip


def test_transformers_are_drawn_as_flax_initialises_them():
    theirs = Transformer(CONFIG).init(jax.random.key(1), jnp.zeros((1, 6), jnp.int32))["params"]
    trained = as_model(CONFIG, jax.tree.map(lambda x: x + 1, theirs), "toy")
    ours = untrained(trained, seed=1).params
    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    for mine, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        assert mine.shape == other.shape
        if np.ptp(other) == 0:
            np.testing.assert_array_equal(mine, other)
        else:
            n = other.size
            assert abs(np.log(np.std(mine) / np.std(other))) < 6 / np.sqrt(n)
            assert abs(np.mean(mine)) < 6 * np.std(other) / np.sqrt(n)


def test_activations_keep_their_size_from_layer_to_layer():
    def apply(params, x):
        for layer in ("one", "two", "three"):
            x = jax.nn.relu(x @ params[layer]["kernel"] + params[layer]["bias"][None])
        return x

    layer = {"kernel": np.ones((300, 300)), "bias": np.ones(300)}
    layers = dict.fromkeys(("one", "two", "three"), layer)
    drawn = untrained(aann.Model(apply, layers, "dense"))
    x = np.random.default_rng(0).normal(size=(50, 300))
    assert 0.6 < np.mean(np.square(drawn(x))) / np.mean(np.square(x)) < 1.6
    assert not np.any(drawn.params["one"]["bias"])


def test_the_seed_decides():
    model = zoo.load("max_of_k", "seed0")
    one, again, other = (untrained(model, seed) for seed in (0, 0, 1))
    assert one.name == "max_of_k, untrained"
    assert one.fingerprint() == again.fingerprint() != other.fingerprint()
    assert aann.sites(one).keys() == aann.sites(model).keys()


def test_other_arrays_keep_their_mean_and_spread_and_whole_numbers_their_values():
    given = 5 + 2 * np.random.default_rng(1).normal(size=4000)
    params = {"gamma": given, "rows": np.arange(3)}
    drawn = untrained(aann.Model(lambda p, x: x, params, "net")).params
    np.testing.assert_array_equal(drawn["rows"], params["rows"])
    assert abs(np.mean(drawn["gamma"]) - 5) < 0.2
    assert abs(np.std(drawn["gamma"]) - 2) < 0.2
    assert abs(np.corrcoef(drawn["gamma"], given)[0, 1]) < 0.1
