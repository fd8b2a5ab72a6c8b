"""An initiative as a fold over its deeds: its state is what its journal says, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from config.language import _
from models.territory.initiatives.convention import Signature, convention_of
from models.territory.initiatives.effect import Effect, effect_of
from models.territory.initiatives.fields import said
from models.territory.initiatives.initiative import (
    Arrow,
    Document,
    Evaluation,
    Holder,
    Initiative,
    Opinion,
    Source,
    Support,
)
from models.territory.initiatives.rules import DEADLINES, RULES
from models.territory.initiatives.words import Action, Circle, HolderKind, Lever, Role, Side, State, Theme, Through


class Refused(ValueError):
    """The registry does not take this deed; the reason is for a person."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One fact about one initiative."""

    id: int
    """Of the fact: deeds come in its order, whatever day they speak of."""
    at: int
    """From when it holds, ms since 1970 (UTC)."""
    action: Action
    role: Role
    data: Mapping[str, Any]
    """See models.territory.initiatives.fields; free text by reference."""


def fold(initiative: str, deeds: Iterable[Deed]) -> Initiative | None:
    """The initiative after all its deeds; None before the first. Refused names the deed that cannot be."""
    current: Initiative | None = None
    for deed in deeds:
        try:
            current = step(initiative, current, deed)
        except Refused as error:
            raise Refused(_("fact {id}: {why}").format(id=deed.id, why=error)) from None
    return current


def step(initiative: str, current: Initiative | None, deed: Deed) -> Initiative:
    """What one deed makes of an initiative; Refused with the reason. Nothing else decides what may be done."""
    rule = RULES[deed.action]
    if deed.role not in rule.roles:
        who = ", ".join(sorted(rule.roles))
        raise Refused(
            _("{action} is not for {role}, but for: {who}").format(action=deed.action, role=deed.role, who=who)
        )
    if current is None:
        if deed.action is not Action.CREATE:
            raise Refused(_("there is no initiative {id}").format(id=initiative))
        return _created(initiative, deed)
    if current.state not in rule.sources:
        where = ", ".join(state for state in State if state in rule.sources) or _("nowhere")
        told = _("{action} is not possible in state {state}, but in: {where}")
        raise Refused(told.format(action=deed.action, state=current.state, where=where))
    try:
        changed = _apply(current, deed)
    except ValueError as error:
        raise Refused(str(error)) from None
    return _moved(changed, deed, rule.target or changed.state)


def _created(initiative: str, deed: Deed) -> Initiative:
    data = deed.data
    holder = Holder(
        HolderKind(data["holder_kind"]), data.get("holder"), data.get("minor", False),
        Through(data["through"]) if "through" in data else None, data.get("answers"),
    )  # fmt: skip
    if holder.minor and (holder.through is None or holder.answers is None):
        raise Refused(_("a minor carries an initiative through a guardian or a school: give through and answers"))
    if holder.through is not None and not holder.minor:
        raise Refused(_("a guardian answers for a minor only"))
    source = (
        Source(data["source_id"], data.get("source_url"), said(data, "source_programme"))
        if "source_id" in data
        else None
    )
    title, summary = said(data, "title"), said(data, "summary")
    assert title
    assert summary
    made = Initiative(
        initiative, State.DRAFT, deed.at, deed.at, deed.at, title, summary, _theme(data), _levers(data),
        said(data, "place"), holder, source,
    )  # fmt: skip
    return replace(made, way=(_arrow(deed, State.DRAFT),))


def _moved(changed: Initiative, deed: Deed, target: State) -> Initiative:
    at = max(deed.at, changed.since)  # a deed that is told late does not turn time back
    way = (*changed.way, _arrow(deed, target)) if target is not changed.state or deed.action in _TOLD else changed.way
    since = at if target is not changed.state else changed.since
    return replace(changed, state=target, since=since, updated=max(changed.updated, deed.at), way=way)


_TOLD = frozenset({Action.SIGN, Action.DRAFT})
"""Actions that are steps of the way although the state may stay."""


def _arrow(deed: Deed, state: State) -> Arrow:
    return Arrow(deed.at, deed.action, deed.role, state, said(deed.data, "reason"), deed.data.get("document"))


def _theme(data: Mapping[str, Any]) -> Theme | None:
    return Theme(data["theme"]) if "theme" in data else None


def _levers(data: Mapping[str, Any]) -> tuple[Lever, ...]:
    return tuple(map(Lever, data.get("levers", ())))


def _apply(current: Initiative, deed: Deed) -> Initiative:
    """Everything of a deed but the change of state."""
    data = deed.data
    match deed.action:
        case Action.EDIT:
            return replace(
                current,
                title=said(data, "title") or current.title,
                summary=said(data, "summary") or current.summary,
                place=said(data, "place") or current.place,
                theme=_theme(data) or current.theme,
                levers=_levers(data) if "levers" in data else current.levers,
            )
        case Action.STUDY | Action.REFER:
            return replace(current, referent=data.get("referent", current.referent))
        case Action.OPINE:
            text = said(data, "opinion")
            assert text
            cost = Decimal(data["cost"]) if "cost" in data else None
            return replace(current, opinions=(*current.opinions, Opinion(text, cost, deed.at)))
        case Action.GRANT:
            return replace(current, support=_support(data))
        case Action.DRAFT:
            earlier = [each for each in current.conventions if each.is_signed]
            return replace(current, conventions=(*earlier, convention_of(len(earlier) + 1, data)))
        case Action.RENEW:
            new = convention_of(len(current.conventions) + 1, data)
            if current.in_force and new.start < current.in_force.start:
                raise ValueError(_("a renewal does not begin before what it renews"))
            return replace(current, conventions=(*current.conventions, new), evaluation=None)
        case Action.SIGN:
            return _signed(current, deed)
        case Action.EVALUATE:
            return replace(current, evaluation=_evaluation(deed))
        case Action.WITHDRAW if current.in_force:
            raise ValueError(_("a convention is signed: it can be terminated, not withdrawn"))
        case Action.TERMINATE if not current.in_force:
            raise ValueError(_("no convention is signed yet: it can be withdrawn, not terminated"))
        case Action.LAPSE if not current.is_due(deed.at):
            told = _("it has been {state} for {n} days; it lapses after {most}")
            most = DEADLINES.get(current.state, 0)
            raise ValueError(told.format(state=current.state, n=current.days_in_state(deed.at), most=most))
        case Action.ATTACH:
            label = said(data, "label")
            assert label
            made = Document(data["document"], label, Circle(data["circle"]), deed.at)
            return replace(current, documents=(*current.documents, made))
        case Action.DECLARE:
            return replace(current, effects=(*current.effects, _declared(current, data)))
        case Action.RETRACT:
            left = tuple(each for each in current.effects if each.id != data["effect"])
            if len(left) == len(current.effects):
                raise ValueError(_("there is no effect {id}").format(id=data["effect"]))
            return replace(current, effects=left)
        case Action.CONSENT:
            return replace(current, may_name=data["given"], consent=data["version"] if data["given"] else None)
        case _other:
            return current


def _support(data: Mapping[str, Any]) -> Support:
    euros = Decimal(data["euros"]) if "euros" in data else None
    made = Support(data.get("advice", False), data.get("technical", False), euros)
    if not (made.advice or made.technical or made.euros):
        raise ValueError(_("a support is advice, technical help or euros: say which"))
    return made


def _signed(current: Initiative, deed: Deed) -> Initiative:
    convention, data = current.convention, deed.data
    assert convention
    side, mine = Side(data["side"]), Side.HOLDER if deed.role is Role.HOLDER else Side.COMMUNE
    if side is not mine:
        raise ValueError(_("{role} signs for the side of {side}").format(role=deed.role, side=mine))
    own, other = (convention.holder, convention.commune)[:: 1 if side is Side.HOLDER else -1]
    if own is not None:
        raise ValueError(_("this side has signed already"))
    if other is not None and other.document != data["document"]:
        raise ValueError(_("the other side has signed another document: compare the hashes"))
    convention = convention.signed(side, Signature(date.fromisoformat(data["on"]), data["document"]))
    state = State.SIGNED if convention.is_signed else State.TO_SIGN
    changed = replace(current, conventions=(*current.conventions[:-1], convention))
    if state is current.state:
        return changed
    return replace(changed, state=state, since=max(deed.at, current.since))


def _evaluation(deed: Deed) -> Evaluation:
    document, unmeasured = deed.data.get("document"), deed.data.get("not_measured", False)
    if (document is None) is not unmeasured:
        raise ValueError(_("an evaluation needs the hash of a note of measurement, or not_measured=true: one of them"))
    return Evaluation(document, said(deed.data, "note"), deed.at)


def _declared(current: Initiative, data: Mapping[str, Any]) -> Effect:
    made = effect_of(current.id, data)
    for other in current.effects:
        if other.id == made.id:
            raise ValueError(_("there is an effect {id} already").format(id=made.id))
        same = (other.lever, other.carrier, other.subject) == (made.lever, made.carrier, made.subject)
        if same and made.subject is not None and made.start < other.end and other.start < made.end:
            told = _("effect {id} is about the same subject, lever and time: one line for each")
            raise ValueError(told.format(id=other.id))
    return made
