from types import SimpleNamespace

from benchmarks import import_time


def test_medians_are_printed_without_the_first_run(monkeypatch, capsys):
    runs = range(import_time.REPEATS + 1)
    times = iter(f"{0.1 * i} {0.01 * i} {0.005 * i}\n" for i in runs)
    monkeypatch.setattr(
        import_time.subprocess, "run", lambda *args, **more: SimpleNamespace(stdout=next(times))
    )
    import_time.main([])
    assert capsys.readouterr().out == (
        "import jax     0.500 s\n"
        "import aann    0.050 s more, 0.10 of import jax\n"
        "aann.evaluate  0.025 s more, when it is first asked for\n"
    )
