import early_toy as toy
import numpy as np

from circuits.curves_from_3a import controls as read_out_controls


def test_without_one_kind_only_the_other_counts():
    early = toy.activations()
    for kind, channels in (("curve", toy.CURVES), ("line", toy.LINES)):
        program = read_out_controls.without(toy.curves(), kind)
        silent = early.at[..., list(channels)].set(0)
        np.testing.assert_allclose(
            program.compute(early), toy.curves().compute(silent), rtol=1e-4, atol=1e-3
        )
        assert program.name == f"without {read_out_controls.NAMES[kind]}"


def test_equally_loud_keeps_signs_and_the_geometric_mean():
    gain = np.array([1.0, -4.0, 2.0, 2.0])
    loud = read_out_controls.equally_loud(toy.curves().with_constants(line_gain=gain))
    np.testing.assert_allclose(loud.constants["line_gain"].value, [2, -2, 2, 2])


def test_shuffled_directions_are_those_of_other_units():
    shuffled = read_out_controls.shuffled(toy.curves()).constants
    for name, given in (("curve_direction", toy.DIRECTIONS), ("line_normal", toy.NORMALS)):
        found = np.asarray(shuffled[name].value)
        assert sorted(found) == sorted(given)
        assert not np.array_equal(found, given)
