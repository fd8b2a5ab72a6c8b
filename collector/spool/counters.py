"""The counters of the spool, and the second copy of them that shows when the database lost its last transactions.

The counters stand in the database and change in the same transaction as the rows. A damaged write-ahead log makes
SQLite forget its newest transactions in silence; so a copy goes into a small file beside it after every commit. It is
not synced: after a power cut it may be old, absent or torn, never newer than the database; newer means that the
database went back.
"""

from __future__ import annotations

import logging
import os
import struct
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path

log = logging.getLogger(__name__)
_ENVELOPE = struct.Struct("<4sHxxQQ5Q")
_PREFIX = struct.Struct("<4sH")
_MAGIC = b"TPSQ"
SCHEMA = 1
"""Version of the tables and of this envelope."""


@dataclass(frozen=True, slots=True)
class Counters:
    """What became of the samples; appended = sent + rejected + dropped + damaged + queued. Unit: samples."""

    appended: int = 0
    sent: int = 0
    rejected: int = 0
    dropped: int = 0
    damaged: int = 0
    queued: int = field(init=False)
    """Still to be delivered: what is not accounted for otherwise, so that no loss can go uncounted."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "queued", self.appended - self.position)

    @property
    def position(self) -> int:
        """How many of the appended samples are settled: where reading goes on."""
        return self.sent + self.rejected + self.dropped + self.damaged

    def reached(self, appended: int) -> Counters:
        """The same, with at least so many samples appended."""
        return replace(self, appended=max(self.appended, appended))


@dataclass(frozen=True, slots=True)
class State:
    """The counters, whose they are (a random number made with the spool), and how often they changed."""

    identity: int
    revision: int = 0
    counters: Counters = Counters()

    def next(self, counters: Counters) -> State:
        """The state after one more change."""
        return State(self.identity, self.revision + 1, counters)

    def pack(self) -> bytes:
        """As bytes of fixed length, with a CRC-32."""
        c = self.counters
        settled = (c.sent, c.rejected, c.dropped, c.damaged)
        data = _ENVELOPE.pack(_MAGIC, SCHEMA, self.identity, self.revision, c.appended, *settled)
        return data + zlib.crc32(data).to_bytes(4, "little")


LENGTH = _ENVELOPE.size + 4


def unpack(data: object) -> State | None:
    """The state in these bytes; None when they are damaged or of another version."""
    if not isinstance(data, bytes) or version(data) != SCHEMA or len(data) != LENGTH:
        return None
    _magic, _version, identity, revision, *counted = _ENVELOPE.unpack_from(data)
    counters = Counters(*counted)
    return State(identity, revision, counters) if counters.queued >= 0 else None


def version(data: object) -> int | None:
    """The schema version that undamaged bytes state; None for damaged ones. The same place in every version."""
    if not isinstance(data, bytes) or len(data) < _PREFIX.size + 4 or data[:4] != _MAGIC:
        return None
    if zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
        return None
    return int(_PREFIX.unpack_from(data)[1])


class Sidecar:
    """The copy beside the database. Raises OSError when its file cannot be made or opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        self._silent = False

    def read(self) -> bytes:
        """What it holds, unchecked."""
        try:
            return os.pread(self._fd, 4096, 0)
        except OSError as error:  # a bad sector, or a directory in its place: the database has the same counters
            log.warning("%s cannot be read: %s", self.path, error)
            return b""

    def write(self, state: State) -> None:
        """Overwrite it in place; failing is no fault, only less protection."""
        try:
            os.pwrite(self._fd, state.pack(), 0)
            self._silent = False
        except OSError as error:
            if not self._silent:
                log.warning("%s cannot be written: %s", self.path, error)
            self._silent = True

    def close(self) -> None:
        """Release the file."""
        os.close(self._fd)
