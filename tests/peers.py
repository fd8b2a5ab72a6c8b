"""Independent Modbus servers for the tests, each behind a proxy that records what was asked.

    from tests.peers import device_image, recorded, replayed

    with replayed(device_image("goodwe_dt_gw5000_ms.json"), unit=127) as port: ...   # node modbus-serial
    with replayed(image, by="pymodbustcp") as port: ...    # answers 0 where the image has holes, any unit
    with replayed({"holding": {"40000": 1}, "input": {}}, by="jsmodbus") as port: ...   # the same, by another hand
    with recorded(port_of_my_own_server) as port: ...      # for servers that a test itself runs

Peers: "modbus-serial" answers exception 02 on holes and nothing to other units; "pymodbustcp" and "jsmodbus" answer 0
on holes and any unit. All of it runs on 127.0.0.1. At the end of the run `tests/conftest.py` fails it if a function
code other than 1-4 was ever asked. Where ../shared or the node modules are absent the test is skipped, in CI it fails.
"""

from __future__ import annotations

import json
import os
import random
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.recorder import recorded

__all__ = [
    "NODE_MODULES",
    "SHARED",
    "Peer",
    "device_image",
    "device_images",
    "free_port",
    "free_ports",
    "need",
    "recorded",
    "replayed",
]

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
NODE_MODULES = ROOT / "tests" / "node" / "node_modules"
Peer = Literal["modbus-serial", "pymodbustcp", "jsmodbus"]
_SCRIPTS: dict[Peer, str] = {
    "modbus-serial": "srv_modbus_serial.js",
    "pymodbustcp": "srv_pymodbustcp.py",
    "jsmodbus": "srv_jsmodbus.js",
}
_START_SECONDS = 120.0  # node on a busy two-core machine
_PORTS = range(15_000, 32_000)  # below those that the system gives away by itself, also to each outgoing connection
_ours: list[ExitStack] = []


def need(present: bool, what: str) -> None:
    """Skip the test when a prerequisite is absent; in CI that is a failure, for there everything must be."""
    if not present:
        if os.environ.get("CI") == "true":
            pytest.fail(f"absent in CI: {what}")
        pytest.skip(f"absent: {what}")


def device_images(pattern: str = "*.json") -> list[str]:
    """Names of the register images, to parametrize tests with; one name that `device_image` refuses where absent."""
    return sorted(p.name for p in (SHARED / "devices").glob(pattern)) or [f"none matches {pattern}"]


def device_image(name: str) -> Path:
    """The path of one register image of a real device."""
    path = SHARED / "devices" / name
    need(path.exists(), f"../shared/devices/{name}")
    return path


def free_port() -> int:
    """A loopback port that nobody listens on, and that no other test is given while this process lives."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many of them, one after the other."""
    while True:
        first = random.SystemRandom().choice(_PORTS[:-count])
        with ExitStack() as taken:
            try:
                for port in range(first, first + count):
                    # A name that all processes of this machine see: it keeps the port free for whom the test gives it.
                    name = taken.enter_context(socket.socket(socket.AF_UNIX))
                    name.bind(f"\0tepos-test-port-{port}")
                    with socket.socket() as probe:
                        probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _ours.append(taken.pop_all())
            return list(range(first, first + count))


@contextmanager
def replayed(image: Path | Mapping[str, Any], *, by: Peer = "modbus-serial", unit: int = 1) -> Iterator[int]:
    """Serve a register image with another implementer's server; gives the port of the recording proxy before it.

    An image is {"holding": {address: word}, "input": {address: word}}, or the path of such a file. Only modbus-serial
    minds the unit.
    """
    script = SHARED / "peers" / _SCRIPTS[by]
    need(script.exists(), f"../shared/peers/{script.name}")
    if script.suffix == ".js":
        need((NODE_MODULES / by).is_dir(), f"node module {by} (npm ci --prefix tests/node)")
    with tempfile.TemporaryDirectory() as folder:
        if not isinstance(image, Path):
            path = Path(folder) / "image.json"
            path.write_text(json.dumps({"holding": {}, "input": {}} | dict(image)))
            image = path
        command = ["node"] if script.suffix == ".js" else [sys.executable]
        with _started([*command, str(script), str(image)], unit) as port, recorded(port) as front:
            yield front


@contextmanager
def _started(command: list[str], unit: int) -> Iterator[int]:
    environment = os.environ | {"NODE_PATH": str(NODE_MODULES)}
    for _attempt in range(3):  # between choosing a free port and listening on it, somebody may take it
        port = free_port()
        with (
            tempfile.TemporaryFile() as errors,
            subprocess.Popen(
                [*command, str(port), str(unit)], stdout=subprocess.PIPE, stderr=errors, env=environment
            ) as process,
        ):
            try:
                if _up(process):
                    yield port
                    return
                errors.seek(0)
                said = errors.read()[-2000:].decode(errors="replace")
            finally:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
    raise AssertionError(f"{command[1]} did not start: {said}")


def _up(process: subprocess.Popen[bytes]) -> bool:
    assert process.stdout is not None
    deadline = time.monotonic() + _START_SECONDS
    said = b""
    while time.monotonic() < deadline:
        readable, _, _ = select.select([process.stdout], [], [], 0.2)
        if readable:
            chunk = os.read(process.stdout.fileno(), 1000)
            said += chunk
            if said.startswith(b"up"):
                return True
            if not chunk:
                return False
    return False
