"""Holds what town.toml says of inverters against their stored readings: capacity, tilt, azimuth, clock.

It works on raw readings, not on rollups: these are cleaned by the very figures that are to be checked. The light comes
from the nearest sensor of the town; without any, from a weather service; else clear days are compared with a clear sky.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collector.periods import Periods
from collector.store import Store
from config.kwh import ExpectedBasis, Step, Subject
from models.calendar import QUARTER, quarters
from models.pv.closing.books import WEATHER, Books
from models.pv.closing.expected import COMPLETE
from models.pv.closing.ground import CHAIN, WIND
from models.pv.closing.memory import neighbourhoods
from models.pv.closing.weather import Seen, normal_temperature, quarter_means, seen
from models.pv.expected import metadata
from models.pv.expected.metadata import Check, Verdict, against_neighbours
from models.pv.plant import Plant
from models.pv.quality.clock import UNDECIDED, ClockOffset, clock_offset
from models.pv.quality.segments import Segment
from models.pv.sun import Floats, Irradiance, sun_position
from scripts.jobs.closing import ServiceWeather

NAME = "metadata"
"""What is found is kept under this name, by inverter."""
DAY = 86_400_000
WINDOW = 60 * DAY
"""ms of readings that a check looks at."""
AGAIN, SOON = 28 * DAY, 7 * DAY
"""ms after which an inverter is checked again; sooner when there were too few clear days."""
SEEN = 0.5
"""Part of an inverter's readings for which the light must be known."""
CLOCK_HERE, CLOCK_THERE = 300.0, 60.0 * metadata.CLOCK
"""Seconds that a clock may be off unreported: against a sensor of the same roof, and against one that clouds reach
minutes earlier or later."""

Finding = dict[str, Any]
"""What a check found, as JSON; see `Checker.check`."""


@dataclass(frozen=True, slots=True)
class _Light:
    """What is known of the light over an inverter on each quarter-hour; `near`: from its own site."""

    seen: Seen
    near: bool


class Checker:
    """Checks inverters on the readings of a store, and keeps what it finds in the ledger."""

    def __init__(self, books: Books, store: Store, periods: Periods, weather: ServiceWeather) -> None:
        """`weather` gives what services know of a stretch."""
        self._books, self._store, self._periods, self._weather = books, store, periods, weather
        self._rows = {facts.path: row for row, facts in enumerate(books.plant.inverters)}

    @property
    def inverters(self) -> list[str]:
        """Those that have modules to check."""
        fed = {plane.inverter for plane in self._books.plant.planes}
        return [path for path, row in self._rows.items() if row in fed]

    def found(self, path: str, at: int = 2**62) -> tuple[int, Finding] | None:
        """What the newest check until `at` found, with its instant; None when town.toml says other things since."""
        known = self._periods.state(NAME, path, at)
        return known if known and known[1]["declared"] == declared(self._books.plant, self._rows[path]) else None

    def due(self, end: int) -> list[str]:
        """Inverters to be checked at `end` (ms): those never checked as they are declared now, then the oldest."""

        def waits(path: str) -> int | None:
            known = self.found(path, end)
            if known is None:
                return 0
            pause = AGAIN if known[1]["days"] >= metadata.MIN_DAYS else SOON
            return known[0] if known[0] == end or end - known[0] >= pause else None

        last = {path: at for path in self.inverters if (at := waits(path)) is not None}
        return sorted(last, key=lambda path: last[path])

    def check(self, paths: Sequence[str], end: int, window: int = WINDOW) -> Iterator[tuple[str, Finding]]:
        """Check inverters on the readings of `window` ms before `end`, and keep what was found.

        A finding has `declared` (see there), `basis` (what the light was known from), `days` (clear ones, that it
        rests on), `explained` (all is as declared) and `checks`: per figure a verdict, what is declared and found, the
        bounds of what the data accept, and their unit.
        """
        start = end - end % QUARTER - window
        starts = quarters(start, end - end % QUARTER)
        lights: dict[str | None, Seen | None] = {}
        beside = self._beside(paths, start, end)
        for path in paths:
            found = self._check(path, starts, lights) | {"declared": declared(self._books.plant, self._rows[path])}
            if path in beside:
                found["checks"]["neighbours"] = _told(beside[path], "")
            self._periods.keep_state(NAME, path, end, found)
            yield path, found

    def _check(self, path: str, starts: NDArray[np.int64], lights: dict[str | None, Seen | None]) -> Finding:
        plant, field = _alone(self._books.plant, self._rows[path]), self._books.inverters[self._rows[path]].power
        frame = self._store.read(path, [field], int(starts[0]), int(starts[-1]) + QUARTER)
        power = quarter_means(frame, starts)[field]
        light = self._light(path, starts, np.isfinite(power), lights)
        labels = pd.DatetimeIndex(pd.to_datetime(starts, unit="ms", utc=True))
        offset = UNDECIDED
        if light is not None:
            offset = clock_offset(labels, power, irradiance=pd.Series(light.seen.ghi, labels))
        spans = _off(offset, CLOCK_HERE if light and light.near else CLOCK_THERE)
        if spans:  # the other figures are looked at with the clock put right
            moved = offset.at(pd.DatetimeIndex(frame.index).as_unit("ms").asi8)
            frame.index = frame.index + pd.to_timedelta(moved, unit="s")
            power = quarter_means(frame.sort_index(), starts)[field]
        checked = metadata.check(*_given(labels, power, plant, light), CHAIN)
        checks = {"capacity": _told(_times(checked.capacity, float(plant.pdc0()[0]) / 1000), "kWp")}
        if all(plane.mount == "fixed" for plane in plant.planes):
            checks |= {"azimuth": _told(checked.azimuth, "°"), "tilt": _told(checked.tilt, "°")}
        checks["clock"] = _clock(checked.clock, offset, spans)
        basis = light.seen.basis if light else ExpectedBasis.CLEAR_SKY
        return {"basis": str(basis), "days": checked.days, "explained": checked.explained, "checks": checks}

    def _light(
        self, path: str, starts: NDArray[np.int64], known: NDArray[np.bool_], lights: dict[str | None, Seen | None]
    ) -> _Light | None:
        """From a sensor of the site, else of another site of the town, else from a service; None: a clear sky then."""
        own = [station for site in self._books.sites if self._rows[path] in site.inverters for station in site.stations]
        others = [station for site in self._books.sites for station in site.stations if station not in own]
        for source in (*own, *others, None):
            if source not in lights:
                lights[source] = self._seen(source, starts)
            there = lights[source]
            if there is not None and np.count_nonzero(np.isfinite(there.ghi) & known) > SEEN * np.count_nonzero(known):
                return _Light(there, source in own)
        return None

    def _seen(self, station: str | None, starts: NDArray[np.int64]) -> Seen | None:
        start, end = int(starts[0]), int(starts[-1]) + QUARTER
        if station is None:
            return self._weather(start, end)
        means = quarter_means(self._store.read(station, WEATHER, start, end), starts)
        return seen(ExpectedBasis.SENSOR, means, len(starts))

    def _beside(self, paths: Sequence[str], start: int, end: int) -> dict[str, Check]:
        """Each inverter held against its neighbourhood; without those of which too few days are closed."""
        books, wanted = self._books, set(paths)
        made: dict[str, Check] = {}
        names = [counted.path for counted in books.inverters]
        for group in neighbourhoods(names):
            if not wanted.isdisjoint(names[group]):
                columns = ["energy", "completeness"]
                rows = self._store.read_rollups(Step.DAY, Subject.INVERTER, names[group], start, end, columns)
                rows.loc[~(rows["completeness"] >= COMPLETE), "energy"] = np.nan
                energy = rows.pivot_table("energy", "subject", "time", dropna=False).reindex(names[group])
                if energy.shape[1] >= metadata.MIN_DAYS:
                    per_kwp = energy.to_numpy(float) / np.maximum(books.plant.pdc0()[group], 1e-9)[:, None]
                    made |= dict(zip(names[group], against_neighbours(per_kwp), strict=True))
        return {path: check for path, check in made.items() if path in wanted}


def declared(plant: Plant, row: int) -> list[list[Any]]:
    """What the check of an inverter rests on: [array, W, tilt, azimuth, what is assumed] per plane, largest first."""
    planes = sorted((plane for plane in plant.planes if plane.inverter == row), key=lambda plane: -plane.pdc0)
    return [
        [plane.array, plane.pdc0, plane.surface_tilt, plane.surface_azimuth, sorted(plane.assumed)] for plane in planes
    ]


def _alone(plant: Plant, row: int) -> Plant:
    planes = tuple(replace(plane, inverter=0) for plane in plant.planes if plane.inverter == row)
    return replace(plant, planes=planes, inverters=(plant.inverters[row],))


def _given(
    labels: pd.DatetimeIndex, power: Floats, plant: Plant, light: _Light | None
) -> tuple[pd.DatetimeIndex, Floats, Plant, Irradiance | None, Floats, Floats]:
    middles = labels + pd.Timedelta(milliseconds=QUARTER // 2)
    air, wind = normal_temperature(middles, plant.longitude), np.full(len(power), WIND)
    if light is None:
        return middles, power, plant, None, air, wind
    there = light.seen
    irradiance = there.irradiance(sun_position(middles, plant.latitude, plant.longitude, plant.altitude))
    air = np.where(np.isfinite(there.temp_air), there.temp_air, air)
    return middles, power, plant, irradiance, air, np.where(np.isfinite(there.wind_speed), there.wind_speed, wind)


def _off(offset: ClockOffset, tolerance: float) -> list[Segment]:
    """Stretches in which the clock was surely further off."""
    return [one for one in offset.segments if abs(one.seconds) >= tolerance and (one.low > 0 or one.high < 0)]


def _clock(fitted: Check, offset: ClockOffset, off: Sequence[Segment]) -> dict[str, Any]:
    """By the clouds, where they tell: of summer time what winter needs, else the worst stretch; else as fitted."""
    clock = fitted
    if offset.segments:
        told = offset if offset.daylight_saving or not off else max(off, key=lambda one: abs(one.seconds))
        clock = Check(Verdict.OFF if off else Verdict.OK, 0.0, told.seconds, told.low, told.high)
    several = len(offset.segments) > 1 and not offset.daylight_saving
    spans = [[one.start, one.end, _number(one.seconds / 60)] for one in off if several]
    return _told(_times(clock, 1 / 60), "min") | {"daylight_saving": offset.daylight_saving, "spans": spans}


def _times(check: Check, factor: float) -> Check:
    figures = (factor * figure for figure in (check.declared, check.found, check.low, check.high))
    return Check(check.verdict, *figures)


def _told(check: Check, unit: str) -> dict[str, Any]:
    figures = {name: _number(getattr(check, name)) for name in ("declared", "found", "low", "high")}
    return {"verdict": str(check.verdict), **figures, "unit": unit}


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
