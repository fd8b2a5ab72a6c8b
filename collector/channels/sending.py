"""From the outbox to the channels: each message to its recipient, until it is taken or refused for good."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from collector.channels.channel import Channel
from collector.channels.mail import Mail, Mailbox
from collector.channels.message import recipient
from collector.channels.others import Other
from collector.channels.outbox import Outbox
from collector.channels.webhook import Webhook
from collector.errors import ChannelDown, ChannelRefused
from config.language import _
from config.notify import Notify, Route, secret_beside

log = logging.getLogger(__name__)


def addresses(route: Route) -> dict[str, tuple[str, str]]:
    """Who a route reaches: (kind, address, or name of the file that holds it) by recipient."""
    ways = [
        *(("mail", address) for address in route.mail),
        *(("webhook", name) for name in route.webhook_files),
        *(("apprise", name) for name in route.apprise_files),
    ]
    return {recipient(kind, address): (kind, address) for kind, address in ways}


class Channels:
    """The ways out of a town, opened when they are needed. To be closed after a round."""

    def __init__(self, notify: Notify, folder: Path, password: str | None = None, seconds: float = 20.0) -> None:
        """`folder`: in which the files with secrets stand that notify.toml names."""
        self._ways = {who: way for route in notify.routes for who, way in addresses(route).items()}
        self._folder = folder
        self._box = None if notify.smtp is None else Mailbox(notify.smtp, password, seconds)

    def of(self, who: str) -> Channel:
        """The channel to a recipient. ChannelRefused for one that notify.toml does not name any more."""
        if who not in self._ways:
            raise ChannelRefused(_("notify.toml does not name this recipient any more"))
        kind, address = self._ways[who]
        if kind == "mail":
            if self._box is None:
                raise ChannelDown(_("there is no server to send mail by"))
            return Mail(self._box, address)
        secret = secret_beside(self._folder, address)
        return Webhook(secret) if kind == "webhook" else Other(secret)

    def close(self) -> None:
        """Give connections back."""
        if self._box is not None:
            self._box.close()


def deliver(
    outbox: Outbox, channel_of: Callable[[str], Channel], now: Callable[[], int], stop: Callable[[], bool]
) -> Mapping[str, str]:
    """Try everything that is due, each message once; what failed, by recipient. Never raises ChannelError.

    A recipient whose channel is down is not tried again in this round.
    """
    down: dict[str, str] = {}
    for waiting in outbox.due(now()):
        message = waiting.message
        if stop() or message.recipient in down:
            continue
        if waiting.attempts and waiting.error is None:
            log.warning("message %s was being sent when tepos ended; it goes again, as the same", message.key)
        outbox.trying(waiting, now())
        try:
            channel_of(message.recipient).send(message)
        except ChannelRefused as error:
            log.warning("message %s (%s) is refused for good: %s", message.key, message.route, error)
            outbox.refused(waiting, now(), str(error))
        except Exception as error:  # a channel is foreign code: whatever it does, the others get theirs
            down[message.recipient] = str(error)
            outbox.failed(waiting, str(error))
        else:
            outbox.sent(waiting, now())
    return down
