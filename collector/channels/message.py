"""One message for one recipient."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Message:
    """The key says what is told: the same recipient never has two messages of one key in the outbox."""

    key: str
    """As ``qdkzvb/opened``, ``digest/2026-11-28``."""
    recipient: str
    """See `recipient`: no address."""
    route: str
    """Name of the route in notify.toml, for people."""
    subject: str
    text: str
    created: int
    """ms UTC."""

    @property
    def id(self) -> str:
        """The same at each attempt: by it a mail server, or who reads, knows that a second one is the first."""
        return blake2b(f"{self.key} {self.recipient}".encode(), digest_size=16).hexdigest()


def recipient(kind: str, address: str) -> str:
    """What stands for an address wherever something is kept or logged: ``mail-1f0c…``. The address cannot be read out
    of it; it is found again by comparing with those of notify.toml."""
    return f"{kind}-{blake2b(address.encode(), digest_size=8).hexdigest()}"
