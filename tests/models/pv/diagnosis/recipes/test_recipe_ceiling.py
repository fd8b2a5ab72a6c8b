"""One ceiling, one cause: by design, set by somebody, or new; clouds and clear noons have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes.ceiling import ceiling
from scripts.simulator.fault import Fault, FaultKind
from tests.models.pv.diagnosis.signal_town import HOUR, MINUTE, PATHS, SUMMER, at, day_of, run

DAYS = 24
SMALL = PATHS[3]
"""12 kWp behind 8.1 kW"""


def derated(path: str, to: float, first: int = 8) -> Fault:
    return Fault(path, FaultKind.DERATING, at(SUMMER, 24 * first), to=to)


def told(path: str, faults: list[Fault], days: int = DAYS, **more: object):
    return list(run(ceiling, path, days, faults, **more))  # type: ignore[arg-type]


def causes(days) -> set[Cause]:
    return {sign.cause for _day, found in days for sign in found}


@pytest.fixture(scope="module")
def limited():
    return told(PATHS[0], [derated(PATHS[0], 0.44)])


def test_a_new_ceiling_at_no_round_fraction_is_a_derating(limited) -> None:
    assert causes(limited) == {Cause.DERATING}
    signs = [sign for _day, found in limited for sign in found]
    assert {round(float(sign.evidence["of_rated"]), 2) for sign in signs} == {0.44}
    assert min(sign.since for sign in signs) >= at(SUMMER, 24 * 8)
    assert all(sign.seen >= sign.since for sign in signs)


def test_it_claims_what_is_missing_on_the_ceiling(limited) -> None:
    day, (sign,) = next((day, found) for day, found in limited if found)
    claimed = np.isinf(np.asarray(sign.claim))
    assert np.median(day.inverters[0].energy[claimed]) == pytest.approx(0.44 * 24300 / 4, rel=0.02)


def test_modules_larger_than_the_inverter_clip_by_design() -> None:
    days = told(SMALL, [])
    assert causes(days) == {Cause.CLIPPING}
    for day, found in days:
        for sign in found:
            assert sign.claim is None
            assert 0 <= sign.beyond < 0.25 * np.nansum(day.inverters[0].energy)
            assert sign.evidence["dc_over_ac"] == 1.48


def test_what_is_lost_beyond_the_rated_power_is_estimated_within_a_third() -> None:
    day = day_of(SUMMER)
    hours = (day.times - day.start) / HOUR
    free = np.maximum(1 - ((hours - 13.5) / 7) ** 2, 0) * 11000 / 4
    made = np.minimum(free, 8100 / 4)
    small = replace(day.inverters[3], samples=day.inverters[3].samples.iloc[:0], energy=made, expected=made)
    (sign,), _kept = ceiling(small, day, {})
    assert sign.beyond == pytest.approx(float((free - made).sum()), rel=0.33)


def test_the_same_round_limit_on_two_sites_at_once_is_an_export_limit() -> None:
    faults = [derated(PATHS[0], 0.3), derated(PATHS[1], 0.3)]
    assert causes(told(PATHS[0], faults, beside=PATHS[1:2])) == {Cause.EXPORT_LIMIT}


def test_a_limit_that_the_inverter_tells_is_an_export_limit_at_any_level() -> None:
    def says(inverter: InverterDay, _day: TownDay) -> InverterDay:
        high = inverter.samples["pac"] >= 0.43 * inverter.unit.pac_rated
        state = np.where(high, "Grid connection: power limited", inverter.samples["state"])
        return replace(inverter, samples=inverter.samples.assign(state=state))

    assert causes(told(PATHS[0], [derated(PATHS[0], 0.44)], change=says)) == {Cause.EXPORT_LIMIT}


@pytest.mark.parametrize("pace", [1, 5, 15])
def test_clear_noons_and_clouds_have_no_ceiling(pace: int) -> None:
    for path in PATHS[:3]:
        assert causes(told(path, [], 30, pace=pace * MINUTE)) == set()


def test_a_low_noon_is_no_ceiling_where_nothing_more_was_expected() -> None:
    def dull(part: float) -> Callable[[InverterDay, TownDay], InverterDay]:
        def change(inverter: InverterDay, _day: TownDay) -> InverterDay:
            pac = inverter.samples["pac"].clip(upper=part * inverter.unit.pac_rated)
            energy = np.minimum(inverter.energy, part * inverter.unit.pac_rated / 4)
            return replace(inverter, samples=inverter.samples.assign(pac=pac), energy=energy, expected=energy)

        return change

    assert causes(told(PATHS[0], [], change=dull(0.2))) == set()


def test_hourly_energies_have_no_ceilings() -> None:
    day = day_of(SUMMER)
    flat = replace(day, width=HOUR, elevation=day.elevation[::4], azimuth=day.azimuth[::4])
    one = replace(day.inverters[0], samples=day.inverters[0].samples.iloc[:0], energy=np.full(24, 9000.0))
    assert ceiling(one, flat, {})[0] == ()
