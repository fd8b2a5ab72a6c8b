"""The faults that real plants had by themselves, found and named: labels of others, or what their owners' files say.

The sets give no expectation: these are the recipes that need none. Days of the labelled sets lie under a sun of 45 N.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.day import InputFacts, InverterDay, TownDay, Unit
from models.pv.diagnosis.recipe import Look
from models.pv.diagnosis.recipes import RECIPES
from models.pv.diagnosis.recipes.communication import communication
from models.pv.diagnosis.recipes.frozen import frozen_answer
from models.pv.diagnosis.recipes.inputs import inputs
from models.pv.diagnosis.sign import Sign
from models.pv.quality.assess import assess
from models.pv.quality.facts import DeviceFacts
from models.pv.quality.reasons import Reason
from models.pv.sun import sun_position
from tests.models.pv.quality.roofs import PVDATA, elevation, labelled

pytestmark = pytest.mark.peers
QUARTER, DAY = 900_000, 86_400_000
OF_DEVICES = (
    "communication", "frozen", "counter_stuck", "grid_trips", "device", "insulation", "inputs", "thermal", "ceiling",
)  # fmt: skip


def days(
    units: Sequence[Unit], frames: Sequence[pd.DataFrame], first: pd.Timestamp, count: int, place: tuple[float, float],
    period: int, temp_air: pd.Series | None = None,
) -> Iterator[TownDay]:  # fmt: skip
    """Days of plants of which only readings are known."""
    for number in range(count):
        start = int(first.timestamp() * 1000) + number * DAY
        middle = pd.DatetimeIndex(pd.to_datetime(start + QUARTER * np.arange(96) + QUARTER // 2, unit="ms", utc=True))
        sun, unknown = sun_position(middle, *place), np.full(96, np.nan)
        inverters = []
        for unit, frame in zip(units, frames, strict=True):
            times = frame.index.as_unit("ms").asi8
            mine = frame[(times >= start) & (times < start + DAY)]
            inverters.append(
                InverterDay(
                    unit, unknown, unknown, unknown, unknown, unknown, np.zeros(96, bool), samples=mine, period=period,
                    last_heard=start + DAY - period,
                )
            )  # fmt: skip
        air = None
        if temp_air is not None:
            air = np.interp(middle.as_unit("ms").asi8, temp_air.index.as_unit("ms").asi8, temp_air.to_numpy(float))
        yield TownDay(start, QUARTER, 90 - sun.apparent_zenith, sun.azimuth, inverters, temp_air=air)


def seen(looks: Mapping[str, Look], several: Iterator[TownDay]) -> list[tuple[TownDay, Sign]]:
    found, pasts = [], {}
    for day in several:
        for inverter in day.inverters:
            for name, look in looks.items():
                key = name, inverter.unit.path
                signs, pasts[key] = look(inverter, day, pasts.get(key, {}))
                found += [(day, sign) for sign in signs]
    return found


def labelled_days(name: str, column: str) -> tuple[pd.DataFrame, np.ndarray, list[TownDay]]:
    frame, label = labelled(name, column)
    first = frame.index[0].normalize()
    count = int((frame.index[-1] - first) / pd.Timedelta("1D")) + 1
    unit = Unit("nrel/inv", "nrel", 1.0, 1.0)
    return frame, label, list(days([unit], [frame], first, count, (45.0, 0.0), QUARTER))


def dates(times: pd.DatetimeIndex | Sequence[int]) -> set[object]:
    index = times if isinstance(times, pd.DatetimeIndex) else pd.to_datetime(list(times), unit="ms", utc=True)
    return set(index.date)


def test_the_stale_values_of_inverter_2173_are_frozen_answers() -> None:
    frame, label, several = labelled_days("ac_power_inv_2173_stale_data.csv.gz", "stale_data_mask")
    found = seen({"frozen": frozen_answer}, iter(several))
    stale = frame.index[label & (elevation(frame.index, 45.0, 0.0) > 10)]
    assert {sign.cause for _day, sign in found} == {Cause.FROZEN}
    told = dates([day.start for day, _sign in found])
    assert dates(stale) <= told | {max(dates(stale))}
    assert told <= dates(frame.index[label])


def test_the_lines_drawn_through_inverter_2173_are_lost_readings() -> None:
    frame, label, several = labelled_days("ac_power_inv_2173_interpolated_data.csv.gz", "interpolated_data_mask")
    found = seen({"communication": communication}, iter(several))
    drawn = frame.index[label & (frame["pac"] > 0).to_numpy() & (elevation(frame.index, 45.0, 0.0) > 15)]
    counts = pd.Series(1, drawn).groupby(drawn.date).sum()
    told = dates([day.start for day, _sign in found])
    assert {sign.cause for _day, sign in found} == {Cause.COMMUNICATION}
    assert set(counts[counts >= 8].index) <= told
    assert len(told - dates(frame.index[label])) <= 1


def test_the_outliers_of_inverter_7539_are_counted_and_open_nothing() -> None:
    frame, label, several = labelled_days("ac_power_inv_7539_outliers.csv.gz", "outlier")
    result = assess(frame, DeviceFacts(1.0, QUARTER), elevation(frame.index, 45.0, 0.0))
    spikes = ~result.usable("pac", Reason.SPIKE | Reason.OUT_OF_RANGE)
    assert np.array_equal(spikes, label)
    looks = {name: RECIPES[name] for name in OF_DEVICES}
    found = seen(looks, iter(several))
    assert {sign.cause for _day, sign in found} <= {Cause.CLIPPING}


REUNION = {1: (7560.0, 3780.0), 2: (3780.0, 3780.0), 3: (7560.0, 7560.0), 4: (7560.0, 7560.0)}
"""W of modules of the two inputs of each inverter, as the plant's own Readme has them."""


def test_the_inputs_of_reunions_second_inverter_differ_since_the_first_day_and_no_others() -> None:
    path = PVDATA / "enerpos/PV_ENERPOS_01-08-10-2022_bis.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    table = pd.read_csv(path)
    index = pd.DatetimeIndex(pd.to_datetime(table["datetime"], utc=True))
    units, frames = [], []
    for number, (one, two) in REUNION.items():
        planes = ((9.0, 14.0 if number < 3 else 194.0),)
        rated = 10_000.0 if number < 3 else 15_000.0
        facts = InputFacts(1, round(one / 1890), one, planes), InputFacts(2, round(two / 1890), two, planes)
        units.append(Unit(f"enerpos/inv-{number}", "enerpos", rated, one + two, facts))
        named = {"pac": f"Inv{number}_AC", "pdc_1": f"Inv{number}_DC_MPPT1", "pdc_2": f"Inv{number}_DC_MPPT2"}
        frames.append(pd.DataFrame({name: table[column].to_numpy(float) for name, column in named.items()}, index))
    several = days(units, frames, pd.Timestamp("2022-10-01", tz="Etc/GMT-4"), 8, (-21.34, 55.49), 600_000)
    found = seen({"inputs": inputs}, several)
    assert len(found) == 8
    assert {(sign.cause, sign.subject) for _day, sign in found} == {(Cause.CAPACITY, "enerpos/inv-2#2")}
    assert [sign.evidence["ratio"] for _day, sign in found] == pytest.approx([1 / 1.10] * 8, abs=0.01)
    assert {sign.seen for _day, sign in found} == {found[0][1].seen}
    assert found[0][1].seen < found[0][0].end


def test_the_uneven_currents_of_the_combiners_are_snow_and_no_open_strings() -> None:
    path = PVDATA / "snow/data.csv"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    table = pd.read_csv(path)
    index = pd.DatetimeIndex(pd.to_datetime(table["Timestamp"])).tz_localize("Etc/GMT+7").tz_convert("UTC")
    boxes, modules = (1, 2, 3), 340.0 * 18 * 4
    facts = tuple(InputFacts(box, 4, modules, ((35.0, 180.0),)) for box in boxes)
    units = [Unit(f"field/inv-{number}", "field", 60_000.0, 3 * modules, facts) for number in boxes]
    frames = [
        pd.DataFrame(
            {
                f"{field}_{box}": table[f"INV{number} CB{box} {name}"].to_numpy(float)
                for box in boxes
                for field, name in (("v_dc", "Voltage [V]"), ("i_dc", "Current [A]"))
            },
            index,
        )
        for number in boxes
    ]
    air = pd.Series(table["Ambient Temp [C]"].to_numpy(float), index)
    first = pd.Timestamp("2022-01-05", tz="Etc/GMT+7")
    found = seen({"inputs": inputs}, days(units, frames, first, 7, (39.7, -105.2), QUARTER, air))
    told = {(day.start - int(first.timestamp() * 1000)) // DAY: set() for day, _sign in found}
    for day, sign in found:
        told[(day.start - int(first.timestamp() * 1000)) // DAY].add(sign.subject)
    assert {sign.cause for _day, sign in found} == {Cause.SNOW}
    assert {"field/inv-1#1", "field/inv-1#3", "field/inv-2#2", "field/inv-3#1"} == told[3]  # the day after 38 mm
    assert 0 not in told  # before it fell
