"""The recording proxy itself: a request that writes would be seen, and would fail the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.recorder import FOLDER

ROOT = Path(__file__).parents[1]
ASKING = """
import socket, threading
from tests.recorder import recorded

def test_it():
    server = socket.create_server(("127.0.0.1", 0))
    with recorded(server.getsockname()[1]) as port, socket.create_connection(("127.0.0.1", port)) as client:
        for part in {parts!r}:
            client.sendall(part)
        held, _ = server.accept()
        got = b""
        while len(got) < {size}:
            got += held.recv(1000)
        held.close()
    server.close()
"""


def run(tmp_path: Path, *parts: bytes, workers: int = 0) -> tuple[int, str]:
    """A pytest run of its own whose only test sends these bytes through the proxy."""
    (tmp_path / "test_asking.py").write_text(ASKING.format(parts=parts, size=len(b"".join(parts))))
    environment = {k: v for k, v in os.environ.items() if k != FOLDER and not k.startswith("PYTEST_")} | {"CI": ""}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-n", str(workers), "--rootdir", tmp_path]
    done = subprocess.run(
        [*map(str, command), str(tmp_path)], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    return done.returncode, done.stdout


def frame(code: int, payload: bytes = bytes(4)) -> bytes:
    return b"\0\1\0\0" + (2 + len(payload)).to_bytes(2, "big") + bytes([9, code]) + payload


def test_requests_that_do_not_read_fail_the_run(tmp_path):
    writing = [5, 6, 15, 16, 22, 23, 43]
    status, said = run(tmp_path, frame(3), *map(frame, writing))
    assert status == 1
    assert f"{[3, *writing]}: {writing} IS NOT READING" in said


def test_requests_of_a_worker_are_seen_as_well(tmp_path):
    assert run(tmp_path, frame(6), workers=1)[0] == 1


@pytest.mark.parametrize("cut", [1, 13])
def test_a_request_is_seen_however_it_is_cut_into_packets(tmp_path, cut):
    both = frame(3) + frame(16, bytes(20))
    status, said = run(tmp_path, both[:cut], both[cut:])
    assert (status, "[3, 16]" in said) == (1, True)


def test_what_is_no_modbus_fails_the_run(tmp_path):
    assert run(tmp_path, b"GET / HTTP/1.1\r\n\r\n")[0] == 1


def test_reading_does_not_fail_the_run(tmp_path):
    status, said = run(tmp_path, *map(frame, (1, 2, 3, 4)))
    assert (status, "recorded: 4, function codes [1, 2, 3, 4]" in said) == (0, True)
