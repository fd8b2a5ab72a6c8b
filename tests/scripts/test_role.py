"""One process per role on one data directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.role import Role, RoleTaken, holder


def test_a_second_holder_of_a_role_is_told_who_holds_it(tmp_path: Path) -> None:
    with Role(tmp_path, "collect"), pytest.raises(RoleTaken) as refusal, Role(tmp_path, "collect"):
        pass
    assert refusal.value.pid == os.getpid()


def test_two_roles_live_side_by_side(tmp_path: Path) -> None:
    with Role(tmp_path, "collect"), Role(tmp_path, "serve"):
        assert holder(tmp_path / "serve.lock") == os.getpid()


def test_a_role_is_free_after_its_process_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from scripts.role import Role\n"
        "with Role(pathlib.Path(sys.argv[1]), 'collect'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        process.send_signal(signal.SIGKILL)
    with Role(tmp_path, "collect"):
        assert holder(tmp_path / "collect.lock") == os.getpid()


def test_a_role_is_free_after_it_was_laid_down(tmp_path: Path) -> None:
    with Role(tmp_path, "collect"):
        pass
    assert holder(tmp_path / "collect.lock") is None
