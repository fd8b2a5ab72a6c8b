"""The file imports.db: what was imported, batch by batch, apart from everything that was measured.

Always a local SQLite file. Promise: what a transaction here has changed is there whole or not at all, and survives a
power cut (WAL, synchronous=FULL).
"""

from __future__ import annotations

from collector.own_file import OwnFile

APPLICATION = 0x74657069
"""SQLite's application_id of this file: "tepi"."""
BUSY_SECONDS = 60.0
"""Another import holds the file for as long as it reads its own."""
FIRST = """
CREATE TABLE batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL, sha256 TEXT NOT NULL, layout TEXT NOT NULL, basis TEXT NOT NULL,
    imported_at INTEGER NOT NULL, undone_at INTEGER,
    lines INTEGER NOT NULL, gaps INTEGER NOT NULL, repeated INTEGER NOT NULL, overlapping INTEGER NOT NULL,
    faults TEXT NOT NULL
);
CREATE TABLE series (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, UNIQUE (kind, subject));
CREATE TABLE part (
    batch INTEGER NOT NULL REFERENCES batch, series INTEGER NOT NULL REFERENCES series,
    rows INTEGER NOT NULL, energy REAL NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    longest INTEGER NOT NULL,
    PRIMARY KEY (series, batch)
) WITHOUT ROWID;
CREATE TABLE row (
    series INTEGER NOT NULL, batch INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, energy REAL NOT NULL, line INTEGER NOT NULL,
    PRIMARY KEY (series, batch, start)
) WITHOUT ROWID;
CREATE TABLE stale (id INTEGER PRIMARY KEY AUTOINCREMENT, start INTEGER NOT NULL, end INTEGER NOT NULL);
"""
MIGRATIONS = (FIRST,)
"""MIGRATIONS[n] takes a file of schema version n to version n + 1."""


class ImportsFile(OwnFile):
    """One connection to the file. One per thread. See OwnFile."""

    application = APPLICATION
    migrations = MIGRATIONS
    busy_seconds = BUSY_SECONDS
    pragmas = ("journal_size_limit = 67108864",)
