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
            191, 103, 152, 123, 184, 104, 66, 179, 131, 102, 135, 95, 180, 108, 111, 71, 85,
            134, 209, 118, 144, 187,
        ],
        "fitted", LOUDEST,
    ),
    "curve_direction": Constant(
        [
            268.0, 277, 293, 94, 9, 78, 124, 112, 238, 176, 304, 3, 196, 154, 190, 45, 342, 179,
            229, 76, 94, 20,
        ],
        "fitted", TURNED,
    ),
    "curve_gain": Constant(
        [
            0.034, 0.029, 0.035, 0.033, 0.025, 0.021, 0.027, 0.028, 0.02, 0.018, 0.024, 0.011,
            0.012, 0.011, -0.0055, 0.0069, 0.0025, 0.0056, -0.0018, 0.0077, 0.0053, 0.0043,
        ],
        "fitted", FIT,
    ),
    "line_channels": Constant(
        [
            110, 128, 105, 185, 49, 132, 81, 42, 106, 80, 35, 167, 149, 59, 162, 44, 249, 181,
            189, 229, 220, 117, 27, 178, 172, 138, 216, 182, 161, 41, 252, 142, 208, 235, 31,
            129, 5, 227,
        ],
        "fitted", LOUDEST,
    ),
    "line_normal": Constant(
        [
            19.0, 90, 49, 88, 3, 2, 155, 29, 126, 86, 71, 77, 94, 1, 51, 145, 54, 154, 167, 90,
            81, 124, 148, 106, 161, 105, 81, 76, 120, 82, 7, 84, 167, 174, 77, 68, 82, 85,
        ],
        "fitted", TURNED,
    ),
    "line_gain": Constant(
        [
            0.044, 0.02, 0.026, -0.019, -0.044, 0.019, 0.022, 0.03, 0.024, 0.027, 0.068, 0.023,
            0.013, 0.053, 0.01, -0.032, -0.016, 0.014, -0.011, 0.018, 0.0094, 0.012, 0.044,
            0.01, 0.014, 0.0082, -0.0081, 0.017, 0.0071, -0.025, 0.017, 0.02, 0.0045, 0.0099,
            -0.052, 0.0078, -0.0072, -0.016,
        ],
        "fitted", FIT,
    ),
    "curve_tuning": Constant(8.5, "fitted", FIT),
    "line_tuning": Constant(5.2, "fitted", FIT),
    "curve_crossing": Constant(-0.041, "fitted", FIT),
    "line_crossing": Constant(0.2, "fitted", FIT),
    "early_threshold": Constant(-1.9, "fitted", FIT),
    "arc_tuning": Constant(46.0, "fitted", FIT),
    "crowd_spread": Constant(21.0, "fitted", FIT),
    "piece_width": Constant(5.9, "fitted", FIT),
    "piece_along": Constant([8, 22.5, -3.5, -7, -33.5, -25.5], "fitted", FIT),
    "piece_inward": Constant([-12, -8, -8.5, 4.5, -15.5, -3.5], "fitted", FIT),
    "piece_facing": Constant([333.0, 116, 23, 20, 219, 201], "fitted", FIT),
    "piece_weight": Constant([-0.087, 0.055, -0.099, -0.15, 0.12, -0.066], "fitted", FIT),
    "own_along": Constant(
        [
            [-8, 4, 7, 27, -1.5, 4.5, 1.5, 8.5, -12.5, -7.5],
            [15.5, -5, -0.5, -9, -13, 16, 16.5, 4, 4, 3],
        ],
        "fitted", FIT,
    ),
    "own_inward": Constant(
        [
            [5.5, -8, -16.5, 8.5, -4.5, 11.5, -9, 6.5, -1, -0.5],
            [5, -1.5, 15, 27, 4.5, 3.5, -10.5, 9.5, -10, -11.5],
        ],
        "fitted", FIT,
    ),
    "own_facing": Constant(
        [
            [327.0, 267, 169, 342, 85, 334, 324, 41, 103, 312],
            [317.0, 177, 133, 19, 311, 89, 101, 236, 203, 99],
        ],
        "fitted", FIT,
    ),
    "own_weight": Constant(
        [
            [0.29, 0.2, -0.079, -0.15, -0.32, -0.13, -0.28, 0.46, 0.32, -0.29],
            [-0.085, 0.25, -0.13, -0.093, 0.18, 0.15, 0.15, -0.24, -0.23, 0.097],
        ],
        "fitted", FIT,
    ),
    "direction": Constant([79.0, 330, 34, 146, 260, 103, 46, 291, 134, 225], "fitted", FIT),
    "right": Constant(
        [-5.75, -1.25, -3.75, -0.25, -0.25, -4.5, -2.75, -4, 0.25, -2.25],
        "fitted", FIT,
    ),
    "up": Constant([0.25, 6, 3.5, 0.75, 3, -5.75, 1.5, 6.25, -1, 7.25], "fitted", FIT),
    "length": Constant([15, 8.3, 2.5, 4.8, 13, 16, 14, 19, 15, 12], "fitted", FIT),
    "width": Constant([4.7, 6.5, 2.2, 4.7, 4, 7.9, 4.4, 3.4, 3.9, 7], "fitted", FIT),
    "curvature": Constant(
        [-0.004, 0.026, 0.07, 0.096, -0.002, 0.002, 0.014, 0.012, 0.016, 0.026],
        "fitted", FIT,
    ),
    "opposing": Constant(
        [0.38, 0.32, 0.5, 0.48, 0.74, 0.34, -0.06, 0.3, -0.26, 0.4],
        "fitted", FIT,
    ),
    "crowd": Constant([0.88, 0.7, 0.34, 0.24, 0.78, 0.62, 1.1, 1.58, 1.72, 0.56], "fitted", FIT),
    "threshold": Constant(
        [0.89, 0.89, 0.84, 0.95, 0.07, 0.29, -0.19, 0.082, -0.82, -0.47],
        "fitted", FIT,
    ),
    "gain": Constant([87.0, 100, 71, 73, 69, 100, 77, 62, 56, 85], "fitted", RAISED),
}
# fmt: on
