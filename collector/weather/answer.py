"""One question over HTTP, bounded in time and in size; what its failures mean. Nothing here asks twice.

Messages name the service and what it said, never the address asked: that may hold a key or an e-mail address.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from collector.errors import WeatherError, WeatherFormat, WeatherRefused, WeatherSlow, WeatherUnreachable
from config.language import _

USER_AGENT = "tepos (solar roofs of a town; requests)"
PIECE = 64 * 1024
SAID = 200
"""Characters that are told of what a service said."""
LONGEST_WAIT = 86_400.0
"""Seconds for which a service can ask us to wait."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait (seconds) and how much to take (bytes)."""

    connect: float = 5.0
    read: float = 20.0
    """Between two pieces of an answer."""
    total: float = 60.0
    size: int = 64 * 2**20
    """PVGIS' longest record, nineteen years, is about 25 MB."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered; the status is one of success."""

    service: str
    status: int
    body: bytes

    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", errors="replace")

    def document(self) -> dict[str, Any]:
        """The body as a JSON object; WeatherFormat when it is something else, as a login page."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            what = _("{service}: no JSON object, but: {said}")
            raise WeatherFormat(what.format(service=self.service, said=_readable(self.text())))
        return found


def ask(
    service: str,
    url: str,
    params: Mapping[str, str | int | float] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    secret: str | None = None,
    limits: Limits = LIMITS,
) -> Answer:
    """Ask once. `secret`, if any, is never told, and never sent on to where a redirect points.

    Raises WeatherUnreachable, WeatherSlow, WeatherRefused; WeatherFormat for an answer beyond all size.
    """
    deadline = time.monotonic() + limits.total
    try:
        with requests.get(
            url,
            params=params,
            headers={"User-Agent": USER_AGENT, **(headers or {})},
            timeout=(limits.connect, min(limits.read, limits.total)),
            allow_redirects=secret is None,
            stream=True,
        ) as response:
            answer = Answer(service, response.status_code, _body(service, response, deadline, limits))
            wait = response.headers.get("Retry-After", "")
    except (requests.Timeout, ReadTimeoutError) as error:
        raise _slow(service) from error
    except (requests.RequestException, HTTPError, OSError) as error:
        what = _("{service} cannot be reached ({reason})")
        raise WeatherUnreachable(what.format(service=service, reason=_reason(error))) from None
    if not 200 <= answer.status < 300:
        raise _refusal(answer, wait, secret)
    return answer


@contextmanager
def reading(service: str) -> Iterator[None]:
    """Inside, an answer is taken apart: what does not fit becomes WeatherFormat."""
    try:
        yield
    except WeatherError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        what = _("{service} answers in another form than it promises ({what})")
        told = f"{type(error).__name__}: {_readable(str(error))}"
        raise WeatherFormat(what.format(service=service, what=told)) from error


def promised(service: str, what: str, found: object, wanted: object) -> None:
    """WeatherFormat when a unit, a time zone or the like is not the one that was asked for."""
    if found != wanted:
        told = _("{service}: {what} is {found}, promised is {wanted}")
        raise WeatherFormat(told.format(service=service, what=what, found=repr(found)[:SAID], wanted=repr(wanted)))


def _body(service: str, response: requests.Response, deadline: float, limits: Limits) -> bytes:
    pieces, size = [], 0
    while piece := response.raw.read1(PIECE, decode_content=True):
        size += len(piece)
        if size > limits.size:
            told = _("{service}: the answer is larger than {size} MB")
            raise WeatherFormat(told.format(service=service, size=limits.size // 10**6))
        if time.monotonic() > deadline:
            raise _slow(service)
        pieces.append(piece)
    promised_size = response.headers.get("Content-Length", "")
    if promised_size.isdigit() and response.raw.tell() < int(promised_size):
        raise WeatherUnreachable(_("{service}: the answer ended half-way").format(service=service))
    return b"".join(pieces)


def _slow(service: str) -> WeatherSlow:
    return WeatherSlow(_("{service} did not answer in time").format(service=service))


def _refusal(answer: Answer, wait: str, secret: str | None) -> WeatherError:
    said = _said(answer)
    if secret:
        said = said.replace(secret, "…")
    told = f"{answer.service}: HTTP {answer.status}" + (f": {said}" if said else "")
    if answer.status >= 500:
        return WeatherUnreachable(told)
    if answer.status in (401, 403):
        return WeatherRefused(told + _(" -> give a valid key"))
    return WeatherRefused(told, min(float(wait), LONGEST_WAIT) if wait.isdigit() else None)


def _said(answer: Answer) -> str:
    """What the service says of its refusal: Open-Meteo `reason`, PVGIS `message`, NASA `messages`, CAMS XML."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return _readable(answer.text())
    if isinstance(found, dict):
        found = next((found[name] for name in ("reason", "message", "messages", "detail") if found.get(name)), found)
    return _readable(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))


def _readable(text: str) -> str:
    """The beginning of a text without tags, line breaks and control characters."""
    plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text[: 100 * SAID], flags=re.DOTALL | re.IGNORECASE)
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())[:SAID]


def _reason(error: BaseException | None) -> str:
    """The system's own words for what went wrong below requests, whose sentences repeat the address asked."""
    first, seen = error, set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
        inner = getattr(error, "reason", None) or next((a for a in error.args if isinstance(a, BaseException)), None)
        error = inner if isinstance(inner, BaseException) else error.__cause__ or error.__context__
    return type(first).__name__
