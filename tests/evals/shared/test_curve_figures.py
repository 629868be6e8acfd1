from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

import aann
from evals.shared import curve_figures


def test_pictures_are_chosen_among_those_that_zeroing_damages_most():
    """Of eight pictures the first four are damaged; what is left of it grows from 0 to 3."""

    def apply(params, x):
        return aann.site("cells", jnp.stack([x[..., 0], 2 * x[..., 0]], -1)).mean((1, 2))

    model = aann.Model(apply, {}, "toy", jax.ShapeDtypeStruct((4, 4, 3), jnp.float32))
    program = aann.make(
        lambda image, c: image[..., :2], model="toy", site="cells", units=(0, 1), name="mine"
    )
    pictures = np.zeros((16, 4, 4, 3), np.float32)
    pictures[..., 1] = 100.0
    pictures[:, ..., 0] = np.arange(16.0)[:, None, None]
    _, heldout = aann.split(aann.from_arrays("toy", pictures))
    kl = np.array([0.0, 0.1, 0.2, 0.3, 0, 0, 0, 0])
    zeroed = np.array([1.0, 1, 1, 1, 0.1, 0.1, 0.1, 0.1])
    rows = [SimpleNamespace(name="zero"), SimpleNamespace(name="mine")]
    found = curve_figures.maps(
        model, program, heldout,
        SimpleNamespace(rows=rows, arrays={"losses/kl": np.stack([zeroed, kl])}),
    )  # fmt: skip
    titles = found["map_titles"].tolist()
    assert [t.split(":")[0] for t in titles] == ["best", "median", "worst"]
    assert titles[0].endswith(f"{heldout.names[0]}, unit 1, KL 0 (zeroed 1)")
    assert titles[2].endswith(f"{heldout.names[3]}, unit 1, KL 0.3 (zeroed 1)")
    choice = str(found["map_choice"])
    assert choice.startswith("Of the 4 images of 8 that zeroing the units damages most, those with")
    assert "of each, the one of its 2 units with the highest peak" in choice
    assert found["pictures"].dtype == np.uint8
    shown = np.asarray(heldout.load([0, 2, 3]))[..., 0]
    np.testing.assert_array_equal(found["natural_maps"], 2 * shown)
    assert (found["artificial_maps"] == 100).all()
