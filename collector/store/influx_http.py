"""What InfluxDB's HTTP answers mean for the sender: taken, try later, wrong token, too large, or never.

The rule: only 204 says "taken". Anything that InfluxDB itself did not say (a proxy's login page, a redirect, an empty
200) is "try later": nothing may be lost because something that stands in between answered kindly, and nothing
quarantined because it answered rudely.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from collector.errors import StoreDenied, StoreError, StoreRejected, StoreTooLarge, StoreUnavailable
from config.language import _


def refusal(url: str, status: int, headers: Mapping[str, str], body: str) -> StoreError:
    """The error that an answer to a write other than 204 stands for."""
    said = message(body)
    told = f"{url}: HTTP {status}" + (f": {said}" if said else "")
    if status in (401, 403):
        return StoreDenied(told + _(" -> give a token that may write to this bucket"))
    if status == 413:
        return StoreTooLarge(told)
    if status in (400, 422) and said is not None:
        return StoreRejected(told)
    if status == 404 and said is not None:
        return StoreUnavailable(told + _(" -> create the database, bucket or organisation, or correct its name"))
    if 300 <= status < 400:
        return StoreUnavailable(told + _(" -> a redirect is not followed: write the final address of the store"))
    if status in (429,) or status >= 500:
        return StoreUnavailable(told, retry_after(headers))
    return StoreUnavailable(
        told + _(" -> this is no answer of an InfluxDB: does a proxy or a login page stand before it?")
    )


def message(body: str) -> str | None:
    """What InfluxDB says in the JSON of an error: 1.x and 3.x `error`, 2.x `message`; None when it is not that."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    said = document.get("message") or document.get("error")
    if not isinstance(said, str):
        return None
    details = document.get("data")  # 3.x: which lines of a batch, and why
    if isinstance(details, list) and details and isinstance(details[0], dict):
        said += f": {details[0].get('error_message', '')}"
    return said[:500]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks us to wait; a date is taken relative to the server's own clock (its Date header)."""
    text = headers.get("Retry-After")
    if text is None:
        return None
    try:
        seconds = float(text)
        return seconds if 0 <= seconds < float("inf") else None
    except ValueError:
        pass
    try:
        later = parsedate_to_datetime(text) - parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError, TypeError):
        return None
    return max(0.0, later.total_seconds())
