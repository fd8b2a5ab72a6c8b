"""Which columns the rows of a device have: one table per set of fields, so that a row holds no columns it never uses.

    layout         the sets of fields that exist; rows of layout 3 stand in the table sample_3, its numbers packed
                   (see decimals); the view reading_3 shows them to people, with the path of the device
    device         path and number of each device, and the layout that its rows are written in now
    device_layout  all layouts in which rows of a device stand (more than one after its fields have changed), and the
                   time of the newest row there

Rows stand in the order of time, then device: a cycle of a hundred inverters is written onto a few neighbouring pages.
By device first, each cycle would touch a page per inverter, at five times the CPU and the bytes of log per row
(`tepos bench store`); one device's day is found among the rows of that day instead.

A device whose sample has a field more gets a layout with the old and the new fields; a sample with fewer fields is
written in the layout the device has, with NULL. So a device has few layouts, and only for real changes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.store.admission import MOST_FIELDS, is_text
from collector.store.decimals import unpacked
from config.quantities import split_field

TABLES = """
CREATE TABLE layout (id INTEGER PRIMARY KEY, fields TEXT NOT NULL UNIQUE);
CREATE TABLE device (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, layout INTEGER NOT NULL REFERENCES layout);
CREATE TABLE device_layout (
    device INTEGER, layout INTEGER, newest INTEGER NOT NULL DEFAULT -1, PRIMARY KEY (device, layout)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """One set of fields and the table that holds its rows."""

    id: int
    fields: tuple[str, ...]

    @property
    def table(self) -> str:
        """Name of the table."""
        return f"sample_{self.id}"

    def selected(self, field: str) -> str:
        """The SQL expression for the value of a field: NULL when rows of this layout do not have it."""
        if field not in self.fields:
            return "NULL"
        return f'"{field}"' if is_text(field) else unpacked(f'"{field}"')

    @property
    def insert(self) -> str:
        """Statement that writes one row (device, time, *values); the row of the same device and time is replaced."""
        marks = ",".join("?" * (len(self.fields) + 2))
        return f"INSERT OR REPLACE INTO {self.table} VALUES ({marks})"  # noqa: S608 - the table's name is a number


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows of one device go, and where older ones of it may stand."""

    device: int
    layout: Layout
    elsewhere: tuple[Layout, ...]


class Layouts:
    """The layouts of one open database, remembered between writes.

    All methods that may create something are called inside a write transaction; after a rollback, or when another
    connection has written, `forget` must be called.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._places: dict[str, Place] = {}
        self._fitting: dict[tuple[str, tuple[str, ...]], Place] = {}

    def forget(self) -> None:
        """Read everything anew from the database when it is next asked for."""
        self._places.clear()
        self._fitting.clear()

    def place(self, device: str, fields: tuple[str, ...]) -> Place:
        """Where an admitted sample with these fields goes; creates the device and the layout when they are new."""
        key = (device, fields)
        place = self._fitting.get(key)
        if place is None:
            place = self._fit(device, frozenset(fields))
            self._fitting[key] = place
        return place

    def all(self) -> list[Layout]:
        """All layouts."""
        return [_layout(row) for row in self._connection.execute("SELECT id, fields FROM layout ORDER BY id")]

    def of(self, device: str) -> tuple[int, list[Layout]] | None:
        """Number of a device and the layouts that hold rows of it; None for an unknown device."""
        known = self._connection.execute("SELECT id FROM device WHERE path = ?", (device,)).fetchone()
        if known is None:
            return None
        rows = self._connection.execute(
            "SELECT id, fields FROM layout JOIN device_layout ON layout = id WHERE device = ? ORDER BY id", known
        )
        return known[0], [_layout(row) for row in rows]

    def holding(self, devices: Sequence[int], start: int) -> list[Layout]:
        """The layouts in which rows of one of these devices (by number) stand that are not all older than `start`."""
        rows = self._connection.execute(
            "SELECT DISTINCT id, fields FROM layout JOIN device_layout ON layout = id"  # noqa: S608 - numbers only
            f" WHERE device IN ({', '.join(map(str, devices))}) AND newest >= ? ORDER BY id",
            (start,),
        )
        return [_layout(row) for row in rows]

    def _fit(self, device: str, fields: frozenset[str]) -> Place:
        known = self._places.get(device) or self._known(device)
        if known is not None and fields <= set(known.layout.fields):
            self._places[device] = known
            return known
        if known is not None and len(union := fields | set(known.layout.fields)) <= MOST_FIELDS:
            fields = union
        layout = self._create(fields)
        execute = self._connection.execute
        execute(
            "INSERT INTO device (path, layout) VALUES (?1, ?2) ON CONFLICT (path) DO UPDATE SET layout = ?2",
            (device, layout.id),
        )
        number = known.device if known else execute("SELECT id FROM device WHERE path = ?", (device,)).fetchone()[0]
        execute("INSERT OR IGNORE INTO device_layout (device, layout) VALUES (?, ?)", (number, layout.id))
        before = (known.layout, *known.elsewhere) if known else ()
        place = Place(number, layout, tuple(old for old in before if old.id != layout.id))
        # The places found before do not know that rows of the device may stand in this layout too.
        self._fitting = {key: value for key, value in self._fitting.items() if key[0] != device}
        self._places[device] = place
        return place

    def _known(self, device: str) -> Place | None:
        found = self.of(device)
        if found is None:
            return None
        number, layouts = found
        (now,) = self._connection.execute("SELECT layout FROM device WHERE id = ?", (number,)).fetchone()
        current = next(layout for layout in layouts if layout.id == now)
        return Place(number, current, tuple(layout for layout in layouts if layout.id != now))

    def _create(self, fields: Iterable[str]) -> Layout:
        names = tuple(sorted(fields, key=_order))
        text = json.dumps(names)
        execute = self._connection.execute
        row = execute("SELECT id, fields FROM layout WHERE fields = ?", (text,)).fetchone()
        if row is not None:
            return _layout(row)
        number = execute("INSERT INTO layout (fields) VALUES (?)", (text,)).lastrowid
        assert number is not None
        layout = Layout(number, names)
        columns = "".join(f', "{field}"' + (" TEXT" if is_text(field) else "") for field in names)  # no type: as packed
        execute(
            f"CREATE TABLE {layout.table} (device INTEGER NOT NULL, time INTEGER NOT NULL{columns},"
            " PRIMARY KEY (time, device)) WITHOUT ROWID"
        )
        shown = "".join(f', {layout.selected(field)} AS "{field}"' for field in names)
        execute(
            f"CREATE VIEW reading_{number} AS SELECT path AS device, time{shown}"  # noqa: S608 - admitted names only
            f" FROM {layout.table} AS s JOIN device ON device.id = s.device"
        )
        return layout


def _order(field: str) -> tuple[int, str]:
    """Device-level fields first, then input by input; is_text and split_field let no other name pass."""
    quantity, number = split_field(field)
    return number or 0, quantity.name


def _layout(row: tuple[int, str]) -> Layout:
    return Layout(row[0], tuple(json.loads(row[1])))
