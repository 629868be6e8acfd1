"""What ``import aann`` adds to ``import jax``: python benchmarks/import_time.py

Every repetition starts two fresh interpreters; medians are compared.
"""

import statistics
import subprocess
import sys
import time

REPEATS = 9


def seconds(statement: str) -> float:
    """Wall time of a fresh interpreter that runs ``statement``."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the medians and their difference."""
    times: dict[str, list[float]] = {"import jax": [], "import jax, aann": []}
    for _ in range(REPEATS):
        for statement, collected in times.items():
            collected.append(seconds(statement))
    medians = {statement: statistics.median(t) for statement, t in times.items()}
    for statement, median in medians.items():
        print(f"{statement:<18} {median:.3f} s")
    print(f"added by aann      {medians['import jax, aann'] - medians['import jax']:.3f} s")


if __name__ == "__main__":
    main()
