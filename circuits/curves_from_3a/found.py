"""The mirrored checkpoint's family, and the constants that calibration finds there."""

from aann import Constant

UNITS = (345, 384, 343, 327, 335, 360, 415, 334, 391, 374)
"""Of mixed3b."""

FIT = "python -m circuits.curves_from_3a.fit: squared error on 320 design images, then KL"
LOUDEST = f"{FIT}: the loudest"
TURNED = f"{FIT}, from measured tuning"
RAISED = f"{FIT}, then 1 times as large: least KL(intact || spliced) on 64 other design images"

# fmt: off
FOUND = {
    "curve_channels": Constant(
        [
            191, 103, 152, 123, 184, 104, 66, 179, 131, 102, 135, 95, 180, 108, 111, 71, 85, 134,
            209, 118, 144, 187,
        ],
        "fitted", LOUDEST,
    ),
    "curve_direction": Constant(
        [
            267, 276, 293, 94, 8, 78, 124, 111, 238, 174, 304, 4, 195, 150, 195, 47, 342, 180, 231,
            76, 93, 21,
        ],
        "fitted", TURNED,
    ),
    "curve_gain": Constant(
        [
            0.032, 0.029, 0.034, 0.032, 0.026, 0.021, 0.027, 0.028, 0.021, 0.02, 0.023, 0.012,
            0.012, 0.01, -0.0036, 0.0067, 0.003, 0.0058, -0.002, 0.0082, 0.0053, 0.0046,
        ],
        "fitted", FIT,
    ),
    "line_channels": Constant(
        [
            110, 128, 105, 185, 49, 132, 81, 42, 106, 80, 35, 167, 149, 59, 162, 44, 249, 181, 189,
            229, 220, 117, 27, 178, 172, 138, 216, 182, 161, 41, 252, 142, 208, 235, 31, 129, 5,
            74,
        ],
        "fitted", LOUDEST,
    ),
    "line_normal": Constant(
        [
            18, 92, 48, 90, 2, 2, 155, 29, 126, 86, 71, 76, 96, 0, 51, 146, 55, 151, 168, 88, 81,
            123, 149, 104, 164, 106, 79, 78, 121, 80, 7, 85, 169, 20, 77, 66, 85, 6,
        ],
        "fitted", TURNED,
    ),
    "line_gain": Constant(
        [
            0.044, 0.021, 0.025, -0.02, -0.052, 0.022, 0.024, 0.036, 0.024, 0.027, 0.067, 0.023,
            0.013, 0.051, 0.011, -0.034, -0.014, 0.016, -0.013, 0.016, 0.011, 0.012, 0.043, 0.011,
            0.015, 0.0081, -0.0073, 0.016, 0.0077, -0.026, 0.025, 0.017, 0.004, 0.028, -0.05,
            0.0078, -0.0081, 0.013,
        ],
        "fitted", FIT,
    ),
    "curve_tuning": Constant(8.9, "fitted", FIT),
    "line_tuning": Constant(5.7, "fitted", FIT),
    "curve_crossing": Constant(-0.043, "fitted", FIT),
    "line_crossing": Constant(0.19, "fitted", FIT),
    "early_threshold": Constant(-1.9, "fitted", FIT),
    "arc_tuning": Constant(44.0, "fitted", FIT),
    "crowd_spread": Constant(22.0, "fitted", FIT),
    "piece_width": Constant(5.6, "fitted", FIT),
    "piece_along": Constant([8.5, 23.5, -3.5, -7.5, -24, -31.5], "fitted", FIT),
    "piece_inward": Constant([-12, -13.5, -8.5, 5, -3, -15], "fitted", FIT),
    "piece_facing": Constant([335, 114, 21, 20, 201, 219], "fitted", FIT),
    "piece_weight": Constant([-0.085, 0.042, -0.098, -0.15, -0.065, 0.11], "fitted", FIT),
    "own_along": Constant(
        [
            [-7.5, 3.5, 16, -6.5, 0, 15, 0.5, 8.5, -12.5, -9],
            [13.5, -6, 14, 26.5, -12, 3, 15.5, 3.5, 3, 1.5],
        ],
        "fitted", FIT,
    ),
    "own_inward": Constant(
        [
            [5, -8.5, 0.5, 7, -5.5, 5, -9.5, 6.5, -0.5, 0],
            [6.5, -1.5, 1, 7.5, 4.5, 11.5, -9, 9, -10, -10],
        ],
        "fitted", FIT,
    ),
    "own_facing": Constant(
        [
            [325, 267, 127, 139, 84, 91, 325, 41, 103, 313],
            [42, 179, 106, 346, 311, 335, 102, 236, 204, 98],
        ],
        "fitted", FIT,
    ),
    "own_weight": Constant(
        [
            [0.26, 0.18, 0.14, -0.17, -0.27, 0.14, -0.21, 0.43, 0.31, -0.24],
            [-0.091, 0.24, -0.086, -0.16, 0.16, -0.14, 0.15, -0.22, -0.21, 0.099],
        ],
        "fitted", FIT,
    ),
    "direction": Constant([79, 329, 34, 147, 260, 103, 46, 290, 134, 225], "fitted", FIT),
    "right": Constant([-6, -1, -3.75, 0, 0.25, -4.5, -2.75, -3.75, 0.5, -2], "fitted", FIT),
    "up": Constant([0.25, 6.25, 3.5, 1, 3, -5.75, 1.75, 6.25, -0.75, 7.25], "fitted", FIT),
    "length": Constant([15, 8.2, 2.2, 4.5, 13, 16, 14, 18, 14, 12], "fitted", FIT),
    "width": Constant([4.9, 6.3, 2.1, 4.5, 4, 8.2, 4.5, 3.4, 3.8, 7.1], "fitted", FIT),
    "curvature": Constant(
        [-0.002, 0.024, 0.068, 0.094, -0.002, 0.002, 0.016, 0.01, 0.014, 0.028],
        "fitted", FIT,
    ),
    "opposing": Constant([0.4, 0.32, 0.5, 0.5, 0.7, 0.38, -0.06, 0.3, -0.26, 0.38], "fitted", FIT),
    "crowd": Constant([0.74, 0.6, 0.54, 0.2, 0.74, 0.6, 1.08, 1.46, 1.7, 0.54], "fitted", FIT),
    "threshold": Constant(
        [0.87, 0.81, 0.85, 0.91, 0.12, 0.34, -0.23, -0.05, -0.96, -0.38],
        "fitted", FIT,
    ),
    "gain": Constant([91, 99, 73, 66, 73, 100, 78, 63, 56, 85], "fitted", RAISED),
}
# fmt: on
