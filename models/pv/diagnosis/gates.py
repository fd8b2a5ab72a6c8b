"""What is said once, and what is not said: a town or a site that falls together, planned works, snow, bad data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.pv.diagnosis.cause import Cause, Stage
from models.pv.diagnosis.day import TownDay
from models.pv.diagnosis.members import TOWN, Members
from models.pv.diagnosis.sign import Sign

TOGETHER = 0.4
"""Share of the town's inverters that cannot all break at once: it is weather, snow, the grid or tepos itself …"""
FEWEST, SITES = 3, 2
"""… from this many inverters on this many sites on; of fewer a share says nothing."""
HOURS, WEEK = 3 * 3_600_000, 7 * 86_400_000
"""ms within which what falls together begins: outages and silences, and what takes days to be seen."""
DANGER = frozenset({Cause.INSULATION, Cause.EARTH_LEAKAGE, Cause.ARC})
"""Never muted, never hidden."""
MERGED = {
    Cause.COMMUNICATION: (Cause.COMMUNICATION, Cause.COMMUNICATION),
    Cause.INVERTER_OFF: (Cause.SITE_OFF, Cause.TOWN_WIDE),
    Cause.SITE_OFF: (Cause.SITE_OFF, Cause.TOWN_WIDE),
    Cause.UNEXPLAINED: (None, Cause.TOWN_WIDE),
    Cause.SOILING: (None, Cause.SOILING),
    Cause.SNOW: (None, Cause.SNOW),
}
"""Of signs on one inverter each: what they are of a whole site, and of the town. None: a site's are told apart."""
FALLS = {Cause.INVERTER_OFF: Cause.INVERTER_OFF, Cause.SITE_OFF: Cause.INVERTER_OFF}
"""What counts as the same when one asks who falls together."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sign that speaks."""

    sign: Sign
    parts: tuple[Sign, ...]
    """Itself, or the signs on single inverters that it stands for: these take the energy."""


@dataclass(frozen=True, slots=True)
class Gated:
    """Signs that speak, and signs that something else explains: these open nothing, but what is open stays so."""

    told: list[Told]
    hidden: list[Sign]


def gate(signs: Sequence[Sign], day: TownDay, members: Members, beside: Sequence[Sign] = ()) -> Gated:
    """Signs after all questions of the order data, availability, device, performance.

    beside: what is told of the day already, which hides some of them.
    """
    told = [sign for sign in signs if members.rows(sign.subject)]
    told, muted = _muted(told, day, members)
    told, snowed = _under_snow(told, members, beside)
    told, blind = _blind(told, members, beside)
    merged, whole = _merged(told, members)
    return Gated(merged, [*muted, *snowed, *blind, *whole])


def _muted(signs: Iterable[Sign], day: TownDay, members: Members) -> tuple[list[Sign], list[Sign]]:
    """Apart from those that lie within a declared outage."""
    outages = [work for work in day.works if work.kind == "outage" and work.end > day.start and work.start < day.end]
    told: list[Sign] = []
    muted: list[Sign] = []
    for sign in signs:
        windows = [
            (work.start, work.end)
            for work in outages
            if all(work.covers(members.units[row].path) for row in members.rows(sign.subject))
        ]
        apart = sign.cause is Cause.PLANNED or sign.cause in DANGER or not windows
        (told if apart or not _within(sign, day, windows) else muted).append(sign)
    return told, muted


def _within(sign: Sign, day: TownDay, windows: Sequence[tuple[int, int]]) -> bool:
    if sign.claim is None or sign.cause.stage is Stage.PERFORMANCE:
        instant = max(sign.since, day.start)
        return any(first - day.width <= instant and day.end <= last for first, last in windows)
    when = day.times[np.nan_to_num(sign.claim, posinf=1.0) > 0]
    covered = np.zeros(len(when), bool)
    for first, last in windows:
        covered |= (when + day.width > first) & (when < last)
    return bool(covered.all())


def _under_snow(signs: Sequence[Sign], members: Members, beside: Sequence[Sign]) -> tuple[list[Sign], list[Sign]]:
    white = {row for sign in (*signs, *beside) if sign.cause is Cause.SNOW for row in members.rows(sign.subject)}
    if not white:
        return list(signs), []
    stages = (Stage.AVAILABILITY, Stage.PERFORMANCE)

    def hidden(sign: Sign) -> bool:
        apart = sign.cause in (Cause.SNOW, Cause.PLANNED)
        return not apart and sign.cause.stage in stages and white.issuperset(members.rows(sign.subject))

    return [sign for sign in signs if not hidden(sign)], [sign for sign in signs if hidden(sign)]


def _blind(signs: Sequence[Sign], members: Members, beside: Sequence[Sign]) -> tuple[list[Sign], list[Sign]]:
    """Of an inverter whose data cannot be believed nothing is said about its performance."""
    doubted = {
        row
        for sign in (*signs, *beside)
        if sign.cause in (Cause.FROZEN, Cause.COUNTER_STUCK, Cause.COMMUNICATION)
        for row in members.rows(sign.subject)
    }

    def hidden(sign: Sign) -> bool:
        return sign.cause.stage is Stage.PERFORMANCE and bool(doubted.intersection(members.rows(sign.subject)))

    return [sign for sign in signs if not hidden(sign)], [sign for sign in signs if hidden(sign)]


def _merged(signs: Sequence[Sign], members: Members) -> tuple[list[Told], list[Sign]]:
    told, whole = [Told(sign, (sign,)) for sign in signs], []
    for cause, (of_site, of_town) in MERGED.items():
        alike = [one for one in told if FALLS.get(one.sign.cause, one.sign.cause) is cause and one.sign.subject != TOWN]
        together = _together(alike, HOURS if cause.stage <= Stage.AVAILABILITY else WEEK)
        rows = {row for one in together for row in members.rows(one.sign.subject)}
        sites = {members.units[row].site for row in rows}
        if len(rows) > TOGETHER * len(members.units) and len(rows) >= FEWEST and len(sites) >= SITES:
            told = [*_without(told, together), _one(together, of_town, TOWN)]
            whole += [one.sign for one in together]
            alike = _without(alike, together)
        if of_site is None:
            continue
        for site in dict.fromkeys(members.site(one.sign.subject) or "" for one in alike):
            own = [one for one in alike if members.site(one.sign.subject) == site and one.sign.subject != site]
            behind = members.rows(site)
            if len(behind) > 1 and {row for one in own for row in members.rows(one.sign.subject)} == set(behind):
                told = [*_without(told, own), _one(own, of_site, site)]
                whole += [one.sign for one in own]
    return told, whole


def _without(told: Sequence[Told], gone: Sequence[Told]) -> list[Told]:
    away = {id(one) for one in gone}
    return [one for one in told if id(one) not in away]


def _together(told: Sequence[Told], within: int) -> list[Told]:
    """The most that began within so many ms of each other."""
    order = sorted(told, key=lambda one: one.sign.since)
    begun = np.array([one.sign.since for one in order], np.int64)
    ends = np.searchsorted(begun, begun + within, side="right")
    if not len(order):
        return []
    first = int(np.argmax(ends - np.arange(len(order))))
    return order[first : ends[first]]


def _one(told: Sequence[Told], cause: Cause, subject: str) -> Told:
    """All of them as one, from when the last of them began."""
    signs = [one.sign for one in told]
    newest = max(signs, key=lambda sign: (sign.since, sign.subject))
    ends = [sign.until for sign in signs]
    until = None if None in ends else max(end for end in ends if end is not None)
    seen, evidence = max(sign.seen for sign in signs), {"inverters": float(len(signs))}
    sign = replace(newest, cause=cause, subject=subject, seen=seen, until=until, evidence=evidence)
    return Told(sign, tuple(part for one in told for part in one.parts))
