"""The job that fetches the weather of the days that are over, and what the closing jobs see of it.

A day is done when some source knows its light, or when it is too old to wait any longer. What comes later from a
better source opens the periods again that were closed without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from functools import partial

from collector.errors import WeatherError
from collector.periods import Span
from collector.weather.archive import Archive
from collector.weather.fetch import Report, fill
from collector.weather.source import Source, Spot
from collector.weather.told import Status
from config.kwh import ExpectedBasis
from config.language import _
from config.town import Place
from models.calendar import quarter_of
from models.pv.closing.weather import Seen
from models.pv.sky_quarters import best_quarters, extraterrestrial
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep

NAME = "weather"
ARCHIVE = "weather.db"
"""The file of weather in the data directory."""
DAY = 86_400_000
GRACE = 300_000
"""ms after midnight."""
PATIENCE, OUTAGE = 7 * DAY, 60 * DAY
"""ms for which a day without weather is asked for again: from services that answer, from services out of reach."""
_SUREST = list(ExpectedBasis)


def spot_of(place: Place) -> Spot:
    """Where the town's weather is asked for."""
    return Spot(place.latitude, place.longitude, place.altitude)


class WeatherJob:
    """Fetches the weather of yesterday, and what is still missing of the days before."""

    name = NAME
    step = PeriodStep.DAY
    batch = 31
    after: Sequence[Job] = ()
    reopens = False
    cadence = {"hour": "0", "minute": "10"}  # noqa: RUF012 - read only

    def __init__(
        self,
        archive: Archive,
        sources: Sequence[Source],
        spot: Spot,
        tz: tzinfo,
        now: Callable[[], int],
        first: Callable[[], int | None],
        changed: Callable[[Sequence[Span]], None] = lambda spans: None,
    ) -> None:
        """`first`: the earliest instant with readings. `changed` hears of stretches with new weather, at least once."""
        self._archive, self._sources, self._spot, self._tz = archive, sources, spot, tz
        self._now, self._first, self._changed = now, first, changed

    def first(self) -> int | None:
        """See Job."""
        return self._first() if self._sources else None

    def settled_until(self, now: int) -> int:
        """See Job."""
        return now - GRACE

    def run(self, periods: Sequence[Period]) -> None:
        """See Job. WeatherError when the light of a day is not known and it is worth asking again."""
        now, spot = self._now(), self._spot
        light = partial(extraterrestrial, latitude=spot.latitude, longitude=spot.longitude, altitude=spot.altitude)
        first = periods[0].start
        start = quarter_of(min(first, max(first - PATIENCE, self._first() or first)))
        report = fill(self._archive, self._sources, spot, start, periods[-1].end, now, light)
        if pending := self._archive.pending():
            self._changed(list(pending.values()))
            self._archive.handed_on(pending)
        patience = OUTAGE if self._out_of_reach() else PATIENCE
        open_days = [period for period in periods if period.end > now - patience and _dark(report, period)]
        if open_days:
            days = ", ".join(period.label(self.step, self._tz) for period in open_days[:3])
            told = _("the weather of {days} is not known yet ({why})")
            raise WeatherError(told.format(days=days, why=report.why() or _("no source has it")))

    def _out_of_reach(self) -> bool:
        """Whether the last answer of some source was none."""
        last = (self._archive.told(source.name)[:1] for source in self._sources)
        return any(told.status in (Status.UNREACHABLE, Status.SLOW) for some in last for told in some)


def _dark(report: Report, period: Period) -> bool:
    return any(start < period.end and end > period.start for start, end in report.dark)


def service_weather(archive: Archive, order: Sequence[str], spot: Spot) -> Callable[[int, int], Seen | None]:
    """What closing sees: over the quarters of start..end (ms UTC), from the best source of `order` for each.

    Where sources of several bases gave light, the stretch counts as the least sure of them. None without any light.
    """

    def seen(start: int, end: int) -> Seen | None:
        rows = archive.read(start, end, order)
        sky = best_quarters(rows, start, end, spot.latitude, spot.longitude, spot.altitude)
        used = sky.used()
        if not used:
            return None
        basis = _least_sure(archive.basis()[name] for name in used)
        return Seen(basis, sky.ghi, sky.dni, sky.dhi, sky.temp_air, sky.wind_speed)

    return seen


def _least_sure(bases: Iterable[ExpectedBasis]) -> ExpectedBasis:
    return max(bases, key=_SUREST.index)
