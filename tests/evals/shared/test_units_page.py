import argparse

import pytest

from evals.shared import units_page


def parsed(*words):
    parser = argparse.ArgumentParser()
    units_page.add(parser)
    return parser.parse_args(words)


def test_pictures_can_be_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(units_page, "units_seen", lambda *a, **k: pytest.fail("pictures are drawn"))
    assert not parsed().no_pictures
    units_page.save(parsed("--no-pictures"), None, None, None, None, tmp_path)
    assert list(tmp_path.iterdir()) == []
