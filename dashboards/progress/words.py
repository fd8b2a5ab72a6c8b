"""The words of the progress: scope, year and status beside each ratio; why there is none."""

from __future__ import annotations

from config.carriers import Carrier, Known, Lever, Perimeter, Ring
from config.language import _
from models.territory.coverage import Refusal


def ring(of: Ring) -> str:
    """A ring for people."""
    return {
        Ring.ALL_USES: _("all energies"),
        Ring.ELECTRICITY: _("electricity"),
        Ring.HEAT: _("heat (without electric heating)"),
    }[of]


def perimeter(of: Perimeter) -> str:
    """A perimeter for people."""
    return {
        Perimeter.PATRIMONY: _("municipal patrimony"),
        Perimeter.MUNICIPAL_ROOFS: _("municipal roofs (third parties included)"),
        Perimeter.TERRITORY: _("the territory"),
    }[of]


def status(of: Known) -> str:
    """How a figure is known."""
    return {
        Known.MEASURED: _("measured"),
        Known.ESTIMATED: _("estimated"),
        Known.MODELLED: _("modelled"),
        Known.DECLARED: _("declared"),
        Known.ASSUMED: _("assumed"),
    }[of]


def carrier(of: Carrier) -> str:
    """A carrier for people."""
    return {
        Carrier.ELECTRICITY: _("electricity"),
        Carrier.GAS: _("gas"),
        Carrier.OIL: _("oil"),
        Carrier.WOOD: _("wood"),
        Carrier.HEAT: _("heat of networks"),
        Carrier.FUEL: _("fuel of transport"),
        Carrier.SOLAR_HEAT: _("solar heat"),
        Carrier.AMBIENT: _("ambient heat"),
    }[of]


def lever(of: Lever) -> str:
    """A lever for people."""
    return {
        Lever.SOBRIETY: _("sobriety"),
        Lever.EFFICIENCY: _("efficiency"),
        Lever.RENEWABLES: _("renewables"),
    }[of]


def refusal(of: Refusal) -> str:
    """Why no ratio is told."""
    return {
        Refusal.NO_NEEDS: _("not computable: nobody has given the consumption"),
        Refusal.NO_PRODUCTION: _("not computable: no production is known"),
        Refusal.PARTIAL: _("partial, not computable: carriers are missing"),
        Refusal.CIRCULAR: _("not a result: this denominator was worked back out of a published ratio"),
    }[of]
