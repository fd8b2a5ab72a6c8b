"""The forms of an initiative: they ask all that an action takes, and say what the command would say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from collector.ledger import Ledger
from collector.people import People
from dashboards.initiative_forms import HASH, UNASKED, WITHOUT_FORM, Form, Kind, explained, forms, said_by, with_values
from dashboards.registry import KIND, Registry
from models.territory.initiatives.fields import TAKES
from models.territory.initiatives.words import Action, Role
from tests.dashboards.test_registry import filed, walked
from tests.models.territory.initiatives.deeds import DAY, START, WAY, content


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Ledger(None) as ledger, People(None) as people:
        yield Registry(ledger, people)


def form_of(registry: Registry, name: str, action: Action) -> Form:
    initiative = registry.one(name)
    return next(each for each in forms(initiative, registry.texts([initiative])) if each.action is action)


def typed(said: dict[str, object]) -> dict[str, list[str]]:
    """What a browser sends of what somebody would say to the command."""
    sent = {}
    for name, value in said.items():
        values = value if isinstance(value, list) else [value]
        sent[HASH if name == "document" else name] = [
            "true" if each is True else str(each) for each in values if each is not False
        ]
    return sent


def test_every_action_has_its_form_in_some_state_and_asks_every_word(registry: Registry) -> None:
    asked: dict[Action, set[str]] = {}
    for length in range(1, len(WAY) + 1):
        name = walked(registry, length)
        initiative = registry.one(name)
        for form in forms(initiative, registry.texts([initiative])):
            asked.setdefault(form.action, set()).update(each.name for each in form.fields)
    withdrawn = set(Action) - WITHOUT_FORM - {*asked}
    assert withdrawn <= {Action.RESUME, Action.RETRACT}  # they need a deed that lies beside the good way
    assert all(asked[action] | UNASKED >= {*TAKES[action][0], *TAKES[action][1]} for action in asked)


def test_a_whole_life_by_forms_writes_the_facts_that_the_command_writes(registry: Registry) -> None:
    name = filed(registry)
    with Ledger(None) as ledger, People(None) as people:
        beside = Registry(ledger, people)
        other = filed(beside)
        for number, (action, role) in enumerate(WAY[1:], 1):
            form, at = form_of(registry, name, action), START + number * DAY
            said = said_by(form, role, typed(content(action, role)), None)
            registry.act(name, action, role, said, at, at)
            beside.act(other, action, role, content(action, role), at, at)
        both = [
            [_plain(fact.data) | {"by": fact.by} for fact in each.ledger.facts(KIND)] for each in (registry, beside)
        ]
    assert len(both[0]) == len(WAY)
    assert both[0] == both[1]


def test_forms_are_what_a_role_may_do_now(registry: Registry) -> None:
    name = walked(registry, 4)
    assert form_of(registry, name, Action.GRANT).roles == (Role.ELECTED,)
    assert Role.AGENT in form_of(registry, name, Action.OPINE).roles
    with pytest.raises(StopIteration):
        form_of(registry, name, Action.SIGN)


def test_what_is_missing_or_wrong_is_said_with_the_words_of_the_form(registry: Registry) -> None:
    form = form_of(registry, walked(registry, 6), Action.DRAFT)
    with pytest.raises(ValueError, match="town does, What the holders do, It begins on"):
        said_by(form, Role.AGENT, {}, None)
    assert explained(form, "months: '0' is not good") == ("months", "For so many months: '0' is not good")
    assert explained(form, "quite another fault") == (None, "quite another fault")


def test_what_was_typed_stays_in_the_form(registry: Registry) -> None:
    form = form_of(registry, walked(registry, 6), Action.DRAFT)
    again = {each.name: each.value for each in with_values(form, {"town_does": ["des bancs"], "months": ["x"]}).fields}
    assert (again["town_does"], again["months"], again["holders_do"]) == ("des bancs", "x", None)


def test_a_file_that_is_not_the_one_of_the_fingerprint_is_refused(registry: Registry) -> None:
    form = form_of(registry, walked(registry, 6), Action.SIGN)
    with pytest.raises(ValueError, match="fingerprint"):
        said_by(form, Role.HOLDER, {"on": ["2026-02-01"], HASH: ["1" * 64]}, "2" * 64)


def test_who_has_signed_is_not_asked_again_and_the_other_side_signs_the_same_document(registry: Registry) -> None:
    name = walked(registry, 6)
    before = form_of(registry, name, Action.SIGN)
    said = content(Action.SIGN, Role.HOLDER)
    registry.act(name, Action.SIGN, Role.HOLDER, said, START + 20 * DAY, START)
    after = form_of(registry, name, Action.SIGN)
    assert Role.HOLDER in before.roles
    assert Role.HOLDER not in after.roles
    assert next(each.value for each in after.fields if each.kind is Kind.DOCUMENT) == said["document"]


def _plain(data: dict[str, object]) -> dict[str, object]:
    """Without references, which are drawn by lot."""
    return {name: ("kept" if isinstance(value, dict) or name == "holder" else value) for name, value in data.items()}
