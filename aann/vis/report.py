"""The figures of a report, drawn from the report alone.

Bars and description lengths come from its rows. Maps and tuning curves are drawn where an
evaluation added their arrays: ``pictures``, ``natural_maps``, ``artificial_maps``, ``map_titles``;
``tuning_directions`` (degrees), ``natural_tuning``, ``artificial_tuning`` (units, directions).
"""

from matplotlib.figure import Figure

from aann.report.report import Report
from aann.vis.bits import against_bits
from aann.vis.ladder import bars
from aann.vis.maps import MapRow, maps
from aann.vis.polar import radial_tuning
from aann.vis.style import Bar


def figures(report: Report, metric: str = "kl") -> dict[str, Figure]:
    """Name -> figure.

    Args:
        report: the result of ``aann.evaluate``.
        metric: which recovered loss to show.

    Raises:
        ValueError: the report has no such metric.
    """
    if metric not in report.damage:
        raise ValueError(
            f"no metric {metric!r} in this report; there are {', '.join(report.damage)}"
        )
    rows = [
        Bar(r.name, r.kind, e.estimate, e.low, e.high, r.bits)
        for r in report.rows
        for e in [r.recovered[metric]]
    ]
    n = f"{report.data['name']}, {report.data['split']}, n = {report.data['n']}"
    units = f"{len(report.units)} units of " if report.units else ""
    title = f"{units}{report.site} ({n})"
    label = metric.upper() if metric in ("kl", "nll") else metric
    drawn = {"recovered": bars(rows, metric=label, title=title)}
    if (bits := report.natural.get("bits")) is not None:
        drawn["recovered_against_bits"] = against_bits(rows, bits, metric=label, title=title)
    arrays = report.arrays
    if "natural_maps" in arrays:
        shown = zip(
            *(arrays[k] for k in ("pictures", "natural_maps", "artificial_maps", "map_titles")),
            strict=True,
        )
        drawn["maps"] = maps(
            [MapRow(picture, mine, theirs, str(text)) for picture, mine, theirs, text in shown],
            title=f"natural and artificial units of {report.site} ({n})",
        )
    if "natural_tuning" in arrays:
        drawn["tuning"] = radial_tuning(
            arrays["tuning_directions"],
            arrays["natural_tuning"],
            arrays["artificial_tuning"],
            names=[str(u) for u in report.units],
            title=f"{report.site}: response to curves of every direction",
        )
    return drawn
