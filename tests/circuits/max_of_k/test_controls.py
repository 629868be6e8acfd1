import jax.numpy as jnp
import numpy as np

import aann
from circuits.max_of_k import program as programs
from circuits.max_of_k.controls import renamed

VOCABULARY = 8


def ordered():
    return aann.make(
        programs.ordered, model="net", site="pattern", units=(0,), axis=1, constants={"slope": 2.0}
    )


def copying():
    return aann.make(
        programs.copying(VOCABULARY), model="net", site="logits", units=range(VOCABULARY),
        reads=("pattern", "input"), constants={"gain": 3.0},
    )  # fmt: skip


def drawn(main, seed=0):
    return renamed(np.random.default_rng(seed), main, VOCABULARY)


def test_programs_are_shown_other_tokens():
    tokens = jnp.asarray([[0, 5, 5], [7, 1, 2]])
    wrong = drawn(ordered())
    names = jnp.asarray(wrong.constants["renamed"].value)
    assert sorted(names.tolist()) == list(range(VOCABULARY))
    np.testing.assert_array_equal(wrong.compute(tokens), ordered().compute(names[tokens]))
    pattern = jnp.full((2, 1, 3, 3), 1 / 3)
    wrong = drawn(copying())
    names = jnp.asarray(wrong.constants["renamed"].value)
    right = copying().compute(pattern, tokens)
    np.testing.assert_allclose(wrong.compute(pattern, tokens)[:, names], right, atol=1e-6)


def test_programs_together_have_renamings_of_their_own_and_compile_once():
    mains = ordered(), copying()
    one, other = drawn(mains), drawn(mains, 1)
    assert [a.program is b.program for a, b in zip(one, other, strict=True)] == [True, True]
    assert not np.array_equal(*(p.constants["renamed"].value for p in one))
    assert one[0].constants["slope"].value == 2
