"""Asking a Grafana over HTTP. The only home of grafana-api, which has been quiet since 2020.

Its own caller fails on an empty answer (204), follows redirects, and tells no error by what one can do about it. So
requests go through its session, its address and its authentication, and the answers are judged here.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from grafana_api.grafana_face import GrafanaFace

from collector.errors import CollectorError
from config.language import _

SECONDS = 15.0
"""For each answer."""


class GrafanaError(CollectorError):
    """Grafana did not do it. `status` is that of HTTP, 0 when there was no answer of a Grafana at all."""

    def __init__(self, told: str, status: int = 0) -> None:
        self.status = status
        super().__init__(told)


class Grafana:
    """One Grafana, seen with one service account's token. Does not connect before it is asked."""

    def __init__(self, url: str, token: str, seconds: float = SECONDS) -> None:
        """ValueError, whose message does not repeat it, for an address that makes no sense or holds a secret."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = None
        if host is None or parts.scheme not in ("http", "https") or "@" in parts.netloc or parts.query:
            raise ValueError(_("this is no address of a Grafana: write http://host:3000, or with its path behind"))
        path = parts.path.strip("/")
        self.url = f"{parts.scheme}://{parts.netloc}" + (f"/{path}" if path else "")
        prefix = f"{path}/" if path else ""
        place = f"[{host}]" if ":" in host else host
        self._face = GrafanaFace(token, place, port, prefix, parts.scheme, timeout=seconds)

    def ask(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401
        """What it answers as JSON, None when empty. `path` stands below /api. GrafanaError, also without JSON."""
        api = self._face.api
        # Without provenance people may go on editing what was pushed.
        headers = {"X-Disable-Provenance": "true", "Accept": "application/json"}
        try:
            answer = api.s.request(
                method, api.url + path, json=body, auth=api.auth, verify=api.verify, timeout=api.timeout,
                headers=headers, allow_redirects=False,
            )  # fmt: skip
        except OSError as error:  # requests' errors are all of this kind
            sentence = _("{url}: no answer ({why}) -> is it running, and is this its address?")
            raise GrafanaError(sentence.format(url=self.url, why=type(error).__name__)) from None
        status, text = answer.status_code, answer.text
        if 200 <= status < 300 and not text.strip():
            return None
        try:
            said = json.loads(text)
        except ValueError:
            said = None
        if status >= 300 or not isinstance(said, dict | list):
            raise GrafanaError(self._told(method, path, status, said), status if said is not None else 0)
        return said

    def find(self, path: str) -> Any:  # noqa: ANN401
        """As GET of `ask`; None for what is not there."""
        try:
            return self.ask("GET", path)
        except GrafanaError as error:
            if error.status == 404:
                return None
            raise

    def _told(self, method: str, path: str, status: int, said: object) -> str:
        where = f"{self.url}: {method} /api{path.partition('?')[0]}: HTTP {status}"
        message = said.get("message") if isinstance(said, dict) else None
        if isinstance(message, str) and message:
            where += f": {message[:300]}"
        return where + _remedy(status, foreign=said is None)


def _remedy(status: int, *, foreign: bool) -> str:
    """What to try."""
    if 300 <= status < 400:
        return _(" -> a redirect is not followed: write the final address, with https if it is so")
    if status == 401:
        return _(" -> the token is unknown or has expired: make one of a service account and put it into the file")
    if status == 403:
        return _(" -> the token may not do that: boards need the role Editor; data sources and alert rules, Admin")
    if foreign:
        return _(" -> this is no answer of a Grafana: does a proxy or a login page stand before it?")
    if status == 404:
        return _(" -> the address lacks Grafana's path, or this Grafana is older than 11")
    if status == 409:
        return _(" -> something of that name is there already, from elsewhere: rename or remove it in Grafana")
    if status == 412:
        return _(" -> a board of that name, or a newer one, is there: rename or remove it in Grafana, push again")
    if status == 429 or status >= 500:
        return _(" -> Grafana is in trouble itself: look into its log, push again later")
    return _(" -> Grafana refuses what was pushed: is it older than 11, or is this provisioned by its files?")
