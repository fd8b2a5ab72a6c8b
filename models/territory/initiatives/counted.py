"""What of all declared effects counts in a year, and counts once.

The rules, in words for a council:

1. What is made is counted where it is measured: an effect that built a plant points to it, and adds 0 kWh here.
2. A saving never changes a consumption, which is measured: it only explains why it changed. Nothing here takes or
   gives a consumption of the town.
3. One building (or meter), one carrier and one lever is one line in a year; of several, that of the best class counts.
4. Efficiency and sobriety of one building do not add up: S = C0·[1 − (1 − e)(1 − s)], efficiency first.
5. Class D (somebody says so) is shown and not summed.
6. What is not realised yet is a promise: shown and not summed.
7. The symbolic panels of newborns are names on panels that are counted already: 0 kWh (models.territory.newborns).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.territory.initiatives.effect import Effect
from models.territory.initiatives.words import Carrier, Confidence, Lever, Perimeter


class Why(StrEnum):
    """Why an effect adds nothing to the sums."""

    PRODUCTION = "production"
    """Its kWh come from the meter of its plant, or from the register."""
    ONLY_SAID = "only_said"
    SAME_LINE = "same_line"
    """Another effect is about the same subject, carrier and lever, and of a better class (or older)."""
    NO_BASELINE = "no_baseline"
    """Another one is about the same subject and carrier; without what was needed before they cannot be joined."""
    NOT_THEN = "not_then"
    """It had not begun, or had ended."""
    NOT_REALISED = "not_realised"
    """Its initiative is not realised: a promise."""


@dataclass(frozen=True, slots=True)
class Range:
    """kWh in a year, with their interval."""

    kwh: float
    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.kwh + other.kwh, self.low + other.low, self.high + other.high)


NOTHING = Range(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Left:
    """An effect that adds nothing, and why."""

    initiative: str
    effect: str
    why: Why
    kwh: float
    """What it says of this year, for who wants to see it."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one effect adds."""

    initiative: str
    effect: str
    lever: Lever
    carrier: Carrier
    perimeter: Perimeter
    confidence: Confidence
    saved: Range


@dataclass(frozen=True, slots=True)
class Counted:
    """The savings of a year. Production is not in it: it is measured elsewhere, and `plants` says where to look."""

    year: int
    lines: tuple[Line, ...]
    left: tuple[Left, ...]
    plants: tuple[str, ...]
    """Plants that initiatives have built."""

    def saved(self, lever: Lever | None = None, perimeter: Perimeter | None = None) -> Range:
        """The sum of a lever (of all) within a perimeter; the territory holds the patrimony."""
        total = NOTHING
        for line in self.lines:
            inside = perimeter in (None, Perimeter.TERRITORY, line.perimeter)
            if inside and lever in (None, line.lever):
                total += line.saved
        return total


_ORDER = (Lever.EFFICIENCY, Lever.SOBRIETY)


def counted(effects: Iterable[Effect], year: int, promised: Iterable[Effect] = ()) -> Counted:
    """What counts in a year of realised initiatives, whatever the order in which their effects come.

    `promised` are those of initiatives that are not realised: shown, and nothing more.
    """
    lines: list[Line] = []
    left: list[Left] = [_left(effect, year, Why.NOT_REALISED) for effect in promised]
    plants: set[str] = set()
    alone: list[Effect] = []
    together: dict[tuple[str, Carrier], list[Effect]] = {}
    for effect in sorted(effects, key=_rank):
        if effect.lever is Lever.RENEWABLE and effect.plant:
            plants.add(effect.plant)
        if not effect.share_of(year):
            left.append(_left(effect, year, Why.NOT_THEN))
        elif effect.lever is Lever.RENEWABLE:
            left.append(_left(effect, year, Why.PRODUCTION))
        elif effect.confidence is Confidence.D:
            left.append(_left(effect, year, Why.ONLY_SAID))
        elif effect.subject is None:
            alone.append(effect)
        else:
            together.setdefault((effect.subject, effect.carrier), []).append(effect)
    lines += [_line(effect, _range(effect, year)) for effect in alone]
    for group in together.values():
        chosen: dict[Lever, Effect] = {}
        for effect in group:  # the best one comes first
            if chosen.setdefault(effect.lever, effect) is not effect:
                left.append(_left(effect, year, Why.SAME_LINE))
        joined, without = _joined(list(chosen.values()), year)
        lines += joined
        left += [_left(effect, year, Why.NO_BASELINE) for effect in without]
    return Counted(year, tuple(lines), tuple(left), tuple(sorted(plants)))


def _rank(effect: Effect) -> tuple[str, date, str, str]:
    """The best first: better known, then older; the number of the initiative decides only so that it is decided."""
    return effect.confidence, effect.start, effect.initiative, effect.id


def _joined(effects: list[Effect], year: int) -> tuple[list[Line], list[Effect]]:
    """One effect a lever on one subject: what each adds, efficiency first; and those that cannot be joined."""
    if len(effects) == 1:
        return [_line(effects[0], _range(effects[0], year))], []
    known = [effect for effect in effects if effect.baseline_kwh]
    if len(known) < len(effects):
        best = min(effects, key=_rank)
        return [_line(best, _range(best, year))], [effect for effect in effects if effect is not best]
    before = min(known, key=lambda effect: (effect.baseline or (effect.start,), effect.id)).baseline_kwh or 0.0
    lines, rest = [], Range(1.0, 1.0, 1.0)
    for effect in sorted(known, key=lambda each: _ORDER.index(each.lever)):
        base, said = effect.baseline_kwh or 1.0, _range(effect, year)
        part = Range(*(min(1.0, kwh / base) for kwh in (said.kwh, said.low, said.high)))
        lines.append(_line(effect, Range(*(before * one * kept for one, kept in _pairs(part, rest)))))
        rest = Range(*(kept * (1.0 - one) for one, kept in _pairs(part, rest)))
    return lines, []


def _pairs(first: Range, second: Range) -> Iterable[tuple[float, float]]:
    return zip((first.kwh, first.low, first.high), (second.kwh, second.low, second.high), strict=True)


def _range(effect: Effect, year: int) -> Range:
    share = effect.share_of(year)
    low = 0.0 if effect.low is None else effect.low
    high = effect.kwh if effect.high is None else effect.high
    if effect.baseline_kwh is not None:  # nobody saves more than there was
        high = min(high, effect.baseline_kwh)
    return Range(effect.kwh * share, low * share, max(high, effect.kwh) * share)


def _line(effect: Effect, saved: Range) -> Line:
    return Line(effect.initiative, effect.id, effect.lever, effect.carrier, effect.perimeter, effect.confidence, saved)


def _left(effect: Effect, year: int, why: Why) -> Left:
    return Left(effect.initiative, effect.id, why, effect.kwh * effect.share_of(year))
