"""The laws of sites, for a model that was made from somebody else's code."""

import jax
import jax.numpy as jnp
import numpy as np

import aann


def check_unchanged(model, plain, x):
    """Marks change neither outputs nor what is compiled."""
    np.testing.assert_array_equal(jax.jit(model)(x), jax.jit(plain)(x))
    mine, theirs = (jax.jit(f).lower(x).as_text().count(" stablehlo.") for f in (model, plain))
    assert mine == theirs > 0


def check_splices(model, x, names, jit=jax.jit):
    """Natural values leave the outputs bit-equal, at all sites together; zeros do not."""
    outputs, values = jit(aann.capture(model, names))(x)
    shapes = aann.sites(model, x)
    assert {n: (v.shape, v.dtype) for n, v in values.items()} == {
        n: (shapes[n].shape, shapes[n].dtype) for n in names
    }

    @jit
    def spliced(values):
        written = [
            aann.make(
                lambda x, c, name=name: values[name],
                model="",
                site=name,
                units=range(values[name].shape[-1]),
                name=name,
            )
            for name in names
        ]
        return aann.splice(model, written)(x)

    np.testing.assert_array_equal(spliced(values), outputs)
    last = [n for n in shapes if n in names][-1]  # whose value no other one overwrites
    changed = spliced({**values, last: jnp.zeros_like(values[last])})
    assert not np.array_equal(changed, outputs)


def check_cuts(model, x, names):
    """Whole = suffix(prefix)."""
    whole = np.asarray(jax.jit(model)(x))
    for name in names:
        pieces = aann.cut(model, name, x)

        @jax.jit
        def again(params, x, pieces=pieces):
            prepared = pieces.prepare(params)
            return pieces.suffix(prepared, *pieces.prefix(prepared, x))

        assert abs(np.asarray(again(model.params, x)) - whole).max() <= 1e-6 * abs(whole).max(), (
            name
        )
