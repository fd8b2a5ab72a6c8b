"""The schema `projets-transition-ecologique` v0.1.1 (betagouv), in and out: how initiatives travel between platforms.

Out: from public views only. In: the columns with the contact of a person (porteurReferent…) are dropped and counted,
whatever they hold. Levers go out by the words of the national list that say what ours mean; where none does, none is
guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from config.language import _
from models.territory.initiatives.views import NAMED, PublicView
from models.territory.initiatives.words import HolderKind, Lever, State

PERSONAL = frozenset(
    {
        "porteurReferentEmail", "porteurReferentTelephone", "porteurReferentPrenom", "porteurReferentNom",
        "porteurReferentFonction",
    }
)  # fmt: skip
COLUMNS = (
    "id", "createdAt", "updatedAt", "nom", "description", "budgetPrevisionnel", "dateDebutPrevisionnelle", "phase",
    "phaseStatut", "programme", "porteurCodeSiret", "competences", "leviers", "mecId", "tetId", "recocoId",
    "collectiviteIds",
)  # fmt: skip
"""Of the schema, without the personal ones."""
LINK = "lien"
"""Our own column after those of the schema: where the initiative can be read."""
_IDEA, _STUDY, _WORK = "Idée", "Étude", "Opération"
_ON, _PAUSED, _GIVEN_UP, _DONE = "En cours", "En pause", "Abandonné", "Terminé"
PHASES: Mapping[State, tuple[str, str]] = {
    State.DRAFT: (_IDEA, _ON),
    State.SUBMITTED: (_IDEA, _ON),
    State.ADMISSIBLE: (_IDEA, _DONE),
    State.INADMISSIBLE: (_IDEA, _GIVEN_UP),
    State.STUDIED: (_STUDY, _ON),
    State.GRANTED: (_STUDY, _DONE),
    State.REFUSED: (_STUDY, _GIVEN_UP),
    State.TO_SIGN: (_STUDY, _DONE),
    State.SIGNED: (_WORK, _ON),
    State.UNDER_WAY: (_WORK, _ON),
    State.SUSPENDED: (_WORK, _PAUSED),
    State.REALISED: (_WORK, _DONE),
    State.EVALUATED: (_WORK, _DONE),
    State.CLOSED: (_WORK, _DONE),
    State.WITHDRAWN: (_IDEA, _GIVEN_UP),
    State.TERMINATED: (_WORK, _GIVEN_UP),
    State.LAPSED: (_IDEA, _GIVEN_UP),
}
"""Phase and phaseStatut of each state."""
LEVERS: Mapping[Lever, str] = {
    Lever.SOBRIETY: "Sobriété des bâtiments (tertiaire)",
    Lever.EFFICIENCY: "Rénovation (hors changement chaudières)",
    Lever.RENEWABLE: "Electricité renouvelable",
}
"""Words of the national list that mean what ours mean; that of sobriety is about buildings that are nobody's home."""
PROGRAMME = "fifty-fifty"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A project of another platform, as `create` takes it."""

    source_id: str
    said: Mapping[str, Any]
    dropped: tuple[str, ...]
    """Personal columns that held something."""


def outgoing(view: PublicView, insee: str, siret: str | None = None, link: str | None = None) -> dict[str, Any]:
    """A project of the schema out of a public view. One that came in keeps the id that it came with."""
    phase, status = PHASES[view.state]
    convention = view.convention
    euros = convention.euros if convention else view.support.euros if view.support else None
    return {
        "id": view.source_id if view.source_id and _is_uuid(view.source_id) else project_id(insee, view.id),
        "createdAt": _moment(view.created),
        "updatedAt": _moment(view.updated),
        "nom": view.title or _("[erased]"),
        "description": view.summary,
        "budgetPrevisionnel": round(euros) if euros is not None else None,
        "dateDebutPrevisionnelle": convention.start.isoformat() if convention else None,
        "phase": phase,
        "phaseStatut": status,
        "programme": view.source_programme or PROGRAMME,
        "porteurCodeSiret": siret if view.holder_kind is HolderKind.COMMUNE else None,
        "competences": [],
        "leviers": [
            word
            for lever, word in LEVERS.items()
            if lever in view.levers and (lever is not Lever.SOBRIETY or view.holder_kind in NAMED)
        ],
        "mecId": None,
        "tetId": None,
        "recocoId": None,
        "collectiviteIds": [],
        LINK: link or view.source_url,
    }


def project_id(insee: str, initiative: str) -> str:
    """The UUID of an initiative of a town: the same in every export."""
    return str(uuid5(NAMESPACE_URL, f"urn:tepos:{insee}:{initiative}"))


def incoming(row: Mapping[str, Any], link: str | None = None) -> Incoming:
    """What a project of the schema says, ready to be filed; ValueError names the column.

    Its holder is the commune: the schema speaks of projects of collectivities. It comes in as submitted, whatever its
    phase: where it stands here, people here decide.
    """
    known = {*COLUMNS, *PERSONAL, LINK}
    if unknown := sorted({*row} - known):
        raise ValueError(_("no column of the schema: {names}").format(names=", ".join(map(repr, unknown))))

    def cell(name: str) -> Any:  # noqa: ANN401
        value = row.get(name)
        return None if value in ("", None) else value

    source, name = cell("id"), cell("nom")
    if not isinstance(source, str) or not _is_uuid(source):
        raise ValueError(_("id: {value} is no UUID").format(value=repr(source)))
    levers = cell("leviers") or []
    if isinstance(levers, str):
        try:
            levers = json.loads(levers) if levers.lstrip().startswith("[") else levers.split("|")
        except ValueError:
            raise ValueError(_("leviers: {value} is no list").format(value=repr(levers)[:60])) from None
    ours = [lever.value for lever, theirs in LEVERS.items() if theirs in levers]
    said = {
        "title": name,
        "summary": cell("description") or name,
        "holder_kind": HolderKind.COMMUNE.value,
        "levers": ours,
        "source_id": source.lower(),
        "source_programme": cell("programme"),
        "source_url": link or cell(LINK),
    }
    return Incoming(source.lower(), said, tuple(sorted(name for name in PERSONAL if cell(name))))


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat().replace("+00:00", "Z")
