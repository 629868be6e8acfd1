"""What is printed; ``tests/aann/store/test_memory.py`` measures."""

from benchmarks import memory


def test_growth_is_told_as_a_part_of_the_budget(monkeypatch, capsys):
    asked = []

    def run(n, budget, cached):
        asked.append((n, budget, cached))
        return 2**28 + (3 * budget) // 4

    monkeypatch.setattr(memory, "run", run)
    memory.main(["--budget", "64MiB", "--times", "2", "--cache"])
    assert asked == [(memory.LEAST, 0, True), (2 * 2**26 // memory.EXAMPLE, 2**26, True)]
    assert capsys.readouterr().out.splitlines() == [
        "budget 64 MiB; process 256 MiB",
        "prefixes of 2 times the budget: 48.0 MiB more, 0.750 of the budget",
    ]
