"""What is forgotten on somebody's request, with a receipt; the journal keeps that something was forgotten, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from collector.chain import Head
from collector.erased import ERASED, write_erased
from collector.ledger import Ledger
from collector.people import People, digest
from dashboards.registry import Registry
from models.territory.initiatives.initiative import Initiative

KIND = "erasure"
"""Of the facts: what was erased, never what it said."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was erased: enough to show that it was, and nothing of what it was."""

    what: str
    """``person``, ``initiative`` or ``panel``."""
    subject: str
    """The number of the initiative or panel; of a person, the digest of the reference."""
    entries: int
    digests: tuple[str, ...]
    fact: int
    head: Head
    """Of the journal after it."""


def of_initiative(registry: Registry, initiative: Initiative) -> list[str]:
    """Everything kept for an initiative: what was typed, and its people, unless they carry another one, too."""
    others: set[str] = set()
    for each in registry.all():
        others |= each.kept() if each.id != initiative.id else set()
    mine = {*registry.people.refs_of(initiative.id), *initiative.kept()}
    return sorted(mine - others)


def erase(
    ledger: Ledger, people: People, data: Path, what: str, subject: str, refs: Iterable[str], by: str, now: int
) -> Receipt:
    """Forget these references for good: in people.db, its logs, and in what a restored backup will forget again."""
    told = digest(subject) if what == "person" else subject
    gone = people.erase(refs, now)
    noted(people, data)
    fact = ledger.append(KIND, told, now, {"what": what, "entries": len(gone), "digests": gone}, by)
    return Receipt(what, told, len(gone), tuple(gone), fact, ledger.head())


def noted(people: People, data: Path) -> None:
    """Write down what was ever erased, for a restored backup."""
    write_erased(data / ERASED, people.erased())


def known_person(people: People, ref: str) -> bool:
    """Whether something is, or was, kept under a reference: an erasure that was cut short is finished by another."""
    return ref.startswith("person:") and (bool(people.read([ref])) or digest(ref) in people.erased())
