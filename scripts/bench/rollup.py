"""tepos bench rollup: what rollups cost to write and to look at. The rows are invented; only their form is real."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collector.sample import Sample
from collector.store.sqlite import SqliteStore
from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Basis, EnergyStatus, ExpectedBasis, Step, Subject
from models.calendar import day_bounds, day_start, days, quarters
from models.pv.closing.books import books_of
from models.pv.closing.close import Given, close
from models.pv.closing.memory import Memory
from scripts.bench import Figure
from scripts.bench.town import bench_town
from scripts.jobs.readings import around

TZ = ZoneInfo("Europe/Paris")
LAST = date(2025, 12, 31)
ROOFS = tuple(f"site-{n:02}/roof" for n in range(40))
INVERTERS = tuple(f"bench/inv-{n}" for n in range(1, 1001))
POLL_MS = 300_000
VALUES = (*ROLLUP_NUMBERS, *ROLLUP_TEXTS)
TURNS = 40
Views = Mapping[Subject, Sequence[str]]


def run(seed: int = 1) -> Iterator[Figure]:
    """A day of 1,000 inverters, a year of the town and 40 roofs, a day of them behind 1 year and behind 10."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        yield from _day(Path(folder), rng)
        yield from _views(Path(folder), rng)


def _day(folder: Path, rng: np.random.Generator) -> Iterator[Figure]:
    """The two ends of closing a day: its samples out of the store, its rows into it."""
    fields = ("pac", "energy_ac_total")
    with closing(SqliteStore(folder / "day.db")) as store:
        span = fill_day(store, rng)
        some = INVERTERS[::100]
        alone = sum(_ms(store.read, device, fields, *span) for device in some) / len(some) * len(INVERTERS)
        many = statistics.median(_ms(store.read_many, INVERTERS, fields, *span) for _ in range(3))
        yield Figure(
            "rollup.day_samples_ms", round(many, 1), "ms", round(alone, 1),
            "288 samples of each of 1,000 inverters, read together; baseline: one by one (of 10, times 100)",
        )  # fmt: skip
        yield _closed(store, span, some)
        rows = _rows(Subject.INVERTER, INVERTERS, quarters(*span), rng)
        written = statistics.median(_ms(store.write_rollups, Step.QUARTER, rows) for _ in range(5))
    with closing(_plain(folder / "plain.db")) as plain:
        bare = statistics.median(_ms(_insert, plain, rows) for _ in range(5))
    yield Figure(
        "rollup.write_day_ms", round(written, 1), "ms", round(bare, 1),
        "96 quarter-hours of 1,000 inverters, written over and durable; baseline: executemany into one plain table",
    )  # fmt: skip


def _closed(store: SqliteStore, span: tuple[int, int], some: Sequence[str]) -> Figure:
    """The whole of it, as the job does it for a day after weeks of others: a memory of peers is at work."""
    books = books_of(bench_town(len(INVERTERS)), TZ)
    memory = Memory()

    def whole() -> None:
        nonlocal memory
        closed = close(books, Given(around(store, books, *span).frames), memory, *span, TZ)
        store.write_rollups(Step.QUARTER, closed.quarters)
        if closed.days is not None:
            store.write_rollups(Step.DAY, closed.days)
        memory = closed.memories[LAST]

    def naive() -> None:
        for device in some:
            counter = store.read(device, ("energy_ac_total",), *span)["energy_ac_total"]
            counter.resample("15min").last().diff().tolist()

    _ms(whole)  # the first day has nothing to remember
    taken = statistics.median(_ms(whole) for _ in range(3))
    bare = _ms(naive) / len(some) * len(INVERTERS)
    return Figure(
        "rollup.close_day_ms", round(taken, 1), "ms", round(bare, 1),
        "a day of 1,000 inverters at 5 min: read, checked, energy, expected, learnt, written; baseline: only the"
        " counters' differences by pandas, one inverter after the other (of 10, times 100), nothing checked or written",
    )  # fmt: skip


def fill_day(store: SqliteStore, rng: np.random.Generator) -> tuple[int, int]:
    """Keep a sunny day of all INVERTERS, power and a counter of whole Wh; its begin and end."""
    start, end = day_bounds(LAST, TZ)
    times = np.arange(start, end, POLL_MS)
    shape = np.clip(np.sin((times - start) / (end - start) * 2 * np.pi - np.pi / 2), 0, None)
    power = np.round(shape[:, None] * rng.uniform(3000, 9000, len(INVERTERS)))
    counter = 1_000_000 + np.floor(np.cumsum(power, axis=0) * POLL_MS / 3_600_000)
    for time, watts, watt_hours in zip(times.tolist(), power.tolist(), counter.tolist(), strict=True):
        values = zip(INVERTERS, watts, watt_hours, strict=True)
        store.write([Sample(device, time, {"pac": p, "energy_ac_total": e}) for device, p, e in values])
    return start, end


def _views(folder: Path, rng: np.random.Generator) -> Iterator[Figure]:
    with (
        closing(_history(folder / "one.db", 1, rng)) as one,
        closing(_history(folder / "ten.db", 10, rng)) as ten,
        closing(_plain(folder / "plain-days.db")) as plain,
    ):
        year = (day_start(date(LAST.year, 1, 1), TZ), day_bounds(LAST, TZ)[1])
        _insert(plain, ten.read_rollups(Step.DAY, Subject.ROOF, None, 0, 2**60).assign(kind="roof"))
        _insert(plain, ten.read_rollups(Step.DAY, Subject.TOWN, None, 0, 2**60).assign(kind="town"))
        town, both = {Subject.TOWN: ("town",)}, {Subject.TOWN: ("town",), Subject.ROOF: ROOFS}
        for name, views, seen in (
            ("rollup.year_view_ms", both, "the town and 40 roofs"),
            ("rollup.year_view_ms.town", town, "the town"),
        ):
            ours = statistics.median(_ms(_look, ten, Step.DAY, views, *year) for _ in range(TURNS))
            bare = statistics.median(_ms(_scan, plain, views, *year) for _ in range(5))
            yield Figure(
                name, round(ours, 2), "ms", round(bare, 2),
                f"365 days of {seen}, all columns, behind 10 years of rows; baseline: the same rows in a plain table",
            )  # fmt: skip
        day = day_bounds(LAST, TZ)
        times: tuple[list[float], list[float]] = ([], [])
        for _turn in range(5 * TURNS):  # taking turns: what else the machine does meets both
            for store, taken in zip((one, ten), times, strict=True):
                taken.append(_ms(_look, store, Step.QUARTER, both, *day))
        short, long = map(statistics.median, times)
        yield Figure(
            "rollup.history_ratio", round(long, 3), "ms", round(short, 3),
            "one day of the town and 40 roofs by quarter-hours, behind 10 years of them; baseline: behind 1 year",
        )  # fmt: skip


def _history(path: Path, years: int, rng: np.random.Generator) -> SqliteStore:
    """A store with so many years of the town and 40 roofs, by days and by quarter-hours, up to LAST."""
    store = SqliteStore(path)
    for year in range(LAST.year - years + 1, LAST.year + 1):
        first, last = date(year, 1, 1), date(year, 12, 31)
        starts = np.array([day_start(day, TZ) for day in days(first, last)], dtype=np.int64)
        spans = quarters(day_start(first, TZ), day_start(date(year + 1, 1, 1), TZ))
        for kind, names in ((Subject.TOWN, ("town",)), (Subject.ROOF, ROOFS)):
            store.write_rollups(Step.DAY, _rows(kind, names, starts, rng))
            for name in names:
                store.write_rollups(Step.QUARTER, _rows(kind, (name,), spans, rng))
    return store


def _rows(kind: Subject, names: Sequence[str], times: NDArray[np.int64], rng: np.random.Generator) -> pd.DataFrame:
    """Invented rows: half of the quarter-hours are dark."""
    length = len(names) * len(times)
    light = rng.random(length).round(6) * (rng.random(length) < 0.5)
    scales = (900, 1000, 800, 1200, 600, 1, 0, 0, 1, 570, 930, 0)
    numbers = {column: light * scale for column, scale in zip(ROLLUP_NUMBERS, scales, strict=True)}
    texts = {"basis": Basis.COUNTER, "status": EnergyStatus.MEASURED, "expected_basis": ExpectedBasis.SYNTHETIC}
    keys = {"kind": kind, "subject": np.repeat(names, len(times)), "time": np.tile(times, len(names))}
    return pd.DataFrame({**keys, **numbers, "completeness": 1.0, **texts})


def _look(store: SqliteStore, step: Step, views: Views, start: int, end: int) -> int:
    return sum(len(store.read_rollups(step, kind, names, start, end)) for kind, names in views.items())


def _plain(path: Path) -> sqlite3.Connection:
    """One table as a first try has it: text words, no order but that of arrival."""
    plain = sqlite3.connect(path, isolation_level=None)
    columns = ", ".join(f"{column} REAL" for column in ROLLUP_NUMBERS) + ", " + ", ".join(ROLLUP_TEXTS)
    plain.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        f"CREATE TABLE rollup(kind TEXT, subject TEXT, time INTEGER, {columns})"
    )
    return plain


def _insert(plain: sqlite3.Connection, rows: pd.DataFrame) -> None:
    columns = [rows[column].tolist() for column in ("kind", "subject", "time", *VALUES)]
    plain.execute("BEGIN")
    marks = ", ".join("?" * len(columns))
    plain.executemany(f"INSERT INTO rollup VALUES ({marks})", zip(*columns, strict=True))  # noqa: S608 - marks only
    plain.execute("COMMIT")


def _scan(plain: sqlite3.Connection, views: Views, start: int, end: int) -> int:
    """What a view without an index reads, as a frame too."""
    found = 0
    for kind, names in views.items():
        query = "SELECT * FROM rollup WHERE kind = ? AND ? <= time AND time < ? ORDER BY subject, time"
        frame = pd.DataFrame(
            plain.execute(query, (kind, start, end)).fetchall(), columns=["kind", "subject", "time", *VALUES]
        )
        found += len(frame[frame["subject"].isin(names)])
    return found


def _ms(work: Callable[..., object], *arguments: object) -> float:
    before = perf_counter()
    work(*arguments)
    return (perf_counter() - before) * 1000
