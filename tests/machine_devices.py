"""An evaluation on 1, 2 and 4 devices: prints what differs from one without a mesh, as JSON.

XLA_FLAGS=--xla_force_host_platform_device_count=4 python tests/machine_devices.py
"""

import json

import jax
import machine_case as case
import numpy as np
from jax.sharding import AxisType

import aann
from evals.shared import arguments, machine


def refused(function):
    try:
        function()
    except ValueError as error:
        return str(error)
    return "no error"


def mesh(shape, names, kind=AxisType.Auto):
    return jax.make_mesh(shape, names, (kind,) * len(names))


def main():
    plain = case.evaluate()
    sweeps = case.sweeps()
    defaults = case.evaluate(batch_size=None)
    result = {"devices": {}}
    for n in (1, 2, 4):
        on = aann.Machine.of_devices(n)
        result["devices"][n] = case.furthest(plain, case.evaluate(on))
    found = case.sweeps(on)
    result["sweeps"] = max(float(np.abs(np.subtract(found[k], sweeps[k])).max()) for k in sweeps)
    result["default"] = case.furthest(defaults, case.evaluate(on, batch_size=None))
    odd = case.evaluate(on, batch_size=10)
    result["odd"] = case.furthest(case.evaluate(batch_size=10), odd)
    two_problems = mesh((2, 2), ("a", "b"), AxisType.Explicit)
    args = arguments.parser("toy", "A claim.", "out").parse_args(["--devices", "3", "--bf16"])
    result |= {
        "mesh": refused(lambda: aann.Machine(mesh=two_problems)),
        "many": refused(lambda: aann.Machine.of_devices(5)),
        "small": refused(lambda: case.evaluate(on, batch_size=3)),
        "arguments": [machine.of(args).devices, machine.of(args).bfloat16],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    case.strict()
    main()
