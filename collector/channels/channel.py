"""What a way out is."""

from __future__ import annotations

from typing import Protocol

from collector.channels.message import Message


class Channel(Protocol):
    """Sends messages to one recipient. May hold a connection between two; belongs to one thread."""

    def send(self, message: Message) -> None:
        """Hand it over. On return the other side has taken it.

        ChannelDown: it may be tried again, and may have arrived all the same. ChannelRefused: never.
        """
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...
