"""The README's example runs as it stands."""

import pathlib
import re

README = pathlib.Path(__file__).parent.parent / "README.md"


def test_the_example_runs_and_prints_a_ladder(assets, optimised, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 15
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    out = capsys.readouterr().out
    for row in ("zero", "resample", "linear", "edges", "units permuted"):
        assert re.search(rf"^{row} ", out, re.MULTILINE)
    assert "n = 40" in out
