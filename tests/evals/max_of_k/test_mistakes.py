import itertools

import hand_made
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from circuits.max_of_k import fit as max_of_k_fit
from evals.max_of_k.mistakes import mistakes, multisets, orders


def test_multisets_and_their_orders_make_all_sequences():
    rising = multisets(5, 3)
    assert (np.diff(rising, axis=1) >= 0).all()
    assert len({tuple(row) for row in rising.tolist()}) == len(rising)
    assert orders(rising).sum() == 5**3
    for row, count in zip(rising.tolist(), orders(rising)):
        assert count == len(set(itertools.permutations(row)))


def test_mistakes_are_those_of_running_everything():
    """With a slope of 0.5 several smaller tokens together outweigh the largest."""
    model = hand_made.largest()
    examples = hand_made.numbers()
    seen = max_of_k_fit.look(model, aann.split(examples)[0])
    ordered = max_of_k_fit.ordered(seen).with_constants(slope=0.5)
    artificial = aann.splice(model, [ordered, max_of_k_fit.copying(seen)])
    logits = jax.jit(artificial)(jnp.asarray(examples.load(range(len(examples)))))
    expected = int((np.argmax(logits, axis=-1) != examples.labels).sum())
    assert expected > 0
    assert mistakes(artificial, hand_made.NUMBERS, hand_made.K) == expected


def test_networks_that_know_positions_are_refused():
    model = aann.Model(lambda p, x: jax.nn.one_hot(x[:, -1], 4), {}, "last")
    with pytest.raises(
        ValueError, match=r"\d+ answers depend on the order .* first for \[0, 0, 1\]"
    ):
        mistakes(model, 4, 3)
