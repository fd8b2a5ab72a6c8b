"""tepos bench page: what a page costs, with everything computed anew, for 10, 100 and 1,000 roofs; and what it weighs.

The rows are invented; the server, the store and the templates are the real ones, asked over loopback.
"""

from __future__ import annotations

import gzip
import http.client
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collector.store.sqlite import SqliteStore
from config.kwh import ROLLUP_NUMBERS, Step, Subject
from config.town import Inverter, Roof, Town
from dashboards.web.served import Served
from models.calendar import day_start, days, quarters
from models.pv.plant import installed, plant_of
from scripts.bench import Figure, first_paint
from scripts.bench.town import bench_town
from scripts.serving import Serving

TZ = ZoneInfo("Europe/Paris")
TODAY = date(2026, 6, 21)
NOW = day_start(TODAY, TZ) + 15 * 3_600_000
SIZES = (10, 100, 1000)
PAINTED = 40
"""Roofs behind the home page whose first paint is measured."""
HISTORY = 3 * 365
"""Days behind each page; of a thousand roofs one year, which is what its pages read."""
PAGES = {
    "home": "/", "kiosk": "/affichage", "operation": "/exploitation", "site": "/exploitation/site/site-1",
    "inverter": "/exploitation/site/site-1/onduleur/inv", "production": "/producteur", "plant": "/producteur/site-1",
    "opendata": "/opendata",
}  # fmt: skip
PLAIN = "/mentions-legales"
"""A page without a figure: what the server and the templates cost by themselves."""
TURNS = 5


def run(seed: int = 1) -> Iterator[Figure]:
    """`page.PAGE.ms.N` beside the plain page, `page.PAGE.kb` compressed with all that it loads, beside uncompressed.

    Last `page.accueil.first_paint_ms`, in a real browser; left out where there is none.
    """
    rng = np.random.default_rng(seed)
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            site = _served(Path(folder), size, rng)
            serving = Serving(site, 0)
            serving.start()
            try:
                yield from _asked(site, serving.address, size)
            finally:
                serving.stop()
    with tempfile.TemporaryDirectory() as folder:
        site = _served(Path(folder), PAINTED, rng)
        serving = Serving(site, 0)
        serving.start()
        try:
            yield from first_paint.run(serving.address, site.memory.clear, PAINTED, HISTORY)
        finally:
            serving.stop()


def town_of(roofs: int) -> Town:
    """So many sites with one roof and one inverter each."""
    town = bench_town(roofs)
    (site,) = town.sites
    array = site.roofs[0].arrays[0]
    each = array.model_copy(update={"kwp": array.kwp.model_copy(update={"value": 30.0}), "feeds": array.feeds[:2]})
    sites = []
    for number, inverter in enumerate(site.inverters, 1):
        feeds = tuple(feed.model_copy(update={"inverter": "inv"}) for feed in each.feeds)
        own = Roof(id="roof", name=f"Roof {number}", arrays=(each.model_copy(update={"feeds": feeds}),))
        device: Inverter = inverter.model_copy(update={"id": "inv"})
        about = {"id": f"site-{number}", "name": f"Site {number}", "roofs": (own,), "inverters": (device,)}
        sites.append(site.model_copy(update=about))
    return town.model_copy(update={"sites": tuple(sites)})


def _served(folder: Path, size: int, rng: np.random.Generator) -> Served:
    town = town_of(size)
    plant = plant_of(town)
    first = TODAY - timedelta(days=HISTORY if size < SIZES[-1] else 366)
    starts = np.array([day_start(day, TZ) for day in days(first, TODAY - timedelta(days=1))], dtype=np.int64)
    with closing(SqliteStore(folder / "store.db")) as store:
        for kind in (Subject.TOWN, Subject.SITE, Subject.INVERTER):
            names = list(installed(plant, kind))
            for some in (names[n : n + 100] for n in range(0, len(names), 100)):
                store.write_rollups(Step.DAY, _rows(kind, some, starts, rng))
            quarter = quarters(day_start(TODAY, TZ), NOW)
            store.write_rollups(Step.QUARTER, _rows(kind, names[:1], quarter, rng))
    devices = [
        {"device": path, "condition": "answers", "last_sample": NOW - 10_000, "age_s": 10, "state": "MPPT",
         "pac": 1000.0, "error": None}
        for path in town.devices()
    ]  # fmt: skip
    state = {"devices": devices, "store": {"problems": [], "made": True}, "running": 1, "spool": None}
    return Served(
        town=town, plant=plant, tz=TZ, simulated=True, open_store=lambda: SqliteStore(folder / "store.db"),
        ledger=folder / "ledger.db", people=folder / "people.db", accounts=folder / "accounts.db",
        situation=lambda: state, now=lambda: NOW,
    )  # fmt: skip


def _asked(site: Served, address: str, size: int) -> Iterator[Figure]:
    host = address.split("/")[2]
    plain = statistics.median(_get(site, host, PLAIN)[0] for _ in range(TURNS))
    for name, path in PAGES.items():
        answers = [_get(site, host, path) for _ in range(TURNS)]
        taken = statistics.median(seconds for seconds, _body in answers)
        note = f"{path} of {size} roofs, nothing remembered; baseline: a page without figures ({PLAIN})"
        yield Figure(f"page.{name}.ms.{size}", round(taken * 1000, 1), "ms", round(plain * 1000, 1), note)
        if size == SIZES[0]:
            body = answers[-1][1]
            loaded = re.findall(rb'(?:href|src)="(/static/[^"]+)"', body)
            parts = [body, *(_get(site, host, part.decode())[1] for part in loaded)]
            small, whole = (sum(map(len, each)) / 1000 for each in ([*map(gzip.compress, parts)], parts))
            about = f"{path} with its {len(loaded)} files, each compressed; baseline: uncompressed"
            yield Figure(f"page.{name}.kb", round(small, 1), "kB", round(whole, 1), about)


def _get(site: Served, host: str, path: str) -> tuple[float, bytes]:
    site.memory.clear()
    begin = perf_counter()
    with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
        connection.request("GET", path)
        body = connection.getresponse().read()
    return perf_counter() - begin, body


def _rows(kind: Subject, names: list[str], times: NDArray[np.int64], rng: np.random.Generator) -> pd.DataFrame:
    length = len(names) * len(times)
    energy = rng.uniform(10_000, 150_000, length)
    numbers = dict.fromkeys(ROLLUP_NUMBERS, 0.0) | {"completeness": 1.0, "availability": 1.0, "insolation": 4000.0}
    texts = {"basis": "counter", "status": "measured", "expected_basis": "fleet"}
    return pd.DataFrame(
        {"kind": kind.value, "subject": np.repeat(np.array(names, dtype=object), len(times)),
         "time": np.tile(times, len(names)), **numbers, **texts, "energy": energy, "expected": energy * 1.02}
    )  # fmt: skip
