"""Draws of roof and day, and what becomes of each injected loss: replayed from its day on, with what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from models.pv.alerts.gate import Gate
from models.pv.diagnosis.cause import Cause, Stage
from models.pv.diagnosis.finding import Finding
from models.pv.sun import Floats
from scripts.bench.detection.live import Memory, live
from scripts.bench.detection.losses import Kind
from scripts.bench.detection.natural import natural
from scripts.bench.detection.series import DAY, Series

WARM = 45
"""Days of a set before anything is injected: two weeks without any expectation, and a month of one."""
LIT = 1.0
"""Wh expected per W of modules that make a lit day."""
WINTER = (11, 12, 1)
TRIES = 50
"""Days tried for a roof."""
SPAN = 30
"""Days from the beginning whose energy counts in the recall."""
GATE, PRICE = Gate(), Decimal("0.10")
"""From which loss on somebody is told, and euros for a kWh: assumed, of the order of French contracts for roofs."""
_Event = tuple[Cause, str, int]


@dataclass(frozen=True, slots=True)
class Clean:
    """The set as it is, day after day."""

    expected: Floats
    """(days, T, n) Wh"""
    memories: list[Memory]
    """Before each day."""
    episodes: dict[_Event, tuple[int, int, Finding]]
    """(first day, last day, how it was last) of each finding."""
    open: list[frozenset[_Event]]
    """Findings by day: open at its end or closed on it."""
    told: frozenset[_Event]
    """Those of them that were worth an alert on some evening."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one injected loss."""

    kind: Kind
    row: int
    day: int
    winter: bool
    found: Finding | None
    lit_days: float
    """From the beginning until it was found, the day of finding counted; inf when it was not."""
    told_days: float
    """The same until it was worth an alert."""
    samples: int
    """Intervals of light until a dead inverter was found."""
    lost: float
    """Wh taken away."""
    flagged: float
    """Wh of them on days at whose end the loss was known."""
    known_lost: float
    """Wh that the findings on the roof give as lost at the end, those that have closed too; NaN without any."""
    lost_early: float
    """Of `lost` and of `flagged`, the first SPAN days."""
    flagged_early: float
    open: bool
    """On the last day."""
    drift: float
    """Of what the roof would have made meanwhile, how much more was expected of it: a loss is told too large by it."""
    beside: tuple[_Event, ...] = field(default=())
    """Findings on other roofs that the set as it is does not have."""


def clean(series: Series) -> Clean:
    """Nothing injected."""
    memory, memories = Memory(), []
    expected = np.full(series.energy.shape, np.nan)
    episodes: dict[_Event, tuple[int, int, Finding]] = {}
    by_day: list[frozenset[_Event]] = []
    told: set[_Event] = set()
    for number in range(len(series.energy)):
        memories.append(memory)
        seen, memory = live(series, number, series.energy[number], memory)
        expected[number] = seen.expected
        for one in seen.findings:
            first = episodes[_event(one)][0] if _event(one) in episodes else number
            episodes[_event(one)] = first, number, one
        told |= {_event(one) for one in seen.findings if one.open and _worth(series, one, number)}
        by_day.append(frozenset(_event(one) for one in seen.findings))
    return Clean(expected, memories, episodes, by_day, frozenset(told))


def _worth(series: Series, one: Finding, number: int) -> bool:
    """Whether a finding is worth an alert in the evening, on a roof of a real size."""
    sized = replace(one, lost_wh=one.lost_wh * series.size)
    return GATE.passes(sized, int(series.starts[number]) + DAY, lambda _site: PRICE)


def draws(
    series: Series, run: Clean, kind: Kind, rng: np.random.Generator, count: int, together: int
) -> list[list[tuple[int, int]]]:
    """Passes of (row, day): as many on each roof, on days on which nothing is wrong with it of itself.

    At most `together` losses begin on the same day, on different sites. A roof that is never well is left out.
    """
    left = np.tile(rng.permutation(len(series.units)), -(-count // len(series.units)))[:count].tolist()
    last = len(series.energy) - kind.lasts
    passes: list[list[tuple[int, int]]] = []
    while left:
        first = left.pop(0)
        days = (int(rng.integers(WARM, last)) for _try in range(TRIES))
        day = next((day for day in days if _well(series, run, first, day, kind.lasts)), None)
        if day is None:
            continue
        mine = [(first, day)]
        for row in list(left):
            sites = {series.units[other].site for other, _ in mine}
            if (
                len(mine) < together
                and series.units[row].site not in sites
                and _well(series, run, row, day, kind.lasts)
            ):
                mine.append((row, day))
                left.remove(row)
        passes.append(mine)
    return passes


def _well(series: Series, run: Clean, row: int, day: int, lasts: int) -> bool:
    path = series.units[row].path
    if any(_about(subject, series, row) for _cause, subject, _since in run.open[day - 1]):
        return False
    known = np.isfinite(run.expected[day, :, row]).any()
    days = range(max(day - 7, 0), min(day + lasts, len(series.starts)))
    return bool(known) and not any(natural(series.name, path.split("/")[0], int(series.starts[n])) for n in days)


def outcomes(series: Series, run: Clean, kind: Kind, drawn: Sequence[tuple[int, int]], seed: int) -> list[Outcome]:
    """One pass: all its losses together, from their day on to their end."""
    first = drawn[0][1]
    energy = series.energy[first : first + kind.lasts].copy()
    kept = {}
    for row, day in drawn:
        kept[row] = kind.kept(series, row, day, np.random.default_rng([seed, row, day]))[: len(energy)]
        energy[:, :, row] *= kept[row]
    found: dict[int, tuple[Finding, float]] = {}
    alerted: dict[int, float] = {}
    samples = dict.fromkeys(kept, 0)
    flagged = {row: np.zeros(len(energy)) for row in kept}
    stays = dict.fromkeys(kept, False)
    expected = np.full(energy.shape, np.nan)
    said: dict[int, dict[_Event, float]] = {row: {} for row in kept}
    beside: set[_Event] = set()
    memory = run.memories[first]
    before = run.open[first - 1]
    lost = series.energy[first : first + kind.lasts] - energy
    for offset in range(len(energy)):
        number = first + offset
        if kind.dead and offset == 0:
            samples |= _looked_in(series, number, energy[offset], memory, kept, before)
        seen, memory = live(series, number, energy[offset], memory)
        expected[offset] = seen.expected
        new = [one for one in seen.findings if _event(one) not in before and one.cause.stage is not Stage.DESIGN]
        for row in kept:
            own = [one for one in new if _about(one.subject, series, row)]
            if own and row not in found:
                mine = min(own, key=lambda one: one.seen)
                found[row] = mine, _lit_days(series, run, row, first, number)
            if row not in alerted and any(one.open and _worth(series, one, number) for one in own):
                alerted[row] = _lit_days(series, run, row, first, number)
            stays[row] = any(one.open for one in own)
            if stays[row]:
                flagged[row][offset] = float(np.nansum(lost[offset, :, row]))
            said[row] |= {_event(one): one.lost_wh for one in own}
        usual = {(cause, subject) for cause, subject, _since in run.open[number]}
        beside |= {
            _event(one)
            for one in new
            if (one.cause, one.subject) not in usual
            and not natural(series.name, one.subject.split("/")[0], int(series.starts[number]))
            and not any(_about(one.subject, series, row) for row in kept)
        }
    made = []
    for row, day in drawn:
        first_found, lit = found.get(row, (None, float("inf")))
        named = (_named(memory, series, row, before) or first_found) if first_found else None
        of_days = np.nansum(lost[:, :, row], axis=1)
        whole = energy[:, :, row] + lost[:, :, row]
        both = np.isfinite(expected[:, :, row]) & np.isfinite(whole)
        made.append(
            Outcome(
                kind=kind, row=row, day=day, winter=int(series.months[day]) in WINTER, found=named, lit_days=lit,
                told_days=alerted.get(row, float("inf")),
                samples=samples[row], lost=float(of_days.sum()), flagged=float(flagged[row].sum()),
                known_lost=float(np.nansum(list(said[row].values()))) if first_found else float("nan"),
                lost_early=float(of_days[:SPAN].sum()), flagged_early=float(flagged[row][:SPAN].sum()),
                open=stays[row], drift=float(expected[:, :, row][both].sum() / max(whole[both].sum(), 1e-9) - 1),
                beside=tuple(sorted(beside)),
            )
        )  # fmt: skip
        beside = set()
    return made


def _named(memory: Memory, series: Series, row: int, before: frozenset[_Event]) -> Finding | None:
    """What is open on the roof at the end, a name before "unexplained"."""
    own = [
        one.finding
        for one in memory.known.episodes
        if _about(one.finding.subject, series, row)
        and _event(one.finding) not in before
        and one.finding.cause.stage is not Stage.DESIGN
    ]
    return min(own, key=lambda one: (one.cause is Cause.UNEXPLAINED, -np.nan_to_num(one.lost_wh)), default=None)


def _looked_in(
    series: Series, number: int, energy: Floats, memory: Memory, kept: dict[int, Floats], before: frozenset[_Event]
) -> dict[int, int]:
    """Looks at the day as it goes on, one after each interval: how many lit intervals after death each is found."""
    made: dict[int, int] = {}
    begun = {row: int(np.flatnonzero(kept[row][0] == 0)[0]) for row in kept if (kept[row][0] == 0).any()}
    lit = np.nan_to_num(series.energy[number]) > 0.02 * series.capacity * series.hours
    for upto in range(min(begun.values(), default=energy.shape[0]) + 1, energy.shape[0] + 1):
        if len(made) == len(begun):
            break
        seen, _same = live(series, number, energy, memory, upto)
        for row, start in begun.items():
            own = [one for one in seen.findings if _about(one.subject, series, row) and _event(one) not in before]
            if row not in made and upto > start and own:
                made[row] = int(lit[start:upto, row].sum())
    return {row: made.get(row, 10**6) for row in kept}


def _lit_days(series: Series, run: Clean, row: int, first: int, last: int) -> float:
    """Lit days from the first on, the one on which it was found counted."""
    expected = np.nansum(run.expected[first : last + 1, :, row], axis=1)
    return float(max((expected >= LIT * series.units[row].pdc0).sum(), 1))


def _about(subject: str, series: Series, row: int) -> bool:
    unit = series.units[row]
    return subject.split("#")[0] in (unit.path, unit.site)


def _event(one: Finding) -> _Event:
    return one.cause, one.subject, one.since
