import curve_toy
import numpy as np

import aann
from circuits.curves.scrubs import NEAREST, scrubs


def test_each_unit_is_a_value_of_its_own_and_the_program_wins():
    design, _ = curve_toy.designs(60)
    curves = curve_toy.replacement()
    here = [curve_toy.ORDER.index(u) for u in curves.units]
    program = aann.make(
        curves.program, model="toy", site="cells", units=here, constants=curves.constants
    )
    (group,) = scrubs(program)
    assert [h.name for h in group.claimed] == ["curves"]
    assert [h.name for h in group.wrong] == ["turned by 90 degrees", "curves, shuffled"]
    found = aann.scrub(
        curve_toy.model(), [*group.claimed, *group.wrong], design, scrubs=1, draws=200
    )
    row = found.row("curves")
    assert list(row.where) == [f"unit_{u}" for u in here]
    assert {x.mean for x in row.stand_ins.values()} == {NEAREST}
    assert all((x != np.arange(len(design))).all() for x in found.donors["curves"].values())
    assert row.loss["scrubbed"]["kl"] < row.loss["random"]["kl"]
