"""What optimised pictures of InceptionV1's curve detectors are worth, beside photographs.

``python -m benchmarks.curve_pictures [--family 10] [--steps 512] [--pictures 1000]``

For each unit of the family two pictures, with Lucid's transformations on: one for the mean of its
channel (Lucent's default objective), one for its middle cell. Each is compared with the best of the
sample photographs by the same number, as it is shown. Then the curve in the middle cell's
picture is measured by the other units of the family: the picture is turned, each unit answers most
at some angle, and from its own direction (measured on drawn arcs) follows that of the curve; their
circular mean is compared with the direction of the unit that the picture was made for.
"""

import jax
import jax.numpy as jnp
import numpy as np

import aann
import zoo
from aann.vis import channel, neuron, visualise
from aann.vis.tuning.circular import angle_between, mean_vector
from aann.vis.tuning.joint import joint
from benchmarks import saving
from circuits.curves.family import find_family
from circuits.curves.inputs import Inputs
from zoo.scripts import script
from zoo.scripts.integers import natural, positive

SITE = "mixed3b"
BATCH = 20
TURNS = 36
NEAR = 15.0
"""Degrees by which a direction that was found may be off."""


def main(argv=None):
    parser = script.parser("benchmarks.curve_pictures", __doc__)
    parser.add_argument("--family", type=positive, default=10, metavar="N")
    parser.add_argument("--steps", type=positive, default=512, metavar="N")
    parser.add_argument("--pictures", type=positive, default=1000, metavar="N")
    parser.add_argument("--seed", type=natural, default=0, metavar="S")
    saving.add(parser)
    args = parser.parse_args(argv)
    model = zoo.load("inceptionv1")
    family = find_family(model, Inputs(), SITE, args.family)
    photographs = zoo.data("imagenet_samples")
    best = best_of(model, family.units, photographs, min(args.pictures, len(photographs)))
    ratios, pictures = {}, {}
    for name, objective in (("channel", channel), ("cell", neuron)):
        found = visualise(
            model, [objective(SITE, u) for u in family.units], steps=args.steps, seed=args.seed
        )
        ratios[name] = found.values[:, 0] / best[name]
        pictures[name] = found.pictures[:, 0]
    place = np.tile(family.cells.centre, (len(family.units), 1)).astype(np.float64)
    turned = joint(
        model, SITE, family.units, 255 * pictures["cell"], places=place, turns=TURNS,
        place=family.cells.centre,
    )  # fmt: skip
    off = angle_between(by_the_others(turned, family.directions), family.directions)
    print("unit  direction  channel / best  cell / best  curve found off by")
    rows = zip(family.units, family.directions, ratios["channel"], ratios["cell"], off, strict=True)
    for unit, direction, whole, cell, apart in rows:
        print(f"{unit:4d}  {direction:9.0f}  {whole:14.2f}  {cell:11.2f}  {apart:11.1f} degrees")
    saving.save(args, {
        "units": len(family.units), "pictures": min(args.pictures, len(photographs)),
        "steps": args.steps, "seed": args.seed,
        "channel least": float(ratios["channel"].min()),
        "channel most": float(ratios["channel"].max()),
        "cell least": float(ratios["cell"].min()), "cell most": float(ratios["cell"].max()),
        "near": int((off <= NEAR).sum()), "furthest": float(off.max()),
    })  # fmt: skip


def best_of(model, units, photographs, n):
    """The largest mean of each channel, and its largest cell, (units,), over photographs."""

    @jax.jit
    def read(params, inputs):
        whole = aann.Model(model.apply, params, inputs=model.inputs)
        maps = aann.capture(whole, [SITE])(inputs)[1][SITE][..., jnp.asarray(units)]
        return maps.mean((1, 2)), maps.max((1, 2))

    found = [
        read(model.params, jnp.asarray(photographs.load(range(i, min(i + BATCH, n)))))
        for i in range(0, n, BATCH)
    ]
    means, cells = (
        np.concatenate([np.asarray(x) for x in part]) for part in zip(*found, strict=True)
    )
    return {"channel": means.max(0), "cell": cells.max(0)}


def by_the_others(turned, directions):
    """Direction of each picture's curve in degrees, said by all units but its own."""
    answers = np.moveaxis(np.maximum(turned.answers, 0), 1, -1)  # (picture, unit, angle)
    selectivity, angle = mean_vector(answers, turned.angles)
    said = np.exp(1j * np.deg2rad(np.asarray(directions)[None] - angle)) * selectivity
    others = said.sum(1) - np.diagonal(said)
    return np.rad2deg(np.angle(others)) % 360


if __name__ == "__main__":
    main()
