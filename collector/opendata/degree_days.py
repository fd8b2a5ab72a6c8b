"""Daily temperatures of one station (Meteo-France, daily base data): what degree days are made of."""

from __future__ import annotations

from collections.abc import Iterator

from collector.imports.faults import LayoutMismatch
from collector.opendata.cells import day, number
from collector.opendata.dataset import Dataset, Item, Seen, Wanted, WeatherDay
from collector.opendata.heading import Heading
from config.language import _

COLDEST, HOTTEST = -60.0, 60.0


def read(found: Heading, lines: Iterator[tuple[int, bytes]], wanted: Wanted, seen: Seen) -> Iterator[Item]:
    """The days of the station of which both extremes are known."""
    place = found.places
    if wanted.station is None:
        raise LayoutMismatch(_("which station? Write [climate] station into territory.toml"))
    for line, cells in found.rows(lines):
        station = cells[place["numposte"]].strip()
        if station != wanted.station:
            if len(seen.others) < 3 and station not in seen.others:
                seen.others.append(station)
            continue
        seen.lines += 1
        on = day(cells[place["aaaammjj"]])
        if on is None:
            raise LayoutMismatch(
                _('line {line}: "{value}" is no day').format(line=line, value=cells[place["aaaammjj"]])
            )
        seen.years.add(on.year)
        low, high = (number(cells[place[name]], line, name) for name in ("tn", "tx"))
        if low is None or high is None:
            seen.withheld += 1
            continue
        if not COLDEST <= low <= high + 0.05 or high > HOTTEST:
            what = _("line {line}: {low} to {high} °C is no day's weather: are these tenths of a degree?")
            raise LayoutMismatch(what.format(line=line, low=low, high=high))
        yield WeatherDay(line, station, on, low, high)


DEGREE_DAYS = Dataset(
    "degree-days", "Météo-France, données quotidiennes", "Météo-France",
    frozenset({"numposte", "aaaammjj", "tn", "tx"}), read, lambda wanted: wanted.station,
)  # fmt: skip
