"""A real InfluxDB 1.6 (Debian's influxd) as an ordinary process: own directory, free ports, stopped by its pid."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers import free_ports

CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  wal-fsync-delay = "0s"
  query-log-enabled = false
[monitor]
  store-enabled = false
[retention]
  check-interval = "30m"
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
  auth-enabled = {auth}
  max-body-size = {max_body}
[continuous_queries]
  enabled = false
[logging]
  level = "error"
"""


def binary() -> str:
    """Path of influxd; skips the test without it, fails it in CI."""
    found = shutil.which("influxd")
    if found is None:
        reason = "influxd is not installed (apt-get install influxdb): the InfluxDB store was not tried"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


class Influxd:
    """One server. It keeps its ports and its data over `stop` and `start`."""

    def __init__(self, folder: Path, *, auth: bool = False, max_body: int = 0) -> None:
        self.port, rpc = free_ports(2)
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / "influxdb.conf"
        self._config.write_text(
            CONFIG.format(folder=folder, port=self.port, rpc=rpc, auth=str(auth).lower(), max_body=max_body)
        )
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Influxd:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([binary(), "run", "-config", str(self._config)], stdout=log, stderr=log)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=10).close()
                return self
            except OSError:
                assert self._process.poll() is None, self._log.read_text()
                time.sleep(0.02)
        raise AssertionError(f"influxd does not answer: {self._log.read_text()}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(120)
            self._process = None

    def __enter__(self) -> Influxd:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def line(self, database: str, line: str) -> None:
        """Write line protocol as another program would; times in ms."""
        address = f"http://127.0.0.1:{self.port}/write?db={database}&precision=ms"
        urllib.request.urlopen(address, line.encode(), timeout=120).close()

    def query(self, text: str, **more: str) -> str:
        """Run one InfluxQL statement as an administrator would."""
        data = urllib.parse.urlencode({"q": text}).encode()
        address = f"http://127.0.0.1:{self.port}/query?{urllib.parse.urlencode(more)}"
        with urllib.request.urlopen(address, data, timeout=120) as reply:
            return reply.read().decode()

    def url(self, database: str, more: str = "") -> str:
        return f"influxdb://127.0.0.1:{self.port}?bucket={database}{more}"

    def fresh(self, database: str) -> str:
        """Create an empty database and give the store's address of it."""
        self.query(f'DROP DATABASE "{database}"')
        self.query(f'CREATE DATABASE "{database}"')
        return self.url(database)


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """One server for all tests of a module; a test that stops it starts one of its own."""
    with Influxd(tmp_path_factory.mktemp("influxd")) as server:
        yield server
