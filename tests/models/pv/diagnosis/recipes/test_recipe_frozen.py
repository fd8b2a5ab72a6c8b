"""Frozen answers: told within the hour, with the value; a ceiling, a night or a coarse register is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes.frozen import frozen_answer
from scripts.simulator.fault import Fault, FaultKind
from tests.models.pv.diagnosis.signal_town import HOUR, MINUTE, PATHS, SUMMER, at, day_of, run

BRIGHT = SUMMER + timedelta(days=3)


def frozen_at(hours: float, end: float) -> Fault:
    return Fault(PATHS[0], FaultKind.FROZEN, at(SUMMER, hours), at(SUMMER, end))


def test_an_answer_frozen_in_the_morning_is_told_within_hours() -> None:
    ((_day, (sign,)),) = run(frozen_answer, PATHS[0], 1, [frozen_at(9, 14)])
    assert (sign.cause, sign.subject) == (Cause.FROZEN, PATHS[0])
    assert abs(sign.since - at(SUMMER, 9)) <= 5 * MINUTE
    assert sign.seen - sign.since <= 1.5 * HOUR
    assert sign.until is not None
    assert abs(sign.until - at(SUMMER, 14)) <= 10 * MINUTE
    assert sign.evidence["value_w"] > 0


def test_one_that_stays_frozen_for_days_began_on_the_first() -> None:
    told = [found[0] for _day, found in run(frozen_answer, PATHS[0], 3, [frozen_at(9, 90)])]
    assert len({sign.since for sign in told}) == 1
    assert all(sign.until is None for sign in told)


def test_frozen_in_the_dark_says_nothing() -> None:
    assert all(not found for _day, found in run(frozen_answer, PATHS[0], 2, [frozen_at(22, 28)]))


def test_a_power_that_rests_while_the_voltage_moves_is_a_ceiling() -> None:
    def capped(inverter: InverterDay, _day: TownDay) -> InverterDay:
        return replace(inverter, samples=inverter.samples.assign(pac=inverter.samples["pac"].clip(upper=3000)))

    assert all(not found for _day, found in run(frozen_answer, PATHS[0], 3, change=capped))


def test_a_register_of_whole_kilowatts_is_not_frozen() -> None:
    def coarse(inverter: InverterDay, _day: TownDay) -> InverterDay:
        pac = (inverter.samples["pac"] / 1000).round() * 1000
        return replace(inverter, samples=inverter.samples[["state"]].assign(pac=pac))

    assert all(not found for _day, found in run(frozen_answer, PATHS[0], 6, change=coarse))


def test_what_was_not_known_yet_was_not_said() -> None:
    fault, whole = frozen_at(9, 16), day_of(SUMMER, [frozen_at(9, 16)])
    (sign,), _kept = frozen_answer(whole.inverters[0], whole, {})
    before = day_of(SUMMER, [fault], until=sign.seen - whole.start - 10 * MINUTE)
    after = day_of(SUMMER, [fault], until=sign.seen - whole.start + 15 * MINUTE)
    assert frozen_answer(before.inverters[0], before, {})[0] == ()
    assert len(frozen_answer(after.inverters[0], after, {})[0]) == 1
