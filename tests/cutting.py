"""The law that whole = suffix(prefix), at every site of a model."""

import jax
import numpy as np

import aann


def check_every_site(model, inputs, tolerance=1e-6):
    """Equal within ``tolerance`` times the largest output: the whole is compiled at once, the
    pieces one operation at a time, and XLA adds up in another order."""
    whole = np.asarray(jax.jit(model)(inputs))
    names = [site for site in aann.sites(model) if site != "input"]
    assert "logits" in names
    for name in names:
        pieces = aann.cut(model, name, inputs)
        prepared = pieces.prepare(model.params)
        values, crossing = pieces.prefix(prepared, inputs)
        assert np.isfinite(np.asarray(values[name])).all()
        again = np.asarray(pieces.suffix(prepared, values, crossing))
        assert abs(again - whole).max() <= tolerance * abs(whole).max(), name
    return names
