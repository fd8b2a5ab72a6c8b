"""The engine: what opens, what it costs, what it hides, when it closes; and the laws that hold whatever happens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.claims import Ledger, in_order
from models.pv.diagnosis.day import TownDay, Works
from models.pv.diagnosis.diagnose import Known, diagnose
from models.pv.diagnosis.gates import gate
from models.pv.diagnosis.members import Members
from models.pv.diagnosis.sign import Sign
from tests.models.pv.diagnosis.plain_town import (
    DAY,
    HOUR,
    QUARTER,
    SIX,
    START,
    day_of,
    events,
    from_day,
    missing,
    told,
    town,
)

PATHS = [unit.path for unit in SIX]


def test_of_a_town_that_is_well_nothing_is_said() -> None:
    assert events(told(SIX, 60)) == {}


def test_a_loss_is_found_and_costs_what_was_taken_from_its_first_day_on() -> None:
    kept = {"s1/inv": from_day(20, 0.8)}
    found = events(told(SIX, 50, kept))
    ((key, finding),) = found.items()
    assert key[:2] == ("unexplained", "s1/inv")
    assert abs(key[2] - 20) <= 1
    assert finding.seen - finding.since <= 6 * DAY
    full = sum(float(day_of(SIX, n, noise=0.0).inverters[1].expected.sum()) for n in range(20, 50))
    assert finding.lost_wh == pytest.approx(0.2 * full, rel=0.05)
    assert finding.missing == pytest.approx(0.2, abs=0.02)
    assert finding.open


def test_a_loss_stays_open_as_long_as_it_lasts_and_then_closes_for_good() -> None:
    kept = {"s1/inv": lambda number, _: 0.85 if 20 <= number < 150 else 1.0}
    found = events(told(SIX[:3], 180, kept))
    ((_, finding),) = found.items()
    assert finding.until is not None
    assert 148 <= (finding.until - START) / DAY <= 162


def test_an_inverter_that_dies_at_noon_is_known_within_the_hour() -> None:
    def dead(number: int, hours: np.ndarray) -> np.ndarray:
        return np.where((number > 5) | ((number == 5) & (hours >= 12)), 0.0, 1.0)

    known = Known()
    for number in range(5):
        _, known = diagnose(day_of(SIX, number, width=QUARTER), known)
    kept = {"s0/inv": dead}
    early, _ = diagnose(day_of(SIX, 5, kept, width=QUARTER, upto=49), known)
    assert early == []
    (finding,), _ = diagnose(day_of(SIX, 5, kept, width=QUARTER, upto=51), known)
    assert finding.cause is Cause.INVERTER_OFF
    assert finding.seen - finding.since <= HOUR
    (whole,), known = diagnose(day_of(SIX, 5, kept, width=QUARTER), known)
    assert (whole.since, whole.seen) == (finding.since, finding.seen)
    (later,), _ = diagnose(day_of(SIX, 6, kept, width=QUARTER), known)
    assert later.since == finding.since
    assert later.lost_wh > 2 * whole.lost_wh


def test_an_inverter_that_comes_back_within_the_day_is_over_on_it() -> None:
    kept = {"s0/inv": lambda number, hours: np.where((number == 3) & (abs(hours - 12) < 2), 0.0, 1.0)}
    findings = dict((number, findings) for number, findings, _ in told(SIX, 6, kept))
    (finding,) = findings[3]
    assert finding.until == START + 3 * DAY + 14 * HOUR
    assert findings[4] == findings[5] == []


def test_who_was_off_and_works_in_the_morning_is_back_by_noon() -> None:
    kept = {"s0/inv": lambda number, _: 0.0 if number in (3, 4) else 1.0}
    *_, (_, findings, known) = told(SIX, 5, kept)
    assert [one.open for one in findings] == [True]
    dawn, _ = diagnose(day_of(SIX, 5, kept, upto=6), known)
    noon, _ = diagnose(day_of(SIX, 5, kept, upto=12), known)
    evening, _ = diagnose(day_of(SIX, 5, kept), known)
    assert [one.open for one in dawn] == [True]
    assert noon == evening
    assert evening[0].until == START + 5 * DAY


def test_a_town_without_inverters_has_nothing_wrong() -> None:
    assert diagnose(day_of((), 0), Known())[0] == []


def test_a_site_that_is_off_is_one_finding_and_hides_its_inverters() -> None:
    kept = dict.fromkeys(("s2/inv-1", "s2/inv-2"), from_day(4, 0.0))
    found = events(told(SIX, 8, kept))
    assert list(found) == [("site_off", "s2", 4)]
    assert found["site_off", "s2", 4].missing == pytest.approx(1.0, abs=0.02)


def test_a_site_off_after_one_of_its_inverters_is_off_keeps_both() -> None:
    kept = {"s2/inv-1": from_day(3, 0.0), "s2/inv-2": from_day(6, 0.0)}
    found = events(told(SIX, 9, kept))
    assert set(found) == {("inverter_off", "s2/inv-1", 3), ("site_off", "s2", 6)}
    day = float(day_of(SIX, 0, noise=0.0).inverters[2].expected.sum())
    assert found["inverter_off", "s2/inv-1", 3].lost_wh == pytest.approx(3 * day, rel=0.05)
    assert found["site_off", "s2", 6].lost_wh == pytest.approx(6 * day, rel=0.05)


def test_what_brings_half_the_town_down_is_said_once() -> None:
    kept = dict.fromkeys(PATHS[:4], lambda number, hours: np.where((number == 4) & (hours > 11), 0.0, 1.0))
    found = events(told(SIX, 7, kept))
    assert list(found) == [("town_wide", "town", 4)]


def test_a_declared_outage_is_muted_and_its_loss_counts_as_planned() -> None:
    work = Works("outage", "s2", START + 4 * DAY + 9 * HOUR, START + 4 * DAY + 15 * HOUR)
    off = lambda number, hours: np.where((number == 4) & (hours > 9) & (hours < 15), 0.0, 1.0)  # noqa: E731
    found = events(told(SIX, 7, dict.fromkeys(("s2/inv-1", "s2/inv-2"), off), works=[work]))
    ((key, finding),) = found.items()
    assert key == ("planned", "s2", 4)
    assert finding.planned_wh == finding.lost_wh > 0
    assert finding.until == work.end


def test_what_goes_on_after_the_declared_end_is_told() -> None:
    work = Works("outage", "s0", START + 4 * DAY + 9 * HOUR, START + 4 * DAY + 12 * HOUR)
    kept = {"s0/inv": lambda number, hours: np.where((number == 4) & (hours > 9), 0.0, 1.0)}
    found = events(told(SIX, 5, kept, works=[work]))
    assert {cause for cause, _, _ in found} == {"planned", "inverter_off"}
    day = day_of(SIX, 4, kept)
    assert sum(one.lost_wh for one in found.values()) <= missing(day) + 1


def test_the_same_event_never_opens_twice() -> None:
    kept = {"s1/inv": lambda number, _: 0.7 if 10 <= number < 30 or 50 <= number < 70 else 1.0}
    opened: dict[tuple[str, str, int], list[int]] = {}
    for number, findings, _ in told(SIX, 90, kept):
        for one in findings:
            opened.setdefault((one.cause, one.subject, one.since), []).append(number)
    assert len(opened) == 2
    for days in opened.values():
        assert days == list(range(days[0], days[-1] + 1))


def test_while_nothing_is_known_nothing_opens_and_nothing_closes() -> None:
    kept = {"s1/inv": lambda number, _: 0.7 if number < 25 else float("nan")}
    story = list(told(SIX, 45, {"s1/inv": lambda n, h: kept["s1/inv"](n, h) if n >= 10 else 1.0}))
    assert [one.open for one in story[-1][1]] == [True]


def test_a_look_at_noon_keeps_nothing() -> None:
    kept = {"s1/inv": from_day(10, 0.7)}
    *_, (_, _, known) = told(SIX, 20, kept)
    before = known.to_json()
    noon, _ = diagnose(day_of(SIX, 20, kept, upto=13), known)
    evening, after = diagnose(day_of(SIX, 20, kept), known)
    assert known.to_json() == before != after.to_json()
    assert [(one.cause, one.subject, one.since) for one in noon] == [
        (one.cause, one.subject, one.since) for one in evening
    ]
    assert noon[0].lost_wh < evening[0].lost_wh


def test_another_version_is_no_memory() -> None:
    with pytest.raises(ValueError, match="begin anew"):
        Known.from_json('{"version": 0}')


def test_what_is_remembered_does_not_grow_with_history() -> None:
    sizes = [len(known.to_json()) for number, _, known in told(town("a/i", "b/i"), 230) if number in (120, 229)]
    assert sizes[1] <= 1.05 * sizes[0]


SHARES = st.one_of(st.just(1.0), st.just(0.0), st.just(float("nan")), st.floats(0.0, 1.5))
STORIES = st.lists(st.lists(SHARES, min_size=6, max_size=6), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(STORIES)
def test_whatever_happens_losses_are_no_more_than_what_is_missing(story: list[list[float]]) -> None:
    known, gone = Known(), 0.0
    costs: dict[tuple[str, str, int], float] = {}
    for number, shares in enumerate(story):
        kept = {path: (lambda _n, _h, share=share: share) for path, share in zip(PATHS, shares, strict=True)}
        day = day_of(SIX, number, kept)
        gone += missing(day)
        findings, known = diagnose(day, known)
        costs |= {(one.cause, one.subject, one.since): one.lost_wh for one in findings}
    assert np.nansum(list(costs.values())) <= gone + 1.0


@settings(max_examples=25, deadline=None)
@given(STORIES)
def test_the_same_days_always_give_the_same_also_through_a_restart(story: list[list[float]]) -> None:
    straight, restarted = Known(), Known()
    for number, shares in enumerate(story):
        kept = {path: (lambda _n, _h, share=share: share) for path, share in zip(PATHS, shares, strict=True)}
        day = day_of(SIX, number, kept)
        once, straight = diagnose(day, straight)
        again, restarted = diagnose(day, Known.from_json(restarted.to_json()))
        assert [one.to_dict() for one in once] == [one.to_dict() for one in again]
    assert straight.to_json() == restarted.to_json()


CLAIMS = st.one_of(st.just(np.inf), st.floats(0.0, 5000.0))
SIGNS = st.lists(
    st.tuples(
        st.sampled_from([Cause.INVERTER_OFF, Cause.SNOW, Cause.SHADING, Cause.UNEXPLAINED, Cause.PLANNED]),
        st.sampled_from([*PATHS, "s2", "town", "s0/inv#1"]),
        CLAIMS,
    ),
    max_size=8,
)


@settings(max_examples=100, deadline=None)
@given(SIGNS, st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6))
def test_claims_together_never_exceed_what_is_missing(
    drawn: list[tuple[Cause, str, float]], shares: list[float]
) -> None:
    kept = {path: (lambda _n, _h, share=share: share) for path, share in zip(PATHS, shares, strict=True)}
    day: TownDay = day_of(SIX, 0, kept, noise=0.0)
    ledger = Ledger(day, Members.of(day))
    signs = [Sign(cause, subject, START, START, np.full(24, claim)) for cause, subject, claim in drawn]
    taken = sum(ledger.take(sign) for sign in in_order(signs))
    assert taken <= missing(day) + 1e-6
    assert (ledger.left >= -1e-6).all()


def test_an_input_is_judged_by_its_own_part_of_the_modules() -> None:
    members = Members(SIX)
    assert members.part("s0/inv#1") == 1.0
    assert members.rows("s0/inv#1") == [0]
    assert members.rows("nobody") == []


def test_snow_and_doubtful_data_hide_what_performance_would_say() -> None:
    day, members = day_of(SIX, 0), Members(SIX)
    low = Sign(Cause.UNEXPLAINED, "s0/inv", START, START, np.full(24, np.inf))
    for beside in (Sign(Cause.SNOW, "town", START, START), Sign(Cause.COUNTER_STUCK, "s0/inv", START, START)):
        gated = gate([low], day, members, [beside])
        assert (gated.told, gated.hidden) == ([], [low])
    ledger = Ledger(day, members)
    ledger.take(Sign(Cause.FROZEN, "s0/inv", START, START))
    assert np.isnan(ledger.residue(0, day.inverters[0].energy)).all()
    assert not np.isnan(ledger.residue(1, day.inverters[1].energy)).any()


def test_a_sign_about_a_stranger_is_left_out() -> None:
    work = Works("outage", "gone", START, START + DAY)
    findings, _ = diagnose(replace(day_of(SIX, 0), works=[work]), Known())
    assert findings == []


def test_dirt_is_one_finding_from_its_first_day_on_whichever_recipe_sees_it() -> None:
    path, gone = SIX[3].path, 0.01 / 7 * np.maximum(np.arange(170) - 40, 0)
    story = [findings for _number, findings, _known in told(SIX, len(gone), {path: lambda number, _: 1 - gone[number]})]
    assert {(one.cause, one.subject) for findings in story for one in findings} == {(Cause.SOILING, path)}
    (mine,) = story[-1]
    lost = sum(share * day_of(SIX, number).inverters[3].expected.sum() for number, share in enumerate(gone))
    assert abs((mine.since - START) / DAY - 40) <= 7
    assert mine.lost_wh == pytest.approx(lost, rel=0.1)


@pytest.mark.parametrize("first", [6, 12, 25])
def test_a_loss_in_the_first_weeks_is_no_matter_of_the_nameplate(first: int) -> None:
    story = told(SIX, 60, {SIX[0].path: from_day(first, 0.67)})
    assert {one.cause for _number, findings, _known in story for one in findings} == {Cause.UNEXPLAINED}


def test_dirt_is_over_within_days_of_a_wash_and_from_its_first_clean_day() -> None:
    gone = 0.004 * np.maximum(np.arange(110) - 40, 0)
    gone[95:] = 0.0
    path = SIX[3].path
    story = [
        found for _number, found, _known in told(SIX, 102, {path: lambda number, _: 1 - gone[number]}, noise=0.005)
    ]
    assert story[-1] == []
    (last,) = [one for found in story for one in found if not one.open and one.cause is Cause.SOILING]
    assert (last.until - START) / DAY == 95
