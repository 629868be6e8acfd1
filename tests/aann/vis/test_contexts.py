import jax
import jax.numpy as jnp
import numpy as np
import pytest

import aann
from aann.vis.chosen.numbers import function, units
from aann.vis.contexts import contexts

N, LENGTH, WORDS = 6, 12, 20


def apply(params, tokens):
    rows = aann.site("rows", jnp.take(params, tokens, axis=0))
    return aann.site("sums", jnp.cumsum(rows, axis=1))


TABLE = np.random.default_rng(0).normal(size=(WORDS, 3)).astype(np.float32)
MODEL = aann.Model(apply, TABLE, "reader", jax.ShapeDtypeStruct((LENGTH,), jnp.int32))
TOKENS = np.random.default_rng(1).integers(0, WORDS, (N, LENGTH)).astype(np.int32)
MASK = np.arange(LENGTH) < 9 + np.arange(N)[:, None] % 3
DATA = aann.from_arrays("texts", TOKENS, names=[f"text {i}" for i in range(N)], mask=MASK)
NAMES = [f"w{i}" for i in range(WORDS)]
SUMS = np.cumsum(TABLE[TOKENS], axis=1)


def read(numbers="sums:1", data=DATA, model=MODEL, **more):
    return contexts(model, numbers, data, progress=False, **more)


def test_contexts_are_the_tokens_around_the_strongest_positions():
    found = read(n=3, before=4, after=2)
    (title,) = found.sections
    assert title == "sums:1, the strongest"
    here = np.where(MASK, SUMS[..., 1], -np.inf)
    order = np.argsort(-here.max(axis=1))[:3]
    for context, i in zip(found.sections[title], order, strict=True):
        assert (context.example, context.number) == (f"text {i}", i)
        at = here[i].argmax()
        assert context.position == at
        assert context.start == max(0, at - 4)
        stop = min(at + 3, MASK[i].sum())  # padding is left out
        np.testing.assert_array_equal(context.tokens, TOKENS[i, context.start : stop])
        np.testing.assert_allclose(
            context.values, SUMS[i, context.start : stop, 1], rtol=1e-4, atol=1e-5
        )


def test_all_sections_of_all_units():
    found = read([units("rows", (0, 2))], n=2, kinds=("top", "bottom", "random"))
    assert [t for t in found.sections if t.startswith("rows:2")] == [
        "rows:2, the strongest", "rows:2, the weakest", "rows:2, positions drawn from all",
    ]  # fmt: skip
    assert all(len(section) == 2 for section in found.sections.values())


def test_names_are_shown_and_the_strongest_stands_out():
    found = read("rows:0", n=2, names=NAMES)
    (best, _), word = (
        found.sections["rows:0, the strongest"],
        f"[w{TABLE[TOKENS[MASK], 0].argmax()}]",
    )
    assert found.text().count("[w") == 2
    assert f"[w{TOKENS[best.number, best.position]}]" in found.text()
    assert word.startswith("[w")
    assert found._repr_html_() == found.html()
    assert "outline" in found.html()
    drawing = found.figure()
    drawing.canvas.draw()
    assert drawing.get_suptitle() == "reader on 6 examples of texts"
    by_number = read("rows:0", n=2, names=dict(enumerate(NAMES)))
    assert by_number.text() == found.text()
    assert "[w" not in read("rows:0", n=2).text()


def test_results_are_kept(tmp_path):
    assert read(cache=tmp_path, n=2).text() == read(cache=tmp_path, n=2).text()
    assert len(list(tmp_path.rglob("*.shard"))) == 1


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(ValueError, match="before is a whole number from 0 up, got -1") as caught:
        read("sums:3", before=-1, after=-2)
    assert "after is a whole number from 0 up, got -2" in str(caught.value)
    assert "site 'sums' has units 0 to 2, got 3" in str(caught.value)
    last = function("sums", lambda h: h[:, -1], ["a", "b", "c"])
    with pytest.raises(
        ValueError, match=r"one position a token, \(12,\): a, b, c has positions \(\)"
    ):
        read(last)
    with pytest.raises(ValueError, match=r"\d tokens have no name: 1[0-9, ]*; names are 10 texts"):
        read(names=NAMES[:10])


def test_pictures_are_referred_to_examples():
    picture = aann.Model(
        lambda p, x: aann.site("h", x * p), np.float32(1), "p",
        jax.ShapeDtypeStruct((4, 4, 3), jnp.float32),
    )  # fmt: skip
    data = aann.from_arrays("squares", np.zeros((2, 4, 4, 3), np.float32))
    with pytest.raises(ValueError, match=r"takes \(4, 4, 3\) float32; aann.vis.examples shows"):
        read("h:0", data=data, model=picture)
