"""The registry at work: deeds as facts of the ledger, what people typed in people.db, and both read together.

Who writes here has already said who they are: `role` is as whom they act, `by` a reference or that role, never a name.
What is decided is decided within one transaction of the ledger, so that two who act at once cannot both be right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from collector.ledger import Fact, Ledger
from collector.people import People
from config.language import _
from models.territory import typed
from models.territory.initiatives.exchange import Incoming
from models.territory.initiatives.fields import TEXTS, checked
from models.territory.initiatives.fold import Deed, Refused, fold, step
from models.territory.initiatives.initiative import Initiative
from models.territory.initiatives.rules import REMEMBERED
from models.territory.initiatives.words import Action, Role

KIND = "initiative"
"""Of the facts."""
NUMBER = re.compile(r"FF-(\d{4})-(\d{3,6})")
_WHO = re.compile(r"person:[0-9a-f]{16}")
_PENDING = {"ref": "text:" + "0" * 16, "seal": "0" * 64}
AGE_BANDS = ("under 15", "15 to 17", "adult")
PERSON: Mapping[str, Callable[[Any], str]] = {
    "name": typed.line, "contact": typed.line, "address": typed.line,
    "age_band": lambda value: typed.one_of(value, AGE_BANDS),
}  # fmt: skip
"""What may be kept of a person or body."""


@dataclass(frozen=True, slots=True)
class Done:
    """A deed that was taken: the fact, and the initiative after it."""

    fact: int
    initiative: Initiative


class Registry:
    """The initiatives of one ledger and one people.db; both are the caller's to open and close."""

    def __init__(self, ledger: Ledger, people: People) -> None:
        self.ledger = ledger
        self.people = people

    def all(self) -> list[Initiative]:
        """Every initiative, by its number."""
        made = (fold(name, deeds) for name, deeds in self._deeds().items())
        return [each for each in made if each is not None]

    def one(self, name: str) -> Initiative:
        """One initiative; ValueError when there is none of that number."""
        found = fold(name, self._deeds_of(name))
        if found is None:
            raise Refused(_("there is no initiative {id}").format(id=name))
        return found

    def texts(self, initiatives: Iterable[Initiative]) -> dict[str, Any]:
        """All that these refer to and that was not erased."""
        return self.people.read({ref for each in initiatives for ref in each.kept()})

    def person(self, said: Mapping[str, Any], now: int) -> str | None:
        """Keep a person or body, and return the reference; None when nothing is said. ValueError names the word."""
        made = person_of(said)
        return self.people.keep("person", "person", made, now).ref if made else None

    def file(
        self,
        said: Mapping[str, Any],
        role: Role,
        at: int,
        now: int,
        year: int,
        holder: Mapping[str, Any] | None = None,
        answers: Mapping[str, Any] | None = None,
    ) -> Done:
        """File a new initiative, with its holder (and who answers for a minor) as `person` takes them.

        ValueError when a word is wrong; then nothing is kept.
        """
        checked(Action.CREATE, said)
        for someone in (holder, answers):
            person_of(someone or {})
        with self.ledger.deciding():
            names = (NUMBER.fullmatch(each) for each in self._deeds())
            known = [int(match[2]) for match in names if match and int(match[1]) == year]
            name = f"FF-{year}-{max(known, default=0) + 1:03d}"
            probe = {**said, "holder": _NOBODY if holder else None, "answers": _NOBODY if answers else None}
            self._judged(name, Action.CREATE, role, probe, at)
            who = {"holder": self.person(holder or {}, now), "answers": self.person(answers or {}, now)}
            return self.act(name, Action.CREATE, role, {**said, **who}, at, now)

    def act(
        self,
        name: str,
        action: Action,
        role: Role,
        said: Mapping[str, Any],
        at: int,
        now: int,
        by: str | None = None,
    ) -> Done:
        """Do something with an initiative. Refused (a ValueError) with the reason; then nothing is kept."""
        who = by or role.value
        if who != role.value and not _WHO.fullmatch(who):
            raise ValueError(_("who acts is told by a reference (person:…), never by a name"))
        with self.ledger.deciding():
            self._judged(name, action, role, said, at)
            ready = checked(action, said)
            kept = {word: self.people.keep("text", name, text, now).said() for word, text in ready.texts.items()}
            data = {"action": action.value, "role": role.value, **ready.plain, **kept}
            fact = self.ledger.append(KIND, name, at, data, who, now)
            return Done(fact, self.one(name))

    def lapse(self, now: int) -> list[str]:
        """Close what nobody went on with; the numbers of those."""
        due = [each.id for each in self.all() if each.is_due(now)]
        for name in due:
            self.act(name, Action.LAPSE, Role.TIMER, {}, now, now)
        return due

    def outdated(self, now: int) -> set[str]:
        """The references of who asked for what was refused so long ago that they are to be forgotten, if they still are
        known and ask for nothing else. What they wrote stays: the public register tells refusals and their reasons.
        """
        everything = self.all()
        gone = {each.id for each in everything if each.was_refused and each.days_in_state(now) >= REMEMBERED}
        needed = {ref for each in everything if each.id not in gone for ref in each.kept()}
        old = {ref for each in everything if each.id in gone for ref in each.askers()} - needed
        return set(self.people.read(sorted(old)))

    def receive(self, projects: Iterable[Incoming], now: int, year: int) -> tuple[list[str], list[str]]:
        """File projects of another platform; the new numbers, and the ids that were known already."""
        known = {each.source.id for each in self.all() if each.source}
        new, old = [], []
        for project in projects:
            if project.source_id in known:
                old.append(project.source_id)
                continue
            known.add(project.source_id)
            done = self.file(project.said, Role.AGENT, now, now, year)
            self.act(done.initiative.id, Action.SUBMIT, Role.AGENT, {}, now, now)
            new.append(done.initiative.id)
        return new, old

    def unsealed(self) -> list[str]:
        """References whose content is no longer what was sealed in the journal. Erased contents are not among them."""
        wrong = []
        for fact in self.ledger.facts(KIND):
            for word in TEXTS:
                kept = fact.data.get(word)
                if kept and self.people.is_sealed(kept["ref"], kept["seal"]) is False:
                    wrong.append(kept["ref"])
        return wrong

    def _judged(self, name: str, action: Action, role: Role, said: Mapping[str, Any], at: int) -> None:
        """Refused, before anything is kept, when the deed is not possible."""
        ready = checked(action, said)
        data = {**ready.plain, **dict.fromkeys(ready.texts, _PENDING)}
        current = fold(name, self._deeds_of(name))
        step(name, current, Deed(0, at, action, role, data))

    def _deeds_of(self, name: str) -> list[Deed]:
        """In the order in which they were written down, whatever day they speak of."""
        return [deed_of(fact) for fact in sorted(self.ledger.facts(KIND, name), key=lambda each: each.id)]

    def _deeds(self) -> dict[str, list[Deed]]:
        found: dict[str, list[Deed]] = {}
        for fact in sorted(self.ledger.facts(KIND), key=lambda each: each.id):
            found.setdefault(fact.subject, []).append(deed_of(fact))
        return dict(sorted(found.items()))


_NOBODY = "person:" + "0" * 16


def deed_of(fact: Fact) -> Deed:
    """What a fact of the ledger says, as models know it."""
    return Deed(fact.id, fact.at, Action(fact.data["action"]), Role(fact.data["role"]), fact.data)


def person_of(said: Mapping[str, Any]) -> dict[str, str]:
    """What is said of a person, checked; ValueError names the word. Absent (None) is not said."""
    made = {}
    for name, value in said.items():
        if value is None:
            continue
        if name not in PERSON:
            raise ValueError(_("of a person nothing is kept as {name}").format(name=name))
        try:
            made[name] = PERSON[name](value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return made
