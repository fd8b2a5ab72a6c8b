"""Points at an unknown device: finds its unit and its map, reads it once, and says what could not be read.

Without a map SunSpec is tried first, then every device map whose name plate the device carries. A unit that is silent,
or that a gateway cannot reach, makes room for the next one in the order in which makers use them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from collector.errors import (
    CollectorError,
    DeviceException,
    LinkError,
    LinkRefused,
    LinkTimeout,
    LinkViolation,
    MapError,
)
from collector.link import Link
from collector.mapped import RegisterReader
from collector.probe_report import ProbeReport
from collector.reader import DeviceReader
from collector.registers import unpack
from collector.sunspec.reader import SunSpecReader
from config.device import AnyMap, DeviceMap, Register
from config.language import _
from config.sunspec_map import SunSpecMap

UNITS = (1, 126, 247, 127, 0, 3, 2)  # by how often they are met; then those of the SunSpec map
_NOBODY = (4, 10, 11)  # exceptions with which gateways and servers say that there is no such unit
_KNOCK = 1.0  # seconds: a unit that exists and is not busy answers well within
_KNOCK_SLOW = 3.0  # behind a dongle of those that are slow after connecting (2.9 s were seen)


async def probe(
    host: str,
    port: int,
    *,
    unit: int | None,
    map_name: str | None,
    bases: tuple[int, ...] = (),
    maps: Mapping[str, AnyMap],
    timeout: float = 3.0,
) -> ProbeReport:
    """Identify one device over a connection of its own and decode one reading.

    `timeout` in seconds is for one answer. Raises LinkError when nobody answers in Modbus, MapError when what answers
    is not known, DeviceException when it refuses; ValueError for a map that does not exist.
    """
    device_map = _named(map_name, maps)
    link = Link(host, port, timeout=timeout)
    patience = min(timeout, _KNOCK)
    if device_map is not None:
        manners = device_map.link
        link.connect_delay, link.gap, link.timeout = manners.connect_delay, manners.gap, max(timeout, manners.timeout)
        if manners.connect_delay:
            patience = min(timeout, _KNOCK_SLOW)
    search = _Search(link, maps, bases)
    try:
        try:
            if unit is not None:
                return await search.first(device_map, [unit], link.timeout)
            return await search.first(device_map, _units(device_map, maps), patience)
        except LinkTimeout:
            # Perhaps one of those that swallow what comes right after connecting: these are asked again, slowly.
            slow = [m for m in maps.values() if m.link.connect_delay]
            if device_map is not None or not slow:
                raise
            link.connect_delay = max(m.link.connect_delay for m in slow)
            units = dict.fromkeys([m.link.unit for m in slow] + [0])
            patience = min(timeout, _KNOCK_SLOW)
            return await search.first(None, [unit] if unit is not None else list(units), patience)
    finally:
        link.close()


async def probe_link(
    link: Link, *, unit: int | None, map_name: str | None, bases: tuple[int, ...] = (), maps: Mapping[str, AnyMap]
) -> ProbeReport:
    """The same over a connection that is there already, in turn with its other users; its manners stay as they are."""
    device_map = _named(map_name, maps)
    search = _Search(link, maps, bases)
    if unit is not None:
        return await search.first(device_map, [unit], link.timeout)
    return await search.first(device_map, _units(device_map, maps), min(link.timeout, _KNOCK))


def _named(name: str | None, maps: Mapping[str, AnyMap]) -> AnyMap | None:
    if name is None:
        return None
    if name not in maps:
        raise ValueError(f"no map {name!r}; known are {', '.join(sorted(maps))}")
    return maps[name]


def _units(device_map: AnyMap | None, maps: Mapping[str, AnyMap]) -> list[int]:
    first = [] if device_map is None else [device_map.link.unit]
    sunspec = [u for m in maps.values() if isinstance(m, SunSpecMap) for u in m.units]
    return list(dict.fromkeys([*first, *UNITS, *sunspec]))


class _Search:
    """Finds out who is behind a link. Counts its own requests, for others may use the link meanwhile."""

    def __init__(self, link: Link, maps: Mapping[str, AnyMap], bases: tuple[int, ...]) -> None:
        self.link, self.maps, self.bases = link, maps, bases
        self.requests = 0

    async def read(self, unit: int, function: int, address: int, count: int) -> bytes:
        """A request of this search (so this is what its readers hold as their link)."""
        self.requests += 1
        return await self.link.read(unit, function, address, count)

    def __str__(self) -> str:
        return str(self.link)

    async def first(self, device_map: AnyMap | None, units: list[int], patience: float) -> ProbeReport:
        """The report of the first of these units that is there and is known."""
        silent: list[CollectorError] = []
        unknown: list[MapError] = []
        for unit in units:
            try:
                await self._knock(unit, device_map, patience)
                return await self._report(unit, device_map)
            except MapError as error:
                unknown.append(error)
            except LinkViolation as error:
                raise LinkViolation(
                    _("{link} does not speak Modbus TCP, or another program talks in between: {error}").format(
                        link=self.link, error=error
                    )
                ) from None
            except LinkRefused as error:
                silent.append(error)
                if not self.link.counters.connects:
                    raise  # nobody listens: other units will not help
                closed = [e for e in silent if isinstance(e, LinkRefused)]
                if len(closed) > 1 and not unknown:
                    raise LinkRefused(
                        _(
                            "{link} takes the connection and closes it at once: does another program hold it, "
                            "or is Modbus switched off in the device?"
                        ).format(link=self.link)
                    ) from None
            except (LinkTimeout, DeviceException) as error:
                if isinstance(error, DeviceException) and error.code not in _NOBODY:
                    raise
                silent.append(error)
        if unknown:
            raise unknown[0] if len(unknown) == 1 else MapError("; ".join(str(e) for e in unknown))
        raise _nobody(self.link, units, silent)

    async def _knock(self, unit: int, device_map: AnyMap | None, patience: float) -> None:
        """Return when the unit answers anything of its own. One register: even the most limited devices give that."""
        address, function = 40000, 3
        if isinstance(device_map, DeviceMap):
            registers = [*device_map.quantities.values(), *([device_map.power_net] if device_map.power_net else [])]
            address, function = registers[0].address, registers[0].function or device_map.read.function
        self.requests += 1
        try:
            await self.link.read(unit, function, address, 1, timeout=patience)
        except DeviceException as error:
            if error.code in _NOBODY:
                raise

    async def _report(self, unit: int, device_map: AnyMap | None) -> ProbeReport:
        if device_map is not None:
            return await self._read(device_map, unit)
        why = ""
        for sunspec in self.maps.values():
            if isinstance(sunspec, SunSpecMap):
                try:
                    return await self._read(sunspec, unit)
                except MapError as error:
                    why = str(error)
        for candidate in self.maps.values():
            if isinstance(candidate, DeviceMap) and await self._carries_plate(candidate, unit):
                return await self._read(candidate, unit)
        raise MapError(
            _(
                "{link} unit {unit} answers, but tepos does not know it: no SunSpec device and no known name plate; "
                "name the map (--map), or the SunSpec base (--base). {why}"
            ).format(link=self.link, unit=unit, why=why)
        )

    async def _carries_plate(self, candidate: DeviceMap, unit: int) -> bool:
        plate = candidate.identity
        register: Register | None = plate.model if plate.recognise_by == "model" else plate.serial
        if plate.pattern is None or register is None:
            return False
        function = register.function or candidate.read.function
        try:
            data = await self.read(unit, function, register.address, register.words)
        except DeviceException:
            return False
        return re.search(plate.pattern, str(unpack(register.type, data, candidate.word_order))) is not None

    async def _read(self, device_map: AnyMap, unit: int) -> ProbeReport:
        reader: DeviceReader
        if isinstance(device_map, SunSpecMap):
            reader = SunSpecReader(device_map, self, unit, bases=self.bases, thorough=True)
        else:
            reader = RegisterReader(device_map, self, unit)
        await reader.discover()
        reading = await reader.read()
        link = self.link
        return ProbeReport(
            link.host, link.port, unit, device_map.name, reader.identity, self.requests, reader.addresses, reading
        )


def _nobody(link: Link, units: list[int], silent: list[CollectorError]) -> CollectorError:
    if len(units) == 1:
        return silent[0]
    last = silent[-1]
    kind: Callable[[str], LinkError] = LinkRefused if isinstance(last, LinkRefused) else LinkTimeout
    return kind(
        _(
            "{link} accepts connections but no unit answered (tried {units}); give the unit (--unit). Last: {error}"
        ).format(link=link, units=", ".join(str(u) for u in units), error=last)
    )
