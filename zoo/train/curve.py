"""The loss curves of a run as a picture.

matplotlib is imported when a picture is drawn, not before: ``import zoo`` must not load it.
"""

from pathlib import Path

from zoo.train.state import Record


def save(path: Path, title: str, records: list[Record]) -> None:
    """Draw every loss against the step, on a logarithmic axis.

    Args:
        path: of the PNG file.
        title: above the picture.
        records: see ``zoo.train.loop.train``; all that is called ``*loss`` is drawn.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(6.0, 3.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name in (n for n in records[-1] if n.endswith("loss")):
        points = [r for r in records if r.get(name, 0.0) > 0.0]  # the axis is logarithmic
        steps, losses = ([r[key] for r in points] for key in ("step", name))
        axes.plot(steps, losses, label=name.replace("_", " "), linewidth=1.2)
    axes.set(title=title, xlabel="step", ylabel="cross-entropy (nats)", yscale="log")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
