"""Faults that can be switched on in the simulated town, to see what the collector and the diagnosis make of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from config.language import _
from config.quantities import Role
from config.town import Town


class FaultKind(StrEnum):
    """What is wrong, of a device, a link (all units behind it), a site, or the sky over the whole `town`."""

    INVERTER_OFF = "inverter_off"
    """State fault, no power."""
    STRING_OPEN = "string_open"
    """`strings` strings of `input` give no current."""
    DERATING = "derating"
    """Power limited to the share `to` of the rated power."""
    FROZEN = "frozen"
    """All registers keep what they held at the start."""
    COUNTER_RESET = "counter_reset"
    """The lifetime counter begins again at 0, for good."""
    SILENT = "silent"
    """The unit does not answer."""
    EXCEPTION = "exception"
    """Each request is answered with the Modbus exception `code`."""
    CLOSES = "closes"
    """The link closes each connection as soon as it is open."""
    LATE = "late"
    """The link answers `seconds` late."""
    SITE_OFF = "site_off"
    """No inverter of a site feeds in and none says why: somebody threw its switch."""
    SNOW = "snow"
    """Snow lies on all modules of the town from `start`; from `end` on it slides off the steep ones, later the flat."""
    ECLIPSE = "eclipse"
    """The sun fades to the share `to` in the middle."""
    CLOUDS = "clouds"
    """Small clouds pass, one every few minutes."""


LINK_KINDS = frozenset({FaultKind.CLOSES, FaultKind.LATE})
POWER_KINDS = frozenset({FaultKind.INVERTER_OFF, FaultKind.STRING_OPEN, FaultKind.DERATING})
SKY_KINDS = frozenset({FaultKind.SNOW, FaultKind.ECLIPSE, FaultKind.CLOUDS})
TOWN = "town"
MOMENTS = frozenset({FaultKind.FROZEN, FaultKind.COUNTER_RESET})
FOREVER = 1 << 53


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault from `start` to before `end` (ms UTC).

    Faults of power (inverter_off, string_open, derating) hold for the whole quarter-hours that they touch, so that
    counters stay the exact integral of power.
    """

    where: str
    """Path of a device, id of a link or site, or `town`."""
    kind: FaultKind
    start: int = 0
    end: int = FOREVER
    input: int = 1
    strings: int = 1
    to: float = 0.5
    code: int = 4
    seconds: float = 2.0

    def since(self, now: int) -> Fault:
        """The fault with a start: what freezes or resets does so at a moment, `now` when none was given."""
        return replace(self, start=now) if self.kind in MOMENTS and self.start == 0 else self

    def active(self, time: int) -> bool:
        """Whether the fault is there at an instant."""
        return self.start <= time < self.end

    def checked(self, town: Town) -> Fault:
        """The fault itself when it fits the town, else ValueError."""
        known: Mapping[str, object]
        devices = town.devices()
        if self.kind in LINK_KINDS:
            known, noun = {link.id: link for link in town.links}, "link"
        elif self.kind in SKY_KINDS:
            known, noun = {TOWN: town}, "town"
        elif self.kind is FaultKind.SITE_OFF:
            known, noun = {site.id: site for site in town.sites}, "site"
        elif self.kind in POWER_KINDS:
            known, noun = {p: d for p, d in devices.items() if d.role is Role.INVERTER}, "inverter"
        else:
            known, noun = devices, "device"
        if self.where not in known:
            told = _("{kind} is a fault of a {noun}, and the town has no {noun} '{where}'")
            raise ValueError(told.format(kind=self.kind, noun=noun, where=self.where))
        if self.kind in MOMENTS and self.start == 0:
            raise ValueError(f"fault of {self.where}: {self.kind} happens at a moment: give its start")
        if self.kind in SKY_KINDS and (self.start == 0 or self.end == FOREVER):
            raise ValueError(f"fault of {self.where}: {self.kind} begins and ends: give both")
        if self.end <= self.start:
            raise ValueError(f"fault of {self.where}: ends before it starts")
        if not (0 <= self.to <= 1 and 1 <= self.code <= 255 and 0 <= self.seconds <= 3600 and self.strings >= 1):
            raise ValueError(f"fault of {self.where}: to is a share 0..1, code 1..255, seconds 0..3600, strings from 1")
        if self.kind is FaultKind.STRING_OPEN:
            site_id, inverter = self.where.split("/")
            site = next(s for s in town.sites if s.id == site_id)
            feeds = [f for r in site.roofs for a in r.arrays for f in a.feeds if f.inverter == inverter]
            strings = sum(f.strings for f in feeds if f.input == self.input)
            if self.strings > strings:
                raise ValueError(f"{self.where} has {strings} strings on input {self.input}, not {self.strings}")
        return self


def parse_fault(text: str) -> Fault:
    """From ``ecole-lamendin/inv-1:string_open:input=2,strings=1``; start and end as ISO 8601 with offset.

    ValueError for a text that makes no sense; whether the town has such a device is the business of `checked`.
    """
    where, _colon, rest = text.partition(":")
    kind, _colon, options = rest.partition(":")
    if not where or kind not in set(FaultKind):
        kinds = ", ".join(FaultKind)
        told = _("'{text}' is no fault: write DEVICE:KIND, LINK:KIND, SITE:KIND or town:KIND, KIND one of {kinds}")
        raise ValueError(told.format(text=text, kinds=kinds))
    changes: dict[str, Any] = {}
    for option in filter(None, options.split(",")):
        key, _sign, value = option.partition("=")
        try:
            changes[key] = _OPTIONS[key](value)
        except (KeyError, ValueError):
            told = _("'{text}': cannot use '{option}'; known are {known}, as key=value")
            raise ValueError(told.format(text=text, option=option, known=", ".join(_OPTIONS))) from None
    return Fault(where, FaultKind(kind), **changes)


def _instant(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("needs an offset")
    return int(moment.timestamp() * 1000)


_OPTIONS: dict[str, Callable[[str], object]] = {
    "input": int,
    "strings": int,
    "to": float,
    "code": int,
    "seconds": float,
    "start": _instant,
    "end": _instant,
}
