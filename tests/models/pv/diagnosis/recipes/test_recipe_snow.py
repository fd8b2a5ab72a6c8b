"""Snow falls on several roofs in the cold, and excuses nobody for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InverterDay, TownDay, Unit
from models.pv.diagnosis.recipes.snow import snow
from models.pv.diagnosis.sign import Sign
from models.pv.sun import Floats
from tests.models.pv.diagnosis.slow_days import QUARTER, invented, looked_at_town

DATA = Path(__file__).parents[5] / "../shared/pvdata/snow/data.csv"
DEAD, FLAT = 0, 1


def winter(number: int) -> float:
    """Frost on the first days, then 5 °C."""
    return -3.0 if number < 4 else 5.0


def white(number: int, _day: TownDay, row: int, energy: Floats) -> Floats:
    """Four roofs under snow for three days, the flat one for five; one never comes back."""
    free = {DEAD: 99, FLAT: 5}.get(row, 3)
    return energy * (0.01 if number < free else 1.0)


def subjects(told: list[tuple[TownDay, list[Sign]]]) -> list[set[str]]:
    return [{sign.subject for sign in signs if sign.until is None} for _day, signs in told]


def test_all_that_fall_together_in_the_cold_are_under_snow() -> None:
    told = looked_at_town(snow, invented("2026-02-10", 3, white, temp_air=winter))
    assert all({"s0/inv", "s1/inv", "s2/inv", "s3/inv"} <= {sign.subject for sign in signs} for _day, signs in told)
    assert all(sign.cause is Cause.SNOW for _day, signs in told for sign in signs)


def test_flat_roofs_are_last_and_who_does_not_come_back_is_excused_no_longer() -> None:
    told = subjects(looked_at_town(snow, invented("2026-02-10", 12, white, temp_air=winter)))
    assert "s1/inv" in told[4]
    assert "s1/inv" not in told[6]
    assert "s0/inv" in told[4]
    assert told[8:] == [set()] * 4


def test_one_roof_alone_is_not_under_snow_nor_are_all_when_it_is_mild() -> None:
    def alone(number: int, _day: TownDay, row: int, energy: Floats) -> Floats:
        return energy * (0.0 if row == DEAD else 1.0)

    assert not any(signs for _day, signs in looked_at_town(snow, invented("2026-02-10", 4, alone, temp_air=winter)))
    mild = invented("2026-02-10", 3, white, temp_air=lambda _number: 4.0)
    assert not any(signs for _day, signs in looked_at_town(snow, mild))


def test_without_a_thermometer_nothing_is_said() -> None:
    assert not any(signs for _day, signs in looked_at_town(snow, invented("2026-02-10", 3, white)))


def test_it_is_said_in_the_morning_as_soon_as_an_inverter_could_be_called_off() -> None:
    day = next(iter(invented("2026-02-10", 1, white, temp_air=winter)))
    lit = int(np.argmax(day.elevation > 12))

    def until(end: int) -> TownDay:
        some = {name: getattr(day, name)[:end] for name in ("elevation", "azimuth", "temp_air")}
        inverters = [
            replace(
                one,
                **{name: getattr(one, name)[:end] for name in ("energy", "expected", "low", "high", "clear", "outage")},
            )
            for one in day.inverters
        ]
        return replace(day, inverters=inverters, whole=False, **some)

    assert len(snow(until(lit + 2), {})[0]) == 4


@pytest.mark.peers
@pytest.mark.skipif(not DATA.is_file(), reason="needs ../shared/pvdata/snow")
def test_three_real_inverters_are_under_snow_on_the_days_of_the_snowfall() -> None:
    told = looked_at_town(snow, real())
    named = [{sign.subject for sign in signs} for _day, signs in told]
    assert named[0] == set()  # the fifth of January, overcast and above freezing at noon
    assert named[2] == named[3] == {"field/inv-1", "field/inv-2", "field/inv-3"}


def real() -> Iterator[TownDay]:
    """Days of the set: an expectation from its own irradiance, 0.85 of 73.4 kW for each inverter."""
    table = pd.read_csv(DATA, index_col=0, parse_dates=True)
    for start, day in table.groupby(pd.DatetimeIndex(table.index).normalize()):
        if len(day) < 96:
            continue
        light = np.clip(day["POA [W/m²]"].to_numpy(float), 0, None)
        expected = light / 1000 * 73_440 * 0.85 / 4
        elevation = day["apparent_elevation"].interpolate(limit_direction="both").to_numpy(float)
        nothing, none = np.full(96, np.nan), np.zeros(96, bool)
        inverters = [
            InverterDay(
                Unit(f"field/inv-{n}", "field", 60_000, 73_440),
                250 * day[f"INV{n} AC Power [kW]"].fillna(0).to_numpy(float),
                *(expected, nothing, nothing, nothing, none),
            )
            for n in (1, 2, 3)
        ]  # fmt: skip
        begin = int(start.timestamp()) * 1000
        air = day["Ambient Temp [C]"].to_numpy(float)
        yield TownDay(
            begin, QUARTER, elevation, day["azimuth"].ffill().bfill().to_numpy(float), inverters, temp_air=air
        )
