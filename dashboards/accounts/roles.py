"""Roles and what they may: a table, so that it can be read at once."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    LECTURE = "lecture"
    """Reads everything, changes nothing."""
    EXPLOITATION = "exploitation"
    """The technical services: acknowledges alerts, plans works."""
    PRODUCTEUR = "producteur"
    """The production company: its plants and months."""
    REGISTRE = "registre"
    """Instructs initiatives."""
    ADMIN = "admin"
    """Everything."""


class May(StrEnum):
    """What can be allowed."""

    SEE_OPERATIONS = "see_operations"
    OPERATE = "operate"
    SEE_PRODUCTION = "see_production"
    SEE_REGISTRY = "see_registry"
    INSTRUCT = "instruct"


ALLOWED: dict[Role, frozenset[May]] = {
    Role.LECTURE: frozenset({May.SEE_OPERATIONS, May.SEE_PRODUCTION}),
    Role.EXPLOITATION: frozenset({May.SEE_OPERATIONS, May.OPERATE}),
    Role.PRODUCTEUR: frozenset({May.SEE_PRODUCTION}),
    Role.REGISTRE: frozenset({May.SEE_REGISTRY, May.INSTRUCT}),
    Role.ADMIN: frozenset(May),
}
"""Drafts of the registry hold what people wrote in private: reading everything does not mean them."""
