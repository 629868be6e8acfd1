"""The mirrored checkpoint's family, and the constants that calibration finds there."""

from aann import Constant

UNITS = (345, 384, 343, 327, 335, 360, 415, 334, 391, 374)
"""Of mixed3b."""

FIT = "python -m circuits.curves_from_3a.fit: squared error on 320 design images, then with KL(intact || spliced)"
LOUDEST = f"{FIT}: the loudest"
TURNED = f"{FIT}, from measured tuning"
RAISED = f"{FIT}, then 0.98 times as large: least KL(intact || spliced) on 64 other design images"

# fmt: off
FOUND = {
    "curve_channels": Constant(
        [
            191, 103, 123, 152, 184, 104, 66, 131, 179, 135, 102, 108, 180, 85, 71, 111, 209,
            95, 144, 118, 159,
        ],
        "fitted", LOUDEST,
    ),
    "curve_direction": Constant(
        [
            272.0, 280, 96, 298, 3, 80, 129, 243, 113, 306, 169, 160, 193, 340, 36, 198, 212,
            350, 99, 65, 90,
        ],
        "fitted", TURNED,
    ),
    "curve_gain": Constant(
        [
            0.034, 0.031, 0.031, 0.033, 0.023, 0.02, 0.025, 0.022, 0.026, 0.023, 0.016, 0.013,
            0.012, 0.0033, 0.0076, -0.0055, -0.0028, 0.007, 0.0042, 0.0068, 0.0083,
        ],
        "fitted", FIT,
    ),
    "line_channels": Constant(
        [
            110, 128, 105, 132, 185, 49, 81, 106, 42, 80, 167, 35, 149, 162, 172, 59, 249, 181,
            44, 178, 229, 216, 189, 117, 220, 161, 142, 27, 138, 182, 174, 252, 41, 208, 63, 50,
            129, 231, 198,
        ],
        "fitted", LOUDEST,
    ),
    "line_normal": Constant(
        [
            22.0, 93, 53, 176, 93, 1, 157, 130, 29, 94, 79, 79, 95, 62, 164, 175, 59, 161, 145,
            109, 87, 86, 169, 138, 94, 122, 88, 147, 105, 84, 8, 175, 96, 165, 179, 175, 76, 92,
            92,
        ],
        "fitted", TURNED,
    ),
    "line_gain": Constant(
        [
            0.037, 0.024, 0.03, 0.018, -0.023, -0.057, 0.021, 0.026, 0.042, 0.027, 0.022, 0.045,
            0.017, 0.017, 0.018, 0.046, -0.022, 0.018, -0.03, 0.011, 0.0099, -0.0079, -0.011,
            0.011, 0.012, 0.013, 0.016, 0.038, 0.016, 0.012, 0.012, 0.011, -0.021, 0.0036,
            0.0066, 0.0066, 0.0092, -0.02, -0.0031,
        ],
        "fitted", FIT,
    ),
    "curve_tuning": Constant(7.3, "fitted", FIT),
    "line_tuning": Constant(4.6, "fitted", FIT),
    "curve_crossing": Constant(-0.036, "fitted", FIT),
    "line_crossing": Constant(0.22, "fitted", FIT),
    "early_threshold": Constant(-2.0, "fitted", FIT),
    "arc_tuning": Constant(26.0, "fitted", FIT),
    "crowd_spread": Constant(13.0, "fitted", FIT),
    "piece_width": Constant(6.7, "fitted", FIT),
    "piece_tuning": Constant(300.0, "fitted", FIT),
    "piece_along": Constant([19, 17.5, -8.5, 4.5, -9, -23], "fitted", FIT),
    "piece_inward": Constant([-11, 4.5, -1, -11, -0.5, 2.5], "fitted", FIT),
    "piece_facing": Constant([113.0, 347, 34, 333, 242, 200], "fitted", FIT),
    "piece_weight": Constant([0.081, -0.083, -0.12, -0.092, 0.11, -0.055], "fitted", FIT),
    "own_along": Constant(
        [
            [-15.5, 4.5, 4.5, -22, -1, -3.5, 13.5, 7.5, -6.5, -9],
            [2, 4.5, 9, -5, -16, -0.5, 4.5, 1.5, -3.5, 2],
        ],
        "fitted", FIT,
    ),
    "own_inward": Constant(
        [
            [6, -8.5, -13.5, 3.5, -6.5, 2.5, -5, 4.5, 0, -1.5],
            [21.5, -0.5, 3.5, 18.5, 4, 10.5, 2.5, 6, 8, -11.5],
        ],
        "fitted", FIT,
    ),
    "own_facing": Constant(
        [
            [327.0, 273, 172, 212, 77, 260, 338, 43, 116, 310],
            [37.0, 27, 101, 12, 304, 331, 218, 243, 320, 87],
        ],
        "fitted", FIT,
    ),
    "own_weight": Constant(
        [
            [0.19, 0.11, -0.11, 0.071, -0.19, -0.3, -0.24, 0.32, 0.31, -0.31],
            [-0.065, -0.25, -0.059, -0.098, 0.11, -0.17, 0.12, -0.28, -0.16, 0.065],
        ],
        "fitted", FIT,
    ),
    "direction": Constant([78.0, 335, 34, 148, 259, 106, 43, 294, 131, 228], "fitted", FIT),
    "right": Constant([-2.5, -2.5, -2.5, -0.5, -1.5, 0, -4, -5.5, 0, -4], "fitted", FIT),
    "up": Constant([0.5, 4.5, 2, 1.5, 3, -5.5, 3, 5, -1, 8], "fitted", FIT),
    "length": Constant([15, 9.3, 4.4, 5.2, 14, 17, 14, 16, 13, 14], "fitted", FIT),
    "width": Constant([4.5, 5.9, 3.5, 4.6, 3.8, 6.9, 4.8, 3.6, 3.9, 5.6], "fitted", FIT),
    "curvature": Constant(
        [-0.002, 0.026, 0.108, 0.1, -0.002, 0.004, 0.014, 0.01, 0.016, 0.028],
        "fitted", FIT,
    ),
    "opposing": Constant([0.35, 0.1, 0.45, 0.45, 0.75, 0.45, -0.25, 0.3, -0.2, 0.3], "fitted", FIT),
    "crowd": Constant([1, 0.7, 0.5, 0.55, 0.7, 0.25, 1.3, 1.45, 1.7, 0.6], "fitted", FIT),
    "threshold": Constant(
        [0.85, 0.54, 0.87, 0.9, 0.61, -0.05, -0.21, 0.22, -0.59, -0.29],
        "fitted", FIT,
    ),
    "gain": Constant([83.0, 99, 74, 64, 67, 84, 84, 61, 50, 78], "fitted", RAISED),
}
# fmt: on
