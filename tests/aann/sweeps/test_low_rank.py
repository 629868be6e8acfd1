"""The table against the Jacobian of the model."""

import attention
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from attention import CONTEXT, VOCAB, transformer

import aann
from aann.program.place import Place
from aann.sweeps.linearity import linearity
from aann.sweeps.low_rank import low_rank, moved, table_bytes
from aann.sweeps.single import singles

POST = "blocks.0.mlp.post"


def found(last, units=(3, 1), positions=None):
    model = transformer(layers=1, last=last)
    finding = linearity(model, POST, model.batch(1))
    like = aann.sites(model)[POST]
    single = singles(like, Place(units, positions=positions), POST)
    return model, finding, single, low_rank(finding, model.params, single, like.dtype)


@pytest.mark.parametrize("last", [True, False])
def test_the_table_is_the_jacobian_of_the_suffix(last):
    model, _, _, table = found(last)
    pieces = aann.cut(model, POST, attention.tokens(1))
    prepared = pieces.prepare(model.params)
    values, crossing = pieces.prefix(prepared, attention.tokens(1))
    jacobian = jax.jacobian(lambda v: pieces.suffix(prepared, {POST: v}, crossing)[0])(values[POST])
    # (*outputs, 1, position, unit) to (unit, position, *outputs)
    expected = jnp.moveaxis(jacobian[..., 0, :, :], (-1, -2), (0, 1))[jnp.asarray([3, 1])]
    rows = [CONTEXT - 1] if last else list(range(CONTEXT))
    assert table.rows.tolist() == rows
    np.testing.assert_allclose(table.table, expected[:, jnp.asarray(rows)], rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(np.delete(expected, rows, axis=1), 0)


def test_positions_that_are_not_written_have_no_rows():
    _, finding, single, table = found(False, positions=(3, 0))
    assert table.rows.tolist() == [0, 3]
    assert table.table.nbytes <= table_bytes(finding, single) == 2 * 2 * CONTEXT * VOCAB * 4


@pytest.mark.parametrize("rows", [0, 1, 8, 9, 20])
def test_few_rows_are_added_like_many(rows):
    rng = np.random.default_rng(rows)
    change = rng.normal(size=(5, rows)).astype(np.float32)
    table = rng.normal(size=(rows, 3, 4)).astype(np.float32)
    expected = np.einsum("br,rpc->bpc", change, table)
    added = moved(jnp.asarray(change), jnp.asarray(table))
    np.testing.assert_allclose(added, expected, rtol=1e-5, atol=1e-5)
