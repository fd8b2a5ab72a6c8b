"""What Grafana's HTTP answers, written from its documentation: nothing of it was compared with a running one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "glsa-canary-91c4"
Reply = tuple[int, str]
"""Status and text of an answer."""
LOGIN_PAGE: Reply = (200, "<!DOCTYPE html><html><title>Grafana</title></html>")


@dataclass
class Asked:
    """What arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Stub:
    """Keeps what is put into it, by path. `decide` may answer otherwise; `slow` seconds pass before each answer."""

    decide: Callable[[Asked], Reply | None] = lambda _asked: None
    slow: float = 0.0
    asked: list[Asked] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/grafana"

    @property
    def writes(self) -> list[str]:
        return [f"{each.method} {each.path}" for each in self.asked if each.method != "GET"]

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if (decided := self.decide(asked)) is not None:
            return decided
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return said(401, "Invalid API key")
        path, body = asked.path.removeprefix("/grafana/api"), asked.body
        match asked.method, path:
            case "GET", _ if path.endswith("/health"):
                return 200, json.dumps({"status": "OK", "message": "datasource is working"})
            case "GET", "/v1/provisioning/contact-points":
                return 200, json.dumps([body for at, body in self.kept.items() if at.startswith(f"{path}/")])
            case "GET", _:
                return (200, json.dumps(self.kept[path])) if path in self.kept else said(404, "not found")
            case "POST", "/dashboards/db":
                board = {**body["dashboard"], "id": 7, "version": 3}
                self.kept[f"/dashboards/uid/{board['uid']}"] = {"dashboard": board, "meta": {"folderUid": "x"}}
            case "POST", "/datasources":
                self.kept[f"/datasources/uid/{body['uid']}"] = body
            case "POST", "/v1/provisioning/mute-timings":
                self.kept[f"{path}/{body['name']}"] = body
                return 201, json.dumps(body)
            case "POST", _:
                self.kept[f"{path}/{body['uid']}"] = body
            case "PUT", "/v1/provisioning/policies":
                self.kept[path] = body
                return 202, json.dumps({"message": "policies updated"})
            case "PUT", _ if "contact-points" in path:
                self.kept[path] = body
                return 204, ""
            case "PUT", _:
                self.kept[path] = body
        return 200, json.dumps({"message": "done"})

    @contextmanager
    def running(self) -> Iterator[Stub]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                status, text = stub.answer(Asked(self.command, self.path, dict(self.headers), body))
                time.sleep(stub.slow)
                data = text.encode()
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"{stub.url}/login")
                if status != 204:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = _serve

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.port = server.server_port
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


def said(status: int, message: str) -> Reply:
    """An error as Grafana words it."""
    return status, json.dumps({"message": message, "traceID": ""})
