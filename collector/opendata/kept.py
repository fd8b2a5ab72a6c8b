"""Imports of open data as batches: each from one file, whole or not at all, listed, undone; and what holds of them.

Of two imports of one dataset that say something about one year, the later holds for that year. An undone batch stays to
be read about; its rows are gone.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from collector.imports.faults import ImportRefused, LayoutMismatch
from collector.opendata.consumption import ENEDIS as ENEDIS_CONSUMPTION
from collector.opendata.consumption import ORE, ORE_ARCHIVE
from collector.opendata.database import TerritoryFile
from collector.opendata.dataset import Dataset, Fact, HalfHour, Item, Metered, Seen, Wanted, WeatherDay, recognise
from collector.opendata.degree_days import DEGREE_DAYS
from collector.opendata.ecomix import ECOMIX
from collector.opendata.meters import CURVE, DAILY, INDEX, MONTHLY
from collector.opendata.production import ENEDIS as ENEDIS_PRODUCTION
from collector.opendata.register import REGISTER
from collector.opendata.stream import Progress, lines
from config.carriers import Basis, Carrier, Filiere, Sector
from config.language import _

DATASETS = (
    ORE, ORE_ARCHIVE, ENEDIS_CONSUMPTION, REGISTER, ENEDIS_PRODUCTION, ECOMIX, CURVE, INDEX, DAILY, MONTHLY,
    DEGREE_DAYS,
)  # fmt: skip
AT_ONCE = 2000
OF_KIND = (
    "SELECT line, year, mwh, carrier, sector, basis, gaps, filiere, name, kw, plants, own, commissioned, is_sum"
    " FROM fact WHERE batch = ? AND year = ? AND coalesce(carrier, 'made') = ? ORDER BY line"
)
INSERTS = {
    Fact: "fact (batch, line, year, mwh, carrier, sector, basis, gaps, filiere, name, kw, plants, own, commissioned,"
    " is_sum) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    HalfHour: "half_hour VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET rank = excluded.rank,"
    " consumption = excluded.consumption, thermal = excluded.thermal, nuclear = excluded.nuclear, wind = excluded.wind,"
    " solar = excluded.solar, hydro = excluded.hydro, bio = excluded.bio WHERE excluded.rank >= rank",
    Metered: "metered VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
    WeatherDay: "weather_day VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
}


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """One import of one file."""

    id: int
    file: str
    sha256: str
    dataset: str
    title: str
    publisher: str
    licence: str
    edition: str | None
    """The publisher's day, ISO."""
    imported_at: int
    undone_at: int | None
    lines: int
    rows: int
    withheld: int
    years: tuple[int, ...]

    @property
    def vintage(self) -> str:
        """Of which day its figures are: the edition, or else the day of the import (UTC)."""
        return self.edition or date.fromordinal(719_163 + self.imported_at // 86_400_000).isoformat()


class Territory(TerritoryFile):
    """What was imported into territory.db, and the progress computed day by day."""

    def add(
        self, path: Path, wanted: Wanted, now: int, *, progress: Progress = lambda _n: None, keep: bool = True
    ) -> tuple[OpenBatch, Seen]:
        """Import one file. ImportRefused for what will never be imported as it is: the message says what to do.

        Constant memory: lines are looked at as they come. Without `keep` everything is tried and nothing kept.
        """
        dataset, found = recognise(path, DATASETS)
        seen, rows = Seen(), 0
        with self._transaction("IMMEDIATE") as sql, path.open("rb") as file:
            number = sql.execute(
                "INSERT INTO batch (file, sha256, dataset, title, publisher, licence, edition, imported_at, lines,"
                " rows, withheld, years) VALUES (?, '', ?, ?, ?, ?, ?, ?, 0, 0, 0, '') RETURNING id",
                (without_numbers(path.name), dataset.name, dataset.title, dataset.publisher, dataset.licence,
                 wanted.edition.isoformat() if wanted.edition else None, now),
            ).fetchone()[0]  # fmt: skip
            digest = hashlib.sha256()
            watched = _Watched(file, digest.update)
            watched.read(found.offset)
            needle = dataset.needle(wanted)
            coming = lines(watched, found.line, needle.encode() if needle else None, progress)  # type: ignore[arg-type]
            for some in _batches(dataset.read(found, coming, wanted, seen)):
                sql.executemany(f"INSERT INTO {INSERTS[type(some[0])]}", [_row(number, each) for each in some])
                rows += len(some)
            self._refuse(dataset, wanted, seen, rows, now)
            sha = digest.hexdigest()
            known = sql.execute("SELECT id FROM batch WHERE sha256 = ? AND undone_at IS NULL AND edition IS ?",
                                (sha, wanted.edition.isoformat() if wanted.edition else None)).fetchone()  # fmt: skip
            if known:
                what = _("imported already as batch {id}; undo that one first: tepos import opendata --undo {id}")
                raise ImportRefused(what.format(id=known[0]))
            sql.execute(
                "UPDATE batch SET sha256 = ?, lines = ?, rows = ?, withheld = ?, years = ? WHERE id = ?",
                (sha, seen.lines, rows, seen.withheld, ",".join(map(str, sorted(seen.years))), number),
            )
            batch = self._batch(number)
            if not keep:
                sql.execute("ROLLBACK")
        return batch, seen

    def undo(self, number: int, now: int) -> OpenBatch:
        """Take a batch back; gives what it was. ImportRefused when there is none of that number, or it is undone."""
        with self._transaction("IMMEDIATE") as sql:
            found = sql.execute("SELECT undone_at FROM batch WHERE id = ?", (number,)).fetchone()
            if found is None:
                raise ImportRefused(_("there is no such import of open data: {id}").format(id=number))
            if found[0] is not None:
                raise ImportRefused(_("import {id} is undone already").format(id=number))
            sql.execute("UPDATE batch SET undone_at = ? WHERE id = ?", (now, number))
            for table in ("fact", "half_hour", "metered", "weather_day"):
                sql.execute(f"DELETE FROM {table} WHERE batch = ?", (number,))  # noqa: S608 - our own names
            return self._batch(number)

    def batches(self) -> list[OpenBatch]:
        """All batches, the undone too, in the order in which they came."""
        with self._transaction() as sql:
            return [self._batch(number) for (number,) in sql.execute("SELECT id FROM batch ORDER BY id").fetchall()]

    def facts(self, datasets: Iterable[str]) -> Iterator[tuple[OpenBatch, Fact]]:
        """What holds of the first of these datasets that says anything, year by year: two never speak of one year."""
        taken: set[tuple[int, str]] = set()
        with self._transaction() as sql:
            for dataset in datasets:
                found = sql.execute(
                    "SELECT max(b.id), f.year, coalesce(f.carrier, 'made') AS kind FROM fact f JOIN batch b"
                    " ON b.id = f.batch WHERE b.dataset = ? GROUP BY f.year, kind",
                    (dataset,),
                ).fetchall()
                for number, year, kind in found:
                    if (year, kind) in taken:
                        continue
                    taken.add((year, kind))
                    batch = self._batch(number)
                    for row in sql.execute(OF_KIND, (number, year, kind)).fetchall():
                        yield batch, _fact(row)

    def half_hours(self, start: int, end: int) -> list[tuple[Any, ...]]:
        """Of each half-hour of start..end (ms) what the latest import says: start, consumption, thermal … bio."""
        query = (
            "SELECT start, consumption, thermal, nuclear, wind, solar, hydro, bio FROM (SELECT *, max(batch) FROM"
            " half_hour WHERE start >= ? AND start < ? GROUP BY start) ORDER BY start"
        )
        with self._transaction() as sql:
            return sql.execute(query, (start, end)).fetchall()

    def metered(self, building: str | None = None) -> list[tuple[str, str, int, int, float, str, int]]:
        """Building, carrier, start, end (ms), Wh, basis, batch: the latest import first, then by time."""
        query = "SELECT building, carrier, start, end, wh, basis, batch FROM metered"
        query += " WHERE building = ?" if building else ""
        with self._transaction() as sql:
            found = sql.execute(
                f"{query} ORDER BY building, carrier, batch DESC, start", (building,) if building else ()
            )
            return found.fetchall()

    def half_hourly(self, start: int, end: int) -> list[tuple[str, int, float]]:
        """Building, start (ms) and Wh of each half-hour of a load curve that is known whole: electricity."""
        query = (
            "SELECT building, start / 1800000 * 1800000 AS slot, sum(wh) FROM (SELECT building, start, end, wh,"
            " max(batch) FROM metered WHERE carrier = 'electricity' AND end - start <= 1800000 AND start >= ?"
            " AND end <= ? GROUP BY building, start) GROUP BY building, slot"
            " HAVING sum(end - start) = 1800000 ORDER BY building, slot"
        )
        with self._transaction() as sql:
            return sql.execute(query, (start, end)).fetchall()

    def weather_days(self, station: str) -> list[tuple[date, float, float]]:
        """Day, lowest, highest of a station; the latest import of each day holds."""
        query = "SELECT day, low, high, max(batch) FROM weather_day WHERE station = ? GROUP BY day ORDER BY day"
        with self._transaction() as sql:
            return [(date.fromisoformat(day), low, high) for day, low, high, _b in sql.execute(query, (station,))]

    def keep_progress(self, day: date, document: bytes, now: int) -> None:
        """What was computed on a day, so that it can be shown again; computed anew the same day, the later holds."""
        digest = hashlib.sha256(document).hexdigest()
        with self._transaction("IMMEDIATE") as sql:
            sql.execute("INSERT OR IGNORE INTO said VALUES (?, ?)", (digest, zlib.compress(document, 9)))
            sql.execute(
                "INSERT INTO progress VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET computed_at = excluded.computed_at,"
                " digest = excluded.digest",
                (day.isoformat(), now, digest),
            )

    def progress(self, day: date) -> tuple[date, int, bytes] | None:
        """What was shown on that day: the last one computed on it or before; its day, moment (ms) and document."""
        query = (
            "SELECT day, computed_at, document FROM progress JOIN said USING (digest) WHERE day <= ?"
            " ORDER BY day DESC LIMIT 1"
        )
        with self._transaction() as sql:
            found = sql.execute(query, (day.isoformat(),)).fetchone()
        return (date.fromisoformat(found[0]), found[1], zlib.decompress(found[2])) if found else None

    def _batch(self, number: int) -> OpenBatch:
        row = self._sql.execute(
            "SELECT id, file, sha256, dataset, title, publisher, licence, edition, imported_at, undone_at, lines, rows,"
            " withheld, years FROM batch WHERE id = ?",
            (number,),
        ).fetchone()
        columns = [*row[:-1], tuple(int(year) for year in row[-1].split(",") if year)]
        return OpenBatch(*columns)

    def _refuse(self, dataset: Dataset, wanted: Wanted, seen: Seen, rows: int, now: int) -> None:
        """A file that says nothing about what was asked is refused, and so is one from the future."""
        this_year = date.fromordinal(719_163 + now // 86_400_000).year
        if late := sorted(year for year in seen.years if year > this_year):
            raise LayoutMismatch(_("it speaks of {year}, which is still to come").format(year=late[0]))
        if not seen.lines:
            whose = dataset.needle(wanted) or ""
            if seen.others:
                what = _("no line is about {whose}; it is about {others}")
                raise LayoutMismatch(what.format(whose=whose, others=", ".join(seen.others)))
            raise LayoutMismatch(_("no line is about {whose}").format(whose=whose) if whose else _("it has no lines"))
        if not rows:
            if wanted.year is not None and wanted.year not in seen.years:
                years = ", ".join(map(str, sorted(seen.years)))
                raise LayoutMismatch(_("it has nothing of {year}, but {years}").format(year=wanted.year, years=years))
            raise ImportRefused(_("no line of it has a figure"))


class _Watched:
    """A file whose every byte is seen on its way."""

    def __init__(self, file: Any, see: Callable[[bytes], None]) -> None:  # noqa: ANN401 - BinaryIO
        self._file, self._see = file, see

    def read(self, size: int) -> bytes:
        """As the file's own."""
        block: bytes = self._file.read(size)
        self._see(block)
        return block


def without_numbers(name: str) -> str:
    """The name of a file without what may be the number of a delivery point: customer spaces put it there."""
    return re.sub(r"\d{12,}", "…", name)


def _batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while some := list(islice(items, AT_ONCE)):
        yield some


def _row(batch: int, item: Item) -> tuple[Any, ...]:
    match item:
        case Fact():
            return (
                batch, item.line, item.year, item.mwh, item.carrier, item.sector, item.basis, item.gaps, item.filiere,
                item.name, item.kw, item.plants, item.own,
                item.commissioned.isoformat() if item.commissioned else None, int(item.is_sum),
            )  # fmt: skip
        case HalfHour():
            return (
                batch, item.start, item.rank, item.consumption, item.thermal, item.nuclear, item.wind, item.solar,
                item.hydro, item.bio,
            )  # fmt: skip
        case Metered():
            return batch, item.building, item.carrier, item.start, item.end, item.wh, item.basis
        case WeatherDay():
            return batch, item.station, item.on.isoformat(), item.low, item.high


def _fact(row: tuple[Any, ...]) -> Fact:
    line, year, mwh, carrier, sector, basis, gaps, filiere, name, kw, plants, own, commissioned, is_sum = row
    return Fact(
        line, year, mwh, Carrier(carrier) if carrier else None, Sector(sector) if sector else None, Basis(basis), gaps,
        Filiere(filiere) if filiere else None, name, kw, plants, own,
        date.fromisoformat(commissioned) if commissioned else None, bool(is_sum),
    )  # fmt: skip
