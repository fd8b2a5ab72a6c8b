"""Runs the real `tepos` as its users do: as a program, in a data directory of its own, in English.

ended = tepos("status", "--data", folder)          # -> code, out, err; .json for the document on stdout
with running("collect", "--town", town, "--data", data) as collector:
    collector.wait_for("polling")                  # in what it wrote so far
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
TEPOS = [sys.executable, "-m", "scripts.cli"]
PATIENCE = 120.0
"""Seconds that a test waits for what must come; far more than it takes."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """Both streams, with the blanks that tables put between words made one."""
        return " ".join((self.out + " " + self.err).split())


@cache
def _sockets() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="tepos-", ignore_cleanup_errors=True)  # a socket's path: 108 characters


def environment(more: Mapping[str, object] | None = None) -> dict[str, str]:
    """This process's, without its own TEPOS_ settings; sockets of running tepos in a folder of this process."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TEPOS_") and name != "COLUMNS"}
    wanted = {"TEPOS_LANG": "en", "TMPDIR": _sockets().name} | {k: str(v) for k, v in (more or {}).items()}
    return clean | wanted


def tepos(*words: object, env: Mapping[str, object] | None = None, largest_file: int | None = None) -> Ended:
    """Run one command to its end. A traceback is a failure of the test, whatever the command was asked.

    With `largest_file` (bytes) no file can grow beyond that: a disk without room for it.
    """
    limit = [] if largest_file is None else ["prlimit", f"--fsize={largest_file}"]
    done = subprocess.run(
        [*limit, *TEPOS, *map(str, words)],
        cwd=ROOT,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def each(commands: Sequence[Sequence[object]], env: Mapping[str, object] | None = None) -> list[Ended]:
    """Run several quick commands, each in its own process forked from one (see each.py)."""
    words = json.dumps([[str(word) for word in command] for command in commands])
    program = [sys.executable, "-m", "tests.scripts.commands.each", words]
    done = subprocess.run(
        program, cwd=ROOT, env=environment(env), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [Ended(*ended) for ended in json.loads(done.stdout)]
    assert not [ended for ended in found if "Traceback" in ended.err]
    return found


class Running:
    """A command that goes on."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path, err: Path) -> None:
        self.process, self._out, self._err = process, out, err

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def said(self) -> str:
        """Both streams so far."""
        return self._out.read_text(encoding="utf-8") + self._err.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> str:
        """Wait until it has written that; gives all it wrote."""
        return until(lambda: self.said if text in self.said else None, lambda: f"{text!r} not in: {self.said}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> Ended:
        """Send the signal and wait for the end."""
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE)
        ended = Ended(code, self._out.read_text(encoding="utf-8"), self._err.read_text(encoding="utf-8"))
        assert "Traceback" not in ended.err, ended.err
        return ended


@contextmanager
def running(*words: object, env: Mapping[str, object] | None = None) -> Iterator[Running]:
    """Start a command and let it run while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = subprocess.Popen(
                [*TEPOS, *map(str, words)],
                cwd=ROOT,
                env=environment(env),
                stdin=subprocess.DEVNULL,
                stdout=to_out,
                stderr=to_err,
            )
        try:
            yield Running(process, out, err)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def until(look: Any, otherwise: Any = lambda: "it never came") -> Any:
    """The first result of `look` that is something; fails with what `otherwise` says after a long while."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)
    return found


Wanted = tuple[str, str, int, int]
"""id, map, port on 127.0.0.1, unit."""


def town_folder(folder: Path, devices: Sequence[Wanted], *, period: int = 1, more: str = "") -> Path:
    """A town of one site `hall` with these devices, one link for each port; SDM meters are meters, others inverters."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        '[place]\nname = "Nulleville"\ninsee = "00000"\nlatitude = 50\nlongitude = 3\naltitude = 0',
        'tz = "Europe/Paris"\nsource = "invented for a test"\nstatus = "assumed"',
    ]
    for port in dict.fromkeys(port for _id, _map, port, _unit in devices):
        lines.append(
            f'[[links]]\nid = "to-{port}"\nhost = "127.0.0.1"\nport = {port}\nperiod = {period}\ntimeout = 20.0'
        )
    lines.append('[[sites]]\nid = "hall"\nname = "Hall"\nowner = "commune"\nsource = "invented"\nstatus = "assumed"')
    lines.append('[[sites.roofs]]\nid = "roof"\nname = "Roof"\n[[sites.roofs.arrays]]\nid = "a"')
    lines.append('kwp = { value = 1, source = "invented", status = "assumed" }\nmount = "two-axis"')
    lines.append('module = { technology = "other" }')
    for name, map_name, port, unit in devices:
        meter = map_name.startswith("eastron")
        lines.append(f"[[sites.{'meters' if meter else 'inverters'}]]")
        lines.append(f'id = "{name}"\nmap = "{map_name}"\nlink = "to-{port}"\nunit = {unit}')
        lines.append('measures = "production"' if meter else "")
    (folder / "town.toml").write_text("\n".join([*lines, more]), encoding="utf-8")
    return folder


@contextmanager
def one_client(port: int) -> Iterator[int]:
    """A proxy before 127.0.0.1:`port` that, as many inverters, serves one client and closes on every other."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken = threading.Lock()

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=pump, args=(server, client), daemon=True)
            back.start()
            pump(client, server)
            back.join()
        taken.release()

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                if taken.acquire(blocking=False):
                    threading.Thread(target=serve, args=(client,), daemon=True).start()
                else:
                    client.close()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
