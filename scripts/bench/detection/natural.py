"""Faults that real sets have of themselves, each with what shows it without any model of ours.

*Level*: energy of the roof over the mean of the three roofs whose hourly power correlates best with its own, that
quotient over its median in the two months before. A set's roofs are known by their names and days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from scripts.bench.detection.series import DAY


@dataclass(frozen=True, slots=True)
class Natural:
    """One natural fault; both days included."""

    roof: str
    first: date
    last: date
    evidence: str

    def covers(self, roof: str, start: int) -> bool:
        """Whether the day that begins there (ms) is one of its days."""
        return (
            roof == self.roof
            and self.first <= datetime.fromtimestamp((start + DAY // 2) / 1000, UTC).date() <= self.last
        )


NATURAL: dict[str, tuple[Natural, ...]] = {
    "neighbours": (
        Natural(
            "roof_14", date(2016, 7, 31), date(2017, 7, 31),
            "makes a third of what each neighbour makes per kW, all year: a wrong capacity, or two thirds missing",
        ),
        Natural(
            "roof_12", date(2017, 2, 22), date(2017, 3, 4),
            "six days of another sky: level 1.26, 0.72, 0.37, 0.47, 1.41, 2.43 on days on which its neighbours agree"
            " within 5 %; before and after 0.97-1.02",
        ),
        Natural(
            "roof_16", date(2017, 2, 10), date(2017, 3, 27),
            "days of another sky (level 5.1 and 4.0 beside 0.45), then two weeks at 0.59-0.81 and a step back to 0.9",
        ),
        Natural(
            "roof_1", date(2017, 6, 1), date(2017, 7, 12),
            "level 0.73-0.96 on 19 of 24 days beside 1.2-1.55 on three, afternoon hours cut to a fifth; from 28 June"
            " on 0.99",
        ),
    ),
}  # fmt: skip
"""By set."""


def natural(series: str, roof: str, start: int) -> Natural | None:
    """The natural fault of a roof on the day that begins at `start` (ms)."""
    return next((one for one in NATURAL.get(series, ()) if one.covers(roof, start)), None)
