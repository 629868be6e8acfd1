from types import SimpleNamespace

from benchmarks import import_time


def test_medians_and_the_ratio_are_printed(monkeypatch, capsys):
    # The first run compiles, and does not count.
    times = iter(f"{0.1 * i} {0.01 * i} {0.02 * i}\n" for i in range(import_time.REPEATS + 1))
    monkeypatch.setattr(
        import_time.subprocess, "run", lambda *args, **more: SimpleNamespace(stdout=next(times))
    )
    import_time.main([])
    assert capsys.readouterr().out.split("\n")[:3] == [
        "import jax     0.500 s",
        "import aann    0.050 s more, 0.10 of import jax",
        "aann.evaluate  0.100 s more, when it is first asked for",
    ]
