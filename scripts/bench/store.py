"""tepos bench store: what keeping a cycle costs, how fast the last values come, how large a year becomes."""

from __future__ import annotations

import math
import sqlite3
import statistics
import tempfile
import time
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

from collector.sample import Sample, Value
from collector.spool.queue import Spool
from collector.store.sqlite import SqliteStore
from scripts.bench import Figure

INVERTERS = 100
START = 1_767_225_600_000  # 2026-01-01
FIELDS = (
    "pac", "energy_ac_total", "energy_ac_day", "v_dc_1", "i_dc_1", "pdc_1", "v_dc_2", "i_dc_2", "pdc_2", "temp_cabinet",
    "pdc", "s_ac", "q_ac", "power_factor", "frequency", "v_ac_ln_a", "v_ac_ln_b", "v_ac_ln_c", "i_ac", "i_ac_a",
    "i_ac_b", "i_ac_c", "v_dc", "i_dc", "r_iso", "fault_code",
)  # fmt: skip


def cycle(number: int, values: int, step_ms: int) -> list[Sample]:
    """One cycle of 100 inverters: figures with the digits that registers have, not round ones."""
    samples = []
    for inverter in range(INVERTERS):
        power = round(4000 * (1 + math.sin(number / 90 + inverter / 17)) + inverter, 0)
        reading: dict[str, Value] = {
            field: round(power / (3 + place) + place * 11 + inverter * 0.1, 1)
            for place, field in enumerate(FIELDS[:values])
        }
        reading["pac"] = power
        reading["energy_ac_total"] = 12_000_000.0 + number * 70 + inverter
        samples.append(Sample(f"site-{inverter // 4}/inv-{inverter % 4}", START + number * step_ms, reading))
    return samples


def run(days: int = 30) -> Iterator[Figure]:
    """Durable cycles in spool and store, last values, and the bytes of a value over `days` days at 5 minutes."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _spool(Path(folder))
        yield from _cycle(Path(folder))
        for values in (10, 26):
            yield from _year(Path(folder), values, days)


def _spool(folder: Path) -> Iterator[Figure]:
    spool = Spool.open(folder / "spool.db", max_bytes=64 * 1024 * 1024, now=START)
    plain = sqlite3.connect(folder / "plain-queue.db", isolation_level=None)
    plain.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE q(id INTEGER PRIMARY KEY, b BLOB)"
    )
    ours, bare = [], []
    for number in range(300):
        samples = cycle(number, 26, 10_000)
        ours.append(_ms(spool.append, samples, START))
        blob = zlib.compress(array("d", [float(v or 0) for s in samples for v in s.values.values()]).tobytes(), 1)
        bare.append(_ms(plain.execute, "INSERT INTO q(b) VALUES (?)", (blob,)))
    spool.close()
    plain.close()
    yield Figure(
        "spool.append_p50_ms", round(statistics.median(ours), 3), "ms", round(statistics.median(bare), 3),
        "100 inverters × 26 values, fsynced; baseline: one INSERT of a ready blob, WAL, synchronous=FULL",
    )  # fmt: skip


def _cycle(folder: Path) -> Iterator[Figure]:
    store = SqliteStore.from_url(f"sqlite:///{folder / 'store.db'}")
    plain = _plain(folder / "plain-store.db", 26)
    ours, bare = [], []
    for number in range(300):
        samples = cycle(number, 26, 10_000)
        ours.append(_ms(store.write, samples))
        rows = _rows(samples)
        bare.append(_ms(_insert, plain, rows))
    yield Figure(
        "store.cycle_p50_ms", round(statistics.median(ours), 3), "ms", round(statistics.median(bare), 3),
        "100 inverters × 26 values, durable; baseline: executemany into one plain table, WAL, synchronous=FULL",
    )  # fmt: skip
    last = [_ms(store.last) for _ in range(30)]
    query = "SELECT device, max(time), * FROM sample GROUP BY device"
    scan = [_ms(lambda: plain.execute(query).fetchall()) for _ in range(30)]
    yield Figure(
        "store.last_values_ms", round(statistics.median(last), 3), "ms", round(statistics.median(scan), 3),
        "newest sample of each of 100 devices behind 300 cycles; baseline: max(time) GROUP BY on the plain table",
    )  # fmt: skip
    store.close()
    plain.close()


def _year(folder: Path, values: int, days: int) -> Iterator[Figure]:
    path = folder / f"year-{values}.db"
    store = SqliteStore.from_url(f"sqlite:///{path}")
    plain_path = folder / f"plain-year-{values}.db"
    plain = _plain(plain_path, values)
    for number in range(days * 288):
        samples = cycle(number, values, 300_000)
        if number % 12 == 0:
            waiting: list[Sample] = []
        waiting += samples
        if number % 12 == 11:
            store.write(waiting)
            _insert(plain, _rows(waiting))
    last = statistics.median(_ms(store.last) for _ in range(10))
    store.close()
    plain.close()
    rows = days * 288 * INVERTERS
    size, plain_size = path.stat().st_size, plain_path.stat().st_size
    yield Figure(
        f"store.bytes_per_value.{values}", round(size / rows / values, 2), "B", round(plain_size / rows / values, 2),
        f"{days} days at 5 min; a year of 100 inverters: {size / days * 365 / 1e6:.0f} MB; last values then "
        f"{last:.2f} ms; baseline: one plain table",
    )  # fmt: skip


def _plain(path: Path, values: int) -> sqlite3.Connection:
    plain = sqlite3.connect(path, isolation_level=None)
    columns = ", ".join(f"{field} REAL" for field in FIELDS[:values])
    plain.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        f"CREATE TABLE sample(device INTEGER, time INTEGER, {columns}, PRIMARY KEY(device, time)) WITHOUT ROWID"
    )
    return plain


def _rows(samples: list[Sample]) -> list[tuple[Value, ...]]:
    return [(n % INVERTERS, s.time, *s.values.values()) for n, s in enumerate(samples)]


def _insert(plain: sqlite3.Connection, rows: list[tuple[Value, ...]]) -> None:
    plain.execute("BEGIN")
    marks = ", ".join("?" * len(rows[0]))
    plain.executemany(f"INSERT OR REPLACE INTO sample VALUES ({marks})", rows)  # noqa: S608 - marks only
    plain.execute("COMMIT")


def _ms(work: Callable[..., object], *arguments: object) -> float:
    before = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - before) * 1000
