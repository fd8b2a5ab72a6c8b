"""A town of energies alone: hours or quarters under one smooth sky, and what is left of each roof's. Invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from models.pv.diagnosis.day import InverterDay, TownDay, Unit, Works
from models.pv.diagnosis.diagnose import Known, diagnose
from models.pv.diagnosis.finding import Finding
from models.pv.sun import Floats

DAY, HOUR, QUARTER = 86_400_000, 3_600_000, 900_000
START = 1_772_323_200_000
"""2026-03-01 UTC"""
Kept = Callable[[int, Floats], "float | Floats"]
"""(number of the day, hours) -> share of the energy that is made, or by interval; NaN: not known."""


def unit(path: str, kwp: float = 10.0) -> Unit:
    return Unit(path, path.split("/")[0], pac_rated=900 * kwp, pdc0=1000 * kwp)


def town(*paths: str) -> tuple[Unit, ...]:
    return tuple(unit(path) for path in paths)


SIX = town("s0/inv", "s1/inv", "s2/inv-1", "s2/inv-2", "s3/inv", "s4/inv")


def day_of(
    units: Sequence[Unit],
    number: int,
    kept: Mapping[str, Kept] | None = None,
    *,
    width: int = HOUR,
    upto: int | None = None,
    noise: float = 0.02,
    works: Sequence[Works] = (),
) -> TownDay:
    """Day `number` of the town, or its first `upto` intervals; noise is a share of a day's energy."""
    count = DAY // width
    hours = (np.arange(count) + 0.5) * width / HOUR
    elevation: Floats = 50 * np.sin((hours - 6) / 12 * np.pi)
    sun = np.maximum(np.sin(np.radians(elevation)), 0.0)
    cut, inverters = slice(0, upto), []
    nowhere = np.full(count, np.nan)[cut]
    for row, one in enumerate(units):
        rng = np.random.default_rng([number, row])
        expected = 0.8 * one.pdc0 * sun * width / HOUR
        share = (kept or {}).get(one.path, lambda *_: 1.0)(number, hours)
        energy = expected * share * (1 + noise * rng.standard_normal())
        inverters.append(
            InverterDay(
                one, energy[cut], expected[cut], nowhere, nowhere, nowhere, np.zeros(count, bool)[cut], half_day=0.03
            )
        )
    start = START + DAY * number
    return TownDay(start, width, elevation[cut], (hours * 15)[cut], inverters, upto is None, works=works)


def told(
    units: Sequence[Unit], days: int, kept: Mapping[str, Kept] | None = None, **more: object
) -> Iterator[tuple[int, list[Finding], Known]]:
    """Day after day: its number, the findings, what is known after it."""
    known = Known()
    for number in range(days):
        findings, known = diagnose(day_of(units, number, kept, **more), known)  # type: ignore[arg-type]
        yield number, findings, known


def events(story: Iterator[tuple[int, list[Finding], Known]]) -> dict[tuple[str, str, int], Finding]:
    """Every finding of a story as it was last, by (cause, subject, number of the day on which it began)."""
    return {
        (str(one.cause), one.subject, (one.since - START) // DAY): one for _, findings, _ in story for one in findings
    }


def from_day(first: int, share: float) -> Kept:
    """A step."""
    return lambda number, hours: share if number >= first else 1.0


def missing(day: TownDay) -> float:
    """Wh missing, of what is missing in each interval."""
    gone = [np.nansum(np.maximum(one.expected - one.energy, 0.0)) for one in day.inverters]
    return float(np.sum(gone))
