"""The parts of a town file that are sound by themselves, each with its key.

A file with one wrong number shall still be told that two of its links share a port; hence the checks of
config.consistency and config.wiring look at these parts, not at a whole Town that such a file does not give.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from config.shape import Steps, dotted, shaped_or_none
from config.town import Array, Device, Inverter, LinkConfig, Meter, WeatherStation

Fact = TypeVar("Fact", bound=BaseModel, covariant=True)

Row = tuple[Steps, Mapping[str, Any]]

DEVICE_LISTS: dict[str, type[Device]] = {"inverters": Inverter, "meters": Meter, "weather": WeatherStation}


@dataclass(frozen=True, slots=True)
class Part(Generic[Fact]):
    """One sound table of the file."""

    key: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Named:
    """An id as the file has it, whether or not its table is sound."""

    key: str
    id: str
    kind: str
    """Name of the list that it stands in, as `inverters`."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A list of ids of which no two may be equal."""

    of: str
    names: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class SiteParts:
    """What is sound of one site."""

    devices: tuple[Part[Device], ...]
    arrays: tuple[Part[Array], ...]
    device_ids: Mapping[str, str]
    """Id -> name of its list, of every device that the file names here."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is sound of one town file."""

    links: tuple[Part[LinkConfig], ...]
    sites: tuple[SiteParts, ...]
    scopes: tuple[Scope, ...]
    link_ids: frozenset[str]
    used_links: frozenset[str]
    weather: tuple[tuple[str, Mapping[str, Any]], ...]
    """Key and table of each source of weather, sound or not."""


def survey(data: Mapping[str, Any]) -> Survey:
    """Look through the data of a town file."""
    links = tuple(_rows(data, "links"))
    sites = tuple(_rows(data, "sites"))
    devices = [
        (steps, row, kind) for at, site in sites for kind in DEVICE_LISTS for steps, row in _rows(site, kind, at)
    ]
    roofs = [row for at, site in sites for row in _rows(site, "roofs", at)]
    scopes = [Scope("links", _named(data, links)), Scope("sites", _named(data, sites))]
    scopes += [Scope("roofs", _named(data, _rows(site, "roofs", at))) for at, site in sites]
    scopes += [Scope("arrays", _named(data, _rows(roof, "arrays", at))) for at, roof in roofs]
    scopes += [Scope("devices", _named(data, ((s, r) for s, r, _ in devices if s[: len(at)] == at))) for at, _ in sites]
    return Survey(
        links=tuple(_parts(data, LinkConfig, links)),
        sites=tuple(_site(data, at, site) for at, site in sites),
        scopes=tuple(scopes),
        link_ids=frozenset(named.id for named in scopes[0].names),
        used_links=frozenset(str(row.get("link")) for _, row, _ in devices),
        weather=tuple((dotted(data, steps), row) for steps, row in _rows(data, "weather")),
    )


def _site(data: Mapping[str, Any], at: Steps, site: Mapping[str, Any]) -> SiteParts:
    rows = {kind: tuple(_rows(site, kind, at)) for kind in DEVICE_LISTS}
    arrays = (row for above, roof in _rows(site, "roofs", at) for row in _rows(roof, "arrays", above))
    return SiteParts(
        devices=tuple(part for kind, shape in DEVICE_LISTS.items() for part in _parts(data, shape, rows[kind])),
        arrays=tuple(_parts(data, Array, arrays)),
        device_ids={named.id: kind for kind in DEVICE_LISTS for named in _named(data, rows[kind])},
    )


def _rows(table: Mapping[str, Any], name: str, at: Steps = ()) -> Iterator[Row]:
    """The tables of a list of tables, each with the steps that lead to it; what is no table is left out."""
    rows = table.get(name)
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, Mapping):
            yield (*at, name, index), row


def _named(data: Mapping[str, Any], rows: Iterable[Row]) -> tuple[Named, ...]:
    return tuple(
        Named(dotted(data, steps), row["id"], str(steps[-2])) for steps, row in rows if isinstance(row.get("id"), str)
    )


def _parts(data: Mapping[str, Any], shape: type[Fact], rows: Iterable[Row]) -> Iterator[Part[Fact]]:
    for steps, row in rows:
        if fact := shaped_or_none(shape, row):
            yield Part(dotted(data, steps), fact)
