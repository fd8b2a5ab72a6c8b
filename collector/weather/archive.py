"""The file weather.db: every row of weather that a source gave, with its source and date, and how each answer went.

Promise: what `keep` and `failed` have written survives a power cut (WAL, synchronous=FULL). A later answer replaces a
row of the same source only when it knows all that the row knew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from collector.own_file import OwnFile
from collector.store.sqlite_errors import BUSY_SECONDS
from collector.weather.frame import COLUMNS, DAY, WeatherFrame, index_of
from collector.weather.source import Source
from collector.weather.told import Status, Told
from config.kwh import ExpectedBasis

APPLICATION = 0x74657077
"""SQLite's application_id of this file: "tepw"."""
SCHEMA = f"""
CREATE TABLE source (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, basis TEXT NOT NULL, attribution TEXT NOT NULL
);
CREATE TABLE answer (
    id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source,
    start INTEGER NOT NULL, end INTEGER NOT NULL, asked_at INTEGER NOT NULL,
    status TEXT NOT NULL, message TEXT NOT NULL, known INTEGER NOT NULL, masked INTEGER NOT NULL, again_at INTEGER,
    handed_on INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX answer_of ON answer (source, asked_at);
CREATE TABLE row (
    source INTEGER NOT NULL REFERENCES source, start INTEGER NOT NULL, step INTEGER NOT NULL,
    {" REAL, ".join(COLUMNS)} REAL, answer INTEGER NOT NULL REFERENCES answer,
    PRIMARY KEY (source, start)
) WITHOUT ROWID;
CREATE INDEX row_of ON row (answer);
"""
MIGRATIONS = (SCHEMA,)
_NOT_EMPTIER = " AND ".join(f"(excluded.{name} IS NOT NULL OR row.{name} IS NULL)" for name in COLUMNS)
_OTHER = " OR ".join(f"excluded.{name} IS NOT row.{name}" for name in ("step", *COLUMNS))
_KEPT_ANSWERS = 400 * DAY
"""For so long answers that gave no row are remembered."""
_WIDEST = 3_600_000
"""ms: no row is longer."""


class Archive(OwnFile):
    """One connection to the file; one per thread. `path` None is an empty one in memory, for who only looks."""

    application = APPLICATION
    migrations = MIGRATIONS
    busy_seconds = BUSY_SECONDS
    pragmas = ("foreign_keys = ON",)

    def keep(self, source: Source, frame: WeatherFrame, told: Told) -> int:
        """Keep the rows of an answer that know anything; how many are new or other ones. All of them or none."""
        rows = frame.rows.dropna(how="all")
        values = rows[list(COLUMNS)].astype(object).where(rows[list(COLUMNS)].notna(), None).to_numpy().tolist()
        starts = rows.index.as_unit("ms").asi8.tolist()  # type: ignore[attr-defined]
        with self._transaction() as sql:
            number, answer = self._told(source, told)
            before = sql.total_changes
            sql.executemany(
                f"INSERT INTO row (source, start, step, {', '.join(COLUMNS)}, answer)"  # noqa: S608
                f" VALUES (?, ?, ?, {', '.join('?' * len(COLUMNS))}, ?) ON CONFLICT DO UPDATE SET step = excluded.step,"
                f" {', '.join(f'{name} = excluded.{name}' for name in COLUMNS)}, answer = excluded.answer"
                f" WHERE {_NOT_EMPTIER} AND ({_OTHER})",
                [(number, start, frame.step, *each, answer) for start, each in zip(starts, values, strict=True)],
            )
            return sql.total_changes - before

    def failed(self, source: Source, told: Told) -> None:
        """Remember that a source gave nothing, and why."""
        with self._transaction():
            self._told(source, told)

    def read(self, start: int, end: int, order: Sequence[str]) -> dict[str, pd.DataFrame]:
        """The rows of these sources that overlap start..end, by source in the order asked for.

        Index `start` (UTC, ms, ascending); columns `step` (ms), COLUMNS (NaN missing), `fetched` (ms). A source that
        gave nothing has an empty frame.
        """
        query = (
            f"SELECT row.start, row.step, {', '.join(COLUMNS)}, asked_at FROM row"  # noqa: S608
            " JOIN answer ON answer.id = row.answer WHERE row.source = (SELECT id FROM source WHERE name = ?)"
            " AND row.start > ? AND row.start < ? AND row.start + row.step > ? ORDER BY row.start"
        )
        found = {}
        with self._translated():
            for name in order:
                rows = self._sql.execute(query, (name, start - _WIDEST, end, start)).fetchall()
                columns = list(zip(*rows, strict=True)) or [()] * (3 + len(COLUMNS))
                frame = pd.DataFrame(
                    {each: np.array(column, dtype=float) for each, column in zip(COLUMNS, columns[2:-1], strict=True)},
                    index=index_of(np.array(columns[0], dtype=np.int64)),
                )
                frame.insert(0, "step", np.array(columns[1], dtype=np.int64))
                found[name] = frame.assign(fetched=np.array(columns[-1], dtype=np.int64))
        return found

    def basis(self) -> dict[str, ExpectedBasis]:
        """What each source that ever answered stands for."""
        with self._translated():
            return {name: ExpectedBasis(basis) for name, basis in self._sql.execute("SELECT name, basis FROM source")}

    def attributions(self) -> dict[str, str]:
        """Whom to name beside figures from each source."""
        with self._translated():
            return dict(self._sql.execute("SELECT name, attribution FROM source ORDER BY name").fetchall())

    def told(self, source: str, since: int = 0) -> list[Told]:
        """What this source answered from `since` on, the newest first."""
        query = (
            "SELECT start, end, asked_at, status, message, known, masked, again_at FROM answer"
            " WHERE source = (SELECT id FROM source WHERE name = ?) AND asked_at >= ? ORDER BY asked_at DESC, id DESC"
        )
        with self._translated():
            rows = self._sql.execute(query, (source, since)).fetchall()
        return [
            Told(source, start, end, asked_at, Status(status), message, known, masked, again_at)
            for start, end, asked_at, status, message, known, masked, again_at in rows
        ]

    def pending(self) -> dict[int, tuple[int, int]]:
        """Stretches whose rows are new or other ones, by the number of their answer, until `handed_on`."""
        with self._translated():
            rows = self._sql.execute(
                "SELECT answer.id, min(row.start), max(row.start + row.step) FROM answer"
                " JOIN row ON row.answer = answer.id WHERE NOT handed_on GROUP BY answer.id"
            )
            return {answer: (start, end) for answer, start, end in rows}

    def handed_on(self, answers: Iterable[int]) -> None:
        """Whoever works with the weather knows of these answers."""
        with self._transaction() as sql:
            sql.executemany("UPDATE answer SET handed_on = 1 WHERE id = ?", [(answer,) for answer in answers])

    def _told(self, source: Source, told: Told) -> tuple[int, int]:
        """The numbers of the source and of the new answer; old answers that gave no row are forgotten."""
        sql = self._sql
        (number,) = sql.execute(
            "INSERT INTO source (name, basis, attribution) VALUES (?, ?, ?) ON CONFLICT (name)"
            " DO UPDATE SET basis = excluded.basis, attribution = excluded.attribution RETURNING id",
            (source.name, source.basis.value, source.attribution),
        ).fetchone()
        sql.execute(
            "DELETE FROM answer WHERE source = ? AND asked_at < ?"
            " AND NOT EXISTS (SELECT 1 FROM row WHERE row.answer = answer.id)",
            (number, told.asked_at - _KEPT_ANSWERS),
        )
        values = (
            *(number, told.start, told.end, told.asked_at, told.status.value),
            *(told.message, told.known, told.masked, told.again_at),
        )
        (answer,) = sql.execute(
            "INSERT INTO answer (source, start, end, asked_at, status, message, known, masked, again_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            values,
        ).fetchone()
        return number, answer
