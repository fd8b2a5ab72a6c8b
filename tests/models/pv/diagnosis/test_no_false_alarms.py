"""Nights, dawns, clouds of a minute, an eclipse and both clock changes: the devices' recipes say nothing of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.recipes import RECIPES
from models.pv.diagnosis.sign import Past, Sign
from tests.models.pv.diagnosis.signal_town import HOUR, MINUTE, PATHS, SUMMER, day_of

OF_DEVICES = (
    "communication", "frozen", "counter_stuck", "grid_trips", "device", "insulation", "inputs", "thermal", "ceiling",
)  # fmt: skip


def said(days: Iterable[TownDay], change: Callable[[InverterDay, TownDay], InverterDay] | None = None) -> list[Sign]:
    """All signs but those of a ceiling by design, which is none of these things."""
    found: list[Sign] = []
    pasts: dict[tuple[str, str], Past] = {}
    for day in days:
        inverters = [one if change is None else change(one, day) for one in day.inverters]
        changed = replace(day, inverters=inverters)
        for inverter in inverters:
            for name in OF_DEVICES:
                key = name, inverter.unit.path
                signs, past = RECIPES[name](inverter, changed, pasts.get(key, {}))
                found += signs
                if day.whole:
                    pasts[key] = json.loads(json.dumps(past))  # as it is kept between days
    return [sign for sign in found if sign.cause is not Cause.CLIPPING]


def darker(share: Callable[[np.ndarray], np.ndarray]) -> Callable[[InverterDay, TownDay], InverterDay]:
    """All that follows the light, times a share by the hour of the day; the expectation does not know of it."""

    def change(inverter: InverterDay, day: TownDay) -> InverterDay:
        frame = inverter.samples.copy()
        light = share((frame.index.as_unit("ms").asi8 - day.start) / HOUR)
        for field in frame.columns:
            if field.startswith(("pac", "pdc", "i_dc")):
                frame[field] = (frame[field] * light).round(1)
        pause = (frame.index[1] - frame.index[0]).total_seconds() / 3600
        counter = frame["energy_ac_total"].iloc[0] + (frame["pac"] * pause).cumsum().shift(fill_value=0.0)
        frame["energy_ac_total"] = np.floor(counter / 10) * 10
        energy = inverter.energy * share((day.times + day.width // 2 - day.start) / HOUR)
        return replace(inverter, samples=frame, energy=energy)

    return change


def test_thirty_nights_with_a_look_every_few_hours() -> None:
    hours = (1.0, 4.5, 6.5, 8.0, 21.5, 23.0)
    looks = [
        day_of(SUMMER + timedelta(days=n), until=int(h * HOUR), paths=PATHS[:4])
        for n in range(30)
        for h in hours[n % 3 :: 3]
    ]
    assert said(looks) == []


def test_a_short_winter_day_looked_at_every_hour() -> None:
    winter = date(2026, 12, 20)
    looks = [day_of(winter, pace=15 * MINUTE, until=hour * HOUR) for hour in range(1, 24)]
    assert said(looks) == []


@pytest.mark.parametrize("pace", [1, 15])
def test_a_hailstorm_of_clouds_of_one_minute(pace: int) -> None:
    def storm(hours: np.ndarray) -> np.ndarray:
        minute = np.floor(hours * 60).astype(int)
        random = np.random.default_rng(7)
        return np.where(random.random(2000) < 0.4, random.uniform(0.05, 0.5, 2000), 1.0)[minute]

    days = [day_of(SUMMER + timedelta(days=n), pace=pace * MINUTE) for n in range(4)]
    assert said(days, darker(storm)) == []


def test_an_eclipse_at_noon() -> None:
    days = [day_of(SUMMER + timedelta(days=n)) for n in range(8)]

    def shadow(inverter: InverterDay, day: TownDay) -> InverterDay:
        if day.start != days[-1].start:
            return inverter
        return darker(lambda hours: 1 - 0.97 * np.exp(-(((hours - 13.2) / 0.6) ** 4)))(inverter, day)

    assert said(days, shadow) == []


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_both_changes_of_the_clock(change: date) -> None:
    days = [day_of(change + timedelta(days=n)) for n in range(-3, 3)]
    assert {len(day.elevation) for day in days} == {96, 92 if change.month == 3 else 100}
    assert said(days) == []


def test_a_month_of_each_season() -> None:
    for first in (date(2026, 1, 3), date(2026, 10, 3)):
        assert said(day_of(first + timedelta(days=n), pace=15 * MINUTE, paths=PATHS[:3]) for n in range(30)) == []
