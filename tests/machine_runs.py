"""Runs scripts beside this file in processes of their own, as devices and processes need."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
TIMEOUT = 400  # seconds; some 15 on a free machine


@contextlib.contextmanager
def started(folder, commands):
    """Scripts that run at once; what still runs at the end of the block is killed.

    Args:
        folder: for what they print: a full pipe would stop one process and so its partners.
        commands: (number of CPU devices, script, arguments...).
    """
    running = []
    for i, (devices, script, *arguments) in enumerate(commands):
        path = os.pathsep.join([str(HERE.parent), str(HERE)])
        given = os.environ.get("XLA_FLAGS", "")
        flags = f"{given} --xla_force_host_platform_device_count={devices}"
        with (folder / f"{i}.out").open("w") as out, (folder / f"{i}.err").open("w") as err:
            process = subprocess.Popen(
                [sys.executable, "-W", "error", str(HERE / script), *map(str, arguments)],
                stdout=out, stderr=err, env={**os.environ, "PYTHONPATH": path, "XLA_FLAGS": flags},
            )  # fmt: skip
        running.append((process, folder / f"{i}.out", folder / f"{i}.err"))
    try:
        yield running
    finally:
        for process, _, _ in running:
            if process.poll() is None:
                process.kill()
                process.wait()


def result(run):
    """What a script printed as its last line."""
    process, out, err = run
    code = process.wait(TIMEOUT)
    assert code == 0, f"{process.args[3:]} failed: {err.read_text()[-3000:]}"
    return json.loads(out.read_text().splitlines()[-1])


def free_port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]
