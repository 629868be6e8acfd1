import json
import os
import pathlib
import subprocess
import sys

import hungry
import pytest

SCRIPT = pathlib.Path(hungry.__file__)
BUDGET = 64 * 2**20

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs Linux")


def test_ten_times_the_budget_takes_no_more_than_it(tmp_path):
    command = [sys.executable, str(SCRIPT), str(BUDGET), "10", str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": str(SCRIPT.parent.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    grown = json.loads(done.stdout)["grown"]
    assert 0.5 * BUDGET < grown <= 1.2 * BUDGET
    on_disk = sum(path.stat().st_size for path in tmp_path.rglob("*.shard"))
    assert on_disk > 2 * 10 * BUDGET
