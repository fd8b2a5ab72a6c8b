"""What is lost, and that only those who lose it are told so: faults of the simulated town against its healthy twin."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from config.kwh import Subject
from models.calendar import day_bounds
from models.pv.closing.close import Closed
from scripts.simulator.fault import Fault, FaultKind
from tests.models.pv.closing.closing_town import PARIS, Story, rows, site, story, town_of

FIRST = date(2026, 4, 1)
LAST = FIRST + timedelta(days=84)
BEGUN = FIRST + timedelta(days=25)
HOUR = 3_600_000
AZIMUTHS = (90, 110, 135, 160, 180, 200, 225, 250, 270)
TOWN = town_of(*(site(f"s{n}", azimuth, kwp=10 + 3 * n) for n, azimuth in enumerate(AZIMUTHS)))
BAD = "s4/inv"
OTHERS = [f"s{n}/inv" for n in range(len(AZIMUTHS)) if f"s{n}/inv" != BAD]


def of(closed: Closed, inverter: str, first: date = FIRST) -> pd.DataFrame:
    days = rows(closed.days, Subject.INVERTER, inverter)
    return days[days["time"] >= day_bounds(first, PARIS)[0]].reset_index(drop=True)


def with_fault(kind: FaultKind, **how: float) -> Closed:
    return story(TOWN, FIRST, LAST, [Fault(BAD, kind, day_bounds(BEGUN, PARIS)[0], **how)]).close()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def healthy() -> Closed:
    return story(TOWN, FIRST, LAST).close()


@pytest.fixture(scope="module")
def string() -> Closed:
    """One of five strings gives nothing: a loss of 20 %."""
    return with_fault(FaultKind.STRING_OPEN)


@pytest.fixture(scope="module")
def off() -> Closed:
    return with_fault(FaultKind.INVERTER_OFF)


def open_days(closed: Closed, inverter: str) -> list[date]:
    return [day for day, memory in closed.memories.items() if memory.watches[inverter].open]


def test_a_loss_of_a_fifth_is_found_and_still_seen_after_sixty_days(string: Closed) -> None:
    found = open_days(string, BAD)
    assert BEGUN <= found[0] <= BEGUN + timedelta(days=10)
    assert found[-1] == LAST
    last = of(string, BAD).iloc[-14:]
    assert last["energy"].sum() / last["expected"].sum() == pytest.approx(0.8, abs=0.05)
    assert set(last["expected_basis"]) == {"fleet"}


def test_energy_lost_since_the_finding_opened_is_told_within_a_fifth(string: Closed, healthy: Closed) -> None:
    since = open_days(string, BAD)[0]
    true = of(healthy, BAD, since)["energy"].sum() - of(string, BAD, since)["energy"].sum()
    assert of(string, BAD, since)["lost_finding"].sum() == pytest.approx(true, rel=0.2)
    assert of(string, BAD)["lost_outage"].sum() == 0
    before = of(string, BAD)
    assert before[before["time"] < day_bounds(since, PARIS)[0]]["lost_finding"].sum() == 0


@pytest.mark.parametrize("inverter", OTHERS)
def test_the_neighbours_of_a_loss_are_judged_as_without_it(
    string: Closed, off: Closed, healthy: Closed, inverter: str
) -> None:
    usual = of(healthy, inverter, BEGUN)
    for closed in (string, off):
        found = of(closed, inverter, BEGUN)
        index = found["energy"].sum() / found["expected"].sum()
        assert index == pytest.approx(usual["energy"].sum() / usual["expected"].sum(), rel=0.01)
        assert open_days(closed, inverter) == open_days(healthy, inverter)


def test_an_inverter_that_is_off_is_available_in_no_daylight_and_loses_what_was_expected(off: Closed) -> None:
    days = of(off, BAD, BEGUN)
    assert days["availability"].tolist() == [0.0] * len(days)
    lost = days["lost_outage"].sum() + days["lost_finding"].sum()
    assert days["lost_outage"].sum() == pytest.approx(lost, rel=0.01)
    assert lost == pytest.approx(days["expected"].sum(), rel=0.001)
    assert set(of(off, "s3/inv", BEGUN)["availability"]) == {1.0}


def test_what_an_outage_cost_is_what_would_have_been_made(off: Closed, healthy: Closed) -> None:
    true = of(healthy, BAD, BEGUN)["energy"].sum()
    assert of(off, BAD, BEGUN)["lost_outage"].sum() == pytest.approx(true, rel=0.05)
    town = rows(off.days, Subject.TOWN, "town")
    assert town["lost_outage"][25:].sum() == pytest.approx(of(off, BAD, BEGUN)["lost_outage"].sum())


def test_an_outage_from_ten_to_noon_costs_these_hours() -> None:
    start = day_bounds(BEGUN, PARIS)[0]
    fault = Fault(BAD, FaultKind.INVERTER_OFF, start + 10 * HOUR, start + 12 * HOUR)
    closed = story(TOWN, FIRST, BEGUN, [fault]).close()
    quarters = rows(closed.quarters, Subject.INVERTER, BAD)
    out = quarters[quarters["lost_outage"] > 0]
    assert len(out) == 8
    assert (out["time"].min(), out["time"].max()) == (fault.start, fault.end - 900_000)
    lit = quarters["availability"][quarters["time"] >= start]
    assert lit.mean() == pytest.approx(1 - 8 / lit.notna().sum())


def test_under_a_clear_sky_no_loss_is_claimed_and_none_found() -> None:
    """Two roofs are too few for each other: they are held against a cloudless sky, which nobody reaches."""
    town = town_of(site("s4"), site("other", 90))
    fault = Fault(BAD, FaultKind.INVERTER_OFF, day_bounds(BEGUN, PARIS)[0])
    closed = story(town, FIRST, LAST, [fault]).close()
    assert set(closed.days["expected_basis"]) == {"clear_sky"}
    watches = [watch for memory in closed.memories.values() for watch in memory.watches.values()]
    assert not any(watch.open or watch.first for watch in watches)
    days = of(closed, BAD)
    assert days["lost_finding"].eq(0).all()
    assert days["lost_outage"][:25].eq(0).all()
    assert days["lost_outage"][25:].isna().all()  # an outage it is, but nobody knows of how much
    assert days["availability"][25:].eq(0).all()


def late(told: Story, device: str) -> None:
    """All labels of a device an hour late."""
    frame = told.frames[device]
    told.frames[device] = frame.set_axis(frame.index + pd.Timedelta(hours=1))


def test_a_clock_off_by_an_hour_moves_energy_within_the_day_and_accuses_nobody(healthy: Closed) -> None:
    told = story(TOWN, FIRST, LAST)
    late(told, "s1/inv")
    closed = told.close()
    for inverter in ["s1/inv", BAD, *OTHERS]:
        assert of(closed, inverter)["energy"].to_numpy() == pytest.approx(of(healthy, inverter)["energy"], abs=30)
        assert open_days(closed, inverter) == open_days(healthy, inverter)
    doubted = sum(sum(count.values()) for count in closed.doubts["s1/inv"].counts.values())
    assert 0 < doubted < 0.02 * 96 * 85
    shifted, usual = (
        rows(each.quarters, Subject.INVERTER, "s1/inv")["energy"].to_numpy() for each in (closed, healthy)
    )
    assert np.corrcoef(shifted[4:], usual[:-4])[0, 1] > 0.999
    town, wanted = (rows(each.days, Subject.TOWN, "town")[14:] for each in (closed, healthy))
    index, before = (days["energy"].sum() / days["expected"].sum() for days in (town, wanted))
    assert index == pytest.approx(before, rel=0.005)
