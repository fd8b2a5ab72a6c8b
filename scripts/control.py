"""A running tepos answers other commands of the same user: its state, and questions to devices whose link it holds.

Many inverters accept one client only, so `tepos probe` must not open a second connection beside the collector's.
One Unix socket per process, one JSON document per line in each direction. Nothing can be written to a device here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
LIMIT = 4 * 1024 * 1024  # bytes of one document


def folder() -> Path:
    """Where the processes of this user listen."""
    # Not XDG_RUNTIME_DIR: a login shell has one, the service of the same user does not, and they must meet.
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"tepos-{os.getuid()}"  # noqa: S108 - owner and mode are checked


def socket_of(pid: int) -> Path:
    """The socket of one process."""
    return folder() / f"{pid}.sock"


class Control:
    """The listening side. `answers` maps the word of a question to what answers it."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self._answers = answers
        self._path = socket_of(os.getpid())
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Control:
        try:
            await self._listen()
        except OSError as error:  # a read-only /tmp must not stop the collector
            log.warning("no answers for `tepos status` and `tepos probe`: %s", error)
        return self

    async def _listen(self) -> None:
        own = folder()
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        if own.stat().st_uid != os.getuid() or own.stat().st_mode & 0o077:
            raise PermissionError(f"{own} must belong to this user alone (mode 0700)")
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LIMIT)

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            question = json.loads(await reader.readline())
            answer = await self._answers[question["ask"]](question)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        try:
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except ConnectionError:
            log.debug("the asking process went away")
        finally:
            writer.close()


def ask(pid: int, question: dict[str, Any], timeout: float = 60.0) -> dict[str, Any] | None:
    """The answer of one process; None when it does not listen (any more)."""
    with socket.socket(socket.AF_UNIX) as channel:
        channel.settimeout(timeout)
        try:
            channel.connect(str(socket_of(pid)))
            channel.sendall(json.dumps(question).encode() + b"\n")
            line = channel.makefile("rb").readline(LIMIT)
        except OSError:
            return None
    answer: dict[str, Any] = json.loads(line) if line else {}
    return answer


def running() -> list[int]:
    """The process ids that may be listening."""
    return sorted(int(path.stem) for path in folder().glob("*.sock") if path.stem.isdigit())


def same_endpoint(a: tuple[str, int], b: tuple[str, int]) -> bool:
    """Whether two host:port are the same place: equal words or a common address."""
    if a[1] != b[1]:
        return False
    return a[0] == b[0] or bool(_addresses(a[0]) & _addresses(b[0]))


def _addresses(host: str) -> set[str]:
    try:
        return {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return set()
