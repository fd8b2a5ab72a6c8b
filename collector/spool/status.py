"""A look at the spool from another process, while its owner runs or not."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from collector.errors import SpoolError
from collector.spool import counters as spool_counters
from collector.spool import record as spool_record
from collector.spool.counters import Counters
from collector.spool.record import HEAD
from collector.spool.salvage import PAGE
from config.language import _

_OLDEST = f"SELECT substr(record, 1, {HEAD.size}) FROM queue ORDER BY ordinal"  # noqa: S608


@dataclass(frozen=True, slots=True)
class SpoolStatus:
    """A look at a spool from outside."""

    path: Path
    counters: Counters
    depth_bytes: int
    max_bytes: int
    """Size of the file: its room is taken when it is made."""
    oldest: int | None
    """When the oldest queued record was appended (ms UTC); None when the queue is empty."""
    quarantined: int
    set_aside: list[Path]
    """Damaged files that were replaced."""


def inspect(path: Path) -> SpoolStatus:
    """How full a spool is; writes nothing. SpoolError when there is nothing that can be read."""
    path = path.resolve()
    # Without a log nobody has it open: `immutable` then leaves no log behind that the owner could not open.
    mode = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True, timeout=5)) as connection:
            connection.text_factory = bytes
            connection.execute("BEGIN")
            (envelope,) = connection.execute("SELECT envelope FROM state WHERE id = 1").fetchone() or (b"",)
            state = spool_counters.unpack(envelope)
            if state is None:
                raise SpoolError(_("{path}: the counters cannot be read").format(path=path))
            (depth,) = connection.execute("SELECT total(length(record)) FROM queue").fetchone()
            (quarantined,) = connection.execute("SELECT count(*) FROM quarantine").fetchone()
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            since = oldest(connection)
    except sqlite3.Error as error:
        raise SpoolError(_("{path}: no spool that can be read: {error}").format(path=path, error=error)) from error
    aside = sorted(p for p in path.parent.glob(f"{path.name}.corrupt-*") if not p.name.endswith("-wal"))
    return SpoolStatus(path, state.counters, int(depth), pages * PAGE, since, quarantined, aside)


def oldest(connection: sqlite3.Connection) -> int | None:
    """When the oldest queued record was appended (ms UTC); None when nothing is queued."""
    for (start_of_record,) in connection.execute(_OLDEST):
        if head := spool_record.look(start_of_record):
            return head.time
    return None
