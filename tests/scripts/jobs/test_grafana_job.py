"""The job that tells a real InfluxDB what boards need: states of now, and yields of days whenever these are closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.arrivals import Arrivals
from collector.ledger import Ledger
from collector.periods import Periods
from collector.store import open_store
from config.kwh import Step, Subject
from config.works import Kind
from models.calendar import QUARTER, day_bounds, day_start
from models.pv.closing.books import books_of
from models.pv.plant import installed, plant_of
from scripts.jobs.closing import DAYS, Closing, DaysJob, QuartersJob
from scripts.jobs.grafana import GrafanaJob
from scripts.jobs.runner import Runner
from scripts.jobs.works import add, close, works_of
from tests.influxd import Influxd, influxd  # noqa: F401
from tests.scripts.jobs.past_town import PARIS, PastTown
from tests.scripts.simulator.sunny_town import sunny_town

TOWN = sunny_town()
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 2)
START, END = day_start(FIRST, PARIS), day_bounds(LAST, PARIS)[1]
HOUR = 3_600_000
HELD_BACK = START + 34 * HOUR, END + HOUR
"""From the second morning on one device is silent: what it made is unknown until it speaks again."""


def situation(now: int) -> dict[str, Any]:
    """As scripts.situation gives it: one inverter answers, one does not, one is no longer in the town."""
    common = {"last_sample": now - 5000, "age_s": 5, "state": "on", "pac": 10.0, "polls": 9, "failures": 1}
    return {
        "devices": [
            {**common, "device": "south/inv", "condition": "answers", "error": None},
            {**common, "device": "west/inv", "condition": "silent", "error": "no answer"},
            {**common, "device": "gone/inv", "condition": "gone", "error": None},
        ],
        "spool": {"counters": {"queued": 2, "sent": 5, "rejected": 0, "dropped": 0, "damaged": 0}},
        "running": 1234,
        "simulated": True,
    }


class Told:
    """A town in InfluxDB, its jobs, and what the boards would find."""

    def __init__(self, server: Influxd, database: str, town: PastTown) -> None:
        self.town, self._server, self._database = town, server, database
        books = Closing(books_of(TOWN, PARIS), town.store, town.periods, PARIS, lambda: town.now)
        jobs = (DaysJob(books), QuartersJob(books))
        self.job = GrafanaJob(TOWN, town.store, town.periods, jobs, PARIS, lambda: town.now, situation)
        self._runner = Runner(town.periods, PARIS, lambda: town.now)

    def round(self) -> int:
        return self._runner.due(self.job).closed

    def rows(self, measurement: str, suffix: str = "") -> list[dict[str, Any]]:
        said = self._server.query(f'SELECT * FROM "{measurement}"', db=self._database + suffix, epoch="ms")
        (series,) = json.loads(said)["results"][0].get("series") or [{"columns": [], "values": []}]
        return [dict(zip(series["columns"], row, strict=True)) for row in series["values"]]


@pytest.fixture(scope="module")
def told(influxd: Influxd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:  # noqa: F811
    folder: Path = tmp_path_factory.mktemp("told")
    with closing(open_store(influxd.fresh("told"))) as store, Periods(folder / "ledger.db") as periods:
        town = PastTown(TOWN, store, periods, Arrivals(folder / "ledger.db"), END + 14 * HOUR)
        town.live(START, HELD_BACK[0])
        town.live(*HELD_BACK, [device for device in TOWN.devices() if device != "south/inv"])
        town.close()
        yield Told(influxd, "told", town)


def test_the_job_tells_how_things_stand_once_a_quarter_hour(told: Told) -> None:
    assert (told.round(), told.round()) == (1, 0)
    devices = {row["device"]: row for row in told.rows("tepos_device")}
    assert {*devices} == {"south/inv", "west/inv"}
    assert (devices["south/inv"]["mute"], devices["west/inv"]["mute"]) == (0.0, 1.0)
    assert (devices["west/inv"]["role"], devices["west/inv"]["why"]) == ("inverter", "no answer")
    (spool,) = told.rows("tepos_spool")
    assert (spool["queued"], spool["running"], spool["simulated"], spool["time"]) == (2.0, 1.0, 1.0, told.town.now)
    assert {row["job"] for row in told.rows("tepos_jobs")} == {"days", "quarters"}


def test_what_people_did_on_a_roof_is_an_event_with_its_end_once_that_is_known(told: Told) -> None:
    begun = told.town.now - HOUR
    with Ledger(told.town.periods.path) as ledger:
        add(
            ledger,
            Kind.CLEANING,
            "south",
            begun,
            None,
            "services techniques",
            told.town.now,
            {"note": "not for boards"},
        )
        for end in (None, told.town.now):
            if end is not None:
                close(ledger, works_of(ledger)[0], end, "services techniques", told.town.now)
            told.town.now += QUARTER
            assert told.round() == 1
            (event,) = (row for row in told.rows("tepos_event", "_rollup") if row["kind"] == "work")
            assert (event["time"], event["subject"], event.get("end_ms")) == (begun, "south", end)
            assert (event["title"], event["text"]) == ("Intervention", "south\u202f: nettoyage")


def test_nobody_is_mute_at_night(told: Told) -> None:
    facts = list(told.job.state(END + 2 * HOUR))
    assert [fact.fields["mute"] for fact in facts if fact.measurement == "tepos_device"] == [0.0, 0.0]


def test_yields_are_those_of_the_days_and_follow_them_when_they_are_closed_again(told: Told) -> None:
    inverter, pdc0 = "south/inv", installed(plant_of(TOWN), Subject.INVERTER)["south/inv"]

    def of_last_day() -> tuple[float, float | None, list[str]]:
        """Wh in the rollup; kWh/kWp in the yield, and what that has not."""
        told.town.now += QUARTER
        told.round()
        (energy,) = told.town.rows(Step.DAY, Subject.INVERTER, inverter, LAST)["energy"]
        found = [row for row in told.rows("tepos_yield", "_rollup") if row["subject"] == inverter]
        (last,) = (row for row in found if row["time"] == day_start(LAST, PARIS))
        assert (len(found), last["installed"]) == (2, pdc0)
        return energy, last.get("final_yield_h"), last["missing"].split(",")

    first = of_last_day()
    told.town.live(*HELD_BACK, [inverter])
    told.town.close()
    assert list(told.town.periods.done(DAYS, START, END).values()) == [1, 2]
    again = of_last_day()
    assert ("final_yield_h" in first[2], "final_yield_h" in again[2]) == (True, False)
    assert again[1] == pytest.approx(again[0] / pdc0, rel=1e-12)


def test_a_catch_up_of_years_is_one_writing(told: Told) -> None:
    told.town.now += 400 * 24 * HOUR
    before = len(told.rows("tepos_spool"))
    assert told.round() == 1
    assert len(told.rows("tepos_spool")) == before + 1


def test_the_embedded_store_has_no_such_job(tmp_path: Path) -> None:
    refused = pytest.raises(ValueError, match="InfluxDB only")
    with closing(open_store(f"sqlite:///{tmp_path}/store.db")) as store, Periods(None) as periods, refused:
        GrafanaJob(TOWN, store, periods, (), PARIS, lambda: END, situation)
