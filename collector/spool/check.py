"""Whether a spool file holds together, and which errors say that it does not."""

from __future__ import annotations

import sqlite3

from collector.errors import CollectorError, SpoolError
from collector.spool import counters as spool_counters
from collector.spool import record as spool_record
from collector.spool.counters import SCHEMA, State
from collector.spool.record import HEAD
from config.language import _


class Damaged(CollectorError):
    """The file does not hold together; `state` is the newest undamaged copy of the counters, if there is one."""

    def __init__(self, reason: str, state: State | None = None) -> None:
        self.state = state
        super().__init__(reason)


# Not "the file is damaged" but "the machine does not let us": to be told, not to be replaced.
_MACHINE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PERM,
            sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOLFS}  # fmt: skip
_DAMAGED_READ = {sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}


def means_damage(error: Exception) -> bool:
    """Whether an error says that the file is damaged, rather than that the machine refuses."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(error, Damaged):
        return True
    if not isinstance(error, sqlite3.Error) or code is None:
        return False
    if code & 0xFF == sqlite3.SQLITE_IOERR:
        return code in _DAMAGED_READ
    return code & 0xFF not in _MACHINE


def examine(connection: sqlite3.Connection, beside: bytes) -> tuple[State, int]:
    """Whether the file holds together: its state and the bytes of its records.

    `beside` is what the sidecar holds. Raises Damaged, or SpoolError for a file of a newer version.
    """
    outside = spool_counters.unpack(beside)
    inside: State | None = None
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        try:
            row = connection.execute("SELECT envelope FROM state WHERE id = 1").fetchone()
            inside = spool_counters.unpack(row[0]) if row else None
        except sqlite3.Error as error:
            if not means_damage(error):
                raise
        known = _newer(inside, outside)
        if version > SCHEMA and not (known and (version ^ SCHEMA).bit_count() == 1):  # one bit: a flip, not a version
            raise SpoolError(
                _(
                    "the spool has version {found}, this tepos knows versions up to {known}: install the tepos that "
                    "wrote it, let it deliver what is queued, then go on with this one"
                ).format(found=version, known=SCHEMA)
            )
        if version != SCHEMA:
            raise Damaged(f"schema version {version}", known)
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != b"ok":
            raise Damaged(verdict.decode(errors="replace"), known)
        if inside is None:
            raise Damaged("counters damaged", outside)
        if known != inside:
            raise Damaged("the newest transactions are missing", known)
        return inside, _measure(connection, inside)
    except sqlite3.Error as error:
        if means_damage(error):
            raise Damaged(str(error), _newer(inside, outside)) from error
        raise


def _newer(inside: State | None, outside: State | None) -> State | None:
    if inside is None or outside is None:
        return inside or outside
    if inside.identity != outside.identity:  # a sidecar left over from another spool
        return inside
    return outside if outside.revision > inside.revision else inside


def _measure(connection: sqlite3.Connection, state: State) -> int:
    """Bytes of the queued records. Damaged when they do not follow each other from the position to the end."""
    at, appended, total = state.counters.position, state.counters.appended, 0
    first = True
    query = f"SELECT ordinal, substr(record, 1, {HEAD.size}), length(record) FROM queue"  # noqa: S608
    for ordinal, start_of_record, length in connection.execute(query):
        if not isinstance(ordinal, int) or not at < ordinal <= appended:
            raise Damaged("records out of order", state)
        head = spool_record.look(start_of_record)
        if head is not None and not (head.end == ordinal and (head.start <= at if first else head.start == at)):
            # Either the head is damaged (then only this record is), or it stands in the wrong place.
            (record,) = connection.execute("SELECT record FROM queue WHERE ordinal = ?", (ordinal,)).fetchone() or (
                b"",
            )
            if spool_record.checked(record):
                raise Damaged("record in the wrong place", state)
        at, first = ordinal, False
        total += length or 0
    if at != appended:
        raise Damaged("records are missing", state)
    return total
