"""tepos bench import: how fast a file of the past comes in, durable and checked. The figures in it are invented."""

from __future__ import annotations

import csv
import statistics
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import numpy as np

from collector.imports.batches import Imports
from collector.imports.faults import Faults
from collector.imports.reading import Facts, Reading, Series
from collector.imports.sheet import Sheet
from config.kwh import Subject
from config.layout import load_layout
from models.calendar import day_start, days, quarters
from scripts.bench import Figure

TZ = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2013, 3, 8), date(2025, 12, 31)
INVERTERS = 30
TURNS = 3


def run(seed: int = 1) -> Iterator[Figure]:
    """Thirteen years of one roof by quarter-hours, and of 30 inverters by days, in the forms that people have."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        for name, layout, text, what in (
            ("import.mb_per_s", "quarter_hourly", _quarter_hourly(rng), "13 years of one roof by quarter-hours"),
            ("import.mb_per_s.portal", "portal_csv", _portal(rng), f"13 years of {INVERTERS} inverters by days"),
        ):
            file = Path(folder) / "past.csv"
            file.write_text(text, encoding="utf-8")
            megabytes = file.stat().st_size / 1e6
            ours = statistics.median(_seconds(_import, file, layout, Path(folder) / f"{n}.db") for n in range(TURNS))
            bare = statistics.median(_seconds(_pass, file) for _ in range(TURNS))
            yield Figure(
                name, round(megabytes / ours, 2), "MB/s", round(megabytes / bare, 2),
                f"{what} ({megabytes:.1f} MB), checked and durable; baseline: csv.reader passing over the file",
            )  # fmt: skip
            for database in Path(folder).glob("*.db*"):
                database.unlink()


def _quarter_hourly(rng: np.random.Generator) -> str:
    times = quarters(day_start(FIRST, TZ), day_start(LAST, TZ)).tolist()
    energies = (rng.random(len(times)) * 9 * (rng.random(len(times)) < 0.5)).tolist()
    shown = (datetime.fromtimestamp(time / 1000, UTC).astimezone(TZ) for time in times)
    lines = (f"{time:%d/%m/%Y %H:%M};{wh:.3f}" for time, wh in zip(shown, energies, strict=True))
    return "\n".join(["Date;kWh", *(line.replace(".", ",") for line in lines)])


def _portal(rng: np.random.Generator) -> str:
    lines = ["Date;" + ";".join(f"hall/inv-{n}" for n in range(INVERTERS))]
    for day in days(FIRST, LAST):
        figures = ";".join(f"{kwh:.3f}" for kwh in (rng.random(INVERTERS) * 60).tolist()).replace(".", ",")
        lines.append(f"{day:%d/%m/%Y};{figures}")
    return "\n".join(lines)


def _import(file: Path, layout: str, database: Path) -> None:
    def named(name: str) -> Series | None:
        return Subject.INVERTER, name

    chosen = load_layout(layout)
    facts = Facts(TZ, day_start(date(2026, 6, 1), TZ), {}, (Subject.ROOF, "hall/roof"), named)
    with Sheet(file, chosen) as sheet, Imports(database) as imports:
        imports.add(file.name, file.name, Reading(sheet, chosen, facts, Faults()), 0)


def _pass(file: Path) -> None:
    with file.open(encoding="utf-8", newline="") as text:
        for _row in csv.reader(text, delimiter=";"):
            pass


def _seconds(work: Callable[..., None], *arguments: object) -> float:
    before = perf_counter()
    work(*arguments)
    return perf_counter() - before
