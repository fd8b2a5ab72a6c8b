"""What every answer has in common: the reader's language, the headers that keep a page shut, and what may be kept."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.language import LANGUAGES, _, speaking

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=31536000"
LARGEST = 64 * 1024
"""Bytes of a form."""
LARGER = ("/initiatives/instruction/", 10 * 1024 * 1024 + LARGEST)
"""Where documents are sent, of which only the hash is kept; nobody but who is signed in is listened to there."""
KEPT = "public, max-age=31536000, immutable"
"""Static files change their address when they change (see pages.static)."""
FIRST, *OTHERS = LANGUAGES


def language_of(path: str) -> str:
    """The language that a path asks for."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in OTHERS else FIRST


class Speech:
    """The language of an answer: that of the first part of its path (``/en/…``), else French."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the language of the path, and hand its rest on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        language = language_of(scope["path"])
        if language != FIRST:
            path = scope["path"].removeprefix(f"/{language}") or "/"
            scope = {**scope, "path": path, "raw_path": path.encode()}
        scope = {**scope, "language": language}
        with speaking(language):
            await self.app(scope, receive, send)


class Shut:
    """Security headers on every answer; nothing but static files may be kept by a browser or a proxy."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self.app, self.secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers."""

        async def shut(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if self.secure:
                    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
                own = scope["type"] == "http" and scope["path"].startswith("/static/")
                headers.setdefault("Cache-Control", KEPT if own else "no-store")
            await send(message)

        await self.app(scope, receive, shut)


class Small:
    """A form is small: what is larger is refused before it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what has a small body, and says so; else 411 or 413."""
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD", "OPTIONS"):
            length = dict(scope["headers"]).get(b"content-length", b"")
            path, larger = LARGER
            most = larger if scope["path"].startswith(path) else LARGEST
            if not length.isdigit() or len(length) > 9 or int(length) > most:
                told = _("Too large: at most {n} kB can be sent here.").format(n=most // 1024) if length else ""
                await PlainTextResponse(told, 413 if length else 411)(scope, receive, send)
                return
        await self.app(scope, receive, send)
