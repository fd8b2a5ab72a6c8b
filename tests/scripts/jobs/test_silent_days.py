"""A silence of days through store, archive and jobs: its course is the weather's, and changes for all of its days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from collector.weather.archive import Archive
from collector.weather.frame import HOUR, WeatherFrame, rows_of
from collector.weather.open_meteo import OpenMeteo
from collector.weather.told import Status, Told
from config.kwh import Step, Subject
from models.calendar import day_bounds, day_start, days
from models.pv.closing.books import books_of
from models.pv.sun import clear_sky, sun_position
from scripts.jobs.closing import DAYS, Closing, DaysJob, QuartersJob
from scripts.jobs.readings import BESIDE, around, widened
from scripts.jobs.runner import Runner
from scripts.jobs.weather import service_weather, spot_of
from scripts.simulator.fault import Fault, FaultKind
from tests.scripts.jobs.past_town import PARIS, PastTown, past_town
from tests.scripts.simulator.sunny_town import sunny_town

TOWN = sunny_town()
FIRST, LAST = date(2026, 5, 1), date(2026, 5, 7)
DEVICE = "east/inv"
GONE = day_start(date(2026, 5, 3), PARIS) + 12 * HOUR, day_start(date(2026, 5, 6), PARIS) + 12 * HOUR
DARK = date(2026, 5, 4)


def keep(archive: Archive, first: date, last: date, share: float) -> tuple[int, int]:
    """A part of a cloudless sky's light on these days, as a service would have told it; the span (ms)."""
    span = day_start(first, PARIS), day_bounds(last, PARIS)[1]
    starts = np.arange(*span, HOUR)
    place = TOWN.place
    times = pd.DatetimeIndex(pd.to_datetime(starts + HOUR // 2, unit="ms", utc=True))
    sky = clear_sky(sun_position(times, place.latitude, place.longitude, place.altitude), place.altitude)
    light = {part: share * getattr(sky, part) for part in ("ghi", "dni", "dhi")}
    made = WeatherFrame(rows_of(starts, light, int(starts[0]), 2**50), HOUR, "", "", 0)
    archive.keep(OpenMeteo(), made, Told("open-meteo", *span, 1, Status.OK))
    return span


def close(made: PastTown, archive: Archive) -> Closing:
    weather = service_weather(archive, ["open-meteo"], spot_of(TOWN.place))
    closing = Closing(books_of(TOWN, PARIS), made.store, made.periods, PARIS, lambda: made.now, weather=weather)
    runner = Runner(made.periods, PARIS, lambda: made.now)
    for _round in range(2):  # the second reckons anew what a device tells that speaks again
        runner.due(DaysJob(closing))
        runner.due(QuartersJob(closing))
    return closing


def energies(made: PastTown) -> dict[date, float]:
    rows = made.rows(Step.DAY, Subject.INVERTER, DEVICE, FIRST, LAST)
    return dict(zip(days(FIRST, LAST), rows["energy"].tolist(), strict=True))


def silence_of(found: dict[date, float]) -> float:
    return sum(found[day] for day in days(date(2026, 5, 3), date(2026, 5, 6)))


def test_weather_that_comes_late_opens_all_days_of_a_silence_and_keeps_their_sum(tmp_path: Path) -> None:
    silent = Fault(DEVICE, FaultKind.SILENT, *GONE)
    with past_town(tmp_path, TOWN, FIRST, LAST, [silent]) as made, Archive(tmp_path / "weather.db") as archive:
        keep(archive, date(2026, 4, 29), date(2026, 5, 3), 1.0)
        keep(archive, date(2026, 5, 5), date(2026, 5, 9), 1.0)
        closing = close(made, archive)
        before = energies(made)
        truth = made.truth(DEVICE, day_start(date(2026, 5, 3), PARIS), day_bounds(date(2026, 5, 6), PARIS)[1])
        assert silence_of(before) == pytest.approx(truth, abs=100)
        assert before[DARK] / before[date(2026, 5, 5)] == pytest.approx(1.0, abs=0.05)  # a cloudless sky for all
        closing.weather_changed([keep(archive, DARK, DARK, 0.3)])
        assert len(made.periods.gaps(DAYS, day_start(FIRST, PARIS), day_bounds(LAST, PARIS)[1])) == 1
        close(made, archive)
        after = energies(made)
        assert silence_of(after) == pytest.approx(truth, abs=100)
        assert after[DARK] / after[date(2026, 5, 5)] == pytest.approx(0.3, abs=0.1)
        assert {day for day in after if abs(after[day] - before[day]) > 100} == {
            *days(date(2026, 5, 3), date(2026, 5, 6))
        }


def test_each_day_closed_anew_alone_leaves_what_stands_there(tmp_path: Path) -> None:
    silent = Fault(DEVICE, FaultKind.SILENT, *GONE)
    with past_town(tmp_path, TOWN, FIRST, LAST, [silent]) as made, Archive(tmp_path / "weather.db") as archive:
        keep(archive, date(2026, 4, 29), date(2026, 5, 9), 0.9)
        keep(archive, DARK, DARK, 0.3)
        close(made, archive)
        before = energies(made)
        for day in (date(2026, 5, 5), date(2026, 5, 3), DARK, date(2026, 5, 6)):
            made.periods.reopen({DAYS: [day_bounds(day, PARIS)]})
            close(made, archive)
            assert energies(made) == pytest.approx(before, abs=25)


def test_only_days_of_a_silence_by_day_are_drawn_in(tmp_path: Path) -> None:
    silent = Fault(DEVICE, FaultKind.SILENT, *GONE)
    night = Fault(
        "west/inv",
        FaultKind.SILENT,
        day_start(date(2026, 5, 2), PARIS) - 2 * HOUR,
        day_start(date(2026, 5, 2), PARIS) + 4 * HOUR,
    )
    with past_town(tmp_path, TOWN, FIRST, LAST, [silent, night]) as made:
        books = books_of(TOWN, PARIS)

        def drawn(first: date, last: date) -> tuple[date, date]:
            ((start, end),) = widened(made.store, books, [(day_start(first, PARIS), day_bounds(last, PARIS)[1])], PARIS)
            moments = pd.to_datetime([start, end - 1], unit="ms", utc=True).tz_convert(PARIS)
            return moments[0].date(), moments[1].date()

        assert drawn(FIRST, FIRST) == (FIRST, FIRST)
        assert drawn(DARK, DARK) == (date(2026, 5, 3), date(2026, 5, 6))
        assert drawn(date(2026, 5, 6), LAST) == (date(2026, 5, 3), LAST)
        assert drawn(FIRST, LAST) == (FIRST, LAST)


def test_of_a_silent_device_the_hours_beside_its_silence_are_read(tmp_path: Path) -> None:
    silent = Fault(DEVICE, FaultKind.SILENT, *GONE)
    with past_town(tmp_path, TOWN, FIRST, LAST, [silent]) as made:
        read = around(made.store, books_of(TOWN, PARIS), *day_bounds(date(2026, 5, 5), PARIS))
        times = pd.DatetimeIndex(read.frames[DEVICE].index).as_unit("ms").asi8
        before, after = times[times < GONE[0]], times[times >= GONE[1]]
        assert (before[0], before[-1]) == (GONE[0] - HOUR // 4 - BESIDE, GONE[0] - HOUR // 4)
        assert (after[0], after[-1]) == (GONE[1], GONE[1] + BESIDE)
        assert len(before) == len(after) == 25
