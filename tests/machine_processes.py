"""One of two processes that evaluate together: prints what it found as one line of JSON.

python tests/machine_processes.py PORT PROCESS
"""

import dataclasses
import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import machine_case as case

import aann
from aann.machine.processes import exchange, together
from evals.shared import command


def refused(function):
    """The message of the error that a function ends with."""
    try:
        function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "no error"


def bad_for_one(x, c):
    """NaN for the example that has this first value."""
    values = case.cells(x, c)
    return jnp.where(jnp.abs(x[:, :1, :1, :1] - c.first) < 1e-6, jnp.nan, values)


def bad_program():
    """NaN for the first example of the second batch of the design half: a share of process 1."""
    design, _ = aann.split(case.data())
    first = float(design.load([12])[0, 0, 0, 0])
    return aann.make(
        bad_for_one, model="grid", site="h", units=case.UNITS, reads=("scaled",),
        constants={"gain": 1.0, "first": first}, name="bad",
    )  # fmt: skip


def stop_outside(process):
    with together():
        if process == 1:
            raise OSError("the disk of process 1 is full")
        exchange("never answered")


def main(port, process, folder):
    jax.distributed.initialize(f"localhost:{port}", 2, process)
    machine = aann.Machine.of_devices(2, distributed=True)
    result = {"exchanged": [len(x) for x in exchange(b"x" * (3 + 2**25 * process))]}

    loads = []
    # Constants fitted on another machine differ in their last digits: those of process 0 count.
    report = case.evaluate(machine, loads, main=case.programs(1.3 + 1e-3 * process))
    result["report"] = report.to_json()
    place = command.writable(folder / str(process))
    command.save(report, {}, place)
    result["written"] = sorted(p.name for p in place.glob("*"))
    result["loads"] = [int(i) for i in loads]
    result |= {m: report.arrays[f"losses/{m}"].tolist() for m in ("kl", "nll")}
    result["few"] = case.evaluate(machine, batch_size=46).to_json()
    result |= case.sweeps(machine)

    result["nan"] = refused(lambda: case.evaluate(machine, main=bad_program()))
    result["differ"] = refused(lambda: case.evaluate(machine, seed=process))
    # Eleven is rounded up to the devices of each: the processes' batches would overlap.
    uneven = aann.Machine.of_devices(1 + process, distributed=True)
    precise = dataclasses.replace(machine, bfloat16=process == 1)
    for name, theirs in (("uneven", uneven), ("precise", precise)):
        result[name] = [
            refused(lambda m=theirs: case.evaluate(m, batch_size=11)),
            refused(lambda m=theirs: case.dose(m, batch_size=11)),
            refused(lambda m=theirs: case.units(m, batch_size=11)),
            refused(lambda m=theirs: case.population(m, batch_size=11)),
        ]
    result["apart"] = refused(lambda: case.dose(machine, gains=(0.5, 1.0)[: 1 + process]))
    result["disk"] = refused(lambda: stop_outside(process))
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    case.strict()
    main(int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3]))
