"""A town with imports: the church that produced before all others, a day measured from noon on, and undoing."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from config.kwh import ROLLUP_NUMBERS, Subject
from models.calendar import QUARTER, day_bounds, day_start, quarters
from models.pv.imported.family import Family, Home
from models.pv.imported.rollups import imported_rollups
from models.pv.imported.rows import Intervals
from models.pv.imported.table import COLUMNS

PARIS = ZoneInfo("Europe/Paris")
OPENED = date(2020, 6, 1)


def home(name, roofs, *, since=None):
    """A site with one inverter of 10 kW behind each roof."""
    inverters = {f"{name}/inv-{roof}": 10_000.0 for roof in roofs}
    shares = {f"{name}/{roof}": {f"{name}/inv-{roof}": 1.0} for roof in roofs}
    sizes = dict.fromkeys(shares, 10_000.0)
    return Home(name, sum(sizes.values()), since and day_start(since, PARIS), inverters, shares, sizes)


TOWN = Family(
    50.4, 2.8, PARIS,
    (home("church", ["nave"], since=date(2013, 3, 8)), home("school", ["east", "west"], since=OPENED)), {},
)  # fmt: skip
NOTHING = pd.DataFrame({column: [] for column in COLUMNS})
CHURCH = (Subject.ROOF, "church/nave")
EAST = (Subject.INVERTER, "school/inv-east")


def days(day, count, kwh):
    """A figure for each of so many days."""
    bounds = [day_bounds(date.fromordinal(day.toordinal() + n), PARIS) for n in range(count)]
    return Intervals(*(np.array(column) for column in zip(*bounds, strict=True)), np.full(count, kwh * 1000.0))


def quarter_hours(start, end, wh):
    times = quarters(start, end)
    return Intervals(times, times + QUARTER, np.full(len(times), float(wh)))


def rows(kind, subject, times, energy, status="measured", completeness=1.0, basis="counter", expected=None):
    frame = pd.DataFrame({"kind": kind.value, "subject": subject, "time": np.asarray(times, np.int64)})
    numbers = dict.fromkeys(ROLLUP_NUMBERS, np.nan)
    numbers |= {"energy": energy, "completeness": completeness}
    if expected is not None:
        numbers["expected"] = expected
    return frame.assign(**numbers, basis=basis, status=status, expected_basis="fleet")[list(COLUMNS)]


def apply(imports, day, count=1, quarter_rows=NOTHING, day_rows=NOTHING):
    start, end = day_start(day, PARIS), day_start(date.fromordinal(day.toordinal() + count), PARIS)
    return imported_rollups(TOWN, imports, quarter_rows, day_rows, start, end)


def stored(before, new):
    """What a store has after the new rows were written."""
    both = pd.concat([before, new], ignore_index=True)
    return both.drop_duplicates(["kind", "subject", "time"], keep="last", ignore_index=True)


def figures(frame):
    """(Wh, status, completeness) by subject, of frames of one row each."""
    values = zip(frame["energy"], frame["status"], frame["completeness"].round(4), strict=True)
    return dict(zip(frame["subject"], values, strict=True))


def test_before_the_others_the_church_is_the_whole_town():
    new_quarters, new_days = apply({CHURCH: days(date(2015, 6, 1), 1, 30)}, date(2015, 6, 1))
    assert len(new_quarters) == 0
    assert figures(new_days) == {name: (30_000, "imported", 1) for name in ("church/nave", "church", "town")}
    assert new_days["expected"].isna().all()
    assert set(new_days["basis"]) == {"imported"}


def test_once_the_others_are_there_the_church_is_a_part_by_capacity():
    new_days = apply({CHURCH: days(OPENED, 1, 30)}, OPENED)[1]
    assert figures(new_days)["town"] == (30_000, "partial", round(1 / 3, 4))


def test_one_of_two_inverters_makes_half_a_site():
    found = figures(apply({EAST: days(OPENED, 1, 20)}, OPENED)[1])
    assert found == {
        "school/inv-east": (20_000, "imported", 1), "school/east": (20_000, "imported", 1),
        "school": (20_000, "partial", 0.5), "town": (20_000, "partial", round(1 / 3, 4)),
    }  # fmt: skip


def test_a_site_with_one_roof_gives_it_its_figure_and_one_with_two_does_not():
    found = figures(
        apply({(Subject.SITE, "church"): days(OPENED, 1, 30), (Subject.SITE, "school"): days(OPENED, 1, 40)}, OPENED)[1]
    )
    assert set(found) == {"church", "church/nave", "school", "town"}
    assert found["town"] == (70_000, "imported", 1)


def test_an_inverter_under_two_roofs_counts_by_its_modules():
    shares = {"hall/a": {"hall/inv": 0.75}, "hall/b": {"hall/inv": 0.25}}
    site = Home("hall", 10_000, None, {"hall/inv": 10_000}, shares, {"hall/a": 7500, "hall/b": 2500})
    family = Family(50, 3, PARIS, (site,), {})
    start, end = day_bounds(OPENED, PARIS)
    made = imported_rollups(
        family, {(Subject.INVERTER, "hall/inv"): days(OPENED, 1, 40)}, NOTHING, NOTHING, start, end
    )[1]
    assert {name: row[:2] for name, row in figures(made).items()} == {
        "hall/inv": (40_000, "imported"), "hall/a": (30_000, "imported"), "hall/b": (10_000, "imported"),
        "hall": (40_000, "imported"), "town": (40_000, "imported"),
    }  # fmt: skip


@pytest.mark.parametrize("day", [date(2019, 10, 27), date(2019, 3, 31), date(2020, 2, 29), date(2019, 12, 31)])
def test_every_subjects_day_is_the_sum_of_its_quarters_and_the_town_that_of_its_sites(day):
    start, end = day_bounds(day, PARIS)
    new_quarters, new_days = apply({CHURCH: quarter_hours(start, end, 100)}, day)
    assert len(new_quarters) == 3 * (end - start) / QUARTER
    sums = new_quarters.groupby("subject")["energy"].sum()
    assert sums.to_dict() == new_days.set_index("subject")["energy"].to_dict()
    assert sums["town"] == sums["church"] == (end - start) / QUARTER * 100


def test_what_was_measured_stays_whatever_is_imported():
    start, end = day_bounds(OPENED, PARIS)
    measured = rows(Subject.ROOF, "church/nave", quarters(start, end), 50.0)
    day = rows(Subject.ROOF, "church/nave", [start], 50.0 * 96)
    imports = {CHURCH: quarter_hours(start, end, 100)}
    new_quarters, new_days = apply(imports, OPENED, quarter_rows=measured, day_rows=day)
    assert "church/nave" not in set(new_quarters["subject"]) | set(new_days["subject"])


def test_a_day_measured_in_part_stays_beside_a_figure_for_the_whole_day():
    start, _end = day_bounds(OPENED, PARIS)
    day = rows(Subject.ROOF, "church/nave", [start], 7.0, "partial", 0.3)
    new_days = apply({CHURCH: days(OPENED, 1, 30)}, OPENED, day_rows=day)[1]
    assert "church/nave" not in set(new_days["subject"])


def from_noon(kind, subject):
    """Rows of a day that tepos has measured from noon on: quarters, and the day."""
    start, end = day_bounds(OPENED, PARIS)
    times = quarters(start, end)
    seen = np.arange(96) >= 48
    by_quarter = rows(kind, subject, times, np.where(seen, 50.0, np.nan), np.where(seen, "measured", "unknown"),
                      seen.astype(float), np.where(seen, "counter", "none"), 80.0)  # fmt: skip
    return by_quarter, rows(kind, subject, [start], 48 * 50.0, "partial", 0.5, expected=96 * 80.0)


def test_a_day_measured_from_noon_is_completed_by_imported_quarters_and_undone_to_the_wh():
    quarter_rows, day_rows = from_noon(*CHURCH)
    start, end = day_bounds(OPENED, PARIS)
    made = apply({CHURCH: quarter_hours(start, end, 100)}, OPENED, quarter_rows=quarter_rows, day_rows=day_rows)
    own = made[1][made[1]["subject"] == "church/nave"].iloc[0]
    assert (own["energy"], own["status"], own["completeness"]) == (48 * 150.0, "imported", 1)
    assert (made[0]["subject"] == "church/nave").sum() == 48  # the measured half is not even written again
    assert own["expected"] == 96 * 80.0
    now = [stored(before, new) for before, new in zip((quarter_rows, day_rows), made, strict=True)]
    undone = apply({}, OPENED, quarter_rows=now[0], day_rows=now[1])
    for before, new, after in zip((quarter_rows, day_rows), undone, now, strict=True):
        back = stored(after, new)
        own = back[back["subject"] == "church/nave"].sort_values("time", ignore_index=True)
        pd.testing.assert_frame_equal(own, before.reset_index(drop=True))


def test_undone_imports_are_unknown_again_and_others_hold():
    two = {CHURCH: days(OPENED, 1, 30), EAST: days(OPENED, 1, 20)}
    after = apply(two, OPENED)[1]
    one = stored(after, apply({EAST: two[EAST]}, OPENED, day_rows=after)[1])
    found = figures(one)
    assert found["church"][1:] == ("unknown", 0)
    assert np.isnan(found["church"][0])
    assert found["town"] == (20_000, "partial", round(1 / 3, 4))
    none = figures(stored(one, apply({}, OPENED, day_rows=one)[1]))
    assert {status for _energy, status, _share in none.values()} == {"unknown"}


def test_the_town_gets_its_own_figure_back_when_an_import_is_undone():
    start, _end = day_bounds(OPENED, PARIS)
    before = pd.concat([
        rows(Subject.SITE, "school", [start], 40_000.0, expected=50_000.0),
        rows(Subject.SITE, "church", [start], np.nan, "unknown", 0.0, "none", 25_000.0),
        rows(Subject.TOWN, "town", [start], 40_000.0, "partial", round(2 / 3, 6), expected=75_000.0),
    ], ignore_index=True)  # fmt: skip
    after = stored(before, apply({CHURCH: days(OPENED, 1, 30)}, OPENED, day_rows=before)[1])
    assert figures(after)["town"] == (70_000, "imported", 1)
    back = figures(stored(after, apply({}, OPENED, day_rows=after)[1]))
    assert back["town"] == (40_000, "partial", round(2 / 3, 4))
    assert back["school"] == (40_000, "measured", 1)


def test_done_again_it_changes_nothing():
    start, end = day_bounds(OPENED, PARIS)
    imports = {CHURCH: quarter_hours(start, end, 100), EAST: days(OPENED, 1, 20)}
    first = apply(imports, OPENED)
    again = apply(imports, OPENED, quarter_rows=first[0], day_rows=first[1])
    assert (len(again[0]), len(again[1])) == (0, 0)


def test_a_town_without_imports_is_left_alone():
    quarter_rows, day_rows = from_noon(Subject.SITE, "church")
    for made in apply({}, OPENED, quarter_rows=quarter_rows, day_rows=day_rows):
        assert len(made) == 0
