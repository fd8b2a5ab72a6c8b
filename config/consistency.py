"""What one table of a town file cannot see alone: ids, links, devices and their maps, sources of weather."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from config.device import AnyMap, DeviceMap
from config.faults import Fault
from config.language import _
from config.shape import nearest
from config.survey import Part, Survey
from config.town import Device, LinkConfig, Meter

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


def timezone_faults(file: str, key: str, tz: object) -> Iterator[Fault]:
    """A time zone must be one that this machine knows."""
    if not isinstance(tz, str):
        return  # its kind is told already
    try:
        ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        close = difflib.get_close_matches(tz, sorted(available_timezones()), n=1) or ["Europe/Paris"]
        what = _('there is no time zone "{tz}"').format(tz=tz)
        yield Fault(file, key, what, _('write a name as "{tz}"').format(tz=close[0]))


def id_faults(file: str, found: Survey) -> Iterator[Fault]:
    """No two links, sites, roofs of a site, arrays of a roof or devices of a site have the same id."""
    for scope in found.scopes:
        first: dict[str, str] = {}
        for named in scope.names:
            if named.id in first:
                what = _('the id "{id}" is already taken by {other}').format(id=named.id, other=first[named.id])
                yield Fault(file, f"{named.key}.id", what, _("give one of them another id"))
            first.setdefault(named.id, named.key)


def weather_faults(file: str, found: Survey) -> Iterator[Fault]:
    """Each source of weather has a name of its own, under which its rows are kept; its clock is one that is known."""
    taken: dict[str, str] = {}
    for key, row in found.weather:
        source, path = row.get("source"), row.get("file")
        if source == "csv":
            yield from timezone_faults(file, f"{key}.tz", row.get("tz"))
        of_file = source in ("csv", "epw")
        if not isinstance(source, str) or (of_file and not isinstance(path, str)):
            continue  # that is told already
        name = f"{source}:{Path(str(path)).stem}" if of_file else source
        if (other := taken.setdefault(name, key)) != key:
            what = _('there is a source "{name}" already: {other}').format(name=name, other=other)
            remedy = _("give one of the two files another name") if of_file else _("remove one of the two")
            yield Fault(file, f"{key}.file" if of_file else f"{key}.source", what, remedy)


def link_faults(file: str, found: Survey, maps: Mapping[str, AnyMap]) -> Iterator[Fault]:
    """Hosts make sense, each host:port has one link, each link has a device and the time to ask it."""
    taken: dict[tuple[str, int], Part[LinkConfig]] = {}
    for part in found.links:
        link = part.fact
        if remedy := _host_remedy(link.host):
            what = _('"{host}" is no host name and no address').format(host=link.host)
            yield Fault(file, f"{part.key}.host", what, remedy)
        other = taken.setdefault((_host(link.host), link.port), part)
        if other is not part:
            what = _("{host}:{port} is already the end point of {other}").format(
                host=link.host, port=link.port, other=other.key
            )
            remedy = _('one connection per host:port: put both devices on link "{id}"').format(id=other.fact.id)
            yield Fault(file, f"{part.key}.host", what, remedy)
        if link.id not in found.used_links:
            what = _("no device uses this link")
            yield Fault(file, part.key, what, _('name it in a device (link = "{id}") or remove it').format(id=link.id))
        yield from _haste_faults(file, part, found, maps)


def _haste_faults(file: str, part: Part[LinkConfig], found: Survey, maps: Mapping[str, AnyMap]) -> Iterator[Fault]:
    """A cycle of polls must be longer than the silences that it holds, or no cycle ever ends in time."""
    link = part.fact
    behind = [device.fact for site in found.sites for device in site.devices if device.fact.link == link.id]
    gaps = [
        link.gap if link.gap is not None else maps[device.map].link.gap if device.map in maps else 0.0
        for device in behind
    ]
    if sum(gaps) >= link.poll_period:
        what = _("the silences between requests to its {n} devices alone take {gaps:g} s of a period of {period:g} s")
        remedy = _("write a period above {least:g} s, or a smaller gap")
        yield Fault(
            file,
            f"{part.key}.period",
            what.format(n=len(behind), gaps=sum(gaps), period=link.poll_period),
            remedy.format(least=2 * sum(gaps)),
        )


def device_faults(file: str, found: Survey, maps: Mapping[str, AnyMap], known: frozenset[str]) -> Iterator[Fault]:
    """Every device names a link and a map that exist and suit it, and shares its unit with no equal.

    `known` are the names of all maps, the faulty ones too, whose own faults are told where they stand.
    """
    for part in (part for site in found.sites for part in site.devices):
        device = part.fact
        if device.link not in found.link_ids:
            what = _('there is no link "{id}"').format(id=device.link)
            yield Fault(file, f"{part.key}.link", what, nearest(device.link, found.link_ids))
        if device.map not in known:
            what = _('there is no device map "{map}"').format(map=device.map)
            yield Fault(file, f"{part.key}.map", what, nearest(device.map, known))
        elif device.map in maps:
            yield from _map_faults(file, part, maps)
    yield from _unit_faults(file, found, maps)


def _map_faults(file: str, part: Part[Device], maps: Mapping[str, AnyMap]) -> Iterator[Fault]:
    device, its_map = part.fact, maps[part.fact.map]
    sunspec = not isinstance(its_map, DeviceMap)
    if device.role not in _roles(its_map):
        fit = [name for name, other in maps.items() if device.role in _roles(other)]
        what = _('the map "{map}" is for a device of role {is_for}, not {role}').format(
            map=device.map, is_for="/".join(sorted(_roles(its_map))), role=device.role.value
        )
        yield Fault(file, f"{part.key}.map", what, nearest("", fit))
    if device.bases and not sunspec:
        yield Fault(file, f"{part.key}.bases", _("only SunSpec devices have bases"), _("remove the line"))
    if isinstance(device, Meter) and device.instance != 1 and not sunspec:
        yield Fault(file, f"{part.key}.instance", _("only SunSpec meters have an instance"), _("remove the line"))


def _unit_faults(file: str, found: Survey, maps: Mapping[str, AnyMap]) -> Iterator[Fault]:
    """An inverter and its meter may answer as one unit, and so may several meters of one SunSpec chain."""
    taken: dict[object, str] = {}
    for part in (part for site in found.sites for part in site.devices):
        device = part.fact
        place = (device.link, device.unit, device.role, device.instance if isinstance(device, Meter) else 1)
        other = taken.setdefault(place, part.key)
        if other != part.key:
            what = _('unit {unit} of link "{link}" is already {other}').format(
                unit=device.unit, link=device.link, other=other
            )
            remedy = _("give each device its own unit")
            if isinstance(device, Meter) and not isinstance(maps.get(device.map), DeviceMap):
                remedy = _("give each meter its own unit, or its own instance in the SunSpec chain")
            yield Fault(file, f"{part.key}.unit", what, remedy)


def _roles(its_map: AnyMap) -> frozenset[str]:
    if isinstance(its_map, DeviceMap):
        return frozenset({its_map.role})
    return frozenset(model.role for model in its_map.models.values())


def _host(host: str) -> str:
    """One spelling for each host, so that two links to one port are found."""
    plain = host.strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        return "127.0.0.1" if plain == "localhost" else plain


def _host_remedy(host: str) -> str | None:
    """What to write instead of a host that cannot be one; None for a sound host."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return None
    name, colon, port = host.rpartition(":")
    if "://" in host or "/" in host:
        return _('write the bare name or address, as "192.0.2.10"')
    if colon and port.isdigit() and ":" not in name:
        return _('write host = "{name}" and port = {port}').format(name=name, port=port)
    labels = host.removesuffix(".").lower().split(".")
    if labels[-1].isdigit() or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return _('write a name as "inverter.example.org" or an address as "192.0.2.10"')
    return None
