"""What the open tables are: each column with its name, type, unit and meaning, as Frictionless Table Schema says it.

Names are French snake_case with the unit in them, as French public data have them (guides.data.gouv.fr); values have
dots for decimals, ISO 8601 dates, and nothing where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.kwh import Basis, EnergyStatus, ExpectedBasis


class Type(StrEnum):
    """Types of the Table Schema that are used here."""

    STRING = "string"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    type: Type
    meaning: str
    """In French: who reads the schema reads it beside French data."""
    unit: str = ""
    required: bool = False
    words: tuple[str, ...] = ()
    """The only words that it may hold."""
    least: float | None = None
    most: float | None = None

    def field(self) -> dict[str, Any]:
        """As a field descriptor."""
        bounds = {"minimum": self.least, "maximum": self.most, "enum": list(self.words) or None}
        constraints: dict[str, Any] = {name: value for name, value in bounds.items() if value is not None}
        if self.required:
            constraints["required"] = True
        told: dict[str, Any] = {"name": self.name, "type": self.type.value, "description": self.meaning}
        if self.unit:
            told["unit"] = self.unit
        return told | ({"constraints": constraints} if constraints else {})


@dataclass(frozen=True, slots=True)
class Table:
    """One table."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def schema(self) -> dict[str, Any]:
        """As a Table Schema (https://specs.frictionlessdata.io/table-schema/)."""
        fields = [column.field() for column in self.columns]
        return {"fields": fields, "primaryKey": list(self.key), "missingValues": [""]}


_INSEE = Column("code_insee", Type.STRING, "code INSEE de la commune, en texte", required=True)
_STATUSES = tuple(word.value for word in EnergyStatus)
_BASES = tuple(word.value for word in Basis)
_EXPECTED = tuple(word.value for word in ExpectedBasis)
_KNOWN = ("measured", "declared", "assumed")
_NAME = "nom donné par la commune"

PRODUCTION = Table(
    "production_quotidienne",
    "Production solaire par jour",
    "Énergie mesurée et attendue de chaque toiture, de chaque site et de l'ensemble, par jour de la commune.",
    (
        _INSEE,
        Column("date", Type.DATE, "jour en heure locale (23, 24 ou 25 heures)", required=True),
        Column("niveau", Type.STRING, "ce dont la ligne parle", required=True, words=("commune", "site", "toiture")),
        Column("identifiant", Type.STRING, "identifiant stable du site ou de la toiture", required=True),
        Column("nom", Type.STRING, _NAME, required=True),
        Column("puissance_kwc", Type.NUMBER, "puissance installée des modules", "kWc", least=0),
        Column("energie_kwh", Type.NUMBER, "énergie produite, vide si inconnue", "kWh"),
        Column("energie_attendue_kwh", Type.NUMBER, "énergie que ce ciel permettait", "kWh", least=0),
        Column("completude", Type.NUMBER, "part connue de l'énergie du jour", "1", least=0, most=1),
        Column("statut", Type.STRING, "comment l'énergie a été connue", words=_STATUSES),
        Column("origine", Type.STRING, "ce sur quoi la mesure repose", words=_BASES),
        Column("origine_attendue", Type.STRING, "ce sur quoi l'attente repose", words=_EXPECTED),
        Column("simule", Type.BOOLEAN, "vrai si rien de cela n'a été mesuré", required=True),
    ),
    ("date", "niveau", "identifiant"),
)  # fmt: skip
SITES = Table(
    "installations",
    "Installations solaires suivies",
    "Les toitures suivies, telles que la commune les décrit ; chaque ligne dit sa source et son statut.",
    (
        _INSEE,
        Column("identifiant", Type.STRING, "identifiant stable de la toiture", required=True),
        Column("nom", Type.STRING, _NAME, required=True),
        Column("site", Type.STRING, "identifiant du site", required=True),
        Column("proprietaire", Type.STRING, "organisme propriétaire de l'installation", required=True),
        Column("puissance_kwc", Type.NUMBER, "puissance installée des modules", "kWc", least=0),
        Column("statut_puissance", Type.STRING, "comment cette puissance est connue", words=_KNOWN),
        Column("latitude", Type.NUMBER, "du site, WGS 84", "°", least=-90, most=90),
        Column("longitude", Type.NUMBER, "du site, WGS 84", "°", least=-180, most=180),
        Column("mise_en_service", Type.DATE, "première production"),
        Column("source", Type.STRING, "d'où viennent ces faits", required=True),
        Column("statut", Type.STRING, "comment ils sont connus", required=True, words=_KNOWN),
    ),
    ("identifiant",),
)  # fmt: skip
TABLES = (PRODUCTION, SITES)
