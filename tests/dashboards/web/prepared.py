"""A town with a past for the pages: rollups, readings, an alert, initiatives, a panel; and accounts. All invented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from collector.ledger import Ledger
from collector.people import People as Kept
from collector.sample import Sample
from collector.store import open_store
from config import load
from config.kwh import ROLLUP_NUMBERS, Step, Subject
from config.settings import Settings
from config.town import Town
from dashboards.accounts.database import Database
from dashboards.accounts.people import People
from dashboards.accounts.roles import Role
from dashboards.panels import Panels, roofs_of
from dashboards.registry import Registry
from dashboards.roofs import Roofs
from dashboards.web.served import Served
from models.calendar import QUARTER, day_bounds, day_start, days, quarters
from models.pv.plant import installed, plant_of
from models.territory.initiatives.words import Action
from models.territory.initiatives.words import Role as Actor
from scripts import behind_page
from scripts.options import DEFAULT_TOWN, Workplace
from tests.models.territory.initiatives.deeds import WAY, content

TZ = ZoneInfo("Europe/Paris")
TODAY = date(2026, 6, 21)
NOW = day_start(TODAY, TZ) + 14 * 3_600_000
FIRST = TODAY - timedelta(days=40)
GAP = TODAY - timedelta(days=5)
"""A day of which nothing is known."""
DOUBTFUL = TODAY - timedelta(days=8)
"""A day that is estimated."""
PASSWORD = "a long enough password"
KINDS = (Subject.TOWN, Subject.SITE, Subject.ROOF, Subject.INVERTER)
WATCHED = ("ecole-lamendin", "inv-1")


@dataclass(slots=True)
class Clock:
    """The time of the tests."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True, slots=True)
class Prepared:
    """What stands behind the pages."""

    site: Served
    clock: Clock
    folder: Path
    town: Town


@contextmanager
def prepared(folder: Path, *, simulated: bool = True, clock: Clock | None = None) -> Iterator[Prepared]:
    """The town in a folder."""
    town, clock = load(DEFAULT_TOWN), clock or Clock()
    url = f"sqlite:///{folder / 'store.db'}"
    with closing(open_store(url)) as store:
        for kind in KINDS:
            store.write_rollups(Step.DAY, day_rows(town, kind))
            store.write_rollups(Step.QUARTER, quarter_rows(town, kind))
        store.write(list(readings("/".join(WATCHED))))
    deeds(folder, town)
    with Database(folder / "accounts.db") as database:
        for role in Role:
            People(database).add(role.value, [role], PASSWORD, NOW)
    made = Served(
        town=town, plant=plant_of(town), tz=TZ, simulated=simulated, open_store=lambda: open_store(url),
        ledger=folder / "ledger.db", people=folder / "people.db", accounts=folder / "accounts.db",
        situation=lambda: situation(town), now=clock, alerts=lambda: [dict(ALERT)],
        acknowledge=lambda alert, by, note: alert == ALERT["id"],
        progress=lambda: behind_page.progress(Workplace(Settings(folder, url), folder, DEFAULT_TOWN, url), town),
    )  # fmt: skip
    yield Prepared(made, clock, folder, town)


def subjects(town: Town, kind: Subject) -> dict[str, float]:
    """W of modules by subject."""
    return installed(plant_of(town), kind)


def _columns(rows: int, energy: Any, expected: Any) -> dict[str, Any]:
    known = {
        "energy": energy, "expected": expected, "expected_low": expected * 0.9, "expected_high": expected * 1.1,
        "insolation": np.full(rows, 5000.0), "completeness": 1.0, "lost_outage": 0.0, "lost_finding": 0.0,
        "availability": 1.0,
    }  # fmt: skip
    texts = {"basis": "counter", "status": "measured", "expected_basis": "fleet"}
    return dict.fromkeys(ROLLUP_NUMBERS, np.nan) | known | texts


def day_rows(town: Town, kind: Subject) -> pd.DataFrame:
    """Forty days; one is missing, one estimated; one site gives half."""
    every = [day for day in days(FIRST, TODAY - timedelta(days=1)) if day != GAP]
    starts = np.array([day_start(day, TZ) for day in every])
    made = []
    for subject, watts in subjects(town, kind).items():
        expected = watts * (3 + np.sin(np.arange(len(every))))
        share = 0.5 if subject.startswith("salle-varet") else 0.987654
        frame = pd.DataFrame({"kind": kind, "subject": subject, "time": starts,
                              **_columns(len(every), expected * share, expected)})  # fmt: skip
        frame.loc[starts == day_start(DOUBTFUL, TZ), "status"] = "estimated"
        made.append(frame)
    return pd.concat(made, ignore_index=True)


def quarter_rows(town: Town, kind: Subject) -> pd.DataFrame:
    """Today until two, without an hour before noon, and half of the first quarter-hour after noon."""
    start = day_bounds(TODAY, TZ)[0]
    times = quarters(start, NOW)
    hole = (times >= start + 10 * 3_600_000) & (times < start + 11 * 3_600_000)
    light = np.clip(np.sin((times - start) / 86_400_000 * 2 * np.pi - np.pi / 2), 0, None)
    made = []
    for subject, watts in subjects(town, kind).items():
        expected = watts * light / 5
        frame = pd.DataFrame({"kind": kind, "subject": subject, "time": times,
                              **_columns(len(times), expected * 0.98, expected)})  # fmt: skip
        frame.loc[hole, ["energy", "completeness"]] = [np.nan, 0.0]
        frame.loc[hole, "status"] = "unknown"
        noon = times == start + 12 * 3_600_000
        frame.loc[noon, ["energy", "completeness"]] *= 0.5
        frame.loc[noon, "status"] = "partial"
        made.append(frame)
    return pd.concat(made, ignore_index=True)


def readings(device: str) -> Iterator[Sample]:
    """Of one inverter, today."""
    for number, time in enumerate(range(day_start(TODAY, TZ) + 6 * 3_600_000, NOW, QUARTER)):
        power = 300.0 * number
        yield Sample(device, time, {"pac": power, "pdc_1": power * 0.6, "pdc_2": power * 0.4, "v_dc_1": 600.0})


def situation(town: Town) -> dict[str, Any]:
    """Everybody answers but one."""
    told = [
        {"device": path, "condition": "silent" if path == "cybercoin/inv-1" else "answers", "last_sample": NOW - 20_000,
         "age_s": 20, "state": "MPPT", "pac": 4200.0 if "inv" in path else None, "energy_ac_day": None,
         "error": "127.0.0.1:502: no answer" if path == "cybercoin/inv-1" else None, "failing_since": None,
         "polls": 5, "failures": 0, "masked": 0, "problems": []}
        for path in town.devices()
    ]  # fmt: skip
    return {"time": NOW, "simulated": True, "running": 1, "started": NOW, "devices": told, "spool": None,
            "store": {"made": True, "problems": [], "url": "sqlite"}, "disk": None}  # fmt: skip


def deeds(folder: Path, town: Town) -> None:
    """Four initiatives (waiting, a draft, to be signed, realised), a panel, and two roofs that may be built."""
    with Ledger(folder / "ledger.db") as ledger, Kept(folder / "people.db") as kept:
        registry = Registry(ledger, kept)
        for title in ("Des bancs au soleil", "Un brouillon"):
            said = {"title": title, "summary": "Devant la mairie.", "holder_kind": "citizen", "theme": "nature"}
            done = registry.file(said, Actor.HOLDER, NOW, NOW, 2026, holder={"contact": "secret@example.org"})
            if title.startswith("Des"):
                registry.act(done.initiative.id, Action.SUBMIT, Actor.HOLDER, {}, NOW, NOW)
        roof = next(iter(roofs_of(town)))
        for title, steps in (("Une rue fleurie", 6), ("Des lampes économes", 10)):
            said = {"title": title, "summary": "Avec les voisins.", "holder_kind": "association"}
            number = registry.file(said, Actor.HOLDER, NOW, NOW, 2026).initiative.id
            for action, role in WAY[1:steps]:
                registry.act(number, action, role, content(action, role), NOW, NOW)
        for action in (Action.DECLARE, Action.ATTACH):
            registry.act(number, action, Actor.AGENT, content(action), NOW, NOW)
        Panels(ledger, kept).add(2026, roof, 100, NOW)
        place = town.place.latitude, town.place.longitude, town.place.altitude
        for name, kind, owner in (("school", "school", "commune"), ("shed", "company", "company")):
            Roofs(ledger, place).add(
                name, {"kind": kind, "owner": owner, "kwp": "36", "tilt": "30", "azimuth": "180"}, "desk", NOW
            )


ALERT: dict[str, Any] = {
    "id": "kmtwza", "site": "ecole-lamendin", "site_name": "École Lamendin", "device": "inv-1", "input": 2,
    "cause": "string_open", "cause_words": "open string", "severity": "major", "state": "open", "muted": False,
    "since": datetime(2026, 6, 16, 9, tzinfo=UTC).isoformat(), "opened": datetime(2026, 6, 17, tzinfo=UTC).isoformat(),
    "closed": None, "why": None, "acknowledged": None, "acknowledged_by": None, "snoozed_until": None, "note": None,
    "worsened": 0, "reopened": 0, "lost_kwh": 70.0, "lost_kwh_per_day": 14.0, "lost_eur": 8.0, "lost_eur_per_day": 1.6,
    "planned_kwh": 0.0, "price_eur_per_kwh": 0.11, "price_status": "assumed", "missing": 0.33, "confidence": 0.9,
    "evidence": {"strings": 3, "strings_open": 1}, "device_says": None, "check_first": "The string fuses.",
}  # fmt: skip
