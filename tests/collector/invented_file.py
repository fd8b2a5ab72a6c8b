"""Reads invented files by a layout, as `tepos import` does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.imports.batches import Batch, Imports
from collector.imports.faults import Faults
from collector.imports.reading import Block, Facts, Reading, Series
from collector.imports.sheet import Sheet
from config.kwh import Subject
from config.layout import Layout, load_layout

PARIS = ZoneInfo("Europe/Paris")
ROOF: Series = (Subject.ROOF, "hall/roof")
SITE: Series = (Subject.SITE, "hall")
INVERTERS = {name: (Subject.INVERTER, f"hall/{name}") for name in ("inv-1", "inv-2")}
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def at(text: str) -> int:
    """ms of a time in the town, as 2026-03-29 or with +01:00."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=PARIS)).timestamp() * 1000)


def changed(name: str, **changes: object) -> Layout:
    """A layout that comes with tepos, with other values of its own keys, of [time] (time_…) and [values] (values_…)."""
    data = load_layout(name).model_dump()
    for key, value in changes.items():
        table, _underscore, inner = key.partition("_")
        if table in ("time", "values"):
            data[table][inner] = value
        else:
            data[key] = value
    return Layout.model_validate(data)


def facts(
    subject: Series | None = ROOF, installed: Mapping[Series, float] | None = None, now: str = "2026-06-01"
) -> Facts:
    def named(name: str) -> Series | None:
        return None if name == "Total" else INVERTERS[name]

    return Facts(PARIS, at(now), installed or {}, subject, named)


def read(
    folder: Path, text: str | bytes, layout: Layout | str, known: Facts | None = None
) -> tuple[list[Block], Faults]:
    """What the file says, and what is wrong with it."""
    file = folder / "invented.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    faults = Faults()
    layout = load_layout(layout) if isinstance(layout, str) else layout
    with Sheet(file, layout) as sheet:
        return list(Reading(sheet, layout, known or facts(), faults).blocks()), faults


def said(
    folder: Path, text: str | bytes, layout: Layout | str, known: Facts | None = None
) -> list[tuple[int, int, float]]:
    """Start, end and Wh of everything a file without faults says."""
    blocks, faults = read(folder, text, layout, known)
    assert faults.kept == []
    return [row for b in blocks for row in zip(b.start.tolist(), b.end.tolist(), b.energy.tolist(), strict=True)]


def added(
    imports: Imports,
    folder: Path,
    text: str,
    layout: Layout | str = "daily",
    known: Facts | None = None,
    *,
    now: int = 0,
    skip: bool = False,
    keep: bool = True,
) -> Batch:
    """Import an invented file."""
    file = folder / "invented.csv"
    file.write_text(text, encoding="utf-8")
    layout = load_layout(layout) if isinstance(layout, str) else layout
    with Sheet(file, layout) as sheet:
        reading = Reading(sheet, layout, known or facts(), Faults())
        return imports.add(file.name, sha256(text.encode()).hexdigest(), reading, now, skip=skip, keep=keep)
