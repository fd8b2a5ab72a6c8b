"""What comes over the whole simulated town: snow, an eclipse, small clouds, a switch that somebody threw."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from scripts.simulator.fault import Fault, FaultKind, parse_fault
from scripts.simulator.plant import Plant
from tests.scripts.trial_town import HOUR, MINUTE, QUARTER, at, trial_town

TOWN = trial_town()
DAY = date(2026, 2, 10)
STEEP, FLAT, HALL = "roof-0/inv", "roof-3/inv", "hall/a"


def measured(device: str, name: str, start: int, end: int, *faults: Fault, pace: int = QUARTER) -> Any:
    return Plant(TOWN, 1, faults).measure(device, np.arange(start, end, pace))[name]


def test_snow_takes_all_power_and_slides_off_steep_roofs_first() -> None:
    snow = Fault("town", FaultKind.SNOW, at(DAY, 2), at(date(2026, 2, 11), 9))
    white = (at(DAY, 11), at(DAY, 14))
    later = (at(date(2026, 2, 11), 12), at(date(2026, 2, 11), 15))
    for device in (STEEP, FLAT):
        assert np.max(measured(device, "pac", *white, snow)) < 0.05 * np.max(measured(device, "pac", *white))
    assert np.mean(measured(STEEP, "pac", *later, snow)) > 0.9 * np.mean(measured(STEEP, "pac", *later))
    assert np.mean(measured(FLAT, "pac", *later, snow)) < 0.1 * np.mean(measured(FLAT, "pac", *later))


def test_the_light_of_an_eclipse_fades_to_its_share_and_comes_back() -> None:
    start, end = at(date(2026, 7, 1), 11), at(date(2026, 7, 1), 13)
    eclipse = Fault("town", FaultKind.ECLIPSE, start, end, to=0.2)
    dark = measured(HALL, "pdc", start, end + 1, eclipse) / measured(HALL, "pdc", start, end + 1)
    assert dark[0] == pytest.approx(1.0, abs=0.01)
    assert dark[-1] == pytest.approx(1.0, abs=0.01)
    assert dark[4] == pytest.approx(0.2, abs=0.06)


def test_small_clouds_move_power_within_minutes_and_counters_stay_its_integral() -> None:
    start = at(date(2026, 7, 1), 11)
    clouds = Fault("town", FaultKind.CLOUDS, start, start + 2 * HOUR)
    power = measured(HALL, "pac", start, start + 2 * HOUR, clouds, pace=MINUTE // 4)
    assert power.min() < 0.35 * power.max()
    energy = measured(HALL, "energy_ac_total", start, start + 2 * HOUR, clouds, pace=MINUTE // 4)
    assert power[:-1].sum() / 240 == pytest.approx(energy[-1] - energy[0], rel=0.01)


def test_a_site_that_is_switched_off_makes_nothing_and_tells_no_fault() -> None:
    off = Fault("hall", FaultKind.SITE_OFF, at(DAY, 11), at(DAY, 13))
    for inverter in ("hall/a", "hall/b", "hall/c"):
        assert np.max(measured(inverter, "pac", *(at(DAY, 11), at(DAY, 13)), off)) == 0
        assert set(measured(inverter, "state", at(DAY, 11), at(DAY, 13), off)) == {"asleep"}
        assert np.max(measured(inverter, "fault_code", at(DAY, 11), at(DAY, 13), off)) == 0
    assert np.max(measured(STEEP, "pac", at(DAY, 11), at(DAY, 13), off)) > 0


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("hall:snow:start=2026-02-10T02:00+01:00,end=2026-02-11T02:00+01:00", "is a fault of a town"),
        ("town:site_off", "is a fault of a site"),
        ("town:snow", "begins and ends"),
        ("town:eclipse:start=2026-02-10T02:00+01:00", "begins and ends"),
    ],
)
def test_what_makes_no_sense_is_refused(fault: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_fault(fault).checked(TOWN)
