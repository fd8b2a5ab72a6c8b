"""Quarter-hours, days and months of a town whose clocks change; and how a person names them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.calendar import QUARTER, day_start
from scripts.jobs.period import Period, PeriodStep, asked, period_of, periods_between

PARIS = ZoneInfo("Europe/Paris")
HOUR = 3_600_000


def day(text: str) -> int:
    return day_start(date.fromisoformat(text), PARIS)


@pytest.mark.parametrize(("text", "hours"), [("2026-03-29", 23), ("2026-06-21", 24), ("2026-10-25", 25)])
def test_a_day_of_the_town_has_the_hours_that_its_clocks_give_it(text: str, hours: int) -> None:
    period = asked(text, PeriodStep.DAY, PARIS)
    assert (period.start, period.end - period.start) == (day(text), hours * HOUR)
    quarters = list(periods_between(period.start, period.end, PeriodStep.QUARTER, PARIS))
    assert len(quarters) == 4 * hours
    assert len({quarter.label(PeriodStep.QUARTER, PARIS) for quarter in quarters}) == 4 * hours


@settings(max_examples=60, deadline=None)
@given(st.integers(day("2012-01-01"), day("2030-01-01")), st.sampled_from(PeriodStep), st.integers(1, 70))
def test_periods_follow_on_each_other_and_their_labels_name_them(start: int, step: PeriodStep, days: int) -> None:
    end = start + days * 24 * HOUR // (40 if step is PeriodStep.QUARTER else 1)
    periods = list(periods_between(start, end, step, PARIS))
    assert all(a.end == b.start for a, b in pairwise(periods))
    for period in periods:
        assert asked(period.label(step, PARIS), step, PARIS) == period == period_of(period.end - 1, step, PARIS)
    edges = [period_of(start - 1, step, PARIS).end, period_of(end, step, PARIS).start]
    assert ([periods[0].start, periods[-1].end] if periods else edges) == edges or edges[0] > edges[1]


@pytest.mark.parametrize(
    ("text", "first", "behind"),
    [
        ("2028-02", "2028-02-01", "2028-03-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-10-24..2026-10-26", "2026-10-24", "2026-10-27"),
        ("2025-12-31 .. 2026-01", "2025-12-31", "2026-02-01"),
    ],
)
def test_months_years_and_ranges_are_stretches_with_both_ends_in_it(text: str, first: str, behind: str) -> None:
    assert asked(text, PeriodStep.DAY, PARIS) == Period(day(first), day(behind))


def test_a_quarter_is_in_the_time_of_the_town_or_has_its_own_offset() -> None:
    expected = Period(day("2026-11-22") + 10 * HOUR + QUARTER, day("2026-11-22") + 10 * HOUR + 2 * QUARTER)
    for text in ("2026-11-22T10:15", "2026-11-22 10:15:00", "2026-11-22T09:15Z", "2026-11-22T11:15+02:00"):
        assert asked(text, PeriodStep.QUARTER, PARIS) == expected
    assert expected.label(PeriodStep.QUARTER, PARIS) == "2026-11-22T10:15+01:00"


def test_the_hour_that_comes_twice_needs_an_offset_and_the_one_skipped_does_not_exist() -> None:
    for text, why in (("2026-10-25T02:30", "twice"), ("2026-03-29T02:30", "skip")):
        with pytest.raises(ValueError, match=why):
            asked(text, PeriodStep.QUARTER, PARIS)
    summer, winter = (asked(f"2026-10-25T02:30+0{n}:00", PeriodStep.QUARTER, PARIS) for n in (2, 1))
    assert winter.start - summer.start == HOUR


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13", "2026-02-30", "2026-11-22T10:17", "2026-11-22T25:00", "..", "2026-11-22..",
     "22/11/2026", "9999-12-31", "0000"],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"write 2026-11-22T10:15"):
        asked(text, PeriodStep.QUARTER, PARIS)


@pytest.mark.parametrize(
    ("text", "step"),
    [("2026-11-22T10:15", PeriodStep.DAY), ("2026-11-22", PeriodStep.MONTH), ("2026-11-30..2026-12", PeriodStep.MONTH)],
)
def test_a_stretch_that_cuts_a_period_apart_is_refused(text: str, step: PeriodStep) -> None:
    with pytest.raises(ValueError, match="at a time"):
        asked(text, step, PARIS)


def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="before the start"):
        asked("2026-11-22..2026-11-20", PeriodStep.DAY, PARIS)
