import jax
import jax.numpy as jnp
import pytest
from toy_replacement import UNITS, N, data, replacement, truth
from toys import mlp_model

import aann


def test_a_whole_population_needs_no_interval():
    population = data()
    found = aann.exhaustive(
        mlp_model(), {"ours": replacement(), "half": replacement(gain=0.5, offset=0.0)}, population
    )
    assert found["ours"]["kl"] == pytest.approx(1, abs=1e-4)
    x, y = jnp.asarray(population.load(range(N))), jnp.asarray(population.labels)
    zero = aann.make(lambda x, c: jnp.zeros((len(x), 3)), model="toy", site="m", units=UNITS)
    half = replacement(gain=0.5, offset=0.0)

    def mean(model):
        return float(-jax.nn.log_softmax(model(x))[jnp.arange(N), y].mean())

    model = mlp_model()
    losses = [mean(aann.splice(model, r)) - mean(model) for r in (half, zero)]
    assert found["half"]["nll"] == pytest.approx(1 - losses[0] / losses[1], rel=1e-4)
    with pytest.raises(TypeError, match="the 'design' half of 'toy data'"):
        aann.exhaustive(mlp_model(), {"ours": replacement()}, aann.split(population)[0])


def test_a_program_that_mixes_examples_is_refused():
    def centred(h, c):
        """Looks at the whole batch."""
        return truth(h - h.mean(0, keepdims=True), c)

    with pytest.raises(ValueError, match="program 'ours' mixes examples"):
        aann.exhaustive(mlp_model(), {"ours": replacement(centred)}, data())


def test_names_of_the_losses_are_taken():
    with pytest.raises(ValueError, match="zero are the losses themselves: rename"):
        aann.exhaustive(mlp_model(), {"zero": replacement()}, data())
