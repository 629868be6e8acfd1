"""The mirrored checkpoint's family, and the constants that calibration finds there."""

from aann import Constant

UNITS = (345, 384, 343, 327, 335, 360, 415, 334, 391, 374)
"""Of mixed3b."""

FIT = "python -m circuits.curves_from_3a.fit: x"
LOUDEST = f"{FIT}: the loudest"
TURNED = f"{FIT}, from measured tuning"
RAISED = f"{FIT}, then 1 times as large: least KL(intact || spliced) on 64 other design images"

# fmt: off
FOUND = {
    "curve_channels": Constant([191, 103], "fitted", LOUDEST),
    "curve_direction": Constant([264.0, 280], "fitted", TURNED),
    "curve_gain": Constant([0.02, 0.02], "fitted", FIT),
    "line_channels": Constant([174], "fitted", LOUDEST),
    "line_normal": Constant([12.0], "fitted", TURNED),
    "line_gain": Constant([0.03], "fitted", FIT),
    "curve_tuning": Constant(8.0, "fitted", FIT),
    "line_tuning": Constant(4.0, "fitted", FIT),
    "curve_crossing": Constant(0.0, "fitted", FIT),
    "line_crossing": Constant(0.2, "fitted", FIT),
    "early_threshold": Constant(0.0, "fitted", FIT),
    "arc_tuning": Constant(16.0, "fitted", FIT),
    "crowd_spread": Constant(10.0, "fitted", FIT),
    "piece_width": Constant(6.0, "fitted", FIT),
    "piece_tuning": Constant(10.0, "fitted", FIT),
    "piece_along": Constant([0.5], "fitted", FIT),
    "piece_inward": Constant([0.5], "fitted", FIT),
    "piece_facing": Constant([0.5], "fitted", FIT),
    "piece_weight": Constant([0.5], "fitted", FIT),
    "own_along": Constant(
        [
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        ],
        "fitted", FIT,
    ),
    "own_inward": Constant(
        [
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        ],
        "fitted", FIT,
    ),
    "own_facing": Constant(
        [
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        ],
        "fitted", FIT,
    ),
    "own_weight": Constant(
        [
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
            [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        ],
        "fitted", FIT,
    ),
    "direction": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", FIT),
    "right": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", FIT),
    "up": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", FIT),
    "length": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", FIT),
    "width": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", FIT),
    "curvature": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", FIT),
    "opposing": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", FIT),
    "crowd": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", FIT),
    "threshold": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", FIT),
    "gain": Constant([1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5], "fitted", RAISED),
}
# fmt: on
