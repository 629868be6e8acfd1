"""What ``import aann`` adds to ``import jax``. ``python -m benchmarks.import_time``

Every repetition is a fresh interpreter that imports first jax, then aann, and then what evaluates,
which comes when it is first asked for; medians, and the median of the ratios, are reported. The aim
is at most a fifth of ``import jax``.
"""

import statistics
import subprocess
import sys

from benchmarks import saving
from zoo.scripts import script

REPEATS = 9
CODE = """
import time
times = [time.perf_counter()]
import jax
times.append(time.perf_counter())
import aann
times.append(time.perf_counter())
aann.evaluate
times.append(time.perf_counter())
print(*(after - before for before, after in zip(times, times[1:])))
"""


def main(argv: list[str] | None = None) -> None:
    """Print the medians."""
    parser = script.parser("benchmarks.import_time", __doc__)
    saving.add(parser)
    args = parser.parse_args(argv)
    # The first one writes the compiled modules that the others read.
    runs = [
        subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
        for _ in range(REPEATS + 1)
    ][1:]
    jax, aann, evaluate = zip(*(map(float, run.stdout.split()) for run in runs), strict=True)
    ratios = [ours / theirs for ours, theirs in zip(aann, jax, strict=True)]
    first = [ours / theirs for ours, theirs in zip(evaluate, jax, strict=True)]
    found = {
        name: statistics.median(values)
        for name, values in (
            ("jax", jax), ("aann", aann), ("evaluate", evaluate), ("ratio", ratios),
            ("first use", first),
        )
    }  # fmt: skip
    print(f"import jax     {found['jax']:.3f} s")
    print(f"import aann    {found['aann']:.3f} s more, {found['ratio']:.2f} of import jax")
    print(f"aann.evaluate  {found['evaluate']:.3f} s more, when it is first asked for")
    saving.save(args, found)


if __name__ == "__main__":
    main()
