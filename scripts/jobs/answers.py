"""What people have answered to the scales that asked them (see models.pv.expected.calibration), as facts of the ledger.

An answer holds for the epoch in which it was given, and from a certain day on: that which was the first not closed
then. So a day before it, closed again, comes out as it did without the answer; and after a part was replaced, or when
the fact is taken back, the scale asks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path

from collector.ledger import Ledger
from config.kwh import ExpectedBasis
from models.calendar import day_start
from models.pv.closing.memory import Memory, scale_key

KIND = "scale-confirmed"
"""The fact: its subject is the inverter, its data name the basis and the scale that was confirmed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One scale is the plant, not a loss."""

    key: str
    """See `scale_key`."""
    at: int
    """Start of the first day for which it holds, ms UTC."""


def answers(ledger: Path | None) -> list[Answer]:
    """All that were not taken back, by date; none where there is no ledger."""
    with Ledger(ledger) as kept:
        facts = kept.facts(KIND)
    return [Answer(scale_key(fact.subject, ExpectedBasis(fact.data["basis"])), fact.at) for fact in facts]


def answered(memory: Memory, given: Iterable[Answer], at: int, tz: tzinfo) -> Memory:
    """What is known at the beginning `at` (ms) of a day, with the answers that hold by then and with no others."""
    held = {answer.key: answer.at for answer in given if answer.at <= at}
    epochs = {
        key: replace(epoch, confirmed=key in held and day_start(epoch.since, tz) < held[key])
        for key, epoch in memory.epochs.items()
    }
    return replace(memory, epochs=epochs)
