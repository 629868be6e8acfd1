# %% [markdown]
# # Curve detectors, from stimuli to a report
#
# **Question.** Some channels of InceptionV1 are said to detect curves: each fires where a contour
# bends one way, whatever its colour (Cammarata et al., *Curve Detectors*, 2020). Can they be
# replaced by a program that was written by hand, from pixels, without reading a single weight?
#
# The network and a thousand photographs are downloaded from pinned sources, or read from a mirror
# (`AANN_ASSETS`). On two cores this notebook takes some minutes; most of them are the photographs.

# %%
import jax
import numpy as np
from IPython.display import Markdown
from settings import SMALL

import aann
import aann.vis
import zoo
from aann.vis.caption import captioned
from aann.vis.maps import MapRow, maps
from aann.vis.quilt import Patch, quilt
from aann.vis.report import figures
from aann.vis.stimuli.arcs import arcs
from aann.vis.stimuli.paint import paint
from circuits.curves import controls, fit
from circuits.curves.family import find_family
from circuits.curves.inputs import Inputs
from circuits.curves.program import curve_detectors

n = 10 if SMALL else 200  # held-out photographs to report on; there are 500
fitted_on = 8 if SMALL else 300  # design photographs; there are 500
looked_at = 8 if SMALL else 100  # of them to search for errors
draws = 100 if SMALL else 10_000  # of the bootstrap
steps = 4 if SMALL else 192  # of feature visualisation
directions = 8 if SMALL else 24

model = zoo.load("inceptionv1")
heldout = zoo.data("imagenet_samples", split="heldout")
design = heldout.design.take(range(fitted_on))
print(design, heldout.take(range(n)))

# %% [markdown]
# ## Look: which units?
#
# We do not look for known numbers of channels, but show all of the layer `mixed3b` drawn curves:

# %%
shown = np.arange(0.0, 360, 45)
drawn = paint(arcs((112, 112), shown, radius=40.0, half_length=50.0))
captioned(
    quilt(
        {"curves": [Patch(x / 255, (f"{d:.0f}°",)) for x, d in zip(drawn, shown, strict=True)]},
        columns=8,
    ),
    "Curves of one radius, named by the direction from the curve to its circle's centre.",
)

# %% [markdown]
# A curve detector answers to curves that face one way, light or dark, line or filled, and to no
# others. The finder ranks all units by how selective they are for the direction, times their worst
# answer to a kind of curve.

# %%
family = find_family(model, Inputs(0.0, 255.0), "mixed3b", n=10)
print(family)
print("a family:", family.exists)

# %%
units = family.units[:3]
found = aann.vis.visualise(
    model, [f"mixed3b:{unit}" for unit in units], steps=steps, progress=False
)
captioned(
    found.figure(),
    f"What three of them, the first of the ranking, answer to most: {steps} steps of optimisation.",
)

# %% [markdown]
# ## Hypothesis
#
# *A curve detector sums, along an arc, small curves that face the same way, and is held down by
# small curves that face the other way or crowd the same place.* As a program that is three steps:
# how much of a line of each orientation is at each point; short arcs of such lines; for each unit
# a longer arc of these, with a direction, a place, a threshold and a gain. It reads pixels, and
# knows these numbers:

# %%
Markdown(
    f"**{curve_detectors.claim}**\n\n| constant | value | origin |\n| --- | --- | --- |\n"
    + "\n".join(
        f"| {name} | {c.value if np.ndim(c.value) == 0 else f'{np.size(c.value)} numbers'} "
        f"| {c.origin} |"
        for name, c in curve_detectors.constants.items()
    )
)

# %% [markdown]
# The shape is shared by all units. What differs from unit to unit is fitted to design photographs,
# and at last all gains get one factor, chosen by the divergence of the network's outputs, on other
# design photographs. (On small settings the notebook takes the program as it was calibrated
# before.)

# %%
if SMALL:
    program = curve_detectors
else:
    program, loudness = fit.calibrate(model, family, design)
    print(loudness)
print(program)

# %% [markdown]
# Does it do on drawn curves what the units do? It was never fitted to them.

# %%
tuning = aann.vis.radial(
    model, "mixed3b", program.units[:4], artificial=program, directions=directions,
    shifts=((0.0, 0.0),), kinds=((1.0, False), (-1.0, True)), place=family.cells.centre,
)  # fmt: skip
captioned(
    tuning.figure(),
    "The first four units and the program in their place, shown curves of every direction.",
)

# %% [markdown]
# ## Number
#
# Now the photographs. In place of the ten units: nothing, simple things, the program, and the
# program turned by 90 and by 180 degrees, which still finds curves, facing the wrong way.

# %%
report = aann.evaluate(
    model, program, heldout.take(range(n)), design=design,
    controls=[controls.turned(program, 90), controls.turned(program, 180)],
    rows=["mean", "best constant"] if SMALL else None, linear=False, draws=draws, name="curve detectors",
)  # fmt: skip
figures(report)["recovered"]

# %%
main, above = report.main, report.above_constant["kl"]
Markdown(
    f"Held out, n = {n}, seed {report.seed}: zeroing the ten units costs {report.damage['kl']} nats of KL. The program "
    f"recovers **{main.recovered['kl']}** of that, {above} more than the best constant, with "
    f"{main.constants} constants in place of {report.natural['constants']:,} weights. Its mean correlation with the "
    f"units is {main.mean_correlation:.2f}."
)

# %% [markdown]
# Read the last numbers first. Loss recovered is forgiving here: ten constants do well, and a
# program that is wrong by a right angle may do as well as they. The program's lead over both is
# what it knows of the pictures.
#
# ## Error
#
# Where does it go wrong? On design photographs, for we want to learn from them. Over- and
# under-firing:

# %%
several = design.load(range(looked_at))


@jax.jit
def natural_units(pictures):
    """What the ten units do: (batch, 28, 28, 10)."""
    return program.pick(aann.capture(model, ["mixed3b"])(pictures)[1]["mixed3b"])


parts = [several[i : i + 8] for i in range(0, len(several), 8)]
natural = np.concatenate([np.asarray(natural_units(x)) for x in parts])
artificial = np.concatenate([np.asarray(program.compute(x)) for x in parts])
error = artificial - natural
largest = {"over-firing": error.max((1, 2)), "under-firing": (-error).max((1, 2))}


def edges(photograph):
    """Where its grey changes, from 0 to 255: what the photograph shows, without showing it."""
    change = np.hypot(*np.gradient(photograph.mean(-1)))
    return np.minimum(255 * change / np.quantile(change, 0.99), 255)


rows = []
for kind, size in largest.items():  # of each picture and unit
    strongest = size / natural.std((0, 1, 2))
    picture, unit = np.unravel_index(strongest.argmax(), strongest.shape)
    rows.append(
        MapRow(
            edges(several[picture]),  # several[picture].astype(np.uint8) is the photograph itself
            natural[picture, ..., unit],
            artificial[picture, ..., unit],
            f"{kind}: {design.names[picture]}, unit {program.units[unit]}",
        )
    )
captioned(
    maps(rows),
    f"Of {looked_at} design photographs and all ten units the largest error in either direction, "
    "in units of the unit's standard deviation; of the photographs their edges are shown.",
)

# %%
spread = natural.std((0, 1, 2))
order = np.argsort([c if c is not None else -1 for c in main.correlation])
Markdown(
    "| unit | correlation, held out | mean where it fires, natural | artificial |\n| --- | --- | --- | --- |\n"
    + "\n".join(
        f"| {program.units[i]} | {main.correlation[i]:.2f} | "
        f"{natural[..., i][natural[..., i] > spread[i]].mean():.0f} | "
        f"{artificial[..., i][natural[..., i] > spread[i]].mean():.0f} |"
        for i in order
    )
)

# %% [markdown]
# The order says which units this form fits least: each has an arc of its own, but all read the same
# early curves, drawn in one shape. The last two columns say how loud the program is where a unit fires; as
# those places were picked by the unit, any program that is not perfect looks too quiet there.
#
# ## The report
#
# One page for any browser, with the tables, the program's source, its constants and the figures;
# and the same as data.

# %%
report.save("../out/notebooks/curve_detectors")
again = aann.Report.load("../out/notebooks/curve_detectors")
print(repr(again))

# %% [markdown]
# **Next.** Which of these errors cost loss? What could a program know that reads the same pixels?
# Those are questions for the residual lab: notebook 3 goes round that loop until the program is
# better. The whole evaluation, with baselines, shuffles and every figure, is `python -m
# evals.curve_detectors`.
