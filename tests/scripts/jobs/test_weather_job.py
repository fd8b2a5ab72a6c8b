"""The job that fetches weather: asks until it is there or too old, and tells who was closed without it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from collector.errors import WeatherError
from collector.periods import Periods, Span
from collector.weather.archive import Archive
from collector.weather.frame import HOUR
from collector.weather.open_meteo import OpenMeteo
from collector.weather.told import Status, Told
from config.kwh import ExpectedBasis
from models.calendar import day_bounds
from scripts.jobs.period import PeriodStep, periods_between
from scripts.jobs.runner import Outcome, Runner
from scripts.jobs.weather import OUTAGE, PATIENCE, WeatherJob, service_weather
from scripts.simulator.weather import SyntheticWeather
from tests import weather_fakes as fakes
from tests.scripts.jobs.totals import PARIS
from tests.weather_fakes import BAD_GATEWAY, SPOT, FakeService, as_json, ghi, served

START = day_bounds(date(2026, 6, 1), PARIS)[0]
DAY = 86_400_000
MINUTE = 60_000


class Job:
    """The job on an archive and a ledger, at work on one fake of Open-Meteo."""

    def __init__(self, folder: Path, service: FakeService) -> None:
        self.archive, self.periods = Archive(folder / "weather.db"), Periods(folder / "ledger.db")
        self.service, self.now, self.changed = service, START + DAY + HOUR, list[Span]()
        source = OpenMeteo(url=service.url)
        self.job = WeatherJob(
            self.archive,
            [source],
            SPOT,
            PARIS,
            lambda: self.now,
            lambda: START,
            lambda spans: self.changed.extend(spans),
        )

    def round(self) -> Outcome:
        return Runner(self.periods, PARIS, lambda: self.now).due(self.job)

    def lights(self) -> int:
        """Hours with light in the archive."""
        return int(self.archive.read(0, 2**43, ["open-meteo"])["open-meteo"]["ghi"].notna().sum())


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Job]:
    with served(lambda asked: as_json(fakes.open_meteo(asked))) as service:
        job = Job(tmp_path, service)
        yield job
        job.archive.close()
        job.periods.close()


def down(asked: fakes.Asked) -> fakes.Reply:
    return BAD_GATEWAY


def test_yesterday_s_weather_is_fetched_once(work: Job) -> None:
    assert work.round().closed == 1
    assert work.round() == Outcome()
    assert (work.lights(), len(work.service.asked)) == (24, 1)


def test_what_is_new_is_handed_on_so_that_closed_periods_can_open_again(work: Job) -> None:
    work.round()
    assert work.changed == [(START, START + DAY)]
    work.now += DAY
    work.round()
    assert work.changed[1:] == [(START + DAY, START + 2 * DAY)]


def test_new_weather_is_handed_on_even_if_the_job_was_killed_before(work: Job) -> None:
    work.job._changed = lambda spans: 1 / 0  # type: ignore[assignment, return-value]
    assert "ZeroDivisionError" in str(work.round().error)
    work.job._changed = lambda spans: work.changed.extend(spans)
    assert work.round().closed == 1
    assert work.changed == [(START, START + DAY)]


def test_a_day_without_weather_stays_open_and_says_why(work: Job) -> None:
    good, work.service.decide = work.service.decide, down
    outcome = work.round()
    assert outcome.closed == 0
    assert "the weather of 2026-06-01 is not known yet (open-meteo: HTTP 502: 502 Bad Gateway)" in str(outcome.error)
    work.round()
    assert len(work.service.asked) == 1  # it is left alone for a while
    work.service.decide, work.now = good, work.now + 31 * MINUTE
    assert work.round().closed == 1


def test_a_day_that_is_not_known_does_not_hold_up_those_that_are(work: Job) -> None:
    def without_the_second(asked: fakes.Asked) -> fakes.Reply:
        document = fakes.open_meteo(asked)
        dark = [START + DAY < 1000 * end <= START + 2 * DAY for end in document["hourly"]["time"]]
        light = document["hourly"]["shortwave_radiation"]
        document["hourly"]["shortwave_radiation"] = [None if no else v for no, v in zip(dark, light, strict=True)]
        return as_json(document)

    work.service.decide, work.now = without_the_second, START + 4 * DAY + HOUR
    outcome = work.round()
    assert (outcome.closed, outcome.failed) == (3, 1)
    assert work.periods.gaps("weather", START, START + 4 * DAY) == [(START + DAY, START + 2 * DAY)]
    assert len(work.service.asked) == 1


def test_after_a_week_a_day_without_weather_is_left_at_that(work: Job) -> None:
    def nothing(asked: fakes.Asked) -> fakes.Reply:
        document = fakes.open_meteo(asked)
        for name in document["hourly"].keys() - {"time"}:
            document["hourly"][name] = [None] * len(document["hourly"]["time"])
        return as_json(document)

    work.service.decide = nothing
    assert work.round().closed == 0
    work.now = START + DAY + PATIENCE
    assert work.round().closed == 1  # the first day; the others wait


def test_a_service_out_of_reach_is_waited_for_longer(work: Job) -> None:
    work.service.decide = down
    work.now = START + DAY + PATIENCE
    assert work.round().closed == 0
    work.now = START + DAY + OUTAGE
    assert work.round().closed == 1


def test_a_town_without_sources_has_no_such_work(work: Job) -> None:
    job = WeatherJob(work.archive, [], SPOT, PARIS, lambda: work.now, lambda: START)
    assert job.first() is None


def test_closing_sees_the_quarters_of_the_best_source_and_what_they_rest_on(work: Job) -> None:
    work.round()
    seen = service_weather(work.archive, ["nobody", "open-meteo"], SPOT)(START, START + DAY)
    assert seen is not None
    assert seen.basis is ExpectedBasis.SATELLITE
    hours = START + HOUR * np.arange(24, dtype=np.int64)
    assert np.allclose(seen.ghi.reshape(-1, 4).mean(axis=1), ghi(hours), atol=1e-6)
    assert np.isfinite(seen.temp_air).all()
    assert service_weather(work.archive, ["open-meteo"], SPOT)(START + 40 * DAY, START + 41 * DAY) is None


def test_invented_weather_makes_a_stretch_an_invention(work: Job) -> None:
    work.round()
    source = SyntheticWeather(1)
    end = START + 2 * DAY
    told = Told(source.name, START, end, work.now, Status.OK)
    work.archive.keep(source, source.fetch(SPOT, START + DAY, end, work.now), told)
    weather = service_weather(work.archive, ["open-meteo", "synthetic"], SPOT)
    first, both = weather(START, START + DAY), weather(START, end)
    assert first is not None
    assert both is not None
    assert (first.basis, both.basis) == (ExpectedBasis.SATELLITE, ExpectedBasis.SYNTHETIC)


def test_the_job_runs_on_days_of_the_town_with_23_and_25_hours(work: Job) -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        start, end = day_bounds(day, PARIS)
        work.now = end + HOUR
        work.job.run(list(periods_between(start, end, PeriodStep.DAY, PARIS)))
        rows = work.archive.read(start, end, ["open-meteo"])["open-meteo"]
        assert len(rows) == hours


def test_no_light_is_asked_for_twice_by_a_job_that_fails(work: Job) -> None:
    work.service.decide = down
    with pytest.raises(WeatherError):
        work.job.run(list(periods_between(START, START + DAY, PeriodStep.DAY, PARIS)))
    assert work.archive.told("open-meteo")[0].status is Status.UNREACHABLE
