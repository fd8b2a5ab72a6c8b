"""What a database of a backup is, and whether it holds together: asked of a closed file that nobody else knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from collector import ledger_file
from collector import people as people_file
from collector.errors import SpoolError
from collector.imports import database as imports_file
from collector.opendata import database as territory_file
from collector.spool import check as spool_check
from collector.spool import counters as spool_counters
from collector.spool.check import Damaged
from collector.store import sqlite as store_file
from collector.weather import archive as weather_file
from config.language import _
from scripts.backup.fault import BackupError, about
from scripts.backup.manifest import DATABASES, LEDGER, PEOPLE, SPOOL, STORE, Database, Manifest

KINDS = {
    SPOOL: (0, spool_counters.SCHEMA),
    STORE: (store_file.APPLICATION, len(store_file.MIGRATIONS)),
    PEOPLE: (people_file.APPLICATION, len(people_file.MIGRATIONS)),
    LEDGER: (ledger_file.APPLICATION, len(ledger_file.MIGRATIONS)),
    "imports.db": (imports_file.APPLICATION, len(imports_file.MIGRATIONS)),
    "weather.db": (weather_file.APPLICATION, len(weather_file.MIGRATIONS)),
    "territory.db": (territory_file.APPLICATION, len(territory_file.MIGRATIONS)),
}
"""The mark of each database, and the newest schema that this tepos can use."""
assert {*KINDS} == {*DATABASES}


def looked_at(path: Path, name: str) -> Database:
    """The marks of a database, and the rows of each table. BackupError when it is none of ours or damaged."""
    with _opened(path, name) as sql:
        (application,), (version,) = (
            sql.execute(f"PRAGMA {what}").fetchone() for what in ("application_id", "user_version")
        )
        if application != KINDS[name][0]:
            raise BackupError(_("{file} is another program's database").format(file=name))
        if version > KINDS[name][1]:
            raise BackupError(_("{file} was written by a newer tepos: update tepos").format(file=name))
        tables = sql.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'")
        rows = {}
        for (table,) in tables.fetchall():
            quoted = table.replace('"', '""')
            (rows[table],) = sql.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608
    return Database(application_id=application, user_version=version, rows=rows)


def refuse_damaged(path: Path, name: str, *, whole: bool) -> None:
    """BackupError when the pages of a database do not hold together; `whole` also compares tables with their indexes.

    A backup of a damaged database would take the place of a good one, so none is made either.
    """
    with _opened(path, name) as sql:
        answers = sql.execute("PRAGMA integrity_check(3)" if whole else "PRAGMA quick_check(3)").fetchall()
    if answers != [("ok",)]:
        told = _("{file} is damaged: {what}")
        raise BackupError(*(told.format(file=name, what=answer) for (answer,) in answers))


def counted(path: Path) -> dict[str, int]:
    """The counters of a spool whose records follow each other without a gap. BackupError when they do not."""
    try:
        with _opened(path, SPOOL) as sql:
            sql.text_factory = bytes
            state, _bytes = spool_check.examine(sql, b"")
    except (Damaged, SpoolError) as error:
        raise BackupError(_("{file} is damaged: {what}").format(file=SPOOL, what=error)) from error
    return asdict(state.counters)


def verify(folder: Path, manifest: Manifest) -> None:
    """BackupError when the databases in a folder are not sound, or not those that the manifest speaks of."""
    for entry in manifest.entries:
        if (entry.name in DATABASES) != (entry.database is not None):
            raise BackupError(_("its manifest makes no sense: {what}").format(what=entry.name))
        if entry.database is not None:
            path = folder / entry.name
            refuse_damaged(path, entry.name, whole=True)
            if looked_at(path, entry.name) != entry.database:
                raise BackupError(_("{file}: other rows than its manifest says").format(file=entry.name))
    spool = counted(folder / SPOOL) if any(entry.name == SPOOL for entry in manifest.entries) else None
    if spool != manifest.spool:
        raise BackupError(_("{file}: other rows than its manifest says").format(file=SPOOL))


@contextmanager
def _opened(path: Path, name: str) -> Iterator[sqlite3.Connection]:
    # `immutable`: no log appears beside a file that is only looked at.
    with about(name), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        yield connection
