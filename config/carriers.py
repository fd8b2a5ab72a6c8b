"""The words of an energy balance: carriers, sectors, filières, rings, and how a figure came to be known."""

from __future__ import annotations

from enum import StrEnum


class Known(StrEnum):
    """How a figure came to be known, the surest first. A sum is as sure as the least sure of its parts."""

    MEASURED = "measured"
    ESTIMATED = "estimated"
    MODELLED = "modelled"
    DECLARED = "declared"
    ASSUMED = "assumed"

    @property
    def doubt(self) -> int:
        """0 for the surest."""
        return list(Known).index(self)


class Carrier(StrEnum):
    """What final energy is delivered as."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    OIL = "oil"
    WOOD = "wood"
    HEAT = "heat"
    """From a network."""
    FUEL = "fuel"
    """Of transport."""
    SOLAR_HEAT = "solar-heat"
    AMBIENT = "ambient"
    """What heat pumps take out of air and ground: in consumption only when production has it too."""


class Sector(StrEnum):
    """Who uses it, as the open data have it."""

    RESIDENTIAL = "residential"
    TERTIARY = "tertiary"
    INDUSTRY = "industry"
    AGRICULTURE = "agriculture"
    TRANSPORT = "transport"
    WASTE = "waste"
    UNKNOWN = "unknown"


class Filiere(StrEnum):
    """What local energy is made of: first the electric ones, then heat, then what is burnt elsewhere."""

    PHOTOVOLTAIC = "photovoltaic"
    WIND = "wind"
    HYDRO = "hydro"
    BIOENERGY = "bioenergy"
    WASTE = "waste"
    """Incineration: half of it counts as renewable."""
    OTHER = "other"
    """Cogeneration and whatever else is not known to be renewable: shown, never counted."""
    WOOD_HEAT = "wood-heat"
    SOLAR_HEAT = "solar-heat"
    GEOTHERMAL = "geothermal"
    HEAT_PUMP = "heat-pump"
    BIOGAS_HEAT = "biogas-heat"
    BIOMETHANE = "biomethane"
    BIOFUEL = "biofuel"


class Basis(StrEnum):
    """Heating value in which gas is told: the higher (PCS), as the networks do, or the lower (PCI), as balances do."""

    PCI = "pci"
    PCS = "pcs"


class Ring(StrEnum):
    """Of which needs a coverage is told. Never one "100 %" without it."""

    ALL_USES = "all-uses"
    ELECTRICITY = "electricity"
    HEAT = "heat"


class Perimeter(StrEnum):
    """Whose plants are held against whose needs."""

    PATRIMONY = "patrimony"
    """Plants that the commune financed, over its own buildings."""
    MUNICIPAL_ROOFS = "municipal-roofs"
    """All plants on its roofs, those of third parties too, over its own buildings."""
    TERRITORY = "territory"
    """Everything that stands in the commune, over everything that is used there."""


class Lever(StrEnum):
    """The order of negaWatt: first to need less, then to waste less, then to make it anew."""

    SOBRIETY = "sobriety"
    EFFICIENCY = "efficiency"
    RENEWABLES = "renewables"


ELECTRIC = frozenset(
    {Filiere.PHOTOVOLTAIC, Filiere.WIND, Filiere.HYDRO, Filiere.BIOENERGY, Filiere.WASTE, Filiere.OTHER}
)
HEATING = frozenset({Filiere.WOOD_HEAT, Filiere.SOLAR_HEAT, Filiere.GEOTHERMAL, Filiere.HEAT_PUMP, Filiere.BIOGAS_HEAT})
HEAT_CARRIERS = frozenset({Carrier.GAS, Carrier.OIL, Carrier.WOOD, Carrier.HEAT, Carrier.SOLAR_HEAT, Carrier.AMBIENT})
"""Electric heating stands in no open data: the heat ring leaves it out, and says so."""
