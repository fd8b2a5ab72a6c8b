"""tepos diagnose, on a real store with closed days: an inverter was off for an afternoon, another loses a third."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from collector.store import open_store
from config.kwh import ROLLUP_NUMBERS, Step, Subject
from models.calendar import QUARTER, day_bounds, day_start, days, quarters
from models.pv.sun import sun_position
from tests.scripts.commands.runner import each, tepos, town_folder

TZ = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2026, 5, 18), date(2026, 6, 15)
OFF, BROKEN = date(2026, 6, 10), date(2026, 6, 5)
HOUR = 3_600_000
Place = tuple[Any, ...]
WELL, DEAD, WEAK = "hall/inv-1", "hall/inv-2", "hall/inv-3"


def rows(subject: str, kind: Subject = Subject.INVERTER) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Quarters and days of 1 kW under a sky that is always the same."""
    starts = quarters(day_start(FIRST, TZ), day_bounds(LAST, TZ)[1])
    middle = pd.DatetimeIndex(pd.to_datetime(starts + QUARTER // 2, unit="ms", utc=True))
    expected = 250 * np.clip(np.cos(np.radians(sun_position(middle, 50.0, 3.0).apparent_zenith)), 0, None)
    off = (subject == DEAD) & (starts >= day_start(OFF, TZ) + 12 * HOUR) & (starts < day_start(OFF, TZ) + 17 * HOUR)
    kept = np.where((subject == WEAK) & (starts >= day_start(BROKEN, TZ)), 2 / 3, 1.0)
    numbers: dict[str, Any] = dict.fromkeys(ROLLUP_NUMBERS, np.nan)
    told: dict[str, Any] = numbers | {
        "kind": kind, "subject": subject, "time": starts, "energy": np.where(off, 0.0, kept * expected),
        "expected": expected, "expected_low": 0.9 * expected, "expected_high": 1.1 * expected, "completeness": 1.0,
        "availability": np.where(expected > 10, (~off).astype(float), np.nan),
        "basis": "counter", "status": "measured", "expected_basis": "satellite",
    }  # fmt: skip
    quarter = pd.DataFrame(told)
    begins = np.array([day_start(day, TZ) for day in days(FIRST, LAST)])
    of_day = quarter.groupby(np.searchsorted(begins, starts, "right") - 1)
    daily = of_day[["energy", "expected", "expected_high"]].sum().assign(time=begins)
    return quarter, quarter.iloc[: len(begins)].assign(**{str(name): daily[name].to_numpy() for name in daily})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("diagnose")
    (folder / "data").mkdir()
    store = open_store(f"sqlite:///{folder}/data/store.db")
    for subject in (WELL, DEAD, WEAK, "town"):
        quarter, daily = rows(subject, Subject.TOWN if subject == "town" else Subject.INVERTER)
        store.write_rollups(Step.QUARTER, quarter)
        store.write_rollups(Step.DAY, daily)
    store.close()
    inverters = [(name.split("/")[1], "goodwe_dt", 502 + n, 1) for n, name in enumerate((WELL, DEAD, WEAK))]
    town_folder(folder / "town", inverters)
    return ("--data", folder / "data", "--town", folder / "town")


def test_history_is_replayed_and_each_finding_told_with_place_time_cost_and_evidence(place: Place) -> None:
    told = tepos("diagnose", "--json", "--from", "2026-06-01", "--to", "2026-06-15", *place).json
    assert (told["from"], told["to"], told["warm_up_from"], told["warm_up_days"]) == (
        "2026-06-01", "2026-06-15", "2026-05-18", 14,
    )  # fmt: skip
    found = {(one["subject"], one["cause"]): one for one in told["findings"]}
    off = found[DEAD, "inverter_off"]
    assert datetime.fromisoformat(off["since"]).hour == 12
    assert datetime.fromisoformat(off["until"]).hour == 17
    assert 4 < off["lost_kwh"] < 4.5
    assert off["lost_eur"] == pytest.approx(off["lost_kwh"] * off["price_eur_per_kwh"], abs=0.01)
    assert off["price_status"] == "assumed"
    lasting = next(one for (subject, _cause), one in found.items() if subject == WEAK)
    assert lasting["until"] is None
    assert lasting["missing"] == pytest.approx(1 / 3, abs=0.03)
    assert lasting["evidence"]
    assert WELL not in {subject for subject, _cause in found}


def test_it_keeps_nothing_and_says_in_french_what_it_saw(place: Place) -> None:
    before = sorted(path.name for path in place[1].iterdir())
    said = tepos("diagnose", "--roof", DEAD, *place, env={"TEPOS_LANG": "fr"}).out
    assert "inv-2" in said
    assert "Du 10 juin 2026, 12:00 au 10 juin 2026, 17:00." in said
    assert "prix supposé" in said
    assert "Confiance" in said
    assert "inv-3" not in said
    assert sorted(path.name for path in place[1].iterdir()) == before


def test_only_what_concerns_the_roof_that_was_asked_for(place: Place) -> None:
    told = each([("diagnose", "--json", "--roof", name, *place) for name in (WELL, "hall/roof")])
    subjects = [{one["subject"] for one in ended.json["findings"]} for ended in told]
    assert subjects == [set(), {DEAD, WEAK}]


def test_wrong_words_end_with_2_and_nothing_closed_with_1(place: Place, tmp_path: Path) -> None:
    wrong = [("--roof", "hal"), ("--from", "yesterday"), ("--from", "2026-06-03", "--to", "2026-06-02")]
    assert [ended.code for ended in each([("diagnose", *some, *place) for some in wrong])] == [2, 2, 2]
    nothing = [("--from", "2020-01-01", "--to", "2020-02-01", *place), ("--data", tmp_path / "nowhere", *place[2:])]
    assert [(ended.code, ended.out) for ended in each([("diagnose", *some) for some in nothing])] == [(1, "")] * 2
    assert not (tmp_path / "nowhere").exists()
