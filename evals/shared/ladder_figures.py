"""The figures of a report whose worst rows would squeeze all others together.

Wrong attention can cost many times what no attention costs. Bars are cut at ``LEAST``, the numbers
beside them are not; rows below it are left out of the plane of recovered and bits.
"""

import dataclasses

from matplotlib.figure import Figure

from aann.report.report import Report
from aann.shown.brief import counted
from aann.vis import report as vis
from aann.vis.style import NORMAL

LEAST = -1.0


def figures(report: Report, metric: str = "kl") -> dict[str, Figure]:
    """Name -> figure, as ``aann.vis.report.figures``."""
    shown = [row for row in report.rows if (row.recovered[metric].low or 0.0) >= LEAST]
    if len(shown) == len(report.rows):
        return vis.figures(report, metric)
    drawn = vis.figures(dataclasses.replace(report, rows=shown), metric)
    whole = vis.figures(report, metric)["recovered"]
    (bars,) = whole.axes
    bars.set_xlim(LEAST, 1.05 * max(1.0, *(row.recovered[metric].high or 0.0 for row in shown)))
    bars.set_xlabel(f"{bars.get_xlabel()}; cut at {LEAST:g}", fontsize=NORMAL)
    for plane in drawn["recovered_against_bits"].axes:
        left_out = len(report.rows) - len(shown)
        plane.set_xlabel(
            f"{plane.get_xlabel()}; {counted(left_out, 'row')} below {LEAST:g} left out",
            fontsize=NORMAL,
        )
    return {**drawn, "recovered": whole}
