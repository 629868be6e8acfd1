import io
import logging
import sys

from aann.machine.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_off_a_terminal_the_log_says_when_it_begins_and_ends(caplog, capsys):
    with caplog.at_level(logging.INFO, logger="aann"):
        assert list(progress(range(1200), "heads patched")) == list(range(1200))
    begun, done = (record.getMessage() for record in caplog.records)
    assert begun == "heads patched: begins, 1,200 x batch"
    assert done.startswith("heads patched: done, 1,200 x batch in ")
    assert capsys.readouterr() == ("", "")


def test_a_generator_has_no_length(caplog):
    with caplog.at_level(logging.INFO, logger="aann"):
        assert list(progress((i for i in range(2)), "sweep", unit="unit")) == [0, 1]
    assert caplog.records[0].getMessage() == "sweep: begins, ? x unit"


def test_a_terminal_has_a_bar_and_no_log_lines(caplog, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with caplog.at_level(logging.INFO, logger="aann"):
        assert list(progress((i for i in range(3)), "sweep", total=3)) == [0, 1, 2]
    assert not caplog.records
    assert "sweep:" in terminal.getvalue()
    assert "/3" in terminal.getvalue()


def test_it_is_lazy():
    seen = []
    loop = progress((seen.append(i) or i for i in range(3)), "lazy")
    assert next(loop) == 0
    assert seen == [0]
