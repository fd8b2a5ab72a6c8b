"""A diagnosis that begins in the middle of a record knows of the losses that go on."""

from __future__ import annotations

import numpy as np
import pytest

from models.pv.diagnosis.before import DaysBefore, known_before
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.diagnose import diagnose
from models.pv.diagnosis.finding import Finding
from models.pv.diagnosis.known import Known
from tests.models.pv.diagnosis.plain_town import DAY, SIX, START, Kept, day_of, from_day, told

DAYS, LATER = 150, 20
PATH = SIX[3].path


def sums(kept: dict[str, Kept], **more: float) -> DaysBefore:
    """The sums of the first days."""
    days = [day_of(SIX, number, kept, **more) for number in range(DAYS)]  # type: ignore[arg-type]
    energy = np.array([[one.energy.sum() for one in day.inverters] for day in days]).T
    expected = np.array([[one.expected.sum() for one in day.inverters] for day in days]).T
    return DaysBefore(np.array([day.start for day in days]), energy, expected, np.zeros_like(energy))


def going_on(known: Known, kept: dict[str, Kept]) -> list[Finding]:
    """What is found some weeks later."""
    found: list[Finding] = []
    for number in range(DAYS, DAYS + LATER):
        found, known = diagnose(day_of(SIX, number, kept), known)
    return found


@pytest.mark.parametrize("share", [0.85, 0.8, 0.67])
def test_an_old_loss_is_told_as_if_the_diagnosis_had_always_looked(share: float) -> None:
    kept = {PATH: from_day(30, share)}
    (mine,) = going_on(known_before(SIX, sums(kept)), kept)
    *_, (_number, (always,), _known) = told(SIX, DAYS + LATER, kept)
    assert (mine.cause, mine.subject) == (always.cause, always.subject)
    assert abs(mine.since - always.since) <= 2 * DAY
    assert mine.lost_wh == pytest.approx(always.lost_wh, rel=0.03)


def test_a_slow_loss_has_its_name_and_its_energy() -> None:
    kept: dict[str, Kept] = {PATH: lambda number, _: 1 - 0.01 * max(number - 40, 0) / 7}
    before = sums(kept)
    (mine,) = going_on(known_before(SIX, before), kept)
    assert mine.cause is Cause.SOILING
    assert abs((mine.since - START) / DAY - 40) <= 14
    lost = sum(
        float(np.sum(one.expected * 0.01 * max(number - 40, 0) / 7))
        for number in range(DAYS + LATER)
        for one in [day_of(SIX, number).inverters[3]]
    )
    assert mine.lost_wh == pytest.approx(lost, rel=0.1)


def test_a_nameplate_is_not_doubted_for_a_loss_that_came_later() -> None:
    kept = {PATH: from_day(60, 0.5)}
    assert {one.cause for one in going_on(known_before(SIX, sums(kept)), kept)} == {Cause.UNEXPLAINED}


def test_what_was_over_before_is_over() -> None:
    known = known_before(SIX, sums({PATH: lambda number, _: 0.7 if 30 <= number < 80 else 1.0}))
    assert known.episodes == ()
    assert going_on(known, {}) == []


def test_dirt_that_was_washed_off_on_the_last_days_is_over() -> None:
    fall = 0.004 * np.maximum(np.arange(DAYS) - 60, 0)
    fall[DAYS - 4 :] = 0.0
    known = known_before(SIX, sums({PATH: lambda number, _: 1 - fall[number]}, noise=0.005))
    assert known.pasts["soiling"][PATH]["washed"] == 1
    assert known.episodes == ()


def test_a_standstill_is_another_matter() -> None:
    before = sums({PATH: lambda number, _: 0.0 if number >= DAYS - 20 else 1.0})
    outage = np.where(before.energy == 0, before.expected, 0.0)
    known = known_before(SIX, DaysBefore(before.starts, before.energy, before.expected, outage))
    assert known.episodes == ()


def test_days_of_which_nothing_is_known_tell_nothing() -> None:
    before = sums({})
    nothing = np.full_like(before.energy, np.nan)
    known = known_before(SIX, DaysBefore(before.starts, nothing, nothing, nothing))
    assert (known.episodes, going_on(known, {})) == ((), [])


def test_it_can_be_kept() -> None:
    known = known_before(SIX, sums({PATH: from_day(30, 0.8)}))
    assert Known.from_json(known.to_json()).to_json() == known.to_json()


def test_sums_of_different_days_are_refused() -> None:
    with pytest.raises(ValueError, match="days before"):
        DaysBefore(np.arange(3), np.zeros((2, 3)), np.zeros((2, 4)), np.zeros((2, 3)))
