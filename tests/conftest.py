"""For all tests: the language, and that of all Modbus requests of the run none could write to a device."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.recorder import FOLDER, everything_asked

_READS = {1, 2, 3, 4}


def pytest_configure(config: pytest.Config) -> None:
    # How long an example takes says more about what else the machine does than about the code.
    settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any machine")
    os.environ["TEPOS_LANG"] = "en"  # tests name messages by their source text; those of the languages set their own
    # No test reaches a real service, whatever it forgets to replace: nobody listens at this proxy.
    os.environ |= {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
    if FOLDER not in os.environ:  # the controller; xdist's workers inherit it
        folder = tempfile.TemporaryDirectory(prefix="tepos-modbus-")
        os.environ[FOLDER] = folder.name
        config.stash[_folder] = folder


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one, for tests that sync a thousand times and whose matter is not the disk."""
    if not (base := Path("/dev/shm")).is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="tepos-test-", dir=base) as folder:
        yield Path(folder)


_folder = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_verdict = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    folder = config.stash.get(_folder, None)
    if folder is None:
        return
    asked = everything_asked(Path(folder.name))
    whole_suite = config.args == config.getini("testpaths") and not (config.option.keyword or config.option.markexpr)
    bad = set(asked) - _READS
    if bad or (not asked and whole_suite and os.environ.get("CI") == "true"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    config.stash[_verdict] = f"Modbus requests recorded: {sum(asked.values())}, function codes {sorted(asked)}" + (
        f": {sorted(bad)} IS NOT READING" if bad else ""
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.write_line(config.stash.get(_verdict, ""))


def pytest_unconfigure(config: pytest.Config) -> None:
    if folder := config.stash.get(_folder, None):
        os.environ.pop(FOLDER, None)
        folder.cleanup()
