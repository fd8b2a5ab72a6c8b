"""The embedded store: one SQLite file, one wide row per sample, several readers beside one writer.

Promise: when `write` has returned, the samples survive a power cut. The spool forgets them at that moment, so nothing
less will do: WAL with synchronous=FULL (NORMAL would lose the last commits, and nobody could deliver them again).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING
from urllib.parse import unquote

from collector.errors import StoreError, StoreUnavailable
from collector.sample import Sample, Value
from collector.store import sqlite_rollups, sqlite_samples
from collector.store.admission import admit_all
from collector.store.decimals import packed
from collector.store.layouts import TABLES, Layout, Layouts
from collector.store.rollups import admit_rollups, chosen
from collector.store.sqlite_errors import BUSY_SECONDS, translated
from collector.store.sqlite_rollups import ARRAY_SIDE, ROLLUPS
from config.kwh import Step, Subject
from config.language import _

if TYPE_CHECKING:
    import pandas as pd

APPLICATION = 0x7465706F
"""SQLite's application_id of our files: "tepo"."""
MIGRATIONS = (TABLES, ROLLUPS, ARRAY_SIDE)
"""MIGRATIONS[n] takes a file of schema version n to version n + 1."""
OTHERS_TURN_SECONDS = 0.1
"""Between two transactions that delete: who waits for a lock of SQLite looks again every 0.1 s at the latest."""


class SqliteStore:
    """A Store in one file. The writer's commits are durable; readers in other processes never wait for it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        with translated(self.url):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreUnavailable(f"{self.url}: {error}") from error
            self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            self._layouts = Layouts(self._connection)
            self._seen_version = -1
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    @classmethod
    def from_url(cls, url: str) -> SqliteStore:
        """Open ``sqlite:///relative/path`` or ``sqlite:////absolute/path``; creates the file and its folder.

        ValueError for any other URL; StoreUnavailable when the file cannot be used now (locked, full, damaged);
        StoreError when it belongs to another program or to a newer tepos.
        """
        path = unquote(url.removeprefix("sqlite:///"))
        if not url.startswith("sqlite:///") or not path.strip("/") or path == ":memory:" or "\0" in path:
            raise ValueError(
                _("{url!r}: write sqlite:///relative/file.db or sqlite:////absolute/file.db").format(url=url)
            )
        if "?" in url or "#" in url:
            raise ValueError(_("{url!r}: a store in a file takes no options after ? or #").format(url=url))
        return cls(Path(path))

    def write(self, samples: Sequence[Sample]) -> None:
        """See Store.write: all samples or none; fsynced on return."""
        admit_all(samples)
        newest = {(sample.device, sample.time): sample for sample in samples}  # the last one wins, as in two writes
        with self._transaction("IMMEDIATE"):
            self._notice_others()
            rows: dict[Layout, tuple[list[tuple[int, int]], list[Value]]] = {}
            elsewhere: dict[Layout, list[tuple[int, int]]] = {}
            for sample in newest.values():
                place = self._layouts.place(sample.device, tuple(sample.values))
                keys, flat = rows.setdefault(place.layout, ([], []))
                keys.append((place.device, sample.time))
                flat.extend(map(sample.values.get, place.layout.fields))
                for layout in place.elsewhere:
                    elsewhere.setdefault(layout, []).append((place.device, sample.time))
            for layout, gone in elsewhere.items():
                self._connection.executemany(f"DELETE FROM {layout.table} WHERE device = ? AND time = ?", gone)  # noqa: S608
            for layout, (keys, flat) in rows.items():
                width, kept = len(layout.fields), packed(flat)
                new = ((*key, *kept[width * i : width * (i + 1)]) for i, key in enumerate(keys))
                self._connection.executemany(layout.insert, new)
                newest_of = dict(sorted(keys, key=_time))
                self._connection.executemany(
                    "UPDATE device_layout SET newest = ?2 WHERE device = ?1 AND layout = ?3 AND newest < ?2",
                    [(device, time, layout.id) for device, time in newest_of.items()],
                )

    def read(self, device: str, fields: Sequence[str], start: int, end: int) -> pd.DataFrame:
        """See Store.read."""
        return self.read_many([device], fields, start, end)[device]

    def read_many(self, devices: Sequence[str], fields: Sequence[str], start: int, end: int) -> dict[str, pd.DataFrame]:
        """See Store.read_many."""
        if len(set(fields)) != len(fields):
            raise ValueError(f"a field is asked for twice: {list(fields)}")
        with self._transaction("DEFERRED"):
            return sqlite_samples.read_many(self._connection, devices, fields, start, end)

    def last(self) -> dict[str, Sample]:
        """See Store.last: one look-up per device, however many years stand behind it."""
        newest: dict[str, Sample] = {}
        with self._transaction("DEFERRED"):
            for layout in self._layouts.all():
                chosen = "".join(f", {layout.selected(field)}" for field in layout.fields)
                rows = self._connection.execute(
                    f"SELECT path, s.time{chosen} FROM device_layout AS d JOIN device ON device.id = d.device"  # noqa: S608
                    f" JOIN {layout.table} AS s ON s.time = d.newest AND s.device = d.device WHERE d.layout = ?",
                    (layout.id,),
                )
                for path, time, *values in rows:
                    if path not in newest or newest[path].time < time:
                        pairs = zip(layout.fields, values, strict=True)
                        newest[path] = Sample(path, time, {field: value for field, value in pairs if value is not None})
        return newest

    def count(self, device: str | None = None) -> int:
        """See Store.count. Walks the rows: about a second for ten million."""
        total = 0
        with self._transaction("DEFERRED"):
            found = None if device is None else self._layouts.of(device)
            layouts = self._layouts.all() if device is None else found[1] if found else []
            for layout in layouts:
                query = f"SELECT count(*) FROM {layout.table}"  # noqa: S608
                if found:
                    query += f" WHERE device = {found[0]:d}"
                total += self._connection.execute(query).fetchone()[0]
        return total

    def first(self) -> int | None:
        """See Store.first."""
        with self._transaction("DEFERRED"):
            return sqlite_samples.first(self._connection)

    def delete_before(self, time: int, limit: int | None = None) -> int:
        """See Store.delete_before. The file does not become smaller: its freed pages are the next to be written."""
        deleted = 0
        while limit is None or deleted < limit:
            with self._transaction("IMMEDIATE"):
                some = sqlite_samples.delete_some(self._connection, time)
            deleted += some
            if some < sqlite_samples.DELETED_AT_ONCE:
                break
            sleep(OTHERS_TURN_SECONDS)
        return deleted

    def write_rollups(self, step: Step, rows: pd.DataFrame) -> None:
        """See Store.write_rollups: all rows or none; fsynced on return."""
        admitted = admit_rollups(step, rows)
        with self._transaction("IMMEDIATE"):
            sqlite_rollups.write_rollups(self._connection, step, admitted)

    def read_rollups(
        self,
        step: Step,
        kind: Subject,
        subjects: Sequence[str] | None,
        start: int,
        end: int,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """See Store.read_rollups."""
        wanted = chosen(columns)
        with self._transaction("DEFERRED"):
            return sqlite_rollups.read_rollups(self._connection, step, kind, subjects, start, end, wanted)

    def check(self) -> list[str]:
        """See Store.check: walks the whole file (quick_check) and makes one small durable commit."""
        try:
            with translated(self.url):
                answers = [row[0] for row in self._connection.execute("PRAGMA quick_check(10)")]
            if answers != ["ok"]:
                return [_("{url} is damaged: {what}").format(url=self.url, what=answer) for answer in answers]
            with self._transaction("IMMEDIATE"):
                self._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")  # same value, but a real write
        except StoreError as error:
            return [str(error)]
        return []

    def close(self) -> None:
        """See Store.close."""
        with translated(self.url):
            self._connection.close()

    def _prepare(self) -> None:
        execute = self._connection.execute
        tables, application, version = (
            execute(query).fetchone()[0]
            for query in ("SELECT count(*) FROM sqlite_master", "PRAGMA application_id", "PRAGMA user_version")
        )
        if tables and application != APPLICATION:
            raise StoreError(_("{url} is another program's database: choose another file").format(url=self.url))
        if version > len(MIGRATIONS):
            raise StoreError(
                _("{url} was written by a newer tepos (schema {found}, this one knows {known}): update tepos").format(
                    url=self.url, found=version, known=len(MIGRATIONS)
                )
            )
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        execute("PRAGMA journal_size_limit = 67108864")
        execute("PRAGMA cache_size = -8000")
        if version < len(MIGRATIONS):
            self._migrate()

    def _migrate(self) -> None:
        with self._transaction("IMMEDIATE"):
            (version,) = self._connection.execute(
                "PRAGMA user_version"
            ).fetchone()  # another process may have been first
            for step in MIGRATIONS[version:]:
                for statement in filter(str.strip, step.split(";")):
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
            self._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _notice_others(self) -> None:
        """Forget what is remembered of the layouts when another connection has committed since."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._seen_version:
            self._layouts.forget()
            self._seen_version = version

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[None]:
        with translated(self.url):
            self._connection.execute(f"BEGIN {kind}")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if kind == "IMMEDIATE":
                    self._layouts.forget()  # what the transaction created is gone again
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _time(key: tuple[int, int]) -> int:
    return key[1]
