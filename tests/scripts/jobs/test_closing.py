"""Days and quarters of a simulated town, closed by the jobs: they hold against what the simulation really made."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from config.kwh import Step, Subject
from models.calendar import day_bounds, day_start
from models.pv.closing.memory import Memory
from scripts.jobs.closing import DAYS, MEMORY, QUARTERS
from scripts.simulator.fault import Fault, FaultKind
from tests.scripts.jobs.past_town import PARIS, QUARTER, PastTown, past_town
from tests.scripts.simulator.sunny_town import sunny_town

TOWN = sunny_town()
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 24)
INVERTERS = ("south/inv", "east/inv", "west/inv", "tracker/inv")
HOUR = 3_600_000


@pytest.fixture(scope="module")
def may(tmp_path_factory):
    with past_town(tmp_path_factory.mktemp("may"), TOWN, FIRST, LAST) as made:
        made.close()
        yield made


@pytest.mark.parametrize("inverter", INVERTERS)
def test_a_day_is_what_the_inverter_made_and_the_sum_of_its_quarters(may: PastTown, inverter: str) -> None:
    days = may.rows(Step.DAY, Subject.INVERTER, inverter, FIRST, LAST)
    assert len(days) == 24
    for row in days.itertuples():
        end = row.time + 24 * HOUR
        assert row.energy == pytest.approx(may.truth(inverter, row.time, end), abs=100)
    quarters = may.rows(Step.QUARTER, Subject.INVERTER, inverter, FIRST, LAST)
    assert quarters["energy"].sum() == pytest.approx(days["energy"].sum(), rel=1e-9)
    assert set(days["status"]) == {"measured"}


def test_roofs_add_up_to_sites_and_sites_to_the_town(may: PastTown) -> None:
    whole = may.rows(Step.DAY, Subject.TOWN, "town", FIRST, LAST)["energy"].to_numpy()
    bounds = day_start(FIRST, PARIS), day_bounds(LAST, PARIS)[1]
    for kind in (Subject.ROOF, Subject.SITE):
        rows = may.store.read_rollups(Step.DAY, kind, None, *bounds)
        assert rows.groupby("time")["energy"].sum().to_numpy() == pytest.approx(whole)


def test_the_meter_decides_for_its_site_and_the_inverter_keeps_its_own_count(may: PastTown) -> None:
    site = may.rows(Step.DAY, Subject.SITE, "south", FIRST, LAST)
    assert set(site["basis"]) == {"meter"}
    assert set(may.rows(Step.DAY, Subject.INVERTER, "south/inv", FIRST, LAST)["basis"]) == {"counter"}
    assert set(may.rows(Step.DAY, Subject.SITE, "east", FIRST, LAST)["basis"]) == {"counter"}


def test_the_surest_expectation_is_taken_and_named(may: PastTown) -> None:
    south = may.rows(Step.DAY, Subject.INVERTER, "south/inv", FIRST, LAST)
    east = may.rows(Step.DAY, Subject.INVERTER, "east/inv", FIRST, LAST)
    assert set(south["expected_basis"]) == {"sensor"}
    assert set(east["expected_basis"][:13]) == {"clear_sky"}
    assert set(east["expected_basis"][-5:]) == {"fleet"}
    late = south[-5:]
    assert (late["energy"] / late["expected"]).to_numpy() == pytest.approx(np.ones(5), abs=0.1)


def test_closing_again_changes_nothing(may: PastTown) -> None:
    day = day_bounds(LAST, PARIS)
    together = may.rows(Step.DAY, Subject.TOWN, "town", LAST)
    told = []
    for _again in range(2):
        assert may.periods.reopen({DAYS: [day], QUARTERS: [day]}) == {DAYS: 1, QUARTERS: 96}
        assert may.close()[DAYS].closed == 1
        told.append(may.rows(Step.QUARTER, Subject.TOWN, "town", LAST))
    assert_frame_equal(*told)
    assert may.periods.gaps(QUARTERS, day_start(FIRST, PARIS), day[1]) == []
    alone = may.rows(Step.DAY, Subject.TOWN, "town", LAST)
    assert alone["energy"].iloc[0] == pytest.approx(together["energy"].iloc[0], abs=100)  # a step of a counter


def test_the_quarters_of_a_day_that_is_not_over_are_closed_as_they_pass(tmp_path) -> None:
    with past_town(tmp_path, TOWN, FIRST, FIRST) as made:
        noon = day_bounds(FIRST, PARIS)[1] + 12 * HOUR
        made.live(noon - 11 * HOUR, noon + QUARTER)
        made.now = noon + 180_000
        assert made.close()[QUARTERS].closed == 48
        today = made.rows(Step.QUARTER, Subject.INVERTER, "east/inv", FIRST + timedelta(days=1))
        assert len(today) == 48
        assert today["energy"].sum() == pytest.approx(made.truth("east/inv", noon - 12 * HOUR, noon), abs=100)


def test_what_was_made_in_a_silence_is_spread_over_it_when_the_device_speaks_again(tmp_path) -> None:
    gone = [day_start(date(2026, 5, 3), PARIS) + 12 * HOUR, day_start(date(2026, 5, 6), PARIS) + 12 * HOUR]
    silence = Fault("east/inv", FaultKind.SILENT, *gone)
    with past_town(tmp_path, TOWN, FIRST, date(2026, 5, 5), [silence]) as made:
        made.close()
        dark = made.rows(Step.DAY, Subject.INVERTER, "east/inv", date(2026, 5, 4))
        assert dark["status"].tolist() == ["unknown"]
        assert np.isnan(dark["energy"].iloc[0])
        made.live(made.now, made.now + 23 * HOUR)
        made.now += 24 * HOUR
        made.close()  # finds that it speaks again ...
        made.close()  # ... and reckons anew what it made meanwhile
        days = made.rows(Step.DAY, Subject.INVERTER, "east/inv", date(2026, 5, 3), date(2026, 5, 6))
        assert days["status"].tolist() == ["reconstituted"] * 4
        assert days["energy"].sum() == pytest.approx(
            made.truth("east/inv", days["time"].iloc[0], days["time"].iloc[0] + 96 * HOUR), abs=100
        )


def test_no_roof_is_accused_of_a_loss_because_winter_is_cloudy(tmp_path) -> None:
    with past_town(tmp_path, TOWN, date(2026, 1, 20), date(2026, 3, 20)) as made:
        made.close()
        kept = made.periods.state(DAYS, MEMORY, made.now)
        assert kept is not None
        memory = Memory.from_json(kept[1])
        assert {path: watch.first for path, watch in memory.watches.items()} == dict.fromkeys(INVERTERS)


@pytest.mark.parametrize(("day", "quarters"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100)])
def test_a_day_of_clock_change_has_all_its_quarters(tmp_path, day: date, quarters: int) -> None:
    with past_town(tmp_path, TOWN, day, day) as made:
        made.close()
        rows = made.rows(Step.QUARTER, Subject.INVERTER, "east/inv", day)
        assert len(rows) == quarters
        whole = made.rows(Step.DAY, Subject.INVERTER, "east/inv", day)
        assert whole["energy"].iloc[0] == pytest.approx(rows["energy"].sum())
        assert whole["energy"].iloc[0] == pytest.approx(made.truth("east/inv", *day_bounds(day, PARIS)), abs=100)


def test_a_leap_day_and_the_turn_of_the_year_are_ordinary_days(tmp_path) -> None:
    for first, last in ((date(2028, 2, 28), date(2028, 3, 1)), (date(2026, 12, 31), date(2027, 1, 1))):
        folder = tmp_path / str(first)
        folder.mkdir()
        with past_town(folder, TOWN, first, last) as made:
            made.close()
            days = made.rows(Step.DAY, Subject.INVERTER, "west/inv", first, last)
            assert len(days) == (last - first).days + 1
            ends = day_start(first, PARIS), day_bounds(last, PARIS)[1]
            assert days["energy"].sum() == pytest.approx(made.truth("west/inv", *ends), abs=100)


def test_a_roof_added_today_has_no_yesterday_and_an_honest_today(tmp_path) -> None:
    with past_town(tmp_path, TOWN, FIRST, FIRST) as made:
        noon = day_bounds(FIRST, PARIS)[1] + 11 * HOUR
        others = [path for path in TOWN.devices() if path != "west/inv"]
        made.store.close()
        fresh = tmp_path / "fresh"
        fresh.mkdir()
        with past_town(fresh, TOWN, FIRST, FIRST, [Fault("west/inv", FaultKind.SILENT, 0, noon)]) as town:
            town.live(noon - 11 * HOUR, noon + 13 * HOUR, others)
            town.live(noon, noon + 13 * HOUR, ["west/inv"])
            town.now = noon + 14 * HOUR
            town.close()
            rows = town.rows(Step.QUARTER, Subject.INVERTER, "west/inv", FIRST, FIRST + timedelta(days=1))
            before = rows[rows["time"] < noon]
            assert before["energy"].isna().all()
            today = town.rows(Step.DAY, Subject.INVERTER, "west/inv", FIRST + timedelta(days=1))
            assert today["status"].tolist() == ["partial"]
            assert today["energy"].iloc[0] == pytest.approx(town.truth("west/inv", noon, noon + 13 * HOUR), abs=150)


def test_an_inverter_replaced_in_mid_month_costs_only_what_nobody_counted(tmp_path) -> None:
    swap = date(2026, 5, 12)
    at = day_start(swap, PARIS) + 10 * HOUR
    with past_town(tmp_path, _replaced(swap), FIRST, LAST, [Fault("east/inv", FaultKind.COUNTER_RESET, at)]) as made:
        made.close()
        days = made.rows(Step.DAY, Subject.INVERTER, "east/inv", FIRST, LAST)
        ends = day_start(FIRST, PARIS), day_bounds(LAST, PARIS)[1]
        lost = made.truth("east/inv", *ends) - days["energy"].sum()
        assert 0 <= lost + 100 <= made.truth("east/inv", at - QUARTER, at) + 200
        assert days["expected_basis"].tolist()[-10:] == ["clear_sky"] * 10  # learnt anew from that day on


def _replaced(day: date):
    sites = []
    for site in TOWN.sites:
        inverters = tuple(each.model_copy(update={"replaced": (day,)}) for each in site.inverters)
        sites.append(site.model_copy(update={"inverters": inverters}) if site.id == "east" else site)
    return TOWN.model_copy(update={"sites": tuple(sites)})
