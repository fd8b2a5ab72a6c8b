"""Passwords as they are kept: scrypt with a salt of their own (RFC 7914), compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets

COST, BLOCK, PARALLEL = 2**14, 8, 1
"""16 MiB and about 50 ms for each guess (OWASP's floor for scrypt is 2**14 with r = 8, p = 5, or more memory)."""
SHORTEST, LONGEST = 12, 200
LENGTH = 32


def hashed(password: str) -> str:
    """What is kept of a password. ValueError when it is too short or too long to be one."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters")
    salt = secrets.token_bytes(16)
    return f"scrypt${COST}${BLOCK}${PARALLEL}${salt.hex()}${_derived(password, salt, COST, BLOCK, PARALLEL).hex()}"


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password. Without one to compare with it takes as long, and is not."""
    if kept is None:
        _derived(password[:LONGEST], b"nobody's salt   ", COST, BLOCK, PARALLEL)
        return False
    _name, cost, block, parallel, salt, derived = kept.split("$")
    made = _derived(password[: LONGEST + 1], bytes.fromhex(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(made, bytes.fromhex(derived))


def _derived(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    words = password.encode("utf-8", "surrogatepass")
    memory = 256 * cost * block
    return hashlib.scrypt(words, salt=salt, n=cost, r=block, p=parallel, maxmem=memory, dklen=LENGTH)
