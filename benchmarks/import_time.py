"""What ``import aann`` adds to ``import jax``. ``python -m benchmarks.import_time``

Every repetition is a fresh interpreter that imports first jax, then aann; medians are reported.
"""

import statistics
import subprocess
import sys

from benchmarks import saving
from zoo.scripts import script

REPEATS = 9
CODE = """
import time
start = time.perf_counter()
import jax
middle = time.perf_counter()
import aann
print(middle - start, time.perf_counter() - middle)
"""


def main(argv: list[str] | None = None) -> None:
    """Print the medians."""
    parser = script.parser("benchmarks.import_time", __doc__)
    saving.add(parser)
    args = parser.parse_args(argv)
    runs = [
        subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
        for _ in range(REPEATS)
    ]
    jax, aann = zip(*(map(float, run.stdout.split()) for run in runs), strict=True)
    medians = {"jax": statistics.median(jax), "aann": statistics.median(aann)}
    print(f"import jax   {medians['jax']:.3f} s")
    print(f"import aann  {medians['aann']:.3f} s more")
    saving.save(args, medians)


if __name__ == "__main__":
    main()
