"""HTTP: a message posted as JSON to an address, and the heartbeat. The address is a secret and is never told.

The key goes along as `Idempotency-Key`: who receives it can know a second attempt for the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from collector.channels.message import Message
from collector.errors import ChannelDown, ChannelRefused
from config.language import _

SECONDS = (5.0, 15.0)
"""To connect, and for the answer."""
LATER = frozenset({401, 403, 404, 408, 409, 425, 429})
"""Refusals that somebody can mend: a key, an address, a quota."""
AGENT = "tepos (solar roofs of a town)"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address. See Channel."""

    url: str

    def send(self, message: Message) -> None:
        """See Channel. The body: `key`, `subject`, `text`."""
        body = {"key": message.key, "subject": message.subject, "text": f"{message.subject}\n\n{message.text}"}
        headers = {"Idempotency-Key": message.id, "User-Agent": AGENT}
        status = _status("POST", self.url, json=body, headers=headers, allow_redirects=False)
        if 200 <= status < 300:
            return
        told = _("the webhook answered {status}").format(status=status)
        raise ChannelRefused(told) if 400 <= status < 500 and status not in LATER else ChannelDown(told)

    def close(self) -> None:
        """See Channel: nothing is held."""


def heartbeat(url: str) -> None:
    """Call the address that waits for us; ChannelDown when it does not answer well."""
    status = _status("GET", url, headers={"User-Agent": AGENT})
    if not 200 <= status < 300:
        raise ChannelDown(_("the heartbeat address answered {status}").format(status=status))


def _status(method: str, url: str, **how: Any) -> int:  # noqa: ANN401 - what requests takes
    try:
        with requests.request(method, url, timeout=SECONDS, stream=True, **how) as answer:
            return int(answer.status_code)
    except (requests.RequestException, OSError, ValueError) as error:
        # Its text holds the address.
        what = _("no answer over HTTP ({reason})").format(reason=type(error).__name__)
        raise ChannelDown(what) from None
