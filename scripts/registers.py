"""The ledger and people.db of a workplace, opened for the commands of the registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NoReturn

from collector.ledger import Ledger
from collector.ledger_file import LEDGER
from collector.people import PEOPLE, People
from scripts.console import NOT_SO, WRONG, simulated_notice, stop, tell
from scripts.moments import zone
from scripts.options import Workplace
from scripts.provenance import Provenance, provenance


@dataclass(frozen=True, slots=True)
class Registers:
    """What the deeds of people are kept in."""

    ledger: Ledger
    people: People


@contextmanager
def registers(place: Workplace, *, make: bool) -> Iterator[Registers]:
    """Both, opened; who only looks (`make` False) sees empty ones where there are none, and makes no file."""
    ledger, people = place.data / LEDGER, place.data / PEOPLE
    with (
        Ledger(ledger if make or ledger.exists() else None) as facts,
        People(people if make or people.exists() else None) as kept,
    ):
        yield Registers(facts, kept)


def simulated(place: Workplace) -> bool:
    """Whether the data directory is that of a demo; a person is told."""
    if provenance(place.data) is not Provenance.SIMULATED:
        return False
    tell(simulated_notice(), "bold yellow")
    return True


def zone_of(place: Workplace) -> tzinfo:
    """The town's time."""
    return zone(place.load_town().place.tz)


def year_of(place: Workplace, now: int) -> int:
    """The town's year."""
    return datetime.fromtimestamp(now // 1000, zone_of(place)).year


def refuse(error: ValueError) -> NoReturn:
    """End the command: 1 when the registry refuses what was rightly asked, 2 when a word is wrong."""
    stop(NOT_SO if type(error).__name__ == "Refused" else WRONG, str(error))
