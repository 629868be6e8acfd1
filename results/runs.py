"""The runs that pages quote: their names, the commands that make them, and where they are saved."""

import json
import pathlib
import re
import shlex
from typing import Any

SAVED = pathlib.Path(__file__).parent / "saved"

CURVES = "out/curve_detectors"
RUNS = {
    "curve_detectors": "python -m evals.curve_detectors",
    "curve_detectors_16": "python -m evals.curve_detectors --family 16",
    "curve_detectors_bf16": "python -m evals.curve_detectors --limit 32 --bf16",
    "curves_from_3a": "python -m evals.curves_from_3a",
    "curves_from_3a_16": "python -m evals.curves_from_3a --family 16",
    "modular_addition": "python -m evals.modular_addition",
    "induction": "python -m evals.induction",
    "max_of_k": "python -m evals.max_of_k",
    "eis_vii_mnist": "python -m evals.eis_vii_mnist",
    "eis_vii_transformer": "python -m evals.eis_vii_transformer",
    "scrub_mnist": "python -m evals.scrub eis_vii_mnist",
    "scrub_transformer": "python -m evals.scrub eis_vii_transformer",
    "scrub_addition": "python -m evals.scrub modular_addition",
    "scrub_max_of_k": "python -m evals.scrub max_of_k",
    "scrub_induction": "python -m evals.scrub induction",
    "scrub_curves": "python -m evals.scrub curve_detectors",
    "pareto": "python -m evals.pareto",
    "compare": f"python -m evals.compare {CURVES} {CURVES}",
    "bootstrap": "python -m benchmarks.bootstrap",
    "coverage": "python -m benchmarks.coverage",
    "devices": "python -m benchmarks.devices --images 24 --repeats 3",
    "import_time": "python -m benchmarks.import_time",
    "inception_throughput": "python -m benchmarks.inception_throughput",
    "memory": "python -m benchmarks.memory",
    "neuron_sweep": "python -m benchmarks.neuron_sweep",
    "patching": "python -m benchmarks.patching",
    "replacements": "python -m benchmarks.replacements --images 60",
    "scrubbing": "python -m benchmarks.scrubbing",
    "visualisation": "python -m benchmarks.visualisation",
    "curve_pictures": "python -m benchmarks.curve_pictures",
    "planted": "python -m benchmarks.planted",
}
"""Name -> command, with the arguments that change a number."""

ELSEWHERE = ("--out", "--save", "--devices", "--memory", "--cache", "--coordinator", "--processes",
             "--process")  # fmt: skip
"""Arguments with a value that change where and how something runs, not what comes out."""
FLAGS = ("--resume", "--distributed", "--no-pictures")


def name_of(command: str) -> str:
    """The run that a command line makes, as reports state it: ``.../evals/pareto.py --out x``.

    Raises:
        ValueError: it makes none of those that are quoted.
    """
    first, *rest = shlex.split(command) or [""]
    found = re.search(r"(evals|benchmarks)/(\w+)(?:/__main__)?\.py$", first)
    said = f"python -m {found[1]}.{found[2]}" if found else first
    if said == "python -m evals.default":
        said = RUNS["curve_detectors"]
    plain = shlex.join([*said.split(), *_that_count(rest)])
    for name, known in RUNS.items():
        if plain == known:
            return name
    raise ValueError(
        f"no page quotes what {plain!r} gives; those that are quoted are\n  "
        + "\n  ".join(RUNS.values())
    )


def load(name: str) -> dict[str, Any]:
    """What was saved of a run.

    Raises:
        FileNotFoundError: nothing.
        ValueError: the file is truncated or altered.
    """
    path = SAVED / f"{name}.json"
    if not path.is_file():
        raise FileNotFoundError(f"nothing saved of {name!r}: {remake(name)}")
    try:
        saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is truncated or altered ({error}): {remake(name)}") from None
    return saved


def remake(name: str) -> str:
    """What to run to have a run's results again, and on the pages."""
    out = (
        f"out/{name}.json"
        if ".benchmarks." in f".{RUNS[name]}".replace(" ", ".")
        else f"out/{name}"
    )
    option = "--save" if out.endswith(".json") else "--out"
    return f"run `{RUNS[name]} {option} {out}`, then `python -m results --take {out} --write`"


def _that_count(arguments: list[str]) -> list[str]:
    kept, values = [], iter(arguments)
    for argument in values:
        option, equals, _ = argument.partition("=")
        if option in ELSEWHERE:
            if not equals:
                next(values, None)
        elif option not in FLAGS:
            kept.append(argument)
    return kept
