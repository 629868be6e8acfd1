"""What ``import aann`` adds to ``import jax``. ``python -m benchmarks.import_time``

Every repetition is a fresh interpreter that imports first jax, then aann, and then what evaluates,
which comes when it is first asked for; medians, and the median of the ratios, are reported. The aim
is at most a fifth of ``import jax``.
"""

import statistics
import subprocess
import sys

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
    script.parser("benchmarks.import_time", __doc__).parse_args(argv)
    # The first one writes the compiled modules that the others read.
    runs = [
        subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
        for _ in range(REPEATS + 1)
    ][1:]
    jax, aann, evaluate = zip(*(map(float, run.stdout.split()) for run in runs), strict=True)
    ratio = statistics.median(ours / theirs for ours, theirs in zip(aann, jax, strict=True))
    print(f"import jax     {statistics.median(jax):.3f} s")
    print(f"import aann    {statistics.median(aann):.3f} s more, {ratio:.2f} of import jax")
    print(f"aann.evaluate  {statistics.median(evaluate):.3f} s more, when it is first asked for")


if __name__ == "__main__":
    main()
