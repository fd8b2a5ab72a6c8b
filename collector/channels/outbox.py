"""Where messages wait until they are sent: outbox.db in the data directory.

Promise: what `put` has taken is durable (synchronous=FULL) and goes out once for each key and recipient; a message is
marked as tried before it is handed over, so that after a kill nobody can say it was never tried. Addresses do not stand
here, nor do texts of what is sent. The box is in no backup: what is to be told is read off the alerts, so after a
restore it is at worst told again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collector.channels.message import Message
from collector.own_file import OwnFile

FILE = "outbox.db"
APPLICATION = 0x7465706F
"""SQLite's application_id of this file: "tepo"."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL, recipient TEXT NOT NULL, route TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, created INTEGER NOT NULL,
    not_before INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, tried INTEGER,
    error TEXT, sent INTEGER, refused INTEGER,
    UNIQUE (key, recipient)
);
CREATE INDEX IF NOT EXISTS waiting ON message (not_before) WHERE sent IS NULL AND refused IS NULL;
"""
FIRST_PAUSE, LAST_PAUSE = 60_000, 3_600_000
"""ms between two attempts: doubled each time."""
_WAITING = "sent IS NULL AND refused IS NULL"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in the box."""

    id: int
    message: Message
    attempts: int
    """How often it was tried; 1 without an error: somebody was killed while sending it, or is at it now."""
    error: str | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What does not get through, of one route and way."""

    route: str
    recipient: str
    messages: int
    since: int
    """ms: when the oldest of them was put in."""
    error: str


class Outbox(OwnFile):
    """One connection to the box; one per thread. StoreUnavailable when it cannot be used. None: in memory."""

    application = APPLICATION
    migrations = (SCHEMA,)

    def put(self, messages: Iterable[Message], not_before: int = 0) -> int:
        """Take messages in, all or none; how many are new. Before `not_before` (ms) they are not sent."""
        rows = [(m.key, m.recipient, m.route, m.subject, m.text, m.created, not_before) for m in messages]
        with self._transaction() as sql:
            before = sql.total_changes
            sql.executemany(
                "INSERT OR IGNORE INTO message (key, recipient, route, subject, text, created, not_before)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            return sql.total_changes - before

    def has(self, key: str, recipient: str) -> bool:
        """Whether that was ever put in for that recipient."""
        with self._translated():
            row = self._sql.execute("SELECT 1 FROM message WHERE key = ? AND recipient = ?", (key, recipient))
            return row.fetchone() is not None

    def due(self, now: int) -> list[Waiting]:
        """What is to be tried now, the oldest first."""
        return self._read(f"{_WAITING} AND not_before <= ?", now)

    def waiting(self) -> list[Waiting]:
        """All that waits."""
        return self._read(_WAITING)

    def trying(self, waiting: Waiting, now: int) -> None:
        """To be said before it is handed over: should we be killed, it is tried again after the pause."""
        pause = min(LAST_PAUSE, FIRST_PAUSE << min(waiting.attempts, 10))
        self._set("attempts = attempts + 1, tried = ?, not_before = ?", waiting.id, now, now + pause)

    def sent(self, waiting: Waiting, now: int) -> None:
        """It was taken. Its text is forgotten."""
        self._set("sent = ?, error = NULL, text = ''", waiting.id, now)

    def failed(self, waiting: Waiting, error: str) -> None:
        """Not now."""
        self._set("error = ?", waiting.id, error)

    def refused(self, waiting: Waiting, now: int, error: str) -> None:
        """Never."""
        self._set("refused = ?, error = ?, text = ''", waiting.id, now, error)

    def troubles(self) -> list[Trouble]:
        """What waits although it was tried, and what was refused for good in the last messages to each recipient."""
        with self._translated():
            rows = self._sql.execute(
                "SELECT route, recipient, count(*), min(created), error FROM message AS m WHERE error IS NOT NULL AND"
                " sent IS NULL AND NOT EXISTS (SELECT 1 FROM message WHERE recipient = m.recipient AND id > m.id"
                " AND sent IS NOT NULL) GROUP BY route, recipient ORDER BY route, recipient"
            ).fetchall()
        return [Trouble(*row) for row in rows]

    def _read(self, condition: str, *values: int) -> list[Waiting]:
        query = "SELECT id, key, recipient, route, subject, text, created, attempts, error FROM message WHERE"
        with self._translated():
            rows = self._sql.execute(f"{query} {condition} ORDER BY id", values).fetchall()
        return [Waiting(row[0], Message(*row[1:7]), row[7], row[8]) for row in rows]

    def _set(self, change: str, number: int, *values: object) -> None:
        with self._translated():
            self._sql.execute(f"UPDATE message SET {change} WHERE id = ?", (*values, number))  # noqa: S608
