"""Imports as batches: each from one file, added whole or not at all, listed, undone.

An undone batch stays to be read about; its rows are gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from collector.imports.database import ImportsFile
from collector.imports.differences import Readings, differences
from collector.imports.faults import Faults, FaultyFile, ImportRefused
from collector.imports.overlap import standing
from collector.imports.reading import Block, Reading, Series
from config.kwh import Subject
from config.language import _
from config.layout import Kind

if TYPE_CHECKING:
    import pandas as pd

FETCHED = 50_000
READING = (
    "CREATE TEMP TABLE reading (series INTEGER NOT NULL, batch INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER,"
    " energy REAL NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (series, batch, start)) WITHOUT ROWID"
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a batch says about one series."""

    kind: Subject
    subject: str
    rows: int
    energy: float
    """Wh, their sum."""
    start: int
    end: int
    """From the first to the last instant it speaks about: ms since 1970, UTC."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One import of one file."""

    id: int
    file: str
    sha256: str
    layout: str
    basis: str
    """`imported`, or `index` for the network operator's."""
    imported_at: int
    undone_at: int | None
    lines: int
    gaps: int
    """Cells that said that nobody knows."""
    repeated: int
    """Lines that said again what another line had said."""
    overlapping: int
    """Rows about a time about which earlier imports had spoken: this one holds."""
    faults: dict[str, int]
    """Lines that were left out, by what was wrong with them."""
    parts: tuple[Part, ...]


class Imports(ImportsFile):
    """The batches in imports.db. Raises ImportRefused for what will never be imported as it is."""

    def add(
        self, file: str, sha256: str, reading: Reading, now: int, *, skip: bool = False, keep: bool = True
    ) -> Batch:
        """Import one file, the whole of it or nothing. With `skip` its faulty lines are left out and counted.

        FaultyFile with all faults when there are any and `skip` is not given; ImportRefused when these very bytes were
        imported and not undone. Without `keep` everything is tried and nothing kept.
        """
        layout = reading.layout
        with self._transaction("IMMEDIATE") as sql:
            known = sql.execute("SELECT id FROM batch WHERE sha256 = ? AND undone_at IS NULL", (sha256,)).fetchone()
            if known:
                what = _("imported already as batch {id}; undo that one first: tepos import undo {id}")
                raise ImportRefused(what.format(id=known[0]))
            (number,) = sql.execute(
                "INSERT INTO batch (file, sha256, layout, basis, imported_at, lines, gaps, repeated,"
                " overlapping, faults) VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, '{}') RETURNING id",
                (file, sha256, layout.name, layout.basis, now),
            ).fetchone()
            repeated = self._fill(number, reading)
            faults = reading.faults
            if faults.count and not skip:
                raise FaultyFile(faults)
            self._sum_up(number)
            sql.execute(
                "UPDATE batch SET lines = ?, gaps = ?, repeated = ?, overlapping = ?, faults = ? WHERE id = ?",
                (reading.lines, reading.gaps, repeated, self._overlapping(number),
                 json.dumps(faults.kinds, ensure_ascii=False), number),
            )  # fmt: skip
            batch = self._batch(number)
            if not batch.parts:
                raise ImportRefused(_("no line of it says what was produced"))
            self._now_stale(number)
            if not keep:
                sql.execute("ROLLBACK")
        return batch

    def undo(self, number: int, now: int) -> Batch:
        """Take a batch back; gives what it was. ImportRefused when there is none of that number, or it is undone."""
        with self._transaction("IMMEDIATE") as sql:
            found = sql.execute("SELECT undone_at FROM batch WHERE id = ?", (number,)).fetchone()
            if found is None:
                raise ImportRefused(_("there is no import {id}; see tepos import list").format(id=number))
            if found[0] is not None:
                raise ImportRefused(_("import {id} is undone already").format(id=number))
            self._now_stale(number)
            sql.execute("UPDATE batch SET undone_at = ? WHERE id = ?", (now, number))
            for (series,) in sql.execute("SELECT series FROM part WHERE batch = ?", (number,)).fetchall():
                sql.execute("DELETE FROM row WHERE series = ? AND batch = ?", (series, number))
            return self._batch(number)

    def batches(self) -> list[Batch]:
        """All batches, the undone too, in the order in which they came."""
        with self._transaction("DEFERRED") as sql:
            return [self._batch(number) for (number,) in sql.execute("SELECT id FROM batch ORDER BY id").fetchall()]

    def read(
        self, kind: Subject, subjects: Sequence[str] | None, start: int, end: int, *, basis: str | None = None
    ) -> pd.DataFrame:
        """What holds of all batches and touches start..end (ms): of several that say the same time, the latest.

        Columns: subject, start, end (int64 ms, half-open), energy (Wh), batch; sorted by subject, start. See
        overlap.holding for what is left out. `basis`: only of these batches.
        """
        with self._transaction("DEFERRED") as sql:
            return standing(sql, kind, subjects, start, end, basis)

    def totals(self, site: str, start: int, end: int) -> list[tuple[int, int, float]]:
        """What the network operator's index of a site gained: start, end (ms), Wh; in order, without overlaps.

        All that touch start..end. Of two that overlap the later import's stays whole, and the other is left out.
        """
        with self._transaction("DEFERRED") as sql:
            frame = standing(sql, Subject.SITE, (site,), start, end, "index", any_overlap=True)
        return list(zip(frame["start"].tolist(), frame["end"].tolist(), frame["energy"].tolist(), strict=True))

    def series(self) -> list[Series]:
        """Everyone about whom there is or was an import."""
        with self._transaction("DEFERRED") as sql:
            rows = sql.execute("SELECT kind, subject FROM series ORDER BY kind, subject").fetchall()
        return [(Subject(kind), subject) for kind, subject in rows]

    def stale(self) -> list[tuple[int, int, int]]:
        """What the rollup rows do not show yet of imports and their undoing: id, start, end (ms) of stretches."""
        with self._transaction("DEFERRED") as sql:
            return sql.execute("SELECT id, start, end FROM stale ORDER BY id").fetchall()

    def fresh(self, stretch: int) -> None:
        """The rollup rows show it now: strike off the stretch of that id."""
        with self._transaction("IMMEDIATE") as sql:
            sql.execute("DELETE FROM stale WHERE id = ?", (stretch,))

    def _fill(self, number: int, reading: Reading) -> int:
        """Write the rows of a batch; how many lines said again what others had said."""
        if reading.layout.values.kind is not Kind.INDEX:
            return sum(self._insert("row", number, block, reading.faults) for block in reading.blocks())
        self._sql.execute("DROP TABLE IF EXISTS temp.reading")
        self._sql.execute(READING)
        repeated = sum(self._insert("reading", number, block, reading.faults) for block in reading.blocks())
        for (series,) in self._sql.execute("SELECT DISTINCT series FROM reading").fetchall():
            who = self._who(series)
            installed = reading.facts.installed.get(who, np.inf)
            for block in differences(self._readings(series, who), installed, reading.faults):
                self._insert("row", number, block, reading.faults)
        return repeated

    def _insert(self, table: str, number: int, block: Block, faults: Faults) -> int:
        if not len(block.start):
            return 0
        kind, subject = block.series
        self._sql.execute("INSERT OR IGNORE INTO series (kind, subject) VALUES (?, ?)", (kind.value, subject))
        query = "SELECT id FROM series WHERE kind = ? AND subject = ?"
        (series,) = self._sql.execute(query, (kind.value, subject)).fetchone()
        columns = [values.tolist() for values in (block.start, block.end, block.energy, block.line)]
        written = self._sql.executemany(
            f"INSERT OR IGNORE INTO {table} (series, batch, start, end, energy, line)"  # noqa: S608 - our own names
            f" VALUES ({series:d}, {number:d}, ?, ?, ?, ?)",
            zip(*columns, strict=True),
        ).rowcount
        if written == len(block.start):
            return 0
        repeated = 0
        query = f"SELECT energy, line FROM {table} WHERE series = ? AND batch = ? AND start = ?"  # noqa: S608
        for start, _end, energy, line in zip(*columns, strict=True):
            other, before = self._sql.execute(query, (series, number, start)).fetchone()
            if before == line:
                continue
            if other == energy:
                repeated += 1
                continue
            what = _("line {line} says something else about the same time").format(line=before)
            faults.add(line, subject, f"{energy:g} Wh", what, _("keep the right one of both"))
        return repeated

    def _readings(self, series: int, who: Series) -> Iterator[Readings]:
        found = self._sql.execute("SELECT start, energy, line FROM reading WHERE series = ? ORDER BY start", (series,))
        while some := found.fetchmany(FETCHED):
            time, index, line = zip(*some, strict=True)
            yield Readings(who, np.array(time, np.int64), np.array(index, float), np.array(line, np.int64))

    def _who(self, series: int) -> Series:
        kind, subject = self._sql.execute("SELECT kind, subject FROM series WHERE id = ?", (series,)).fetchone()
        return Subject(kind), subject

    def _sum_up(self, number: int) -> None:
        for (series,) in self._sql.execute("SELECT id FROM series").fetchall():
            self._sql.execute(
                "INSERT INTO part SELECT * FROM (SELECT ?2, ?1, count(*) AS rows, total(energy), min(start), max(end),"
                " max(end - start) FROM row WHERE series = ?1 AND batch = ?2) WHERE rows > 0",
                (series, number),
            )

    def _overlapping(self, number: int) -> int:
        """Rows of the batch that speak about a time about which an older batch speaks too."""
        mine = self._sql.execute("SELECT series, start, end FROM part WHERE batch = ?", (number,)).fetchall()
        count = 0
        for series, start, end in mine:
            others = self._sql.execute(
                "SELECT batch FROM part JOIN batch ON batch.id = part.batch WHERE series = ? AND batch <> ?"
                " AND undone_at IS NULL AND start < ? AND end > ?",
                (series, number, end, start),
            ).fetchall()
            if not others:
                continue
            # Rows of one batch do not overlap: of its rows that begin before an end, the last one ends last.
            spoken = " OR ".join(
                f"(SELECT end FROM row WHERE series = {series:d} AND batch = {other:d} AND start < mine.end"  # noqa: S608
                " ORDER BY start DESC LIMIT 1) > mine.start"
                for (other,) in others
            )
            query = f"SELECT count(*) FROM row AS mine WHERE series = ? AND batch = ? AND ({spoken})"  # noqa: S608
            count += self._sql.execute(query, (series, number)).fetchone()[0]
        return count

    def _now_stale(self, number: int) -> None:
        self._sql.execute(
            "INSERT INTO stale (start, end) SELECT min(start), max(end) FROM part WHERE batch = ?", (number,)
        )

    def _batch(self, number: int) -> Batch:
        row: Any = self._sql.execute(
            "SELECT id, file, sha256, layout, basis, imported_at, undone_at, lines, gaps, repeated, overlapping, faults"
            " FROM batch WHERE id = ?",
            (number,),
        ).fetchone()
        parts = self._sql.execute(
            "SELECT kind, subject, rows, energy, start, end FROM part JOIN series ON series.id = part.series"
            " WHERE batch = ? ORDER BY kind, subject",
            (number,),
        )
        told = tuple(Part(Subject(kind), *rest) for kind, *rest in parts)
        columns = [*row[:-1], json.loads(row[-1]), told]
        return Batch(*columns)
