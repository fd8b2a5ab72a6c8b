"""The words of config.kwh as people read them: where a kilowatt-hour comes from, and how far it may be trusted.

Each status has a sign of its own, so that estimated looks different from measured without any colour.
"""

from __future__ import annotations

from config.kwh import Basis, EnergyStatus
from config.language import _

SIGNS = {
    EnergyStatus.MEASURED: "",
    EnergyStatus.RECONSTITUTED: "≈",
    EnergyStatus.ESTIMATED: "~",
    EnergyStatus.IMPORTED: "¹",
    EnergyStatus.PARTIAL: "≥",
    EnergyStatus.UNKNOWN: "?",
}
"""Stands beside a figure that is not simply measured."""


def status_word(status: str | None) -> str:
    """How a figure of energy came to be; of a period that is not closed, that it is missing."""
    words = {
        EnergyStatus.MEASURED: _("measured"),
        EnergyStatus.RECONSTITUTED: _("reconstituted"),
        EnergyStatus.ESTIMATED: _("estimated"),
        EnergyStatus.IMPORTED: _("imported"),
        EnergyStatus.PARTIAL: _("partial"),
        EnergyStatus.UNKNOWN: _("unknown"),
    }
    return words[EnergyStatus(status)] if status else _("no data")


def status_meaning(status: str) -> str:
    """One sentence for a legend."""
    words = {
        EnergyStatus.MEASURED: _("counted by a meter or by the inverters"),
        EnergyStatus.RECONSTITUTED: _("the sum was counted, its spread over a silence was not"),
        EnergyStatus.ESTIMATED: _("partly from power, without a counter"),
        EnergyStatus.IMPORTED: _("from before tepos, as a file gave it"),
        EnergyStatus.PARTIAL: _("the sum of what is known; a part is missing"),
        EnergyStatus.UNKNOWN: _("nothing is known: no figure, not 0"),
    }
    return words[EnergyStatus(status)]


def measured_by(basis: str | None) -> str:
    """What a measured kWh rests on."""
    words = {
        Basis.INDEX: _("network operator's index"),
        Basis.METER: _("production meter"),
        Basis.COUNTER: _("inverters' counters"),
        Basis.POWER: _("integrated power"),
        Basis.IMPORTED: _("imported file"),
        Basis.NONE: _("nothing"),
    }
    return words[Basis(basis)] if basis else _("nothing")


def sign(status: str | None) -> str:
    """The sign beside a figure."""
    return SIGNS[EnergyStatus(status)] if status else ""
