"""Wrong figures of the town's files: told while they are wrong, at no cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay, Unit
from models.pv.diagnosis.diagnose import Known, diagnose
from models.pv.diagnosis.recipes.design import design, nameplate
from models.pv.fleet.day import HOUR
from models.pv.sun import Floats, sun_position
from scripts.bench.accuracy import roofs as measured
from tests.models.pv.diagnosis.slow_days import invented, looked, looked_at_town

PVDATA = Path(__file__).parents[5] / "../shared/pvdata"
CHECK = {"verdict": "off", "declared": 180.0, "found": 231.0, "low": 221.0, "high": 240.0, "unit": "°"}


def test_what_the_check_of_the_files_found_is_passed_on_with_its_figures() -> None:
    checked = {"s0/inv": {"azimuth": CHECK, "tilt": CHECK | {"verdict": "ok"}, "clock": CHECK | {"unit": "min"}}}
    told = looked(design, (replace(day, checked=checked) for day in invented("2026-04-01", 3)))
    signs = {sign.cause: sign for sign in told[-1][1]}
    assert set(signs) == {Cause.AZIMUTH, Cause.CLOCK}
    assert signs[Cause.AZIMUTH].evidence == {"declared (°)": 180.0, "found (°)": 231.0}
    assert signs[Cause.AZIMUTH].since == told[0][0].start
    assert signs[Cause.AZIMUTH].claim is None


def test_capacity_off_by_either_way_of_asking_is_told_once() -> None:
    checked = {"s0/inv": {"capacity": CHECK, "neighbours": CHECK}}
    told = looked(design, (replace(day, checked=checked) for day in invented("2026-04-01", 1)))
    assert [sign.cause for sign in told[0][1]] == [Cause.CAPACITY]


def test_a_third_of_the_nameplate_from_the_first_day_is_a_wrong_capacity() -> None:
    def small(_number: int, _day: TownDay, row: int, energy: Floats) -> Floats:
        return energy / 3 if row == 1 else energy

    (sign,) = looked_at_town(nameplate, invented("2026-04-01", 25, small, count=6))[-1][1]
    assert (sign.cause, sign.subject) == (Cause.CAPACITY, "s1/inv")
    assert sign.evidence["found_kwp"] == pytest.approx(3.3, abs=0.2)


@pytest.mark.parametrize(("gains", "told"), [(1.45, False), (0.33, True)])
def test_what_a_tracker_gains_on_the_others_is_no_matter_of_its_size(gains: float, told: bool) -> None:
    def moves(day: TownDay) -> TownDay:
        one = day.inverters[1]
        tracker = replace(one, unit=replace(one.unit, moving=True), energy=gains * one.energy)
        return replace(day, inverters=[day.inverters[0], tracker, *day.inverters[2:]])

    days = looked_at_town(nameplate, map(moves, invented("2026-04-01", 25, count=6)))
    assert any(signs for _day, signs in days) is told


def test_what_is_lost_later_is_no_matter_of_the_nameplate() -> None:
    def later(number: int, _day: TownDay, row: int, energy: Floats) -> Floats:
        return energy / 3 if row == 1 and number >= 50 else energy

    told = looked_at_town(nameplate, invented("2026-04-01", 100, later, count=6))
    assert not any(signs for _day, signs in told)


@pytest.mark.peers
@pytest.mark.skipif(not (PVDATA / measured.FILE).is_file(), reason="needs ../shared/pvdata/neighbours")
def test_the_real_roof_that_made_a_third_all_year_is_named_by_its_capacity() -> None:
    known, named = Known(), set()
    for day in real(45):
        found, known = diagnose(day, known)
        named |= {(one.cause, one.subject) for one in found if one.cause is Cause.CAPACITY}
    assert named == {(Cause.CAPACITY, "roof_14/inv")}


def real(days: int) -> Iterator[TownDay]:
    """The first days of eleven real roofs, each expected from the others."""
    roofs = measured.load(PVDATA / measured.FILE)
    roofs = measured.Roofs(roofs.names, roofs.power[:days], roofs.start, roofs.months[:days])
    expected = measured.replay(roofs).expected
    nothing, none = np.full(24, np.nan), np.zeros(24, bool)
    for number in range(days):
        start = roofs.start + 24 * number * HOUR
        middle = start + HOUR * np.arange(24) + HOUR // 2
        times = pd.DatetimeIndex(pd.to_datetime(middle, unit="ms", utc=True))
        sun = sun_position(times, measured.LATITUDE, measured.LONGITUDE)
        inverters = [
            InverterDay(
                Unit(f"{name}/inv", name, 1000, 1000),
                *(roofs.power[number, :, row], expected[number, :, row], nothing, nothing, nothing, none),
            )
            for row, name in enumerate(roofs.names)
        ]
        yield TownDay(start, HOUR, 90 - sun.apparent_zenith, sun.azimuth, inverters)
