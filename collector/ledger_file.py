"""The file ledger.db: what an installation knows besides its samples. Deeds of people, closed periods, leases, states.

Always a local SQLite file, also when the samples are in InfluxDB: a lease needs one place where all of this machine
meet. Promise: what a transaction here has changed survives a power cut (WAL, synchronous=FULL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from collector import chain
from collector.errors import StoreUnavailable
from collector.own_file import Migration, OwnFile
from config.language import _

LEDGER = "ledger.db"
"""The file of done rows, leases and facts in the data directory."""
APPLICATION = 0x7465706C
"""SQLite's application_id of this file: "tepl"."""
FIRST = """
CREATE TABLE fact (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL,
    by TEXT NOT NULL, recorded INTEGER NOT NULL,
    undoes INTEGER UNIQUE REFERENCES fact
);
CREATE INDEX fact_of ON fact (kind, subject);
CREATE TRIGGER fact_stays BEFORE UPDATE ON fact BEGIN SELECT raise(ABORT, 'a fact is never changed'); END;
CREATE TRIGGER fact_remains BEFORE DELETE ON fact BEGIN SELECT raise(ABORT, 'a fact is never deleted'); END;
CREATE TABLE job (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    reach INTEGER, failure TEXT, failed_at INTEGER
);
CREATE TABLE done (
    job INTEGER NOT NULL REFERENCES job, start INTEGER NOT NULL, end INTEGER NOT NULL,
    closed_at INTEGER, revision INTEGER NOT NULL,
    PRIMARY KEY (job, start)
) WITHOUT ROWID;
CREATE INDEX reopened ON done (job, start) WHERE closed_at IS NULL;
CREATE TABLE lease (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES job, start INTEGER NOT NULL, end INTEGER NOT NULL,
    holder TEXT NOT NULL, until INTEGER NOT NULL
);
CREATE TABLE touched (
    lease INTEGER NOT NULL REFERENCES lease ON DELETE CASCADE, start INTEGER NOT NULL, end INTEGER NOT NULL
);
CREATE INDEX touched_of ON touched (lease);
CREATE TABLE arrival (
    device TEXT NOT NULL, quarter INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (device, quarter)
) WITHOUT ROWID;
CREATE TABLE state (
    job INTEGER NOT NULL REFERENCES job, key TEXT NOT NULL, at INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (job, key, at)
) WITHOUT ROWID;
"""
MIGRATIONS: tuple[Migration, ...] = (FIRST, chain.begin)
"""MIGRATIONS[n] takes a file of schema version n to version n + 1: a script, or what is called."""


class LedgerFile(OwnFile):
    """One connection to the file; the classes that hold a concept of it derive from this one. See OwnFile."""

    application = APPLICATION
    migrations = MIGRATIONS
    pragmas = ("foreign_keys = ON",)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            what = _("the ledger cannot be used now: {why}; check the disk, its room and the permissions")
            raise StoreUnavailable(f"{self.path}: {what.format(why=error)}") from error
