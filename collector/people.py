"""The file people.db: what was said about people, and what they typed, apart from the ledger that lasts for good.

The chained facts of the ledger hold references into this file (``person:…``, ``text:…``) and, beside each, a seal: the
SHA-256 of a random salt and of the content. With the content one can prove that it is what was said then; once salt and
content are erased, reference and seal tell nothing. So what must be forgotten can be, and the chain stays whole.

Promise: after `erase` has returned, no byte of the content stands in this file or in its logs (secure_delete, VACUUM,
an emptied write-ahead log). What was erased is remembered as a hash of its reference, so that a restored backup can be
made to forget it again (scripts.backup.restore). What a file system or a disk keeps of overwritten files is beyond it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.errors import StoreUnavailable
from collector.own_file import OwnFile
from collector.store.sqlite_errors import translated
from config.language import _

PEOPLE = "people.db"
"""The file in the data directory."""
APPLICATION = 0x74657071
"""SQLite's application_id of this file: "tepq"."""
BUSY_SECONDS = 30.0
FIRST = """
CREATE TABLE entry (
    ref TEXT PRIMARY KEY, owner TEXT NOT NULL, salt BLOB NOT NULL, content TEXT NOT NULL, recorded INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX entry_of ON entry (owner);
CREATE TABLE erased (digest TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
"""
MIGRATIONS = (FIRST,)
"""MIGRATIONS[n] takes a file of schema version n to version n + 1."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a content is kept, and its seal."""

    ref: str
    seal: str
    """Hexadecimal."""

    def said(self) -> dict[str, str]:
        """As a fact holds it."""
        return {"ref": self.ref, "seal": self.seal}


class People(OwnFile):
    """One connection to the file; one per thread. `path` None is an empty one in memory, for who only looks.

    Raises StoreUnavailable when the file cannot be used now, StoreError when it is another program's or of a newer
    tepos.
    """

    application = APPLICATION
    migrations = MIGRATIONS
    busy_seconds = BUSY_SECONDS
    pragmas = ("secure_delete = ON", "temp_store = MEMORY")

    def keep(self, kind: str, owner: str, content: Any, now: int) -> Kept:  # noqa: ANN401 - whatever JSON can say
        """Keep a content (JSON) and return where. `owner` is what it belongs to: what is erased together.

        Durable on return. The owner is a reference, never a name: it stands beside hashes. ValueError for no JSON.
        """
        ref, salt = f"{kind}:{secrets.token_hex(8)}", secrets.token_bytes(16)
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False)
        with self._transaction() as sql:
            sql.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", (ref, owner, salt, text, now))
        return Kept(ref, _seal(salt, text))

    def read(self, refs: Iterable[str]) -> dict[str, Any]:
        """The contents of these references; those that were erased, or never were, are not in it."""
        found = {}
        with translated(self._name):
            for ref in dict.fromkeys(refs):
                row = self._sql.execute("SELECT content FROM entry WHERE ref = ?", (ref,)).fetchone()
                if row is not None:
                    found[ref] = json.loads(row[0])
        return found

    def all(self, kind: str) -> dict[str, Any]:
        """Every content of a kind, by its reference."""
        with translated(self._name):
            rows = self._sql.execute("SELECT ref, content FROM entry WHERE ref LIKE ?", (f"{kind}:%",)).fetchall()
        return {ref: json.loads(content) for ref, content in rows}

    def older(self, kind: str, before: int) -> list[str]:
        """The references of all of a kind that was kept before an instant (ms since 1970, UTC)."""
        with translated(self._name):
            rows = self._sql.execute("SELECT ref FROM entry WHERE ref LIKE ? AND recorded < ?", (f"{kind}:%", before))
            return [ref for (ref,) in rows.fetchall()]

    def refs_of(self, owner: str) -> list[str]:
        """The references of all that belongs to an owner."""
        with translated(self._name):
            rows = self._sql.execute("SELECT ref FROM entry WHERE owner = ? ORDER BY ref", (owner,)).fetchall()
        return [ref for (ref,) in rows]

    def is_sealed(self, ref: str, seal: str) -> bool | None:
        """Whether a content is the one whose seal is given; None when it is no longer here."""
        with translated(self._name):
            row = self._sql.execute("SELECT salt, content FROM entry WHERE ref = ?", (ref,)).fetchone()
        return None if row is None else _seal(*row) == seal

    def erase(self, refs: Iterable[str], now: int) -> list[str]:
        """Forget these contents for good; the digests of the references that were there.

        StoreUnavailable when another process reads on for so long that the log cannot be emptied: the rows are gone
        from the table by then, and a second call finishes the work.
        """
        gone = []
        with self._transaction() as sql:
            for ref in dict.fromkeys(refs):
                if sql.execute("DELETE FROM entry WHERE ref = ?", (ref,)).rowcount:
                    gone.append(digest(ref))
            sql.executemany("INSERT OR IGNORE INTO erased VALUES (?, ?)", [(each, now) for each in gone])
        self._wipe()
        return gone

    def forget(self, digests: Mapping[str, int]) -> int:
        """Erase what was erased elsewhere, as after a restoration: digest -> when. How many contents went."""
        with translated(self._name):
            refs = [ref for (ref,) in self._sql.execute("SELECT ref FROM entry") if digest(ref) in digests]
        with self._transaction() as sql:
            sql.executemany("DELETE FROM entry WHERE ref = ?", [(ref,) for ref in refs])
            sql.executemany("INSERT OR IGNORE INTO erased VALUES (?, ?)", list(digests.items()))
        self._wipe()
        return len(refs)

    def erased(self) -> dict[str, int]:
        """What was ever erased: digest of the reference -> when (ms since 1970, UTC)."""
        with translated(self._name):
            return dict(self._sql.execute("SELECT digest, at FROM erased ORDER BY at, digest").fetchall())

    def _wipe(self) -> None:
        """Write the file anew without free pages, and empty the log."""
        deadline = time.monotonic() + self.busy_seconds
        with translated(self._name):
            self._sql.execute("VACUUM")
            if self.path is None:
                return
            while self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > deadline:
                    what = _("{file}: another process reads it; what was erased stands in its log until that has ended")
                    raise StoreUnavailable(what.format(file=self._name))
                time.sleep(0.05)

    def _made(self, path: Path) -> None:
        """Readable for its owner only."""
        super()._made(path)
        path.touch(mode=0o600, exist_ok=True)


def digest(ref: str) -> str:
    """What an erased reference is remembered by."""
    return hashlib.sha256(b"tepos erased " + ref.encode()).hexdigest()


def _seal(salt: bytes, text: str) -> str:
    return hashlib.sha256(salt + text.encode("utf-8", "surrogatepass")).hexdigest()
