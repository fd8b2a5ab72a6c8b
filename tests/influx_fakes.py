"""Answers of InfluxDB 2 and 3, and of what stands before them, that no server here can give: written by hand.

The shapes of the answers follow InfluxData's documentation; nothing of this was compared with a real 2.x or 3.x.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """What arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    token: str | None
    lines: list[str]


@dataclass(frozen=True)
class Reply:
    """What goes back. `reset` breaks the connection instead."""

    status: int = 204
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False


def error_2x(status: int, code: str, message: str, **headers: str) -> Reply:
    """An error as InfluxDB 2 words it."""
    return Reply(
        status, json.dumps({"code": code, "message": message}), {"Content-Type": "application/json", **headers}
    )


UNAUTHORIZED = error_2x(401, "unauthorized", "unauthorized access")
FORBIDDEN = error_2x(403, "forbidden", "insufficient permissions for write")
TOO_LARGE = error_2x(413, "request too large", "cannot read data: points batch is too large")
NO_BUCKET = error_2x(404, "not found", 'bucket "pv" not found')
BAD_POINT = error_2x(
    422, "unprocessable entity", "failure writing points to database: partial write: field type conflict dropped=1"
)
BAD_POINT_3X = Reply(
    400,
    json.dumps(
        {
            "error": "partial write of line protocol occurred",
            "data": [{"original_line": "…", "line_number": 1, "error_message": "invalid column type for column 'pac'"}],
        }
    ),
)
LOGIN_PAGE = Reply(200, "<html><body>Bienvenue, identifiez-vous</body></html>", {"Content-Type": "text/html"})
BAD_GATEWAY = Reply(502, "<html><h1>502 Bad Gateway</h1></html>", {"Content-Type": "text/html"})
PLAIN_TO_TLS = Reply(
    400, "<html>400 The plain HTTP request was sent to HTTPS port</html>", {"Content-Type": "text/html"}
)


def busy(status: int = 503, **headers: str) -> Reply:
    """Too many requests, or unavailable, with its headers."""
    return error_2x(
        status, "unavailable", "write limit reached", **{k.replace("_", "-"): v for k, v in headers.items()}
    )


class FakeInflux:
    """A server whose every answer to a write is decided by `decide`; None means: take the lines and say 204."""

    def __init__(
        self, decide: Callable[[Request], Reply | None] = lambda _request: None, version: str = "v2.7.1"
    ) -> None:
        self.decide = decide
        self.version = version
        self.after_commit: Reply | None = None
        """What to answer instead of 204 after the lines were taken."""
        self.writes: list[Request] = []
        self.requests: list[Request] = []
        self.kept: dict[str, str] = {}
        """Fields by "measurement,tags time"."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port: int = self._server.server_address[1]
        self.url = f"influxdb://127.0.0.1:{self.port}?org=town&bucket=pv"

    @contextmanager
    def running(self) -> Iterator[FakeInflux]:
        """Serve in a thread until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _take(self, request: Request) -> Reply:
        self.writes.append(request)
        reply = self.decide(request)
        if reply is not None:
            return reply
        for line in request.lines:
            head, time = line.rsplit(" ", 1)
            series, fields = head.split(" ", 1)
            self.kept[f"{series} {time}"] = fields
        return self.after_commit or Reply()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                request = Request(
                    self.command, parts.path, parse_qs(parts.query), self.headers.get("Authorization"),
                    [line for line in body.decode().splitlines() if not line.startswith("#")],
                )  # fmt: skip
                fake.requests.append(request)
                if parts.path == "/ping":
                    reply = Reply(204, headers={"X-Influxdb-Version": fake.version} if fake.version else {})
                elif parts.path.endswith("/write"):
                    reply = fake._take(request)
                else:
                    reply = fake.decide(request) or Reply(200, '{"results":[{"statement_id":0}]}')
                if reply.reset:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    self.close_connection = True
                    return
                data = reply.body.encode()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.status != 204:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def finish(self) -> None:
                if not self.connection._closed:  # type: ignore[attr-defined]
                    super().finish()

            def log_message(self, *_args: object) -> None:
                pass

        return Handler
