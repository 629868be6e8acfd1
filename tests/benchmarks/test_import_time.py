from types import SimpleNamespace

from benchmarks import import_time


def test_medians_are_printed(monkeypatch, capsys):
    times = iter(f"{0.1 * i} {0.01 * i}\n" for i in range(1, import_time.REPEATS + 1))
    monkeypatch.setattr(
        import_time.subprocess, "run", lambda *args, **more: SimpleNamespace(stdout=next(times))
    )
    import_time.main([])
    assert capsys.readouterr().out == "import jax   0.500 s\nimport aann  0.050 s more\n"
