"""What needs no descent; ``tests/circuits/curves_from_3a/test_fit.py`` fits both layers."""

import early_toy as toy
import numpy as np

from circuits.curves.cells import Cells
from circuits.curves.inputs import Inputs
from circuits.early_curves import fit


def grid(first):
    return Cells("mixed3a", 14, 14, 16, -1, (first, first), (8.0, 8.0))


def test_the_search_begins_with_the_angles_of_the_reader_and_the_middles_of_cells():
    angles = np.asarray(toy.DIRECTIONS), np.asarray(toy.NORMALS)
    start = fit.begin(*angles, grid(5.5), Inputs(0.0, 1.0))
    assert set(start) == set(toy.early().constants)
    np.testing.assert_array_equal(start.curve_direction, toy.DIRECTIONS)
    np.testing.assert_array_equal(start.line_normal, toy.NORMALS)
    n = len(toy.DIRECTIONS) + len(toy.NORMALS)
    assert start.gain.shape == start.right.shape == (n,)
    assert np.all(start.right == -1.5)
    assert np.all(start.up == 1.5)
    np.testing.assert_allclose(start.contrast, fit.TEMPLATE["contrast"] / 255, rtol=1e-6)


def test_what_was_fitted_is_rounded_and_says_so():
    fitted = dict(toy.early().values) | {
        "curve_direction": np.asarray([359.7, 12.4]), "line_normal": np.asarray([-0.2, 179.8]),
        "right": np.asarray([1.3, -2.8, 0.2, 0.0]), "crossing": np.asarray([0.52, 0.98, 0.0, 1.0]),
        "gain": np.asarray([9123.0, 1.25, 3.0, 4.0]), "contrast": 3.4567,
    }  # fmt: skip
    found = fit.constants(fitted, 48)
    assert found["curve_direction"].value.tolist() == [0, 12]
    assert found["line_normal"].value.tolist() == [0, 0]
    assert found["right"].value.tolist() == [1.5, -3, 0, 0]
    assert found["crossing"].value.tolist() == [0.5, 1.0, 0.0, 1.0]
    assert np.asarray(found["gain"].value).tolist() == [9100, 1.2, 3, 4]
    assert float(found["contrast"].value) == 3.5
    notes = {c.note for name, c in found.items() if name != "wavelength"}
    assert notes == {"squared error on 48 design images"}
