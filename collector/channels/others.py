"""Everything that is neither e-mail nor a webhook, by apprise: an extra, loaded when the first message goes."""

from __future__ import annotations

from dataclasses import dataclass

from collector.channels.message import Message
from collector.errors import ChannelDown
from config.language import _


@dataclass(frozen=True, slots=True)
class Other:
    """One address of apprise. See Channel. It says neither why it failed nor whether for good: it is tried again."""

    url: str

    def send(self, message: Message) -> None:
        """See Channel."""
        try:
            import apprise
        except ImportError:
            raise ChannelDown(_("apprise is not installed; pip install 'tepos[notify]'")) from None
        sender = apprise.Apprise()
        if not sender.add(self.url):
            raise ChannelDown(_("apprise does not understand the address in the file"))
        if not sender.notify(body=message.text, title=message.subject):
            raise ChannelDown(_("apprise could not send the message"))

    def close(self) -> None:
        """See Channel: nothing is held."""
