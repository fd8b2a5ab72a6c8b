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
    WEAK = "weak"
    """All modules give the share `to` of what they should: a loss with no sign but its energy."""
    SOILING = "soiling"
    """Dirt takes the share `a_week` of the light more with every week since `start`."""
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
POWER_KINDS = frozenset({
    FaultKind.INVERTER_OFF, FaultKind.STRING_OPEN, FaultKind.DERATING, FaultKind.WEAK, FaultKind.SOILING,
})  # fmt: skip
SKY_KINDS = frozenset({FaultKind.SNOW, FaultKind.ECLIPSE, FaultKind.CLOUDS})
TOWN = "town"
MOMENTS = frozenset({FaultKind.FROZEN, FaultKind.COUNTER_RESET, FaultKind.SOILING})
WEEK = 7 * 86_400_000
"""ms"""
FOREVER = 1 << 53


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault from `start` to before `end` (ms UTC).

    Faults of power (inverter_off, string_open, derating, weak, soiling) hold for the whole quarter-hours that they
    touch, so that counters stay the exact integral of power.
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
    a_week: float = 0.01

    def since(self, now: int) -> Fault:
        """The fault with a start: what freezes, resets or begins to grow, `now` when none was given."""
        return replace(self, start=now) if self.kind in MOMENTS and self.start == 0 else self

    def active(self, time: int) -> bool:
        """Whether the fault is there at an instant."""
        return self.start <= time < self.end

    def checked(self, town: Town) -> Fault:
        """The fault itself when it fits the town, else ValueError."""
        known: Mapping[str, object]
        devices = town.devices()
        if self.kind in LINK_KINDS:
            known, noun = {link.id: link for link in town.links}, _("link")
        elif self.kind in SKY_KINDS:
            known, noun = {TOWN: town}, _("town")
        elif self.kind is FaultKind.SITE_OFF:
            known, noun = {site.id: site for site in town.sites}, _("site")
        elif self.kind in POWER_KINDS:
            known, noun = {p: d for p, d in devices.items() if d.role is Role.INVERTER}, _("inverter")
        else:
            known, noun = devices, _("device")
        if self.where not in known:
            told = _("{kind} is a fault of a {noun}, and the town has no {noun} '{where}'")
            raise ValueError(told.format(kind=self.kind, noun=noun, where=self.where))
        if self.kind in MOMENTS and self.start == 0:
            told = _("fault of {where}: {kind} happens at a moment: give its start, as start=2026-06-01T00:00Z")
            raise ValueError(told.format(where=self.where, kind=self.kind))
        if self.kind in SKY_KINDS and (self.start == 0 or self.end == FOREVER):
            told = _("fault of {where}: {kind} begins and ends: give both start and end")
            raise ValueError(told.format(where=self.where, kind=self.kind))
        if self.end <= self.start:
            raise ValueError(_("fault of {where}: it ends before it starts").format(where=self.where))
        share = 0 <= self.to <= 1 and 0 <= self.a_week <= 1
        if not (share and 1 <= self.code <= 255 and 0 <= self.seconds <= 3600 and self.strings >= 1):
            told = _(
                "fault of {where}: to and a_week are shares from 0 to 1, code lies in 1 to 255, seconds in 0 to 3600,"
                " strings from 1"
            )
            raise ValueError(told.format(where=self.where))
        if self.kind is FaultKind.STRING_OPEN:
            site_id, inverter = self.where.split("/")
            site = next(s for s in town.sites if s.id == site_id)
            feeds = [f for r in site.roofs for a in r.arrays for f in a.feeds if f.inverter == inverter]
            strings = sum(f.strings for f in feeds if f.input == self.input)
            if self.strings > strings:
                told = _("{where} has {strings} strings on input {input}, not {asked}")
                asked = {"strings": strings, "input": self.input, "asked": self.strings}
                raise ValueError(told.format(where=self.where, **asked))
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
    "a_week": float,
    "start": _instant,
    "end": _instant,
}
