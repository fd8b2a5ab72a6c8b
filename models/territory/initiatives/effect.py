"""What an initiative is said to save or to make, in kWh a year: with how it is known, and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from config.language import _
from models.territory.initiatives.words import Carrier, Confidence, Lever, Method, Perimeter

CLASSES: Mapping[Method, Confidence] = {
    Method.MEASURED: Confidence.A, Method.BILLS: Confidence.B, Method.CALCULATED: Confidence.C,
    Method.FLAT: Confidence.C, Method.SAID: Confidence.D,
}  # fmt: skip
"""The best class that a method allows."""
SPREAD: Mapping[Confidence, float | None] = {
    Confidence.A: 0.10, Confidence.B: 0.20, Confidence.C: 0.40, Confidence.D: None,
}  # fmt: skip
"""Half-width of an effect's interval where it says none, as a share of it. Proposals; D has none and is not summed."""
LIFETIME = 10
"""Years, where an effect does not say."""
YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Effect:
    """One line: one building or meter, one lever, one carrier."""

    id: str
    initiative: str
    lever: Lever
    carrier: Carrier
    perimeter: Perimeter
    subject: str | None
    """The meter or building that it is about; None where nobody said: then nothing can be compared with it."""
    plant: str | None
    """The plant that was built: its kWh come from its meter or the register, never from here."""
    kwh: float
    """A year, at its start."""
    low: float | None
    high: float | None
    baseline_kwh: float | None
    """What the subject needed in a year before."""
    baseline: tuple[date, date] | None
    method: Method
    confidence: Confidence
    start: date
    lifetime: int
    """Years."""
    decay: float
    """Share of it that is lost with each year."""

    @property
    def end(self) -> date:
        """The first day on which it no longer counts."""
        try:
            return self.start.replace(year=self.start.year + self.lifetime)
        except ValueError:  # 29 February
            return self.start.replace(year=self.start.year + self.lifetime, day=28)

    def share_of(self, year: int) -> float:
        """What is left of it in a year, 0..1: the days in which it counts, and its decay up to their middle."""
        first, last = max(self.start, date(year, 1, 1)), min(self.end, date(year + 1, 1, 1))
        days = (last - first).days
        if days <= 0:
            return 0.0
        age = ((first - self.start).days + days / 2) / YEAR_DAYS
        length = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        return float(days / length * (1.0 - self.decay) ** age)


def effect_of(initiative: str, data: Mapping[str, Any]) -> Effect:
    """The effect that a fact's data describe; ValueError when its parts contradict each other."""
    method = Method(data["method"])
    best = CLASSES[method]
    confidence = Confidence(data.get("confidence", best))
    if confidence < best:
        told = _("an effect known by '{method}' is of class {best} at best, not {confidence}")
        raise ValueError(told.format(method=method, best=best, confidence=confidence))
    kwh, spread = data["kwh"], SPREAD[confidence]
    low, high = data.get("low"), data.get("high")
    if spread is not None:
        low = max(0.0, kwh * (1 - spread)) if low is None else low
        high = kwh * (1 + spread) if high is None else high
    if (low is not None and low > kwh) or (high is not None and high < kwh):
        raise ValueError(_("low, kwh and high do not follow each other"))
    lever, base = Lever(data["lever"]), data.get("baseline_kwh")
    if lever is not Lever.RENEWABLE:
        if "plant" in data:
            raise ValueError(_("a saving points to a subject, not to a plant"))
        if base is not None and kwh > base:
            raise ValueError(_("a saving cannot exceed what was needed before"))
        if method in (Method.MEASURED, Method.BILLS) and (base is None or "subject" not in data):
            raise ValueError(_("a measured saving needs its subject and baseline_kwh"))
    start, end = data.get("baseline_from"), data.get("baseline_to")
    if (start is None) != (end is None) or (start and end and start >= end):
        raise ValueError(_("baseline_from and baseline_to are given together, the first one first"))
    return Effect(
        id=data["effect"],
        initiative=initiative,
        lever=lever,
        carrier=Carrier(data["carrier"]),
        perimeter=Perimeter(data["perimeter"]),
        subject=data.get("subject"),
        plant=data.get("plant"),
        kwh=kwh,
        low=low,
        high=high,
        baseline_kwh=base,
        baseline=(date.fromisoformat(start), date.fromisoformat(end)) if start and end else None,
        method=method,
        confidence=confidence,
        start=date.fromisoformat(data["start"]),
        lifetime=data.get("lifetime", LIFETIME),
        decay=data.get("decay", 0.0),
    )
