"""What is known of one initiative. Free text and people are references; see models.territory.initiatives.fields."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.territory.initiatives.convention import Convention
from models.territory.initiatives.effect import Effect
from models.territory.initiatives.fields import Said
from models.territory.initiatives.rules import DEADLINES, ENDED
from models.territory.initiatives.words import Action, Circle, HolderKind, Lever, Role, State, Theme, Through

DAY = 86_400_000
"""ms"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who carries it: the kind for everybody, the rest by reference."""

    kind: HolderKind
    person: str | None
    """``person:…``"""
    minor: bool = False
    through: Through | None = None
    answers: str | None = None
    """``person:…`` of the guardian or the school."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an initiative came from, when it was not filed here."""

    id: str
    url: str | None
    programme: Said | None


@dataclass(frozen=True, slots=True)
class Support:
    """What the town grants."""

    advice: bool
    technical: bool
    euros: Decimal | None


@dataclass(frozen=True, slots=True)
class Arrow:
    """One step of its way: {who, when, from where to where, reason, document}."""

    at: int
    action: Action
    role: Role
    state: State
    """After it."""
    reason: Said | None
    document: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """A document by its hash."""

    sha256: str
    label: Said
    circle: Circle
    at: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a service thinks, and what it would cost."""

    text: Said
    cost: Decimal | None
    at: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How it was measured, or that it was not."""

    document: str | None
    """The hash of the note of measurement; None: not measured."""
    note: Said | None
    at: int


@dataclass(frozen=True, slots=True)
class Initiative:
    """What is known of one initiative."""

    id: str
    state: State
    since: int
    """When it came into this state."""
    created: int
    updated: int
    title: Said
    summary: Said
    theme: Theme | None
    levers: tuple[Lever, ...]
    place: Said | None
    holder: Holder
    source: Source | None = None
    referent: str | None = None
    support: Support | None = None
    conventions: tuple[Convention, ...] = ()
    """All versions, the last one last."""
    effects: tuple[Effect, ...] = ()
    documents: tuple[Document, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    evaluation: Evaluation | None = None
    may_name: bool = False
    """A person agreed to be named in public; associations and schools are named without."""
    consent: str | None = None
    """The version of the text that was agreed to."""
    way: tuple[Arrow, ...] = ()

    def days_in_state(self, now: int) -> int:
        """Whole days since the last change of state."""
        return max(0, (now - self.since) // DAY)

    def is_due(self, now: int) -> bool:
        """Whether it has been in its state for so long that it lapses."""
        most = DEADLINES.get(self.state)
        return most is not None and self.days_in_state(now) >= most

    @property
    def was_refused(self) -> bool:
        """Whether the town did not want it, for good."""
        return self.state in (State.REFUSED, State.INADMISSIBLE)

    @property
    def was_realised(self) -> bool:
        """Whether it was ever carried out: only then its effects are more than promises."""
        return any(step.state is State.REALISED for step in self.way)

    @property
    def convention(self) -> Convention | None:
        """The newest version."""
        return self.conventions[-1] if self.conventions else None

    @property
    def in_force(self) -> Convention | None:
        """The newest version that both sides have signed."""
        return next((each for each in reversed(self.conventions) if each.is_signed), None)

    @property
    def has_ended(self) -> bool:
        """Nothing leads on from here."""
        return self.state in ENDED

    def kept(self) -> set[str]:
        """Every reference to what is kept elsewhere (texts and people)."""
        texts = [self.title, self.summary, self.place, *(arrow.reason for arrow in self.way)]
        texts += [each.label for each in self.documents] + [each.text for each in self.opinions]
        texts.append(self.evaluation.note if self.evaluation else None)
        texts.append(self.source.programme if self.source else None)
        for each in self.conventions:
            texts += [each.town_does, each.holders_do, *each.texts.values()]
        return {text.ref for text in texts if text} | self.askers() | ({self.referent} if self.referent else set())

    def askers(self) -> set[str]:
        """The references of who asked for it."""
        return {ref for ref in (self.holder.person, self.holder.answers) if ref}
