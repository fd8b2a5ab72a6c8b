"""What each reader sees of an initiative: four objects, not one with fields blanked out.

A public view is built of types of its own. It cannot hold a `Private` part: none of its fields has such a type, and a
test walks through all of them. Text that was erased is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from models.territory.initiatives.convention import PUBLIC_TEXTS, Convention
from models.territory.initiatives.fields import Said
from models.territory.initiatives.initiative import Initiative
from models.territory.initiatives.rules import ANSWERED_BY_THE_TOWN
from models.territory.initiatives.words import (
    Action,
    Carrier,
    Circle,
    Confidence,
    HolderKind,
    Lever,
    Method,
    Perimeter,
    Renewal,
    Role,
    State,
    Theme,
    Through,
)

NAMED = frozenset({HolderKind.ASSOCIATION, HolderKind.SCHOOL, HolderKind.COMPANY, HolderKind.COMMUNE})
"""Holders whose name is public; that of people only where they agreed."""

Texts = Mapping[str, Any]
"""What is kept elsewhere, by reference."""


class Private:
    """Marks what no public view may hold."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PublicStep:
    """One step of the way. Refusals stand there with their reason."""

    at: int
    action: Action
    role: Role
    state: State
    reason: str | None


@dataclass(frozen=True, slots=True)
class PublicConvention:
    """What each side does, and for how long."""

    version: int
    town_does: str | None
    holders_do: str | None
    start: date
    end: date
    months: int
    renewal: Renewal
    notice_days: int
    euros: Decimal | None
    agent_hours: float | None
    object: str | None
    calendar: str | None
    durability: str | None
    indicators: str | None
    signed_by_holder: date | None
    signed_by_commune: date | None


@dataclass(frozen=True, slots=True)
class PublicEffect:
    """One effect as it was declared; what of it counts, models.territory.initiatives.counted says."""

    id: str
    lever: Lever
    carrier: Carrier
    perimeter: Perimeter
    subject: str | None
    plant: str | None
    kwh: float
    low: float | None
    high: float | None
    baseline_kwh: float | None
    method: Method
    confidence: Confidence
    start: date
    lifetime: int
    decay: float


@dataclass(frozen=True, slots=True)
class PublicSupport:
    """What the town grants."""

    advice: bool
    technical: bool
    euros: Decimal | None


@dataclass(frozen=True, slots=True)
class PublicEvaluation:
    """`measured` False: nobody measured, and the registry says so."""

    measured: bool
    note: str | None
    at: int


@dataclass(frozen=True, slots=True)
class PublicDocument:
    """A document that everybody may know of, by its hash."""

    sha256: str
    label: str | None
    at: int


@dataclass(frozen=True, slots=True)
class PublicView:
    """For everybody."""

    id: str
    title: str | None
    summary: str | None
    theme: Theme | None
    levers: tuple[Lever, ...]
    place: str | None
    holder_kind: HolderKind
    holder_name: str | None
    state: State
    since: int
    days_in_state: int
    waits_for_the_town: bool
    """The holders wait for an answer."""
    created: int
    updated: int
    support: PublicSupport | None
    convention: PublicConvention | None
    effects: tuple[PublicEffect, ...]
    evaluation: PublicEvaluation | None
    documents: tuple[PublicDocument, ...]
    way: tuple[PublicStep, ...]
    source_id: str | None
    source_url: str | None
    source_programme: str | None


@dataclass(frozen=True, slots=True)
class HeldDocument(Private):
    """A document, by its hash."""

    sha256: str
    label: str | None
    at: int


@dataclass(frozen=True, slots=True)
class HolderView(Private):
    """For the holders and their referent: also their documents, and what they have consented to."""

    public: PublicView
    documents: tuple[HeldDocument, ...]
    consent: str | None


@dataclass(frozen=True, slots=True)
class Contact(Private):
    """A person or body, as it was given: name, contact, address, age band."""

    ref: str
    said: Mapping[str, str]
    """Empty when it was erased."""


@dataclass(frozen=True, slots=True)
class HeldOpinion(Private):
    """Of a service."""

    text: str | None
    cost: Decimal | None
    at: int


@dataclass(frozen=True, slots=True)
class InstructionView(Private):
    """For the technical services and the elected referent."""

    holder_view: HolderView
    holder: Contact | None
    minor: bool
    through: Through | None
    answers: Contact | None
    referent: Contact | None
    opinions: tuple[HeldOpinion, ...]


@dataclass(frozen=True, slots=True)
class LegalView(Private):
    """For the DGS: also what was signed, and what is a matter of law."""

    instruction: InstructionView
    signed_documents: tuple[str, ...]
    """Hashes, the oldest first."""
    texts: tuple[Mapping[str, str | None], ...]
    """Of each version: every part of the convention."""


def public_view(initiative: Initiative, texts: Texts, now: int) -> PublicView:
    """What everybody may see."""

    def read(said: Said | None) -> str | None:
        return None if said is None else texts.get(said.ref)

    holder, support, evaluation, source = (
        initiative.holder, initiative.support, initiative.evaluation, initiative.source,
    )  # fmt: skip
    named = (holder.kind in NAMED or initiative.may_name) and not holder.minor and holder.person
    return PublicView(
        id=initiative.id,
        title=read(initiative.title),
        summary=read(initiative.summary),
        theme=initiative.theme,
        levers=initiative.levers,
        place=read(initiative.place),
        holder_kind=holder.kind,
        holder_name=texts.get(holder.person, {}).get("name") if named and holder.person else None,
        state=initiative.state,
        since=initiative.since,
        days_in_state=initiative.days_in_state(now),
        waits_for_the_town=initiative.state in ANSWERED_BY_THE_TOWN,
        created=initiative.created,
        updated=initiative.updated,
        support=PublicSupport(support.advice, support.technical, support.euros) if support else None,
        convention=_convention(initiative.convention, texts) if initiative.convention else None,
        effects=tuple(
            PublicEffect(*(getattr(effect, name) for name in PublicEffect.__slots__)) for effect in initiative.effects
        ),
        evaluation=PublicEvaluation(evaluation.document is not None, read(evaluation.note), evaluation.at)
        if evaluation
        else None,
        documents=tuple(
            PublicDocument(each.sha256, texts.get(each.label.ref), each.at)
            for each in initiative.documents
            if each.circle is Circle.PUBLIC
        ),
        way=tuple(
            PublicStep(each.at, each.action, each.role, each.state, read(each.reason)) for each in initiative.way
        ),
        source_id=source.id if source else None,
        source_url=source.url if source else None,
        source_programme=read(source.programme) if source else None,
    )


def holder_view(initiative: Initiative, texts: Texts, now: int) -> HolderView:
    """What the holders see."""
    mine = (Circle.PUBLIC, Circle.HOLDER)
    return HolderView(
        public_view(initiative, texts, now),
        tuple(
            HeldDocument(each.sha256, texts.get(each.label.ref), each.at)
            for each in initiative.documents
            if each.circle in mine
        ),
        initiative.consent,
    )


def instruction_view(initiative: Initiative, texts: Texts, now: int) -> InstructionView:
    """What the services and the elected referent see."""

    def contact(ref: str | None) -> Contact | None:
        return None if ref is None else Contact(ref, texts.get(ref, {}))

    return InstructionView(
        holder_view(initiative, texts, now),
        contact(initiative.holder.person),
        initiative.holder.minor,
        initiative.holder.through,
        contact(initiative.holder.answers),
        contact(initiative.referent),
        tuple(HeldOpinion(texts.get(each.text.ref), each.cost, each.at) for each in initiative.opinions),
    )


def legal_view(initiative: Initiative, texts: Texts, now: int) -> LegalView:
    """What the head of the administration sees."""
    signed = [
        signature.document
        for each in initiative.conventions
        for signature in (each.holder, each.commune)
        if signature is not None
    ]
    return LegalView(
        instruction_view(initiative, texts, now),
        tuple(dict.fromkeys(signed)),
        tuple({name: texts.get(said.ref) for name, said in each.texts.items()} for each in initiative.conventions),
    )


def _convention(convention: Convention, texts: Texts) -> PublicConvention:
    def read(name: str) -> str | None:
        said = convention.texts.get(name)
        return None if said is None else texts.get(said.ref)

    holder, commune = convention.holder, convention.commune
    return PublicConvention(
        version=convention.version,
        town_does=texts.get(convention.town_does.ref),
        holders_do=texts.get(convention.holders_do.ref),
        start=convention.start,
        end=convention.end,
        months=convention.months,
        renewal=convention.renewal,
        notice_days=convention.notice_days,
        euros=convention.euros,
        agent_hours=convention.agent_hours,
        signed_by_holder=holder.on if holder else None,
        signed_by_commune=commune.on if commune else None,
        **{name: read(name) for name in PUBLIC_TEXTS},
    )
