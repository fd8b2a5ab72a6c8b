"""The registry on a real ledger and a real people.db: the journal is the state, and nobody's name is in it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.ledger import Ledger
from collector.people import People
from dashboards import initiatives
from dashboards.registry import Registry
from models.territory.initiatives.fields import checked
from models.territory.initiatives.fold import Refused, fold
from models.territory.initiatives.words import Action, Role, State
from tests.hostile import HOSTILE
from tests.models.territory.initiatives.deeds import DAY, START, WAY, content

SAID = content(Action.CREATE) | {"levers": ["sobriety"], "place": "Cité 5"}


@pytest.fixture
def registry(tmp_path):
    with Ledger(tmp_path / "ledger.db") as ledger, People(tmp_path / "people.db") as people:
        yield Registry(ledger, people)


def filed(registry: Registry, **said):
    who = {"name": "Les Amis du Terril", "contact": "amis@exemple.fr"}
    return registry.file(SAID | said, Role.HOLDER, START, START, 2026, who).initiative.id


def walked(registry: Registry, length: int = len(WAY)) -> str:
    name = filed(registry)
    for number, (action, role) in enumerate(WAY[1:length], 1):
        registry.act(name, action, role, content(action, role), START + number * DAY, START + number * DAY)
    return name


def test_an_initiative_is_filed_answered_signed_and_evaluated(registry) -> None:
    name = walked(registry)
    found = initiatives.one(registry, name, START + 20 * DAY)
    assert (name, found["state"], found["days_in_state"]) == ("FF-2026-001", "closed", 9)
    assert (found["title"], found["holder_name"], found["place"]) == ("Rue fleurie", "Les Amis du Terril", "Cité 5")
    assert found["convention"]["town_does"] == "Des bacs"
    assert found["evaluation"] == {"measured": False, "note": None, "at": "2026-01-11T00:00:00+00:00"}
    assert registry.ledger.broken() is None
    assert initiatives.verdict(registry) == {"initiatives": 1, "fault": None, "unsealed": []}


def test_numbers_follow_each_other_within_a_year(registry) -> None:
    names = [registry.file(SAID, Role.HOLDER, START, START, year).initiative.id for year in (2026, 2026, 2027)]
    assert names == ["FF-2026-001", "FF-2026-002", "FF-2027-001"]


def test_no_name_and_no_typed_text_is_in_the_journal(registry) -> None:
    walked(registry)
    journal = json.dumps([dict(fact.data) | {"by": fact.by} for fact in registry.ledger.facts("initiative")])
    for word in ("fleurie", "Amis", "exemple.fr", "Cité", "Des bacs", "arrosage"):
        assert word not in journal
    with pytest.raises(ValueError, match="never by a name"):
        registry.act("FF-2026-001", Action.ATTACH, Role.DGS, content(Action.ATTACH), START, START, by="Claire")


def test_a_refused_deed_leaves_nothing_behind(registry) -> None:
    name = filed(registry)
    head, kept = registry.ledger.head(), registry.people.refs_of(name)
    holder, elected, dgs = Role.HOLDER, Role.ELECTED, Role.DGS
    wrong = [(Action.GRANT, elected, {"advice": True}), (Action.EDIT, dgs, {"title": "x"})]
    wrong += [(Action.EDIT, holder, {"title": ""}), (Action.EDIT, holder, {"euros": "1"})]
    for action, role, said in wrong:
        with pytest.raises(ValueError, match=r"."):
            registry.act(name, action, role, said, START, START)
    with pytest.raises(ValueError, match="contact"):
        registry.file(SAID, Role.HOLDER, START, START, 2026, {"contact": "x" * 999})
    assert (registry.ledger.head(), registry.people.refs_of(name)) == (head, kept)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(list(Action)), st.sampled_from(list(Role))), max_size=12))
def test_the_fold_of_the_journal_is_the_state_that_each_deed_told(wanted) -> None:
    with Ledger(None) as ledger, People(None) as people:
        registry = Registry(ledger, people)
        told = registry.one(walked(registry, 1 + len(wanted) % len(WAY)))
        for number, (action, role) in enumerate(wanted, 20):
            try:
                done = registry.act(told.id, action, role, content(action, role), START + number * DAY, START)
            except Refused:
                continue
            told = done.initiative
        assert registry.one(told.id) == told
        assert [fold(told.id, deeds) for deeds in registry._deeds().values()] == [told]
        assert ledger.broken() is None


def test_two_who_act_at_once_cannot_both_be_right(tmp_path) -> None:
    with Ledger(tmp_path / "ledger.db") as ledger, People(tmp_path / "people.db") as people:
        name = walked(Registry(ledger, people), 4)
    ended: list[str] = []

    def decide(action: Action) -> None:
        with Ledger(tmp_path / "ledger.db") as ledger, People(tmp_path / "people.db") as people:
            try:
                Registry(ledger, people).act(name, action, Role.ELECTED, content(action), START + 9 * DAY, START)
                ended.append(action)
            except Refused:
                ended.append("refused")

    both = [threading.Thread(target=decide, args=(action,)) for action in (Action.GRANT, Action.REFUSE)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert ended.count("refused") == 1


def test_drafts_are_in_no_public_list_and_silence_is_listed_by_its_days(registry) -> None:
    filed(registry)
    name = walked(registry, 3)
    found = initiatives.register(registry, START + 60 * DAY)
    assert [each["id"] for each in found["initiatives"]] == [name]
    assert found["waiting"] == [{"id": name, "title": "Rue fleurie", "state": "admissible", "days": 58}]
    assert (found["states"]["admissible"], "draft" in found["states"]) == (1, False)


def test_what_nobody_goes_on_with_lapses(registry) -> None:
    name = filed(registry)
    assert registry.lapse(START + 364 * DAY) == []
    assert registry.lapse(START + 365 * DAY) == [name]
    assert registry.one(name).state is State.LAPSED


def test_a_text_that_was_changed_in_the_file_is_found(registry) -> None:
    walked(registry, 2)
    registry.people._sql.execute("UPDATE entry SET content = '\"Autre\"' WHERE content LIKE '%fleurie%'")
    assert len(initiatives.verdict(registry)["unsealed"]) == 1


def test_hostile_titles_are_kept_as_typed_or_refused_and_the_tables_stay_tables(registry) -> None:
    kept = []
    for said in HOSTILE:
        try:
            kept.append((checked(Action.CREATE, SAID | {"title": said}).texts["title"], said))
        except ValueError:
            continue
    for title, said in kept[::6]:
        name = filed(registry, title=said)
        registry.act(name, Action.SUBMIT, Role.HOLDER, {}, START, START)
        assert initiatives.one(registry, name, START)["title"] == title
    assert len(kept) > 150
    assert len(initiatives.as_csv(registry, START).splitlines()) >= len(kept[::6])
    assert len(initiatives.projects(registry, START, "62528")) == len(kept[::6])


def test_a_project_of_another_platform_comes_in_once(registry) -> None:
    from models.territory.initiatives.exchange import incoming
    from tests.models.territory.initiatives.test_initiative_exchange import ROW

    project = incoming(ROW)
    assert registry.receive([project, project], START, 2026) == (["FF-2026-001"], [project.source_id])
    assert registry.receive([project], START, 2026) == ([], [project.source_id])
    (out,) = initiatives.projects(registry, START, "62528", page="https://exemple.fr/i/")
    assert (out["id"], out["nom"], out["lien"]) == (ROW["id"], "Chaufferie bois", "https://exemple.fr/i/FF-2026-001")
    assert "Dupont" not in str(Path(registry.people.path).read_bytes())
