"""Asks the sources, the best first, for what is missing, and goes on to the next where one gives nothing.

The best source is asked for all that it does not know itself; each next one only for what none before it knows. So a
better answer that comes days later still takes the place of a worse one, and a source that works alone is enough.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collector.errors import WeatherError, WeatherFormat, WeatherRefused, WeatherSlow, WeatherUnreachable
from collector.weather.answer import LONGEST_WAIT
from collector.weather.archive import Archive
from collector.weather.bounds import Light, checked
from collector.weather.frame import DAY, HOUR, QUARTER, Instants, starts_of
from collector.weather.source import Source, Spot
from collector.weather.told import Status, Told
from config.language import _

log = logging.getLogger(__name__)

WANTED = ("ghi", "temp_air", "wind_speed")
"""What makes a source worth asking; the parts of the light can be worked out from the whole."""
YEAR = 366 * DAY
"""ms: no service is asked for more at once."""
STATUS = {
    WeatherUnreachable: Status.UNREACHABLE,
    WeatherSlow: Status.SLOW,
    WeatherRefused: Status.REFUSED,
    WeatherFormat: Status.FORMAT,
}
PAUSE = {
    Status.UNREACHABLE: HOUR // 2,
    Status.SLOW: HOUR // 2,
    Status.REFUSED: 6 * HOUR,
    Status.FORMAT: 6 * HOUR,
    Status.OK: 3 * HOUR,
    Status.PARTIAL: 3 * HOUR,
}
"""ms for which a source is left alone; after the last two for the same stretch only. CAMS takes 100 questions a day."""

LONGEST = round(LONGEST_WAIT * 1000)
"""ms: no pause is longer."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Report:
    """What a round of asking has come to."""

    told: list[Told]
    """What was asked now, and how it went."""
    dark: list[tuple[int, int]]
    """Stretches by day (ms UTC) of whose light no source knows anything."""
    waiting: dict[str, str] = field(default_factory=dict)
    """Sources that were left alone because of their last answer: what it was."""

    def why(self) -> str:
        """Each source that failed, with what it said."""
        said = {told.source: told.message for told in self.told if told.message}
        return "; ".join((self.waiting | said).values())


def fill(
    archive: Archive, sources: Sequence[Source], spot: Spot, start: int, end: int, now: int, light: Light
) -> Report:
    """Get what is missing of the weather over start..end (ms UTC, on whole quarter-hours) into the archive.

    `light` gives the light outside the atmosphere over the place. Raises StoreError for the archive's own troubles.
    """
    quarters = np.arange(start, end, QUARTER, dtype=np.int64)
    known = {column: np.zeros(len(quarters), bool) for column in WANTED}
    told: list[Told] = []
    waiting: dict[str, str] = {}
    for source in sources:
        _learn(known, archive, source, quarters)
        missing = _missing(known, source) & (quarters + QUARTER <= now - source.delay)
        missing, reason = _rested(missing, quarters, archive, source, now)
        if reason:
            waiting[source.name] = reason
        for first, last in _stretches(missing, quarters):
            told.append(_asked(archive, source, spot, first, last, now, light))
            if told[-1].status not in (Status.OK, Status.PARTIAL):
                break
        _learn(known, archive, source, quarters)
    dark = ~known["ghi"] & (light(quarters, QUARTER) > 0)
    return Report(told, _runs(dark, quarters), waiting)


def _asked(archive: Archive, source: Source, spot: Spot, start: int, end: int, now: int, light: Light) -> Told:
    try:
        # From an hour before, for the first interval may begin before the stretch.
        answer = source.fetch(spot, start - HOUR, end, now)
        frame = checked(replace(answer, rows=answer.rows[answer.starts + answer.step > start]), light)
    except WeatherError as error:
        wait = getattr(error, "retry_after", None)
        again_at = None if wait is None else now + round(wait * 1000)
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        told = Told(source.name, start, end, now, status, str(error), again_at=again_at)
        archive.failed(source, told)
        log.warning("no weather: %s", error)
        return told
    quarters = np.arange(start, end, QUARTER, dtype=np.int64)
    found = _covered(frame.rows.assign(step=frame.step), quarters)
    lacking = int(_missing(found, source).sum())
    message = ""
    if lacking:
        what = _("{source}: {n} of {all} quarter-hours are missing")
        message = what.format(source=source.name, n=lacking, all=len(quarters))
    status = Status.PARTIAL if lacking else Status.OK
    rows, masked = len(frame.rows.dropna(how="all")), sum(frame.masked.values())
    told = Told(source.name, start, end, now, status, message, rows, masked)
    archive.keep(source, frame, told)
    return told


def _learn(known: dict[str, Mask], archive: Archive, source: Source, quarters: Instants) -> None:
    if len(quarters):
        rows = archive.read(int(quarters[0]), int(quarters[-1]) + QUARTER, [source.name])[source.name]
        for column, mask in _covered(rows, quarters).items():
            known[column] |= mask


def _covered(rows: pd.DataFrame, quarters: Instants) -> dict[str, Mask]:
    """Of which quarters (by their middle) rows know something."""
    starts, steps, middles = starts_of(rows), rows["step"].to_numpy(np.int64), quarters + QUARTER // 2
    place = np.searchsorted(starts, middles, side="right") - 1
    inside = place >= 0
    inside[inside] = middles[inside] < (starts + steps)[place[inside]]
    covered = {}
    for column in WANTED:
        covered[column] = inside.copy()
        covered[column][inside] = np.isfinite(rows[column].to_numpy(float)[place[inside]])
    return covered


def _missing(known: dict[str, Mask], source: Source) -> Mask:
    """The quarters of which something that the source may give is not known."""
    lacking = [~known[column] for column in WANTED if column in source.gives]
    missing: Mask = np.logical_or.reduce(lacking) if lacking else np.zeros(len(known["ghi"]), bool)
    return missing


def _rested(missing: Mask, quarters: Instants, archive: Archive, source: Source, now: int) -> tuple[Mask, str]:
    """What of the missing may be asked for now, and why not the rest."""
    for number, told in enumerate(archive.told(source.name, now - LONGEST)):
        fresh = now < max(told.asked_at + PAUSE[told.status], told.again_at or 0)
        if told.status in (Status.OK, Status.PARTIAL):
            if fresh:
                missing = missing & ~((quarters >= told.start) & (quarters < told.end))
        elif number == 0 and fresh and missing.any():
            return np.zeros_like(missing), told.message
    return missing, ""


def _stretches(missing: Mask, quarters: Instants) -> list[tuple[int, int]]:
    """One stretch of whole hours about all that is missing, in parts of a year: one question is better than many."""
    if not missing.any():
        return []
    start = int(quarters[missing][0]) // HOUR * HOUR
    end = int(quarters[missing][-1]) + QUARTER
    return [(first, min(first + YEAR, end)) for first in range(start, end, YEAR)]


def _runs(mask: Mask, quarters: Instants) -> list[tuple[int, int]]:
    """Quarters that follow on each other, as stretches."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(quarters[a]), int(quarters[b - 1]) + QUARTER) for a, b in edges.reshape(-1, 2).tolist()]
