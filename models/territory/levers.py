"""What sobriety, efficiency and renewables each brought: what was declared beside what was measured, and the rest.

Declared savings never alter a consumption, which is measured: they only explain its change. Production of initiatives
stands in the meters and the register already, so renewables are told by what was measured alone. Declarations of class
D (somebody's word) are shown and not summed. Two savings on one meter multiply: C0·[1 - (1-e)(1-s)], not e + s.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.carriers import Lever

SUMMED = frozenset({"A", "B", "C"})


@dataclass(frozen=True, slots=True)
class Saving:
    """What one deed saves a year, as somebody says: MWh, with the class of its evidence (A measured … D declared)."""

    subject: str
    """Building or meter that it is about: two on one subject overlap."""
    lever: Lever
    mwh: float
    confidence: str
    baseline: float | None = None
    """MWh of the subject before; needed to tell what two savings on it bring together."""


@dataclass(frozen=True, slots=True)
class LeverRow:
    """One lever between two years, MWh a year."""

    lever: Lever
    declared: float
    """Of classes A to C, overlaps counted once."""
    not_summed: float
    """Of class D."""
    measured: float | None
    """Renewables: more production. The two others share one measurement, see Levers.change."""


@dataclass(frozen=True, slots=True)
class Levers:
    """The three side by side."""

    since: int
    until: int
    rows: tuple[LeverRow, ...]
    change: float | None
    """C(since) - C(until), corrected for the weather where it could be: what was really needed less."""
    corrected: bool
    explained: float | None
    """Declared savings of classes A to C over the change; may exceed 1. None when nothing fell."""
    rest: float | None
    """Change that no declaration explains; below 0 when more was declared than measured."""


def overlapping(baseline: float, efficiency: float, sobriety: float) -> float:
    """S_tot = C0·[1 - (1-e)(1-s)], shares 0..1. ValueError beyond."""
    if not (0 <= efficiency <= 1 and 0 <= sobriety <= 1) or baseline < 0:
        raise ValueError(f"shares {efficiency}, {sobriety} of {baseline}")
    return baseline * (1 - (1 - efficiency) * (1 - sobriety))


def together(savings: Iterable[Saving]) -> Mapping[Lever, float]:
    """The savings of one subject, by lever: efficiency first, then sobriety on what remains."""
    savings = list(savings)
    base = max((s.baseline for s in savings if s.baseline), default=None)
    found: dict[Lever, float] = {}
    left = base
    for lever in (Lever.EFFICIENCY, Lever.SOBRIETY):
        for saving in (s for s in savings if s.lever is lever):
            if base is None or left is None:
                found[lever] = found.get(lever, 0.0) + saving.mwh
                continue
            saved = left * min(saving.mwh / base, 1.0)
            found[lever] = found.get(lever, 0.0) + saved
            left -= saved
    return found


def levers(
    since: int,
    until: int,
    savings: Sequence[Saving],
    consumption: tuple[float, float] | None,
    production: tuple[float, float] | None,
    *,
    corrected: bool = False,
) -> Levers:
    """The levers between two years. `consumption`, `production`: MWh of both; None where one is not known."""
    by_subject: dict[str, list[Saving]] = {}
    for saving in savings:
        if saving.confidence in SUMMED and saving.lever is not Lever.RENEWABLES:
            by_subject.setdefault(saving.subject, []).append(saving)
    parts = [together(group) for group in by_subject.values()]
    declared = {lever: math.fsum(part.get(lever, 0.0) for part in parts) for lever in Lever}
    said = {
        lever: math.fsum(s.mwh for s in savings if s.lever is lever and s.confidence not in SUMMED) for lever in Lever
    }
    grown = production[1] - production[0] if production else None
    rows = tuple(
        LeverRow(lever, declared[lever], said[lever], grown if lever is Lever.RENEWABLES else None) for lever in Lever
    )
    change = consumption[0] - consumption[1] if consumption else None
    explaining = declared[Lever.SOBRIETY] + declared[Lever.EFFICIENCY]
    explained = explaining / change if change and change > 0 else None
    rest = change - explaining if change is not None else None
    return Levers(since, until, rows, change, corrected, explained, rest)
