"""Towns that are not as one imagines: silent, without inverters or modules, with a battery, with several meters."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from config.kwh import Subject
from models.pv.closing.close import Closed
from tests.models.pv.closing.closing_town import Story, array, rows, site, story, town_of

DAY = date(2026, 6, 10)
HOUR = 3_600_000
ONE_ROOF = {"roof": [array("a", 180, 20)]}


def told(*sites, last: date = DAY) -> Story:
    return story(town_of(*sites), DAY, last)


def day(closed: Closed, kind: Subject, subject: str) -> pd.Series:
    found = rows(closed.days, kind, subject)
    assert len(found) == 1
    return found.iloc[0]


def test_a_town_with_nothing_but_a_mast_has_rows_that_say_so() -> None:
    closed = told(site("field", inverters=(), mast=True, roofs=ONE_ROOF)).close()
    assert closed.quarters["subject"].tolist() == ["town"] * 96
    whole = day(closed, Subject.TOWN, "town")
    assert (whole["status"], whole["basis"], whole["expected_basis"]) == ("unknown", "none", "none")
    assert np.isnan(whole[["energy", "expected", "availability"]].to_numpy(float)).all()
    assert set(closed.memories) == {DAY}


def test_a_site_without_inverters_has_no_rows_and_takes_nothing_from_the_town() -> None:
    closed = told(site("one"), site("bare", inverters=(), roofs=ONE_ROOF)).close()
    assert set(closed.days["subject"]) == {"one/inv", "one/roof", "one", "town"}
    assert day(closed, Subject.TOWN, "town")["status"] == "measured"


def test_a_town_that_nobody_hears_is_unknown_and_still_expected() -> None:
    town = told(site("one"), site("other", 90))
    for frames in ({}, {path: frame[:0] for path, frame in town.frames.items()}):
        town.frames = frames
        whole = day(town.close(), Subject.TOWN, "town")
        assert (whole["status"], whole["completeness"]) == ("unknown", 0.0)
        assert whole["expected"] > 0


def test_an_inverter_that_is_silent_all_day_leaves_the_town_partial_by_its_share() -> None:
    town = told(site("small"), site("large", 90, kwp=60), site("other", 270))
    town.silence("large/inv", 0, 2**60)
    closed = town.close()
    whole = day(closed, Subject.TOWN, "town")
    parts = [day(closed, Subject.SITE, name) for name in ("small", "other")]
    assert whole["status"] == "partial"
    assert whole["completeness"] == pytest.approx(sum(part["expected"] for part in parts) / whole["expected"])
    assert whole["energy"] == pytest.approx(sum(part["energy"] for part in parts))
    assert day(closed, Subject.ROOF, "large/roof")["status"] == "unknown"


def test_a_silent_roof_is_unknown_beside_one_that_speaks_unless_a_meter_counts_both() -> None:
    roofs = {"one": [array("a", 90, 10, ("x",))], "two": [array("b", 270, 10, ("y",))]}
    two = {"inverters": ("x", "y"), "roofs": roofs}
    town = told(site("free", **two), site("metered", **two, meters=1))
    for silent in ("free/y", "metered/y"):
        town.silence(silent, 0, 2**60)
    closed = town.close()
    unknown, known = (day(closed, Subject.ROOF, f"{name}/two") for name in ("free", "metered"))
    assert (unknown["status"], unknown["completeness"], unknown["basis"]) == ("unknown", 0.0, "none")
    assert np.isnan(unknown["energy"])
    assert (known["status"], known["completeness"], known["basis"]) == ("estimated", 1.0, "meter")
    assert known["energy"] == pytest.approx(town.made("metered/y", *town.span), rel=0.01)


def test_a_roof_that_fell_silent_at_noon_keeps_its_morning() -> None:
    roofs = {"one": [array("a", 90, 10, ("x",))], "two": [array("b", 270, 10, ("y",))]}
    town = told(site("free", inverters=("x", "y"), roofs=roofs))
    noon = town.span[0] + 12 * HOUR
    town.silence("free/y", noon, 2**60)
    closed = town.close()
    roof, inverter = day(closed, Subject.ROOF, "free/two"), day(closed, Subject.INVERTER, "free/y")
    assert roof["status"] == "partial"
    assert roof["energy"] == pytest.approx(inverter["energy"])
    assert roof["completeness"] == pytest.approx(inverter["completeness"])


def test_an_inverter_without_modules_spoils_no_expectation() -> None:
    town = told(site("one"), site("idle", inverters=("x", "y"), roofs={"roof": [array("a", 180, 20, ("x",))]}))
    town.frames["idle/y"] = town.frames["idle/y"][:0]
    closed = town.close()
    one, other = (day(closed, Subject.INVERTER, path)["expected"] for path in ("one/inv", "idle/x"))
    sums = {(Subject.ROOF, "idle/roof"): other, (Subject.SITE, "idle"): other, (Subject.TOWN, "town"): one + other}
    for subject, wanted in sums.items():
        found = day(closed, *subject)
        assert found["expected"] == pytest.approx(wanted)
        assert (found["expected_basis"], found["status"], found["completeness"]) == ("clear_sky", "measured", 1.0)


def test_an_inverter_without_modules_is_expected_as_soon_as_its_neighbours_tell() -> None:
    roofs = {"roof": [array("a", 180, 20, ("x",))]}
    sites = [site(f"s{n}", 120 + 20 * n) for n in range(6)]
    town = told(*sites, site("idle", inverters=("x", "y"), roofs=roofs), last=DAY + timedelta(days=19))
    town.frames["idle/y"] = town.frames["idle/x"] * 0.5
    closed = town.close()
    last = rows(closed.days, Subject.INVERTER, "idle/y").iloc[-1]
    assert last["expected_basis"] == "fleet"
    assert last["energy"] / last["expected"] == pytest.approx(1, abs=0.15)
    assert rows(closed.days, Subject.TOWN, "town")["expected"].notna().all()


def test_an_inverter_on_two_roofs_is_shared_out_by_the_light_on_each() -> None:
    town = told(site("both", roofs={"east": [array("a", 90, 10, ("inv",))], "west": [array("b", 270, 10, ("inv",))]}))
    quarters = town.close().quarters
    east, west = (rows(quarters, Subject.ROOF, f"both/{name}")["energy"].to_numpy() for name in ("east", "west"))
    assert east + west == pytest.approx(rows(quarters, Subject.INVERTER, "both/inv")["energy"].to_numpy())
    assert east[32] > 5 * west[32]
    assert west[72] > 2 * east[72]


def test_what_a_battery_gives_back_is_no_production() -> None:
    town = told(site("home", map_name="goodwe_et", meters=1), site("other", 90))
    frame = town.frames["home/inv"]
    evening = frame.index.hour >= 18
    frame["pac"] = frame["pv_power"] + 3000.0 * evening
    frame["energy_ac_total"] = frame["energy_pv_total"] + 750.0 * np.cumsum(evening)
    assert "home/meter-0" not in town.books.devices
    closed = town.close()
    for kind, subject in ((Subject.INVERTER, "home/inv"), (Subject.SITE, "home")):
        assert day(closed, kind, subject)["energy"] == pytest.approx(town.made("home/inv", *town.span), abs=30)
    dark = rows(closed.quarters, Subject.SITE, "home").iloc[-4:]
    assert dark["energy"].tolist() == [0.0] * 4


def test_two_meters_of_a_site_count_together() -> None:
    town = told(site("one", meters=2), site("other", 90))
    for name, part in (("one/meter-0", 0.3), ("one/meter-1", 0.66)):  # inverters count 4 % too much
        town.frames[name] = town.frames[name] * part
    found = day(town.close(), Subject.SITE, "one")
    assert found["basis"] == "meter"
    assert found["energy"] == pytest.approx(0.96 * town.made("one/inv", *town.span), abs=30)


def test_while_one_of_two_meters_is_silent_the_inverters_count() -> None:
    town = told(site("one", meters=2), site("other", 90))
    for name in ("one/meter-0", "one/meter-1"):
        town.frames[name] = town.frames[name] * 0.5
    noon = town.span[0] + 13 * HOUR
    town.silence("one/meter-1", noon, 2**60)
    closed = town.close()
    quarters = rows(closed.quarters, Subject.SITE, "one")
    assert set(quarters["basis"][quarters["time"] >= noon]) == {"counter"}
    assert set(quarters["basis"][quarters["time"] < noon - HOUR]) == {"meter"}
    found = day(closed, Subject.SITE, "one")
    assert (found["status"], found["completeness"]) == ("measured", 1.0)
    assert found["energy"] == pytest.approx(town.made("one/inv", *town.span), abs=40)


def test_a_meter_that_begins_anew_loses_nothing_that_the_inverter_knows() -> None:
    town = told(site("one", meters=1))
    frame = town.frames["one/meter-0"]
    later = frame.index >= pd.Timestamp(town.span[0] + 13 * HOUR, unit="ms", tz="UTC")
    frame.loc[later, "energy_export_total"] -= frame.loc[later, "energy_export_total"].iloc[0]
    found = day(town.close(), Subject.SITE, "one")
    assert (found["status"], found["completeness"]) == ("measured", 1.0)
    assert found["energy"] == pytest.approx(town.made("one/inv", *town.span), abs=40)


@pytest.mark.parametrize("left", ["nothing", "every other", "temperature"])
def test_a_mast_that_hardly_measures_is_no_basis(left: str) -> None:
    town = told(site("one", mast=True), site("other", 90))
    mast = town.frames["one/mast"]
    if left == "temperature":
        town.frames["one/mast"] = mast[["temp_air"]]
    else:
        mast.iloc[:: 1 if left == "nothing" else 2] = np.nan
    closed = town.close()
    assert set(closed.days["expected_basis"]) == {"clear_sky"}
    assert day(closed, Subject.TOWN, "town")["expected"] > 0


def test_a_mast_that_fails_at_noon_speaks_for_the_morning() -> None:
    town = told(site("one", mast=True))
    mast = town.frames["one/mast"]
    noon = town.span[0] + 12 * HOUR
    mast.loc[mast.index >= pd.Timestamp(noon, unit="ms", tz="UTC")] = np.nan
    quarters = rows(town.close().quarters, Subject.INVERTER, "one/inv")
    lit = quarters[quarters["expected"] > 0]
    assert set(lit["expected_basis"][lit["time"] < noon - HOUR]) == {"sensor"}
    assert set(lit["expected_basis"][lit["time"] > noon]) == {"clear_sky"}


def test_another_inverter_counts_in_its_own_way_beside_the_meter() -> None:
    swap = DAY + timedelta(days=8)
    one, two = site("one", meters=1), site("two", 90, meters=1)
    one["inverters"][0]["replaced"] = [swap]
    memories = told(one, two, last=DAY + timedelta(days=9)).close().memories
    assert len(memories[swap - timedelta(days=1)].meters["one"]) == 8
    assert len(memories[swap].meters["two"]) == 9
    assert len(memories[swap].meters["one"]) == 1
