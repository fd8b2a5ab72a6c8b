"""A public view cannot hold a private field: shown on its types, and on an initiative full of secrets."""

from __future__ import annotations

import types
import typing
from dataclasses import fields, is_dataclass

from models.territory.initiatives import views
from models.territory.initiatives.fold import fold
from models.territory.initiatives.views import Private, PublicView, instruction_view, legal_view, public_view
from models.territory.initiatives.words import Action, Role
from tests.models.territory.initiatives.deeds import deed, way

ID = "FF-2026-001"
SECRETS = {"person:" + "2" * 16: {"name": "Zoé Quartier", "contact": "zoe@exemple.fr", "address": "3 rue Cachée"}}


def reachable(kind: object, seen: set[object]) -> set[object]:
    """Every type that an object of this one may hold, however deep."""
    if kind in seen:
        return seen
    seen.add(kind)
    for part in typing.get_args(kind):
        reachable(part, seen)
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind, vars(views))
        for each in fields(kind):
            reachable(hints[each.name], seen)
    return seen


def test_no_type_within_a_public_view_is_private_or_open_to_anything() -> None:
    found = reachable(PublicView, set())
    assert len(found) > 20
    assert [kind for kind in found if isinstance(kind, type) and issubclass(kind, Private)] == []
    assert found.isdisjoint({typing.Any, object, dict, typing.Mapping})
    assert not any(typing.get_origin(kind) in (dict, types.MappingProxyType) for kind in found)


def test_the_walk_through_types_finds_a_private_one_where_there_is_one() -> None:
    assert any(isinstance(kind, type) and issubclass(kind, Private) for kind in reachable(views.LegalView, set()))
    assert views.Contact in reachable(views.InstructionView, set())


def full(**holder):
    """An initiative with everything that must not be public."""
    person = "person:" + "2" * 16
    made = [deed(0, Action.CREATE, Role.HOLDER, holder=person, **holder), *way(8)[1:4],
            deed(4, Action.OPINE, Role.AGENT, cost="99999", opinion="avis secret"), *way(8)[4:],
            deed(9, Action.ATTACH, Role.DGS, circle="legal", document="ef" * 32),
            deed(10, Action.REFER, Role.DGS, referent="person:" + "3" * 16)]  # fmt: skip
    return fold(ID, made)


def texts(initiative):
    return {ref: ref.removeprefix("text:") for ref in initiative.kept()} | SECRETS


def test_secrets_are_in_the_views_that_they_are_for_and_in_no_public_one() -> None:
    initiative = full(holder_kind="citizen")
    kinds = {"public": public_view, "instruction": instruction_view, "legal": legal_view}
    shown = {kind: str(view(initiative, texts(initiative), 0)) for kind, view in kinds.items()}
    for secret in ("Zoé", "zoe@", "Cachée", "99999", "opinion", "ef" * 32, "person:", "ab" * 32):
        assert secret not in shown["public"], secret
    assert "Cach" in shown["instruction"]
    assert "99999" in shown["instruction"]
    assert "ab" * 32 in shown["legal"]


def test_an_association_is_named_and_a_person_only_after_having_agreed() -> None:
    association = full()
    assert public_view(association, texts(association), 0).holder_name == "Zoé Quartier"
    person = full(holder_kind="citizen")
    assert public_view(person, texts(person), 0).holder_name is None
    agreed = fold(ID, [deed(0, Action.CREATE, Role.HOLDER, holder="person:" + "2" * 16, holder_kind="citizen"),
                       deed(1, Action.CONSENT, Role.HOLDER)])  # fmt: skip
    assert public_view(agreed, texts(agreed), 0).holder_name == "Zoé Quartier"


def test_a_minor_is_never_named() -> None:
    answers = {"minor": True, "through": "school", "answers": "person:" + "4" * 16}
    minor = fold(ID, [deed(0, Action.CREATE, Role.HOLDER, holder="person:" + "2" * 16, holder_kind="group", **answers),
                      deed(1, Action.CONSENT, Role.HOLDER)])  # fmt: skip
    assert public_view(minor, texts(minor), 0).holder_name is None


def test_a_refusal_is_public_with_its_reason_and_silence_with_its_days() -> None:
    studied = fold(ID, way(4))
    assert public_view(studied, {}, studied.since + 90 * 86_400_000).days_in_state == 90
    assert public_view(studied, {}, studied.since).waits_for_the_town
    refused = fold(ID, [*way(4), deed(4, Action.REFUSE, Role.ELECTED)])
    assert public_view(refused, texts(refused), 0).way[-1].reason == "reason"


def test_what_was_erased_is_missing_and_never_a_fault() -> None:
    view = public_view(full(), {}, 0)
    assert (view.title, view.holder_name, view.convention.town_does) == (None, None, None)
