"""Where the network departs from the published rule, as a program of few numbers.

The network does not know the clue. What it learned in its place is softer: ink on the stroke counts
for less than the rule says, least at its upper end; ink right beside it a little less against it,
ink a few pixels away more, above all to the right and in the upper half, and ink at the bottom
less. So the template is the clue, or a drawn stroke, plus slow cosine waves over the picture
(``templates.waves``), whose amplitudes are fitted from end to end, and which both arms share.

Sharp edge: where design pictures hardly ever have ink, at the edges, the waves mean nothing.
"""

from typing import Final

import numpy as np

import aann
from circuits.eis_vii_mnist import fit, templates
from circuits.eis_vii_mnist.evidence import Evidence
from circuits.eis_vii_mnist.program import Draw, Template

ORDER: Final = 5
"""Half periods of the fastest wave; 21 waves. Chosen by cross-validation on design pictures."""


def on_the_clue(order: int = ORDER) -> Draw:
    """The clue and slow waves."""
    waves = templates.waves(order)

    def draw(c: aann.Constants) -> Template:
        """The clue, ``c.template``, plus waves."""
        added: Template = c.template + waves(c)
        return added

    return draw


def on_a_stroke(order: int = ORDER) -> Draw:
    """A drawn stroke and slow waves."""
    waves = templates.waves(order)

    def draw(c: aann.Constants) -> Template:
        """A pen stroke plus waves."""
        added: Template = templates.stroke(c) + waves(c)
        return added

    return draw


def clue_and_waves(seen: Evidence, order: int = ORDER) -> aann.Replacement:
    """A V of the likeness to the clue and slow waves."""
    return fit.drawn(
        seen, on_the_clue(order), _no_waves(order), f"V of the clue and waves up to {order}",
        fixed={"template": fit.template(seen)},
    )  # fmt: skip


def stroke_and_waves(seen: Evidence, order: int = ORDER) -> aann.Replacement:
    """A V of the likeness to a drawn stroke and slow waves."""
    start = {**templates.start_of_stroke(seen.clue), **_no_waves(order)}
    return fit.drawn(seen, on_a_stroke(order), start, f"V of a stroke and waves up to {order}")


def _no_waves(order: int) -> dict[str, np.ndarray]:
    return {"amplitude": np.zeros(templates.count_of_waves(order))}
