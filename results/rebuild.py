"""The programs of saved reports of curve detectors, made again from the constants that were saved.

Rows that an evaluation makes of its main program (turned, without colour, ...) are made by the same
functions here, so that these are checked too. Constants that were fitted for one row alone, those
of ``lines alone``, say, are taken from that row.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np

import aann
from circuits.curves import baselines
from circuits.curves import controls as curve_controls
from circuits.curves import program as curves
from circuits.curves_from_3a import controls as read_out_controls
from circuits.curves_from_3a import program as curves_from_3a
from circuits.early_curves import program as early_curves

Programs = tuple[aann.Replacement, ...]

SHAPES = {"input": (1, 224, 224, 3), "mixed3a": (1, 28, 28, 256)}
"""Of one example, at what the programs read."""
LAYER_BELOW = ("curve_direction", "line_normal")


def shapes(program: aann.Replacement) -> list[jax.ShapeDtypeStruct]:
    """Shapes of what a program reads in InceptionV1."""
    return [jax.ShapeDtypeStruct(SHAPES[site], np.dtype(np.float32)) for site in program.reads]


def curve_detectors(report: Mapping[str, Any]) -> dict[str, Programs]:
    """Row -> programs, of ``evals.curve_detectors``."""
    saved = _values(report)
    main = curves.replacement(
        report["model"], report["site"], report["units"], constants(saved["curves"])
    )
    simple = {"lines alone": baselines.lines, "edge energy": baselines.edges}
    made = [
        main,
        curve_controls.without_colour(main),
        curve_controls.without_centring(main),
        curve_controls.without_scale(main),
        curve_controls.turned(main, 90),
        curve_controls.turned(main, 180),
        *(
            dataclasses.replace(main, program=f, name=name, constants=constants(saved[name]))
            for name, f in simple.items()
        ),
    ]
    return {program.name: (program,) for program in made}


def from_below(report: Mapping[str, Any]) -> dict[str, Programs]:
    """Row -> programs, of ``evals.curves_from_3a``: of mixed3b alone."""
    saved = _values(report)
    main = _read_out(report["units"], saved["curves_from_3a"])
    measured = constants(saved["directions as measured"])
    made = [
        main,
        main.with_constants(name="directions as measured", **measured),
        read_out_controls.equally_loud(main),
        read_out_controls.without(main, "line"),
        read_out_controls.without(main, "curve"),
        curve_controls.turned(main, 90),
        curve_controls.turned(main, 180),
        read_out_controls.shuffled(main),
    ]
    return {program.name: (program,) for program in made}


def layer_below(report: Mapping[str, Any]) -> dict[str, Programs]:
    """Row -> programs, of its part ``early_curves``."""
    early = _early(report["units"], _values(report)["early_curves"])
    turned = curve_controls.turned(early, 90, LAYER_BELOW)
    return {"early_curves": (early,), turned.name: (turned,)}


def both_layers(report: Mapping[str, Any]) -> dict[str, Programs]:
    """Row -> programs, of its part ``both``."""
    name = "early_curves + curves_from_3a"
    below, above = (_named(_values(report)[name], part) for part in name.split(" + "))
    split = len(below["right"])
    early = _early(report["units"][:split], below)
    main = _read_out(report["units"][split:], above)
    turned = curve_controls.turned(early, 90, LAYER_BELOW)
    rows = [(early, main), (turned, main), (early, curve_controls.turned(main, 90))]
    return {" + ".join(r.name for r in row): row for row in rows}


def constants(values: Mapping[str, Any]) -> dict[str, aann.Constant]:
    """Saved values as constants."""
    return {name: aann.Constant(value, "fitted") for name, value in values.items()}


def values_of(programs: Programs) -> dict[str, Any]:
    """The values that a report would state of a row of programs."""
    return {
        name if len(programs) == 1 else f"{r.name}.{name}": np.asarray(c.value).tolist()
        for r in programs
        for name, c in r.constants.items()
    }


REGISTERED = (curves.curve_detectors, curves_from_3a.curves_from_3a, early_curves.early_curves)
"""Their numbers stand in circuits/: those of the runs on the ten units."""


def _read_out(units: Sequence[int], values: Mapping[str, Any]) -> aann.Replacement:
    return curves_from_3a.replacement("inceptionv1", "mixed3b", "mixed3a", units, constants(values))


def _early(units: Sequence[int], values: Mapping[str, Any]) -> aann.Replacement:
    split = len(values["curve_direction"])
    return early_curves.replacement(
        "inceptionv1", "mixed3a", units[:split], units[split:], constants(values)
    )


def _values(report: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row["values"] for row in report["rows"]}


def _named(values: Mapping[str, Any], program: str) -> dict[str, Any]:
    """Those of one of several programs, by their own names."""
    start = f"{program}."
    return {n.removeprefix(start): x for n, x in values.items() if n.startswith(start)}
