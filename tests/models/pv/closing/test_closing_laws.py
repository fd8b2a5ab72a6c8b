"""Laws of what closing writes, whatever the devices said: sums at every level, honest words, physics."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.kwh import Subject
from models.calendar import QUARTER, day_bounds
from models.pv.closing.close import Given, close
from models.pv.closing.memory import Memory
from tests.models.pv.closing.closing_town import BESIDE, PARIS, Story, array, rows, site, story, town_of

FIRST = date(2026, 6, 3)
LAST = FIRST + timedelta(days=2)
HOUR = 3_600_000
TOWN = town_of(
    site("both", 90, inverters=("x", "y"), meters=1),
    site("split", roofs={"east": [array("a", 90, 8, ("inv",))], "west": [array("b", 270, 12, ("inv",))]}),
    site("hybrid", 200, map_name="goodwe_et", meters=1),
    site("dark", 250, map_name="sunspec", mast=True),
    site("plain", map_name="huawei_sun2000"),
)
WHOLE = story(TOWN, FIRST, LAST)
DEVICES = tuple(WHOLE.frames)
FAULTS = ("gone", "missing", "zero", "reset", "frozen", "spike", "negative", "thin", "never")


def spoiled(frame: pd.DataFrame, fault: str, first: int, length: int, column: int) -> pd.DataFrame:
    """The readings of a device with a fault in so many of them."""
    frame, part = frame.copy(), slice(first, first + length)
    place = column % len(frame.columns)
    if fault == "gone":
        return frame.drop(frame.index[part])
    if fault == "thin":
        return frame.iloc[:: 2 + length % 7]
    if fault == "never":
        return frame.drop(columns=[frame.columns[place]])
    if fault == "reset":
        counters = [name for name in frame.columns if name.endswith("_total")]
        frame.loc[frame.index[first:], counters] -= frame.loc[frame.index[first], counters]
    elif fault == "frozen":
        frame.iloc[part] = frame.iloc[first].to_numpy()
    else:
        was = frame.iloc[part, place]
        frame.iloc[part, place] = {"missing": np.nan, "zero": 0.0, "spike": 100 * was + 1e6, "negative": -was}[fault]
    return frame


fault = st.tuples(
    st.sampled_from(DEVICES), st.sampled_from(FAULTS), st.integers(0, 320), st.integers(1, 120), st.integers(0, 6)
)


@settings(max_examples=25)
@given(faults=st.lists(fault, min_size=1, max_size=6))
def test_every_row_is_honest_and_everything_adds_up(faults) -> None:
    told = Story(TOWN, FIRST, LAST, dict(WHOLE.frames), WHOLE.plant)
    for device, what, first, length, column in faults:
        if len(told.frames[device]) > first and len(told.frames[device].columns):
            told.frames[device] = spoiled(told.frames[device], what, first, length, column)
    closed = told.close()
    for frame in (closed.quarters, closed.days):
        assert_honest(frame)
        assert_sums(frame, told)
    starts = [day_bounds(FIRST + timedelta(days=n), PARIS)[0] for n in range(3)]
    parts = closed.quarters.assign(day=np.searchsorted(starts, closed.quarters["time"], "right") - 1)
    sums = parts.groupby(["kind", "subject", "day"])["energy"].agg(lambda part: part.sum(min_count=1))
    whole = closed.days.assign(day=np.searchsorted(starts, closed.days["time"])).set_index(["kind", "subject", "day"])
    assert sums.to_numpy() == pytest.approx(whole["energy"].reindex(sums.index).to_numpy(), nan_ok=True)
    for inverter in told.books.inverters:
        made = rows(closed.days, Subject.INVERTER, inverter.path)["energy"].sum()
        most = told.made(inverter.path, *told.span) * (1.05 if inverter.power == "pv_power" else 1.02)  # DC is more
        assert made <= most + 200


def assert_honest(frame: pd.DataFrame) -> None:
    energy, complete, status = frame["energy"], frame["completeness"], frame["status"]
    assert ((complete >= 0) & (complete <= 1)).all()
    assert ((status == "unknown") == energy.isna()).all()
    assert (energy.dropna() >= 0).all()
    assert (complete[status.isin(["measured", "reconstituted", "estimated"])] > 1 - 1e-6).all()
    assert (complete[status == "partial"] < 1).all()
    assert not (frame[["lost_outage", "lost_finding"]] < 0).any(axis=None)
    assert frame["availability"].dropna().between(0, 1).all()
    bound = frame.dropna(subset=["expected_low"])
    assert (bound["expected_low"] <= bound["expected"]).all()
    assert (bound["expected"] <= bound["expected_high"]).all()


def assert_sums(frame: pd.DataFrame, told: Story) -> None:
    def total(kind: Subject, subjects: list[str] | None = None) -> np.ndarray:
        part = frame[(frame["kind"] == kind.value) & (subjects is None or frame["subject"].isin(subjects or []))]
        return part.groupby("time")["energy"].agg(lambda some: some.sum(min_count=1)).to_numpy()

    town = total(Subject.TOWN)
    for kind in (Subject.SITE, Subject.ROOF):
        assert total(kind) == pytest.approx(town, nan_ok=True)
    for each in told.books.sites:
        if not each.meters:
            mine = [told.books.inverters[row].path for row in each.inverters]
            assert total(Subject.INVERTER, mine) == pytest.approx(total(Subject.SITE, [each.id]), nan_ok=True)


def test_what_a_whole_town_made_is_what_its_inverters_made() -> None:
    closed = WHOLE.close()
    for inverter in WHOLE.books.inverters:
        made = rows(closed.days, Subject.INVERTER, inverter.path)
        assert made["energy"].sum() == pytest.approx(WHOLE.made(inverter.path, *WHOLE.span), abs=30)
        assert set(made["status"]) == {"measured"}
        assert made["completeness"].tolist() == [1.0] * 3
    town = rows(closed.days, Subject.TOWN, "town")["expected"]
    for kind in (Subject.INVERTER, Subject.ROOF, Subject.SITE):
        parts = closed.days[closed.days["kind"] == kind.value]
        assert parts.groupby("time")["expected"].sum().to_numpy() == pytest.approx(town.to_numpy())


def test_a_silence_over_midnight_keeps_its_sum_whoever_closes_its_parts() -> None:
    told = story(town_of(*(site(f"s{n}", 120 + 20 * n) for n in range(6))), date(2026, 5, 1), date(2026, 5, 20))
    middle = day_bounds(date(2026, 5, 18), PARIS)
    told.silence("s2/inv", middle[0] + 13 * HOUR, middle[1] + 10 * HOUR)
    together = told.close()
    times = {path: frame.index.as_unit("ms").asi8 for path, frame in told.frames.items()}
    near = {
        path: frame[(times[path] >= middle[0] - BESIDE) & (times[path] < middle[1] + 12 * HOUR)]
        for path, frame in told.frames.items()
    }
    memory = together.memories[date(2026, 5, 17)]
    alone = close(told.books, Given(near), memory, *middle, PARIS)
    first = rows(alone.days, Subject.INVERTER, "s2/inv")["energy"].iloc[0]
    both = rows(together.days, Subject.INVERTER, "s2/inv")
    second = both["energy"][both["time"] == middle[1]].iloc[0]
    assert both["expected_basis"].iloc[-2] == "fleet"
    assert first + second == pytest.approx(told.made("s2/inv", middle[0], middle[1] + 24 * HOUR), abs=30)


def test_energy_before_a_reset_in_a_silence_stays_unknown() -> None:
    told = Story(TOWN, FIRST, LAST, dict(WHOLE.frames), WHOLE.plant)
    noon = told.span[0] + 12 * HOUR
    times = told.frames["plain/inv"].index.as_unit("ms").asi8
    told.frames["plain/inv"] = spoiled(told.frames["plain/inv"], "reset", int(np.searchsorted(times, noon)), 1, 0)
    told.silence("plain/inv", noon - 2 * HOUR, noon + 1)
    closed = told.close()
    day = rows(closed.days, Subject.INVERTER, "plain/inv").iloc[0]
    unknown = noon - 2 * HOUR - QUARTER, noon + QUARTER
    quarters = rows(closed.quarters, Subject.INVERTER, "plain/inv").iloc[:96]
    should = quarters["expected"][quarters["time"].between(*unknown, inclusive="left")].sum()
    lost, true = told.made("plain/inv", *unknown), told.made("plain/inv", *day_bounds(FIRST, PARIS))
    assert day["status"] == "partial"
    assert day["completeness"] == pytest.approx(1 - should / quarters["expected"].sum(), abs=0.01)
    assert true - lost - 30 <= day["energy"] < true - 0.5 * lost
    assert [str(span.why) for span in closed.inverters["plain/inv"].unknown] == ["reset"]


def test_a_device_that_repeats_old_answers_made_what_its_counter_says_afterwards() -> None:
    told = Story(TOWN, FIRST, LAST, dict(WHOLE.frames), WHOLE.plant)
    told.frames["plain/inv"] = spoiled(told.frames["plain/inv"], "frozen", 24 + 44, 16, 0)
    closed = told.close()
    stuck = rows(closed.quarters, Subject.INVERTER, "plain/inv").iloc[45:59]
    assert set(stuck["status"]) == {"reconstituted"}
    day = rows(closed.days, Subject.INVERTER, "plain/inv").iloc[0]
    assert day["energy"] == pytest.approx(told.made("plain/inv", *day_bounds(FIRST, PARIS)), abs=30)


def test_a_device_that_repeats_old_answers_to_the_end_is_not_known() -> None:
    told = Story(TOWN, FIRST, LAST, dict(WHOLE.frames), WHOLE.plant)
    told.frames["plain/inv"] = spoiled(told.frames["plain/inv"], "frozen", 24 + 192 + 44, 200, 0)
    day = rows(told.close().days, Subject.INVERTER, "plain/inv").iloc[-1]
    assert day["status"] == "partial"
    assert day["completeness"] < 0.6


def test_the_memory_survives_its_json() -> None:
    memory = WHOLE.close().memories[LAST]
    assert Memory.from_json(memory.to_json()).to_json() == memory.to_json()
