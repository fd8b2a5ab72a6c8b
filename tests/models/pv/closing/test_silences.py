"""Silences of days: one course for everybody, so that no order of closing makes or loses a watt-hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.kwh import ExpectedBasis, Subject
from models.calendar import QUARTER, day_bounds, quarters
from models.pv.closing.close import Closed, Given, close
from models.pv.closing.ground import ground
from models.pv.closing.measured import reach
from models.pv.closing.memory import Memory
from models.pv.closing.modelled import power_under
from models.pv.closing.weather import Seen
from models.pv.plant import plant_of
from models.pv.sun import clear_sky
from tests.models.pv.closing.closing_town import BESIDE, PARIS, Story, rows, site, story, town_of

FIRST = date(2026, 5, 1)
DAYS = 6
STARTS = [day_bounds(FIRST + timedelta(days=n), PARIS)[0] for n in range(DAYS + 1)]
HOUR = 3_600_000
INV, METER = "s/inv", "s/meter-0"
TOWN = town_of(site("s", 170, meters=1), site("other", 90))
PLANT = plant_of(TOWN)
FAR = STARTS[0] - 30 * HOUR, STARTS[-1] + 30 * HOUR
GRID = quarters(*FAR)
CLEAR = clear_sky(ground(PLANT, *FAR).sun, PLANT.altitude)
CLOUDS = (0.9, 0.2, 1.0, 0.15, 0.6, 0.4)
"""Share of a cloudless sky's light, day by day."""


def weather(start: int, end: int, clouds: Sequence[float] = CLOUDS) -> Seen:
    """What a service tells of any stretch: the same of each quarter-hour, NaN for a day that it does not know."""
    day = np.clip(np.searchsorted(STARTS, GRID, "right") - 1, 0, DAYS - 1)
    ghi = (np.array(clouds)[day] * CLEAR.ghi)[(start - FAR[0]) // QUARTER : (end - FAR[0]) // QUARTER]
    nothing = np.full(len(ghi), np.nan)
    return Seen(ExpectedBasis.SATELLITE, ghi, nothing, nothing, nothing, nothing)


def lived(clouds: Sequence[float] = CLOUDS) -> Story:
    """The town, whose first site made what this weather lets it make, and a twentieth more."""
    told = story(TOWN, FIRST, FIRST + timedelta(days=DAYS - 1))
    made = 1.05 * power_under(PLANT, ground(PLANT, *FAR), weather(*FAR, clouds))[0]
    so_far = np.concatenate(([0.0], np.cumsum(made)))
    for path, power, counter in ((INV, "pac", "energy_ac_total"), (METER, "p_export", "energy_export_total")):
        times = pd.DatetimeIndex(told.frames[path].index).as_unit("ms").asi8
        shown = np.interp(times, np.append(GRID, GRID[-1] + QUARTER), so_far)
        columns = {power: np.interp(times, GRID + QUARTER // 2, 4 * made), counter: np.floor(shown / 10) * 10 + 1e6}
        told.frames[path] = pd.DataFrame(columns, told.frames[path].index)
    return told


WHOLE = lived()


def truth(clouds: Sequence[float] = CLOUDS) -> np.ndarray:
    made = 1.05 * power_under(PLANT, ground(PLANT, *FAR), weather(*FAR, clouds))[0]
    return np.array([made[start <= GRID][: (end - start) // QUARTER].sum() for start, end in pairwise(STARTS)])


def near(told: Story, start: int, end: int) -> dict[str, pd.DataFrame]:
    """The readings as the jobs give them: six hours beside the stretch, or beside a silence at its edge."""
    found = {}
    for path, frame in told.frames.items():
        times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8
        inside = (times >= start - BESIDE) & (times < end + BESIDE)
        if not (inside & (times < start)).any() and (times < start).any():
            last = times[times < start][-1]
            inside |= (times >= last - BESIDE) & (times <= last)
        if not (inside & (times >= end)).any() and (times >= end).any():
            first = times[times >= end][0]
            inside |= (times >= first) & (times <= first + BESIDE)
        found[path] = frame[inside]
    return found


def closed(told: Story, start: int, end: int, clouds: Sequence[float] | None = CLOUDS) -> Closed:
    readings = near(told, start, end)
    given = Given(readings)
    if clouds is not None:
        around = weather(*reach(told.books, readings, start, end), clouds)
        given = replace(given, service=weather(start, end, clouds), around=around)
    return close(told.books, given, Memory(), start, end, PARIS)


def energies(
    told: Story, stretches: Sequence[tuple[int, int]], subject: str, clouds: Sequence[float] | None
) -> list[float]:
    """By day, from these stretches of days, closed in this order."""
    found: dict[int, float] = {}
    kind = Subject.INVERTER if "/" in subject else Subject.SITE
    for first, last in stretches:
        days = rows(closed(told, STARTS[first], STARTS[last], clouds).days, kind, subject)
        found |= dict(zip(days["time"].tolist(), days["energy"].tolist(), strict=True))
    return [found[start] for start in STARTS[:-1]]


def silent(begin: int, length: int, devices: Sequence[str] = (INV, METER)) -> Story:
    """Nothing read of these devices from the quarter `begin` of the six days on."""
    told = Story(WHOLE.town, WHOLE.first, WHOLE.last, dict(WHOLE.frames), WHOLE.plant)
    for device in devices:
        told.silence(device, STARTS[0] + begin * QUARTER, STARTS[0] + (begin + length) * QUARTER)
    return told


@st.composite
def closings(draw: st.DrawFn) -> tuple[list[tuple[int, int]], int, int, list[float]]:
    """Stretches of days in any order, a silence, and a weather that may not be known for each day."""
    cuts = sorted({0, DAYS, *draw(st.lists(st.integers(1, DAYS - 1), max_size=4))})
    stretches = draw(st.permutations(list(pairwise(cuts))))
    begin = draw(st.integers(10, 96 * 4))
    clouds = draw(st.lists(st.sampled_from([0.05, 0.2, 0.5, 1.0, 1.0, np.nan]), min_size=DAYS, max_size=DAYS))
    return list(stretches), begin, draw(st.integers(8, 96 * DAYS - begin - 10)), clouds


@settings(max_examples=20, deadline=None)
@given(closings())
def test_in_any_order_and_any_split_the_days_are_the_same_and_make_what_the_counter_gained(
    case: tuple[list[tuple[int, int]], int, int, list[float]],
) -> None:
    stretches, begin, length, clouds = case
    told = silent(begin, length)
    together = energies(told, [(0, DAYS)], INV, clouds)
    apart = energies(told, stretches, INV, clouds)
    assert apart == pytest.approx(together, abs=25)  # steps of the counter, at each edge
    assert sum(apart) == pytest.approx(truth().sum(), abs=25)


def spread(told: Story, clouds: Sequence[float] | None, subject: str = INV) -> np.ndarray:
    return np.array(energies(told, [(n, n + 1) for n in range(DAYS)], subject, clouds))


@pytest.mark.parametrize("subject", [INV, "s"])
def test_each_day_of_a_silence_gets_what_its_sky_gave(subject: str) -> None:
    told = silent(60, 4 * 96)
    by_weather, by_clear_sky = spread(told, CLOUDS, subject), spread(told, None, subject)
    assert by_weather == pytest.approx(truth(), rel=0.01, abs=60)
    assert by_clear_sky[1] > 2 * truth()[1]
    assert by_weather.sum() == pytest.approx(by_clear_sky.sum(), abs=25)
    assert rows(closed(told, STARTS[1], STARTS[2]).days, Subject.INVERTER, INV)["status"].tolist() == ["reconstituted"]


@pytest.mark.parametrize("unknown", [1, 2, 3])
def test_a_weather_with_a_hole_spreads_no_part_of_a_silence(unknown: int) -> None:
    told = silent(60, 4 * 96)
    holed = [np.nan if day == unknown else share for day, share in enumerate(CLOUDS)]
    assert spread(told, holed) == pytest.approx(spread(told, None), abs=1e-6)


def test_a_weather_beside_a_silence_does_not_matter() -> None:
    told = silent(60, 2 * 96)
    holed = [*CLOUDS[:4], np.nan, np.nan]
    assert spread(told, holed)[:3] == pytest.approx(spread(told, CLOUDS)[:3], abs=1e-6)


def test_a_weather_too_dark_for_what_was_counted_spreads_nothing() -> None:
    """All of it would have been made in a moment of sun, at more than the rated power."""
    told = silent(60, 4 * 96)
    night = [0.001, 0.001, 0.5, 0.001, 0.001, 0.001]
    assert spread(told, night) == pytest.approx(spread(told, None), abs=1e-6)


@pytest.mark.parametrize(
    "order", [[(0, 2), (2, 6)], [(3, 6), (0, 1), (1, 3)], [(n, n + 1) for n in (4, 0, 2, 5, 1, 3)]]
)
def test_a_counter_that_began_anew_in_a_silence_gives_the_same_days_in_any_order(order: list[tuple[int, int]]) -> None:
    told = silent(60, 4 * 96)
    frame = told.frames[INV].copy()
    after = pd.DatetimeIndex(frame.index).as_unit("ms").asi8 >= STARTS[0] + (60 + 4 * 96) * QUARTER
    frame.loc[after, "energy_ac_total"] -= frame.loc[after, "energy_ac_total"].iloc[0] - 5000.0
    told.frames[INV] = frame
    found = energies(told, order, INV, CLOUDS)
    assert found == pytest.approx(energies(told, [(0, DAYS)], INV, CLOUDS), abs=25, nan_ok=True)


def test_nights_of_an_inverter_that_sleeps_are_spread_as_ever() -> None:
    told = Story(WHOLE.town, WHOLE.first, WHOLE.last, dict(WHOLE.frames), WHOLE.plant)
    for start in STARTS:
        told.silence(INV, start - 4 * HOUR, start + 6 * HOUR)
    assert spread(told, CLOUDS) == pytest.approx(spread(told, None), abs=1e-6)


def test_a_weather_of_other_quarters_than_those_of_the_readings_is_refused() -> None:
    told = silent(60, 96)
    start, end = STARTS[:2]
    given = Given(near(told, start, end), around=weather(start, end))
    with pytest.raises(ValueError, match="96 quarters"):
        close(told.books, given, Memory(), start, end, PARIS)
