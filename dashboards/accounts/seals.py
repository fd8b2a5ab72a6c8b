"""Seals of forms (CSRF): only a page of ours can have made the form that comes back, for this visitor, not long ago."""

from __future__ import annotations

import hashlib
import hmac

LASTS = 4 * 3_600_000
"""ms: somebody may fill in a form over lunch."""


def seal(key: bytes, visitor: str, now: int) -> str:
    """A seal for a form of this visitor (the secret of a session, or "" without one)."""
    return f"{now}.{_mac(key, visitor, str(now))}"


def holds(given: str, key: bytes, visitor: str, now: int) -> bool:
    """Whether a seal is ours, this visitor's, and still fresh."""
    made, _dot, mac = given.partition(".")
    if not (made.isascii() and made.isdigit() and len(made) < 16 and -60_000 <= now - int(made) < LASTS):
        return False
    return hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(key, visitor, made).encode())


def _mac(key: bytes, visitor: str, made: str) -> str:
    return hmac.new(key, f"{made}\n{visitor}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
