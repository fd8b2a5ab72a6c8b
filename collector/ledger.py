"""The deeds of people as dated facts, only ever appended: what was said, about what, for when, by whom.

Their state is a fold over the facts, in `models`. A mistake is undone by a counter-fact; both remain to be read. Each
fact is chained to the one before it (collector.chain). Personal data never stand in a fact, only references to them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from collector import chain
from collector.chain import Broken, Head
from collector.ledger_file import LedgerFile
from config.language import _


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact."""

    id: int
    kind: str
    """What kind of deed, as ``import`` or ``alert.acknowledged``."""
    subject: str
    """What it is about, as ``ecole-lamendin/inv-1``."""
    at: int
    """From when it holds: ms since 1970, UTC."""
    data: Mapping[str, Any]
    """The rest, as JSON knows it."""
    by: str
    """Who said so."""
    recorded: int
    """When it was written down: ms since 1970, UTC."""
    undoes: int | None = None
    """The id of the fact that this one takes back."""


class Ledger(LedgerFile):
    """The facts in ledger.db. Appending is durable on return; SQLite itself refuses to change or delete a fact."""

    def append(self, kind: str, subject: str, at: int, data: Mapping[str, Any], by: str, now: int | None = None) -> int:
        """Write a fact down and return its id. `now` is when that happens (default: `at`). ValueError for no JSON."""
        with self.deciding():
            return self._insert(kind, subject, at, data, by, at if now is None else now, None)

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """A block in which nobody else appends: what is read in it still holds when it ends. All of it or nothing."""
        if self._sql.in_transaction:
            yield
            return
        with self._transaction():
            yield

    def head(self) -> Head:
        """The newest fact and its hash."""
        with self._translated():
            number, last = chain.newest(self._sql)
        return Head(number, last.hex())

    def broken(self, known: Head | None = None) -> Broken | None:
        """The first broken link of the chain, None when it is whole; `known` is a head that somebody kept."""
        with self._translated():
            return chain.first_break(self._sql, known)

    def undo(self, fact: int, at: int, by: str, why: str = "") -> int:
        """Take a fact back by a counter-fact, whose id is returned.

        ValueError when there is no such fact, when it was taken back already or is itself a counter-fact.
        """
        with self._transaction() as sql:
            row = sql.execute("SELECT kind, subject, undoes FROM fact WHERE id = ?", (fact,)).fetchone()
            if row is None:
                raise ValueError(_("there is no fact {id}").format(id=fact))
            taken_back = sql.execute("SELECT 1 FROM fact WHERE undoes = ?", (fact,)).fetchone()
            if taken_back or row[2] is not None:
                raise ValueError(_("fact {id} is undone already, or undoes another").format(id=fact))
            return self._insert(row[0], row[1], at, {"why": why}, by, at, fact)

    def facts(self, kind: str, subject: str | None = None, *, undone: bool = False) -> list[Fact]:
        """The facts of one kind by date; with `undone` also those that were taken back, and the counter-facts."""
        with self._translated():
            rows = self._sql.execute(
                "SELECT id, kind, subject, at, data, by, recorded, undoes FROM fact AS f"
                " WHERE kind = :kind AND (:subject IS NULL OR subject = :subject) AND (:undone OR"
                " undoes IS NULL AND NOT EXISTS (SELECT 1 FROM fact WHERE undoes = f.id)) ORDER BY at, id",
                {"kind": kind, "subject": subject, "undone": undone},
            ).fetchall()
        return [
            Fact(id_, kind_, about, at, json.loads(data), by, recorded, undoes)
            for id_, kind_, about, at, data, by, recorded, undoes in rows
        ]

    def _insert(
        self, kind: str, subject: str, at: int, data: Mapping[str, Any], by: str, now: int, undoes: int | None
    ) -> int:
        number, before = chain.newest(self._sql)
        said = json.dumps(data, ensure_ascii=False, allow_nan=False)
        row = (number + 1, kind, subject, at, said, by, now, undoes)
        self._sql.execute(
            f"INSERT INTO fact ({chain.COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (*row, chain.hashed(before, row)),
        )
        return number + 1
