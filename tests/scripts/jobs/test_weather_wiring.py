"""Weather in the jobs of a town, as the registry opens them: fetched, seen by closing, late, missing, invented."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from collector.store import open_store
from collector.weather import sources as known_sources
from collector.weather.frame import HOUR
from collector.weather.open_meteo import OpenMeteo
from collector.weather.source import Source
from config.kwh import Step, Subject
from config.settings import Settings
from config.town import Town
from config.weather import OpenMeteoSource
from models.calendar import day_bounds
from models.pv.closing.memory import Memory
from models.pv.expected.calibration import State
from scripts.jobs.closing import DAYS, MEMORY
from scripts.jobs.outside import configured, is_simulated
from scripts.jobs.registry import Work, opened
from scripts.jobs.runner import Outcome
from scripts.jobs.weather import spot_of
from scripts.options import Workplace, embedded
from scripts.simulator.weather import SyntheticWeather
from tests import weather_fakes as fakes
from tests.scripts.jobs.past_town import PARIS, past_town
from tests.scripts.simulator.sunny_town import sunny_town
from tests.weather_fakes import BAD_GATEWAY, FakeService, as_json, served

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 12)
START, END = day_bounds(FIRST, PARIS)[0], day_bounds(LAST, PARIS)[1]
ROOFS = ("east/inv", "west/inv")


def small_town(**more: Any) -> Town:
    """Two roofs, too few to judge each other, without a sensor; their weather is Open-Meteo's."""
    whole = sunny_town()
    sites = tuple(site for site in whole.sites if f"{site.id}/inv" in ROOFS)
    return whole.model_copy(update={"sites": sites, "weather": (OpenMeteoSource(source="open-meteo"),), **more})


TOWN = small_town()


def hours_of_the_sky(asked: fakes.Asked) -> fakes.Reply:
    """Open-Meteo's answer with the means of the sky over the simulated town."""
    document = fakes.open_meteo(asked)
    ends = np.array(document["hourly"]["time"]) * 1000
    rows = SyntheticWeather(1).fetch(spot_of(TOWN.place), ends[0] - HOUR, ends[-1], 0).rows
    means = rows.resample("h").mean()
    named = {"ghi": "shortwave_radiation", "dni": "direct_normal_irradiance", "dhi": "diffuse_radiation"}
    document["hourly"] |= {name: means[column].tolist() for column, name in named.items()}
    return as_json(document)


def down(_asked: fakes.Asked) -> fakes.Reply:
    return BAD_GATEWAY


@dataclass
class Scene:
    """The town on a data directory, at `now`; each round opens everything anew, as the scheduler does."""

    folder: Path
    service: FakeService
    town: Town = field(default_factory=lambda: TOWN)
    now: int = END + HOUR

    @property
    def place(self) -> Workplace:
        return Workplace(Settings(self.folder, ""), self.folder, self.folder, embedded(self.folder))

    @contextmanager
    def work(self, sources: list[Source] | None = None) -> Iterator[Work]:
        with opened(self.place, self.town, now=lambda: self.now, sources=sources) as work:
            yield work

    def round(self, sources: list[Source] | None = None) -> dict[str, Outcome]:
        with self.work(sources or [OpenMeteo(url=self.service.url)]) as work:
            return work.round()

    def days(self, first: date = FIRST) -> pd.DataFrame:
        """The days of both roofs from `first` on."""
        store = open_store(embedded(self.folder))
        try:
            return store.read_rollups(Step.DAY, Subject.INVERTER, None, day_bounds(first, PARIS)[0], END)
        finally:
            store.close()

    def bases(self) -> set[str]:
        return set(self.days()["expected_basis"])


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with past_town(tmp_path, TOWN, FIRST, LAST):
        pass
    with served(hours_of_the_sky) as service:
        yield Scene(tmp_path, service)


@pytest.fixture
def no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a configured source is a failure of the test."""
    monkeypatch.setattr(known_sources, "_open", lambda *_: pytest.fail("a real service was opened"))


def test_a_town_of_two_roofs_is_judged_by_the_service_and_learns_its_scale(scene: Scene) -> None:
    outcomes = scene.round()
    assert next(iter(outcomes)) == "weather"
    assert (outcomes["weather"].closed, outcomes["days"].closed) == (12, 12)
    days = scene.days()
    assert (set(days["subject"]), scene.bases()) == (set(ROOFS), {"satellite"})
    assert (days["insolation"] > 500).all()
    with scene.work([]) as work:
        known = work.periods.state(DAYS, MEMORY, END)
    assert known is not None
    scales = {key: epoch.scale() for key, epoch in Memory.from_json(known[1]).epochs.items()}
    assert set(scales) == {f"{roof}|satellite" for roof in ROOFS}
    assert all(scale.state is State.LEARNT and scale.days >= 9 for scale in scales.values())
    late = scene.days(date(2026, 5, 9))
    assert late["energy"].sum() == pytest.approx(late["expected"].sum(), rel=0.05)
    assert late["energy"].between(late["expected_low"], late["expected_high"]).all()  # each roof has its own clouds


def test_while_the_service_is_down_a_clear_sky_stands_in_and_the_job_says_why(scene: Scene) -> None:
    scene.service.decide = down
    outcomes = scene.round()
    assert (outcomes["days"].closed, outcomes["weather"].closed, scene.bases()) == (12, 0, {"clear_sky"})
    with scene.work([]) as work:
        told = work.periods.failure("weather")
    assert told is not None
    assert "is not known yet (open-meteo: HTTP 502: 502 Bad Gateway)" in told[0]
    assert "WeatherError" not in told[0]


def test_weather_that_comes_later_opens_the_days_that_were_closed_without(scene: Scene) -> None:
    scene.service.decide = down
    scene.round()
    quarters = open_quarters(scene)
    scene.service.decide, scene.now = hours_of_the_sky, scene.now + HOUR
    outcomes = scene.round()
    assert (outcomes["weather"].closed, outcomes["days"].closed) == (12, 12)
    assert scene.bases() == {"satellite"}
    assert open_quarters(scene) == quarters == []
    assert scene.round()["days"] == Outcome()


def open_quarters(scene: Scene) -> list[tuple[int, int]]:
    with scene.work([]) as work:
        return work.periods.gaps("quarters", START, END)


def test_days_without_readings_any_more_are_not_opened(scene: Scene) -> None:
    scene.service.decide = down
    scene.round()
    with scene.work([]) as work:
        work.periods.keep_state("retention", "kept_since", day_bounds(date(2026, 5, 7), PARIS)[0], None, 0)
    scene.service.decide, scene.now = hours_of_the_sky, scene.now + HOUR
    assert scene.round()["days"].closed == 6
    with scene.work([]) as work:
        assert work.periods.gaps("days", START, END) == []


def test_a_failure_for_want_of_weather_is_no_fault_of_ours_and_told_once(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.service.decide = down
    scene.round()
    told = [record for record in caplog.records if record.name == "scripts.jobs.runner"]
    assert [record.exc_info for record in told if record.levelno >= logging.WARNING] == [None]
    caplog.clear()
    scene.now += 15 * 60_000
    scene.round()
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_town_that_names_no_source_has_no_such_job_and_no_archive(scene: Scene) -> None:
    scene.town = small_town(weather=())
    with scene.work() as work:
        outcomes = work.round()
    assert "weather" not in outcomes
    assert outcomes["days"].closed == 12
    assert not (scene.folder / "weather.db").exists()


def test_who_only_looks_makes_no_archive(scene: Scene) -> None:
    with opened(scene.place, scene.town, make=False) as work:
        assert work.jobs[0].name == "weather"
    assert not (scene.folder / "weather.db").exists()


def test_the_secrets_are_those_of_the_environment_now(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    key = scene.folder / "key"
    key.write_text("s3cret")
    key.chmod(0o600)
    monkeypatch.setenv("TEPOS_OPEN_METEO_KEY_FILE", str(key))
    (source,) = configured(scene.place, TOWN)
    assert source._key == "s3cret"  # type: ignore[attr-defined]
    key.chmod(0o644)
    (source,) = configured(scene.place, TOWN)
    assert source._key is None  # type: ignore[attr-defined]  # as it was when the program started


def test_the_demo_lives_under_its_own_sky(scene: Scene, no_service: None) -> None:
    scene.town = small_town(simulated=True)
    outcomes = scene.round([SyntheticWeather(1)])
    assert (outcomes["weather"].closed, outcomes["days"].closed, scene.bases()) == (12, 12, {"synthetic"})
    assert scene.service.asked == []


def simulated_data(scene: Scene) -> None:
    (scene.folder / "PROVENANCE").write_text("simulated\n")


def test_by_hand_simulated_data_stay_under_the_sky_of_their_demo(scene: Scene, no_service: None) -> None:
    simulated_data(scene)
    scene.round([SyntheticWeather(1)])
    bounds = day_bounds(LAST, PARIS)
    with scene.work() as work:
        assert "weather" not in [job.name for job in work.jobs]
        work.periods.reopen({DAYS: [bounds]})
        assert work.round()["days"].closed == 1
    assert set(scene.days(LAST)["expected_basis"]) == {"synthetic"}


def test_simulated_data_without_a_sky_have_none(scene: Scene, no_service: None) -> None:
    simulated_data(scene)
    with scene.work() as work:
        assert work.round()["days"].closed == 12
    assert scene.bases() == {"clear_sky"}
    assert not (scene.folder / "weather.db").exists()


def test_a_store_in_a_simulated_directory_is_simulated_wherever_the_ledger_is(scene: Scene, tmp_path: Path) -> None:
    simulated_data(scene)
    place = Workplace(scene.place.settings, tmp_path / "elsewhere", tmp_path, scene.place.store_url)
    assert is_simulated(place, TOWN)


@pytest.mark.parametrize("simulated", [True, False])
def test_invented_weather_and_measured_readings_do_not_go_together(scene: Scene, simulated: bool) -> None:
    scene.town = small_town(simulated=simulated)
    wrong: Source = OpenMeteo(url=scene.service.url) if simulated else SyntheticWeather(1)
    with pytest.raises(ValueError, match="simulated and real"), scene.work([wrong]):
        pass
