"""notify.toml: who is told, and every slip of the pen in it named with its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ConfigError
from config.notify import load_notify, notify_faults, secret_beside

GOOD = """
digest = "07:00"
[smtp]
host = "smtp.example.org"
sender = "tepos@example.org"
[[routes]]
name = "services-techniques"
mail = ["technique@example.org"]
owners = ["commune"]
quiet = ["21:00", "06:30"]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "notify.toml").write_text(text)
    return folder


def test_without_the_file_nobody_is_told(tmp_path: Path) -> None:
    assert load_notify(tmp_path) is None
    assert notify_faults(tmp_path, []) == []


def test_what_it_says_is_read(tmp_path: Path) -> None:
    found = load_notify(written(tmp_path, GOOD), ["ecole"])
    assert found is not None
    assert found.smtp is not None
    assert (found.language, found.smtp.at, found.routes[0].immediate) == ("fr", 587, "critical")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("07:00", "7 h"), "digest"),
        (("technique@", "technique"), "routes[0]"),
        (("[smtp]", "[smpt]"), "smpt"),
        (('host = "smtp.example.org"', 'host = "smtp.example.org"\nsecurity = "none"'), "smtp.security"),
        (('owners = ["commune"]', 'sites = ["ecole-lamendim"]'), "sites"),
        (('mail = ["technique@example.org"]', ""), "routes[0]"),
    ],
)
def test_a_slip_of_the_pen_is_named(tmp_path: Path, change: tuple[str, str], key: str) -> None:
    faults = notify_faults(written(tmp_path, GOOD.replace(*change)), ["ecole-lamendin"])
    assert any(key in fault.key for fault in faults), faults


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("https://example.org/hook/s3cret\n")
    (tmp_path / "hook").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        secret_beside(tmp_path, "hook")
    (tmp_path / "hook").chmod(0o600)
    assert secret_beside(tmp_path, "hook").endswith("s3cret")
