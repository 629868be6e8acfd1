"""A report that has been asked for more than its ladder, without an evaluation."""

import dataclasses

from report_made import UNKNOWN, report, row

from aann.report.estimate import Damage, Estimate
from aann.report.subset import Subset


def known(x):
    return Estimate(x, x - 0.125, x + 0.125)


def subset(kind, units, kl=UNKNOWN, damage=0.5):
    return Subset(kind, units, {"kl": kl}, {"kl": Damage(damage, damage / 2, damage * 2)})


def further(**more):
    rows = [
        row("zero", known(0.0), kind="ablation"),
        row("best constant", known(0.25), kind="fit"),
        row("ours", known(0.75)),
        row("wrong", known(0.5), kind="control"),
    ]
    made = {
        "above_constant": {"kl": known(0.5)},
        "mixing": {
            "0": {"kl": Estimate(1.0, 1.0, 1.0)},
            "0.5": {"kl": known(0.875)},
            "1": {"kl": known(0.75)},
        },
        "subsets": [
            subset("half", [0], known(0.75)),
            subset("half", [1], known(0.5)),
            subset("alone", [0], known(0.75), damage=0.125),
            subset("alone", [1]),
        ],
        "adds_up": {"halves": {"kl": known(1.25)}, "alone": {"kl": UNKNOWN}},
    } | more
    return dataclasses.replace(report(*rows), **made)
