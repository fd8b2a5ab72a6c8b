"""A real SMTP server and a real HTTP server on loopback, that keep what they are given and refuse when told to."""

from __future__ import annotations

import json
import logging
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.peers import free_ports

PASSWORD = "s3cret"

logging.getLogger("mail.log").setLevel(logging.ERROR)  # it speaks on when pytest has closed its streams


@dataclass
class Office:
    """What arrived. `answer` is what the server says to a message, `to_recipient` to its recipient."""

    port: int = 0
    ca_file: str = ""
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answer: str = "250 OK"
    to_recipient: str = "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(to)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            letter = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
            self.letters += [(to, letter) for to in envelope.rcpt_tos]  # type: ignore[misc]
        return self.answer

    @property
    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for _to, letter in self.letters]

    def text(self, place: int = -1) -> str:
        return str(self.letters[place][1].get_content()).replace("\r\n", "\n")


def certificate(folder: Path) -> tuple[str, str]:
    """A certificate for 127.0.0.1 and its key, by openssl."""
    files = str(folder / "cert.pem"), str(folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
               "-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return files


def _knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
    good = isinstance(login, LoginPassword) and login.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


@contextmanager
def post_office(folder: Path | None = None, *, implicit: bool = False, port: int = 0) -> Iterator[Office]:
    """Without a folder plain SMTP; with one encrypted and with a password: STARTTLS, or TLS from the first byte."""
    office = Office(port or free_ports(1)[0])
    options: dict[str, Any] = {}
    if folder is not None:
        office.ca_file, key = certificate(folder)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(office.ca_file, key)
        options = {"ssl_context": context} if implicit else {"tls_context": context, "require_starttls": True}
        options |= {"authenticator": _knows, "auth_require_tls": not implicit}
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **options)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


@dataclass
class Hook:
    """What was posted, and what is answered."""

    url: str = ""
    status: int = 200
    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Idempotency key, body."""
    called: int = 0
    """GETs."""


@contextmanager
def web_hook() -> Iterator[Hook]:
    """An HTTP server."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hook.posted.append((self.headers["Idempotency-Key"], body))
            self._answer()

        def do_GET(self) -> None:
            hook.called += 1
            self._answer()

        def _answer(self) -> None:
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_port}/secret-path"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
