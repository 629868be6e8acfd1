"""The weights with which curve detectors read mixed3a, the network's and the program's.

The network's are its expanded weights: those of the 1x1 convolution times those of the 5x5
convolution above it, as if there were no ReLU between them; the program's likewise. Where a unit is
in another branch than the 5x5 it is left out.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

import aann
from aann.vis.caption import captioned
from aann.vis.readout import ReadoutRow, readout
from circuits.curves_from_3a import program as curves_from_3a
from circuits.curves_from_3a.kernels import unit_kernels
from zoo.inceptionv1.model import BLOCKS


def arrays(model: aann.Model, program: aann.Replacement) -> dict[str, np.ndarray]:
    """Natural and artificial weights, (unit, channel, taps, taps), and what they belong to."""
    c = program.values
    block = program.site.removeprefix("mixed")
    first = BLOCKS[block][0] + BLOCKS[block][2]
    inside = [i for i, u in enumerate(program.units) if first <= u < first + BLOCKS[block][4]]
    channels = np.concatenate([c.curve_channels, c.line_channels])
    below = np.asarray(model.params[f"{program.site}_5x5_bottleneck"]["kernel"], np.float64)
    above = np.asarray(model.params[f"{program.site}_5x5"]["kernel"], np.float64)
    chosen = np.asarray([program.units[i] - first for i in inside], int)
    natural = np.einsum("cn,yxnu->ucyx", below[channels], above[..., chosen])
    weights = np.concatenate([curves_from_3a.curve_weights(c), curves_from_3a.line_weights(c)])
    kernels = np.asarray(unit_kernels(c))[..., inside]
    return {
        "natural_read_out": natural,
        "artificial_read_out": np.einsum("ck,yxku->ucyx", weights, kernels),
        "read_out_units": np.asarray([program.units[i] for i in inside]),
        "read_out_channels": channels,
        "read_out_angles": np.concatenate([c.curve_direction, c.line_normal]),
        "read_out_curves": np.asarray(len(c.curve_channels)),
    }


def correlations(found: Mapping[str, np.ndarray]) -> np.ndarray:
    """Of natural and artificial weights, for each unit."""
    pairs = zip(found["natural_read_out"], found["artificial_read_out"], strict=True)
    return np.asarray([np.corrcoef(one.ravel(), other.ravel())[0, 1] for one, other in pairs])


def figures(found: Mapping[str, np.ndarray]) -> dict[str, Figure]:
    """The units whose weights the program meets best and worst; none where there is no unit."""
    likeness = correlations(found)
    if not len(likeness):
        return {}
    rows = [
        row
        for i in dict.fromkeys((int(likeness.argmax()), int(likeness.argmin())))
        for row in _rows(found, i, likeness[i])
    ]
    title = "weights from units of mixed3a (channel and its angle in degrees below each)"
    return {
        "read_out": captioned(
            readout(rows, title=title),
            f"Weights with which units read the layer below, the network's and the program's: of "
            f"{len(likeness)} units in the 5x5 branch, the one whose weights the program meets "
            "best (by correlation over all its weights) and the one that it meets worst. Channels "
            "are in order of their angles, all are shown.",
        )
    }


def _rows(found: Mapping[str, np.ndarray], i: int, likeness: float) -> Sequence[ReadoutRow]:
    split = int(found["read_out_curves"])
    angles, channels = found["read_out_angles"], found["read_out_channels"]
    rows = []
    for name, places in (
        ("early curves", np.arange(split)), ("lines", np.arange(split, len(channels)))
    ):  # fmt: skip
        order = places[np.argsort(angles[places])]
        rows.append(
            ReadoutRow(
                found["natural_read_out"][i, order],
                found["artificial_read_out"][i, order],
                [f"{channels[k]}\n{angles[k]:.0f}\u00b0" for k in order],
                f"unit {found['read_out_units'][i]}, from {name}; "
                f"correlation of all its weights {likeness:.2f}",
            )
        )
    return rows
