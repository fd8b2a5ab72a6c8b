"""Days of the town for the diagnosis, read from the store: rows, readings, weather."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from config.kwh import Step, Subject
from config.town import Town
from models.calendar import QUARTER, quarter_of, quarters
from models.pv.closing.weather import quarter_means
from models.pv.diagnosis.before import DaysBefore, known_before
from models.pv.diagnosis.day import TownDay, Works
from models.pv.diagnosis.known import Known
from models.pv.diagnosis.town_day import DAY_COLUMNS, QUARTER_COLUMNS, UNSURE, DayGiven, doubts_by_day, town_day
from models.pv.diagnosis.units import fields_of, units_of
from models.pv.sun import Floats
from scripts.jobs.checker import Checker
from scripts.jobs.closing import DAY, Closing
from scripts.jobs.readings import around

RECENT = 14 * DAY
"""ms before a day in which the newest closed one is looked for, that says how sure an expectation is."""
LONG_BEFORE = 400 * DAY
"""ms before the first day looked at from which a loss may come."""
WHOLE = 0.98
"""Completeness of a day of which energy and expectation can be held against each other."""
SAMPLES = 100_000
"""So many samples are read at once, of all fields that recipes read: about 100 MB."""


class TownDays:
    """Gives days of one town. What it reads was closed before: rows that are not there are unknown."""

    def __init__(self, town: Town, closing: Closing) -> None:
        """`closing` knows the books, the store and the weather of the town."""
        self._closing = closing
        self.units = units_of(town, closing.books, closing.tz)
        self._fields = [*dict.fromkeys([*closing.books.fields(), *fields_of(self.units)])]
        self._stations = [station for site in closing.books.sites for station in site.stations]
        self._checker = Checker(closing.books, closing.store, closing.periods, closing.weather)
        self._period = {path: int(1000 * town.link(device.link).poll_period) for path, device in town.devices().items()}

    def day(self, start: int, end: int, *, whole: bool = True, works: Sequence[Works] = ()) -> TownDay:
        """The day that begins at `start`, up to `end`: its own, or that of the last quarter closed (ms)."""
        closing, store, end = self._closing, self._closing.store, quarter_of(end)
        rows = store.read_rollups(Step.QUARTER, Subject.INVERTER, None, start, end, QUARTER_COLUMNS)
        days = store.read_rollups(Step.DAY, Subject.INVERTER, None, start - RECENT, end, DAY_COLUMNS)
        frames = around(store, closing.books, start, end, self._fields).frames
        given = DayGiven(
            quarters=rows,
            days=days,
            samples=frames,
            temp_air=self._temp_air(start, end),
            works=works,
            last_heard={device: sample.time for device, sample in store.last().items()},
            period=self._period,
            checked=self._checked(start),
        )
        return town_day(self.units, closing.books, given, start, end, closing.tz, whole=whole)

    def days(self, bounds: Sequence[tuple[int, int]], works: Sequence[Works] = ()) -> Iterator[TownDay]:
        """Whole days that follow on each other, as `day` gives them, read as many together as SAMPLES allow."""
        rest, together = list(bounds), 1
        while rest:
            part, rest = rest[:together], rest[together:]
            samples = yield from self._together(part, works)
            together = max(1, SAMPLES * together // max(samples, 1))

    def before(self, start: int) -> Known:
        """What is known of losses on the first day looked at, which begins at `start` (ms): see `known_before`."""
        columns = ("energy", "expected", "expected_basis", "lost_outage", "completeness")
        rows = self._closing.store.read_rollups(Step.DAY, Subject.INVERTER, None, start - LONG_BEFORE, start, columns)
        if rows.empty:
            return Known()
        sure = ~rows["expected_basis"].isin(UNSURE) & rows["expected_basis"].notna() & (rows["completeness"] >= WHOLE)
        rows = rows.assign(expected=rows["expected"].where(sure))
        starts = np.sort(rows["time"].unique()).astype(np.int64)
        paths, table = [unit.path for unit in self.units], rows.set_index(["subject", "time"])
        energy, expected, outage = (
            table[name].unstack("time").reindex(index=paths, columns=starts).to_numpy(float)
            for name in ("energy", "expected", "lost_outage")
        )
        return known_before(self.units, DaysBefore(starts, energy, expected, outage))

    def _together(self, bounds: Sequence[tuple[int, int]], works: Sequence[Works]) -> Generator[TownDay, None, int]:
        """The days, and how many samples they were read from."""
        closing, store, start, end = self._closing, self._closing.store, bounds[0][0], bounds[-1][1]
        rows = store.read_rollups(Step.QUARTER, Subject.INVERTER, None, start, end, QUARTER_COLUMNS)
        days = store.read_rollups(Step.DAY, Subject.INVERTER, None, start - RECENT, end, DAY_COLUMNS)
        read = around(store, closing.books, start, end, self._fields)
        heard = {device: sample.time for device, sample in store.last().items()}
        doubted = doubts_by_day(closing.books, read.frames, bounds, closing.tz)
        for (first, last), found in zip(bounds, doubted, strict=True):
            given = DayGiven(
                quarters=rows[(rows["time"] >= first) & (rows["time"] < last)],
                days=days,
                samples=read.frames,
                temp_air=self._temp_air(first, last),
                works=[work for work in works if work.start < last],
                last_heard=heard,
                period=self._period,
                checked=self._checked(first),
                doubted=found,
            )
            yield town_day(self.units, closing.books, given, first, last, closing.tz)
        return read.samples

    def _checked(self, at: int) -> dict[str, Mapping[str, Any]]:
        """What was known of the town's files that morning: a day looked at again is seen as it was."""
        paths = [unit.path for unit in self.units]
        return {path: found[1]["checks"] for path in paths if (found := self._checker.found(path, at)) is not None}

    def _temp_air(self, start: int, end: int) -> Floats | None:
        """By the first sensor of the town that knows it, else by a service; None unknown."""
        starts = quarters(start, end)
        found = np.full(len(starts), np.nan)
        if self._stations:
            for frame in self._closing.store.read_many(
                self._stations, ["temp_air"], start - QUARTER, end + QUARTER
            ).values():
                if len(frame):
                    found = np.where(np.isnan(found), quarter_means(frame, starts)["temp_air"], found)
        service = self._closing.weather(start, end) if np.isnan(found).any() else None
        if service is not None:
            found = np.where(np.isnan(found), service.temp_air, found)
        return found if np.isfinite(found).any() else None
