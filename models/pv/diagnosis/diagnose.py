"""The engine of the diagnosis: recipes give signs, gates weigh them, each loss goes to one cause, findings live on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.pv.diagnosis.cause import Cause, Stage
from models.pv.diagnosis.claims import Ledger, in_order
from models.pv.diagnosis.day import TownDay
from models.pv.diagnosis.episodes import opened, told, untold
from models.pv.diagnosis.finding import Finding
from models.pv.diagnosis.gates import Gated, Told, gate
from models.pv.diagnosis.known import Episode, Known, Loss
from models.pv.diagnosis.members import TOWN, Members
from models.pv.diagnosis.onset import LOOKED_BACK
from models.pv.diagnosis.recipes import LAST_RECIPES, RECIPES, TOWN_RECIPES
from models.pv.diagnosis.recipes.performance import forgotten
from models.pv.diagnosis.sign import Past, Sign
from models.pv.diagnosis.succession import continued, named, resumed

__all__ = ["Known", "diagnose"]

LIT = 1.0
"""Wh expected per W of modules that make a lit day (1 kWh/kWp): on darker ones nothing is over."""
LIT_SUN = 12.0
"""Degrees that the sun has to reach where no energy is expected: by it a day counts as lit."""
AWAKE, BACK = 0.05, 0.3
"""Wh expected per W of modules, and the share of it that is made, by which an inverter that was off is back."""
FORGOTTEN = 60 * 86_400_000
"""ms after which a closed finding is forgotten: nothing looks back so far for its beginning."""
_Key = tuple[Cause, str]


def diagnose(day: TownDay, known: Known) -> tuple[list[Finding], Known]:
    """All findings open at the end of the day or closed on it, and what to remember.

    Of a day that goes on (not `day.whole`) the second is for nothing: every look at today begins with what was known
    in the morning.
    """
    day = replace(day, losing=_losing(known))
    members, ledger = Members.of(day), Ledger(day, Members.of(day))
    signs, pasts = _looked(day, known)
    first = gate(signs, day, members)
    taken = _taken(first, ledger)
    last, pasts = _looked_last(day, known, ledger, pasts, resumed(known.episodes, taken))
    # What brings many roofs down in a week is seen only beside each other: the gates again, of the last ones alone.
    second = gate(continued(last, taken, known.episodes), day, members, [one.sign for one in first.told])
    taken |= _taken(Gated(_spoken(second, first), second.hidden), ledger)
    episodes, unclaimed = _lived(day, known, members, ledger, taken, [*first.hidden, *second.hidden])
    before = {(one.finding.cause, one.finding.subject): one for one in known.episodes}
    episodes, renamed = named(episodes, before, taken, ledger, members, day.end)
    for path in renamed:  # what is left of it would have to be seen anew
        pasts["performance"][path] = forgotten(pasts["performance"].get(path, {}))
    findings = sorted((one.finding for one in episodes), key=lambda one: (one.since, one.subject, one.cause))
    closed = {word: until for word, until in known.closed.items() if until > day.start - FORGOTTEN}
    closed |= {_word(one.cause, one.subject): one.until for one in findings if one.until is not None}
    going_on = tuple(one for one in episodes if one.finding.open)
    return findings, Known(pasts, going_on, closed, unclaimed)


def _losing(known: Known) -> frozenset[str]:
    findings = [one.finding for one in known.episodes if one.finding.lost_wh > 0]
    return frozenset(one.subject.split("#")[0] for one in findings if one.cause.stage is not Stage.DESIGN)


_Pasts = dict[str, dict[str, Past]]


def _looked(day: TownDay, known: Known) -> tuple[list[Sign], _Pasts]:
    signs: list[Sign] = []
    pasts: _Pasts = {}
    for name, look in RECIPES.items():
        before, after = known.pasts.get(name, {}), pasts.setdefault(name, {})
        for inverter in day.inverters:
            seen, past = look(inverter, day, before.get(inverter.unit.path, {}))
            signs += seen
            if past:
                after[inverter.unit.path] = past
    for name, look_town in TOWN_RECIPES.items():
        seen, past = look_town(day, known.pasts.get(name, {}).get(TOWN, {}))
        signs += seen
        pasts[name] = {TOWN: past} if past else {}
    return signs, pasts


def _looked_last(
    day: TownDay, known: Known, ledger: Ledger, pasts: _Pasts, explained: set[str]
) -> tuple[list[Sign], _Pasts]:
    """Recipes that look at what the others have left; of the inverters that are explained, anew."""
    signs: list[Sign] = []
    for name, look in LAST_RECIPES.items():
        before, after = known.pasts.get(name, {}), pasts.setdefault(name, {})
        for row, inverter in enumerate(day.inverters):
            rest = replace(inverter, energy=ledger.residue(row, inverter.energy))
            past = before.get(inverter.unit.path, {})
            seen, past = look(rest, day, forgotten(past) if inverter.unit.path in explained else past)
            signs += seen
            if past:
                after[inverter.unit.path] = past
    return signs, pasts


def _spoken(second: Gated, first: Gated) -> list[Told]:
    """Not what the first gate has already said of the same subject."""
    already = {(one.sign.cause, one.sign.subject) for one in first.told}
    return [one for one in second.told if (one.sign.cause, one.sign.subject) not in already]


def _taken(gated: Gated, ledger: Ledger) -> dict[_Key, tuple[Sign, float, float]]:
    """Each sign with the Wh that it takes and those of them that were planned; of two alike the one with more."""
    order = {id(one.sign): one for one in gated.told}
    made: dict[_Key, tuple[Sign, float, float]] = {}
    for sign in in_order([one.sign for one in gated.told]):
        lost = sum(ledger.take(part) for part in order[id(sign)].parts) + sign.beyond
        key = sign.cause, sign.subject
        if key in made:
            lost += made[key][1]
            sign = min((made[key][0], sign), key=lambda one: one.since)
        made[key] = sign, lost, lost if sign.cause is Cause.PLANNED else 0.0
    return made


def _lived(
    day: TownDay,
    known: Known,
    members: Members,
    ledger: Ledger,
    taken: dict[_Key, tuple[Sign, float, float]],
    hidden: Sequence[Sign],
) -> tuple[list[Episode], dict[str, tuple[Loss, ...]]]:
    """The episodes after the day, and what nobody has claimed of the days up to it."""
    pools = _Pools(known, day, members, ledger)
    before = {(one.finding.cause, one.finding.subject): one for one in known.episodes}
    kept = {(sign.cause, sign.subject) for sign in hidden}
    made: list[Episode] = []
    for key, (sign, lost, planned) in taken.items():
        rows = members.rows(sign.subject)
        expected = float(ledger.expected[rows].sum()) * members.part(sign.subject)
        episode = before.get(key)
        back = 0.0
        if episode is None:
            episode = opened(sign, known.closed.get(_word(*key), 0))
            back = pools.back(sign, episode.finding.since, rows, lost)
        elif episode.absent and sign.claim is not None and np.isinf(sign.claim).all():
            back = pools.back(sign, episode.last, rows, lost)  # it went on while nothing told of it
        lit = _lit(day, ledger, rows)
        episode = told(episode, sign, lost, planned, expected, day.end, lit=lit, whole=day.whole)
        if back:
            episode = replace(episode, finding=replace(episode.finding, lost_wh=episode.finding.lost_wh + back))
        made.append(episode)
    for key, episode in before.items():
        if key not in taken:
            rows = members.rows(episode.finding.subject)
            if key in kept:
                made.append(replace(episode, absent=0))
            elif rows:
                lit = _lit(day, ledger, rows) or episode.finding.cause.stage is Stage.DATA
                works = _works(day, ledger, rows)
                made.append(untold(episode, lit=lit, works=works, whole=day.whole))
    return made, pools.after()


class _Pools:
    """By inverter, what is missing of past days and was claimed by nobody: a finding takes its share as it opens."""

    def __init__(self, known: Known, day: TownDay, members: Members, ledger: Ledger) -> None:
        self._day, self._members, self._ledger = day, members, ledger
        self._past = {unit.path: list(known.unclaimed.get(unit.path, ())) for unit in members.units}

    def back(self, sign: Sign, since: int, rows: Sequence[int], lost: float) -> float:
        """Wh since it began, in the same part of what is missing as on this day; then they are claimed."""
        if sign.claim is None or since >= self._day.start:
            return 0.0
        missing = float(np.maximum(self._ledger.missing[rows], 0.0).sum())
        part = min(lost / missing, 1.0) if lost > 0 and missing > 0 else 0.0
        if np.isinf(sign.claim).all():
            part = 1.0
        total = 0.0
        for row in rows:
            path = self._members.units[row].path
            pool, share = self._past[path], []
            for start, wh in pool:
                mine = wh * part if start + 86_400_000 > since else 0.0
                total += mine
                share.append((start, round(wh - mine, 1)))
            self._past[path] = share
        return max(total, 0.0)

    def after(self) -> dict[str, tuple[Loss, ...]]:
        """With this day."""
        made = {}
        for row, unit in enumerate(self._members.units):
            today = (self._day.start, round(float(self._ledger.left[row].sum()), 1))
            made[unit.path] = tuple([*self._past[unit.path], today][-LOOKED_BACK:])
        return made


def _lit(day: TownDay, ledger: Ledger, rows: Sequence[int]) -> bool:
    """Whether something was seen of these inverters in the light of a whole day, or of one that lets nothing end."""
    modules = sum(day.inverters[row].unit.pdc0 for row in rows)
    expected = float(ledger.expected[rows].sum())
    if expected > 0:
        return modules > 0 and expected >= LIT * modules
    seen = any(np.isfinite(day.inverters[row].energy).any() for row in rows)
    return seen and bool((day.elevation > LIT_SUN).any())


def _works(day: TownDay, ledger: Ledger, rows: Sequence[int]) -> bool:
    """Whether all of these inverters make energy again, by an hour or so of light."""
    for row in rows:
        expected = float(ledger.expected[row].sum())
        made = expected - float(ledger.missing[row].sum())
        if expected < AWAKE * day.inverters[row].unit.pdc0 or made < BACK * expected:
            return False
    return True


def _word(cause: Cause, subject: str) -> str:
    return f"{cause}|{subject}"
