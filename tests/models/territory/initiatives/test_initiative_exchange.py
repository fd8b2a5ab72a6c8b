"""The schema of betagouv, in and out: the columns as published, without those about a person."""

from __future__ import annotations

import pytest

from models.territory.initiatives.exchange import COLUMNS, LINK, PERSONAL, PHASES, incoming, outgoing, project_id
from models.territory.initiatives.fields import checked
from models.territory.initiatives.fold import fold
from models.territory.initiatives.views import public_view
from models.territory.initiatives.words import Action, State
from tests.models.territory.initiatives.deeds import way

ROW = {
    "id": "01890e30-5a80-7c22-9842-8263d0d0d890", "createdAt": "2025-04-15T14:30:00.000Z", "nom": "Chaufferie bois",
    "description": "Pour l'école", "leviers": '["Electricité renouvelable", "Vélo"]', "programme": "CRTE",
    "porteurReferentNom": "Dupont", "porteurReferentEmail": "",
}  # fmt: skip


def view(length: int = 8):
    initiative = fold("FF-2026-001", way(length))
    return public_view(initiative, {ref: ref.removeprefix("text:") for ref in initiative.kept()}, 0)


def test_a_project_goes_out_with_the_columns_of_the_schema_and_a_link_back() -> None:
    made = outgoing(view(), "62528", link="https://exemple.fr/initiatives/FF-2026-001")
    assert set(made) == {*COLUMNS, LINK}
    assert PERSONAL.isdisjoint(made)
    assert (made["nom"], made["phase"], made["phaseStatut"]) == ("title", "Opération", "En cours")
    assert (made["createdAt"], made["dateDebutPrevisionnelle"]) == ("2026-01-01T00:00:00Z", "2026-04-01")
    assert made["id"] == project_id("62528", "FF-2026-001") != project_id("62527", "FF-2026-001")


def test_every_state_has_a_phase() -> None:
    assert set(PHASES) == set(State)


def test_a_project_comes_in_without_the_person_and_can_be_filed() -> None:
    found = incoming(ROW)
    assert found.dropped == ("porteurReferentNom",)
    assert "Dupont" not in str(found)
    ready = checked(Action.CREATE, found.said)
    assert ready.texts == {"title": "Chaufferie bois", "summary": "Pour l'école", "source_programme": "CRTE"}
    assert ready.plain["levers"] == ["renewable"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"id": "7"}, "UUID"),
        ({"nom": ""}, "needs title"),
        ({"prenom": "x"}, "no column"),
        ({"lien": "javascript:alert(1)"}, "no address"),
        ({"leviers": "[1,"}, "no list"),
    ],
)
def test_a_row_that_is_no_project_is_refused(wrong, why) -> None:
    with pytest.raises(ValueError, match=why):
        checked(Action.CREATE, incoming(ROW | wrong).said)
