"""The file territory.db: what open data, meters of buildings and stations said, and each day's computed progress.

Always a local SQLite file. What a transaction has changed is there whole or not at all, and survives a power cut.
"""

from __future__ import annotations

from collector.own_file import OwnFile

NAME = "territory.db"
APPLICATION = 0x74657074
"""SQLite's application_id of this file: "tept"."""
BUSY_SECONDS = 60.0
FIRST = """
CREATE TABLE batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL, sha256 TEXT NOT NULL, dataset TEXT NOT NULL, title TEXT NOT NULL, publisher TEXT NOT NULL,
    licence TEXT NOT NULL, edition TEXT, imported_at INTEGER NOT NULL, undone_at INTEGER,
    lines INTEGER NOT NULL, rows INTEGER NOT NULL, withheld INTEGER NOT NULL, years TEXT NOT NULL
);
CREATE TABLE fact (
    batch INTEGER NOT NULL REFERENCES batch, line INTEGER NOT NULL, year INTEGER NOT NULL, mwh REAL,
    carrier TEXT, sector TEXT, basis TEXT NOT NULL, gaps INTEGER NOT NULL,
    filiere TEXT, name TEXT NOT NULL, kw REAL, plants INTEGER, own REAL, commissioned TEXT, is_sum INTEGER NOT NULL
);
CREATE INDEX fact_of ON fact (batch, year);
CREATE TABLE half_hour (
    batch INTEGER NOT NULL REFERENCES batch, start INTEGER NOT NULL, rank INTEGER NOT NULL,
    consumption REAL, thermal REAL, nuclear REAL, wind REAL, solar REAL, hydro REAL, bio REAL,
    PRIMARY KEY (batch, start)
) WITHOUT ROWID;
CREATE TABLE metered (
    batch INTEGER NOT NULL REFERENCES batch, building TEXT NOT NULL, carrier TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, wh REAL NOT NULL, basis TEXT NOT NULL,
    PRIMARY KEY (batch, building, carrier, start)
) WITHOUT ROWID;
CREATE TABLE weather_day (
    batch INTEGER NOT NULL REFERENCES batch, station TEXT NOT NULL, day TEXT NOT NULL, low REAL NOT NULL,
    high REAL NOT NULL, PRIMARY KEY (batch, station, day)
) WITHOUT ROWID;
CREATE TABLE progress (
    day TEXT PRIMARY KEY, computed_at INTEGER NOT NULL, digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE said (digest TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
"""
MIGRATIONS = (FIRST,)
"""MIGRATIONS[n] takes a file of schema version n to version n + 1."""


class TerritoryFile(OwnFile):
    """One connection to the file. One per thread. See OwnFile."""

    application = APPLICATION
    migrations = MIGRATIONS
    busy_seconds = BUSY_SECONDS
    begin = "DEFERRED"
