"""The sources are asked in their order for what is missing; where one gives nothing the next stands in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from collector.errors import WeatherError, WeatherFormat, WeatherRefused, WeatherSlow, WeatherUnreachable
from collector.weather.archive import Archive
from collector.weather.cams import Cams
from collector.weather.fetch import Report, fill
from collector.weather.frame import COLUMNS, HOUR, LIGHT, WeatherFrame, rows_of
from collector.weather.open_meteo import OpenMeteo
from collector.weather.source import Source, Spot
from collector.weather.told import Status
from config.kwh import ExpectedBasis
from tests import weather_fakes as fakes
from tests.weather_fakes import LOGIN_PAGE, QUICK, SPOT, Reply, as_json, ghi, light, ms, served

DAY = 24 * HOUR
START = ms("2026-06-03T22:00")
END = START + DAY
NOW = END + HOUR
MINUTE = 60_000


@dataclass
class Written:
    """A source with this light, hour by hour; a function of the start of the hour, or an error."""

    name: str
    value: Callable[[np.ndarray], np.ndarray] | WeatherError = ghi
    gives: frozenset[str] = frozenset(COLUMNS)
    delay: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)
    basis: ExpectedBasis = ExpectedBasis.SATELLITE
    attribution: str = "invented"

    def fetch(self, spot: Spot, start: int, end: int, now: int) -> WeatherFrame:
        self.asked.append((start, end))
        if isinstance(self.value, WeatherError):
            raise self.value
        starts = np.arange(start, end, HOUR, dtype=np.int64)
        columns = {name: np.full(len(starts), 5.0) for name in self.gives - set(LIGHT)}
        if "ghi" in self.gives:
            columns["ghi"] = self.value(starts)
        return WeatherFrame(rows_of(starts, columns, start, end), HOUR, self.name, self.attribution, now)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "weather.db")


def filled(archive: Archive, *sources: Source, now: int = NOW, start: int = START, end: int = END) -> Report:
    return fill(archive, sources, SPOT, start, end, now, light)


def known(archive: Archive, name: str) -> int:
    """How many hours of the day have light from this source."""
    rows: Sequence[float] = archive.read(START, END, [name])[name]["ghi"].dropna().tolist()
    return len(rows)


def test_the_first_source_is_enough(archive: Archive) -> None:
    first, second = Written("first"), Written("second")
    report = filled(archive, first, second)
    assert report.dark == []
    assert [told.status for told in report.told] == [Status.OK]
    assert (first.asked, second.asked) == ([(START - HOUR, END)], [])
    assert known(archive, "first") == 24


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (WeatherUnreachable("first cannot be reached"), Status.UNREACHABLE),
        (WeatherSlow("first is slow"), Status.SLOW),
        (WeatherRefused("first wants a key"), Status.REFUSED),
        (WeatherFormat("first has changed"), Status.FORMAT),
    ],
)
def test_a_source_that_gives_nothing_gives_way_to_the_next_and_says_why(
    archive: Archive, error: WeatherError, status: Status
) -> None:
    report = filled(archive, Written("first", error), Written("second"))
    assert report.dark == []
    assert [told.status for told in report.told] == [status, Status.OK]
    assert str(error) in report.why()
    assert archive.told("first")[0].message == str(error)
    assert known(archive, "second") == 24


def test_what_one_source_leaves_open_the_next_is_asked_for_and_nothing_else(archive: Archive) -> None:
    noon = ms("2026-06-04T12:00")
    first = Written(
        "first", lambda starts: np.where((starts >= noon) & (starts < noon + 2 * HOUR), np.nan, ghi(starts))
    )
    second = Written("second")
    report = filled(archive, first, second)
    assert second.asked == [(noon - HOUR, noon + 2 * HOUR)]
    assert [told.status for told in report.told] == [Status.PARTIAL, Status.OK]
    assert "8 of 96 quarter-hours are missing" in report.why()
    assert report.dark == []


def test_light_and_air_may_come_from_different_sources(archive: Archive) -> None:
    satellite = Written("satellite", gives=frozenset(LIGHT))
    air = Written("air", gives=frozenset({"temp_air", "wind_speed"}))
    assert filled(archive, satellite, air, Written("third")).dark == []
    assert air.asked == [(START - HOUR, END)]


def test_the_light_of_the_night_is_not_missed(archive: Archive) -> None:
    by_day = Written("first", lambda starts: np.where(light(starts, HOUR) > 0, ghi(starts), np.nan))
    assert filled(archive, by_day).dark == []


def test_hours_that_nobody_knows_are_told(archive: Archive) -> None:
    noon = ms("2026-06-04T12:00")
    first = Written("first", lambda starts: np.where(starts == noon, np.nan, ghi(starts)))
    assert filled(archive, first).dark == [(noon, noon + HOUR)]


def test_a_source_is_not_asked_for_what_it_cannot_have_yet(archive: Archive) -> None:
    late = Written("late", delay=2 * DAY)
    filled(archive, late, Written("second"))
    assert late.asked == []
    assert filled(archive, late, Written("second"), now=END + 2 * DAY).told[0].source == "late"
    assert known(archive, "late") == 24  # the better source, when it can


def test_what_failed_rests_and_is_asked_again_later(archive: Archive) -> None:
    source = Written("first", WeatherUnreachable("down"))
    filled(archive, source)
    report = filled(archive, source, now=NOW + 10 * MINUTE)
    assert (len(source.asked), report.told, report.waiting) == (1, [], {"first": "down"})
    assert report.why() == "down"
    source.value = ghi
    assert filled(archive, source, now=NOW + 31 * MINUTE).dark == []


def test_a_service_that_wants_a_rest_gets_it(archive: Archive) -> None:
    source = Written("first", WeatherRefused("too many", retry_after=12 * 3600))
    filled(archive, source)
    filled(archive, source, now=NOW + 11 * HOUR)
    assert len(source.asked) == 1
    filled(archive, source, now=NOW + 13 * HOUR)
    assert len(source.asked) == 2


def test_a_gap_is_not_asked_for_again_at_once_but_a_new_day_is(archive: Archive) -> None:
    source = Written("first", lambda starts: np.where(starts % DAY == 12 * HOUR, np.nan, ghi(starts)))
    filled(archive, source)
    filled(archive, source, now=NOW + 15 * MINUTE)
    assert len(source.asked) == 1
    filled(archive, source, end=END + DAY, now=NOW + DAY)
    assert len(source.asked) == 2


def test_what_is_known_is_never_asked_for_twice(archive: Archive) -> None:
    source = Written("first")
    filled(archive, source)
    filled(archive, source, now=NOW + 30 * DAY)
    assert len(source.asked) == 1


def test_years_are_asked_for_in_parts(archive: Archive) -> None:
    source = Written("first")
    filled(archive, source, start=START - 800 * DAY, now=NOW)
    assert len(source.asked) == 3
    assert max(end - start for start, end in source.asked) <= 366 * DAY + HOUR


def test_impossible_values_are_counted_in_what_is_told(archive: Archive) -> None:
    source = Written("first", lambda starts: np.where(starts % DAY == 12 * HOUR, 5000.0, ghi(starts)))
    report = filled(archive, source)
    assert (report.told[0].masked, report.told[0].status) == (1, Status.PARTIAL)


def test_light_of_another_time_zone_is_a_change_of_form_and_is_not_kept(archive: Archive) -> None:
    report = filled(archive, Written("first", lambda starts: ghi(starts - 2 * HOUR)), Written("second"))
    assert [told.status for told in report.told] == [Status.FORMAT, Status.OK]
    assert known(archive, "first") == 0


def test_an_empty_stretch_asks_nobody(archive: Archive) -> None:
    assert filled(archive, Written("first"), start=END).told == []


def test_the_real_clients_degrade_in_the_same_way(archive: Archive) -> None:
    with (
        served(Reply(hang=True)) as slow,
        served(LOGIN_PAGE) as changed,
        served(lambda asked: as_json(fakes.open_meteo(asked))) as good,
    ):
        report = filled(
            archive,
            Cams("me@example.org", url=slow.url, limits=QUICK),
            OpenMeteo("open-meteo-satellite", url=changed.url),
            OpenMeteo(url=good.url),
            now=END + 3 * DAY,
        )
    assert [told.status for told in report.told] == [Status.SLOW, Status.FORMAT, Status.OK]
    assert report.dark == []
    assert known(archive, "open-meteo") == 24
