"""How long a door stays shut after wrong keys: twice as long after each, whoever tries. Times in ms UTC."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.accounts.database import Database

FIRST, LONGEST = 1_000, 300_000
"""ms after the first wrong key, and at most."""
FORGOTTEN = 86_400_000
"""ms after which a wrong key no longer counts."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts at some doors: the name of an account, the address of a visitor."""

    database: Database
    free: int = 0
    """So many attempts cost no waiting."""
    first: int = FIRST
    longest: int = LONGEST

    def wait(self, door: str, now: int) -> int:
        """Count an attempt and return 0; or, when it came too early, return the ms still to wait, and count nothing.

        It counts before anybody looks at the key: a hundred attempts at once are one attempt and ninety-nine refusals.
        """
        with self.database.transaction() as sql:
            row = sql.execute("SELECT failures, last FROM attempt WHERE door = ?", (door,)).fetchone()
            failures, last = row if row and 0 <= now - row[1] < FORGOTTEN else (0, 0)
            left = last + self.pause(failures) - now if failures else 0
            if left > 0:
                return int(left)
            sql.execute(
                "INSERT INTO attempt (door, failures, last) VALUES (?, ?, ?)"
                " ON CONFLICT (door) DO UPDATE SET failures = excluded.failures, last = excluded.last",
                (door, failures + 1, now),
            )
            sql.execute("DELETE FROM attempt WHERE last < ?", (now - FORGOTTEN,))
        return 0

    def pause(self, failures: int) -> int:
        """ms that a door stays shut after so many attempts."""
        late = failures - self.free
        return 0 if late < 1 else min(self.first * 2 ** min(late - 1, 20), self.longest)

    def forget(self, door: str) -> None:
        """The right key: the door has no past."""
        with self.database.transaction() as sql:
            sql.execute("DELETE FROM attempt WHERE door = ?", (door,))
