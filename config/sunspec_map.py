"""The shape of `config/devices/sunspec.toml`: which points of which SunSpec models are which quantities.

Where a point stands and how it is scaled is not said there: the definitions of the models come from pysunspec2.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from config.language import _
from config.manners import Address, LinkManners, ReadLimits
from config.quantities import Role, check_quantities
from config.strict import Strict


class SunSpecModel(Strict):
    """Which points of one SunSpec model are which quantities. Point names are SunSpec's own."""

    role: Role
    quantities: dict[str, str] = Field(default_factory=dict)
    """Quantity -> point, as pac = "W"."""
    otherwise: dict[str, str] = Field(default_factory=dict)
    """Quantity -> the point to take when the one in `quantities` holds nothing."""
    power_net: str | None = None
    """Point of a meter's signed power; the sign of import is `import_sign` or the maker's."""
    inputs: dict[str, str] = Field(default_factory=dict)
    """Quantity -> point inside the repeating group."""
    group: str | None = None
    """Name of the repeating group that `inputs` reads."""
    only: dict[str, int] = Field(default_factory=dict)
    """Read a repetition only when these points have these values, as PrtTyp = 0 (photovoltaic)."""

    @model_validator(mode="after")
    def _check(self) -> SunSpecModel:
        check_quantities([*self.quantities, *self.otherwise], self.role)
        check_quantities(self.inputs, self.role, per_input=True)
        if self.power_net and self.role is not Role.METER:
            raise ValueError(_("power_net is for meters"))
        return self


class SunSpecMaker(Strict):
    """Where one maker departs from the rest."""

    manufacturer: str
    """Beginning of the Common model's Mn, case ignored."""
    import_sign: Literal["positive", "negative"]
    source: str


class SunSpecMap(Strict):
    """How SunSpec's models become quantities; the definitions of the models come from pysunspec2."""

    kind: Literal["sunspec"]
    name: Literal["sunspec"]
    title: str
    source: str
    verified: tuple[str, ...] = ()
    bases: tuple[Address, ...]
    """Where the marker 'SunS' is looked for, in this order."""
    units: tuple[int, ...]
    """Unit ids that makers use, in the order a probe tries them."""
    import_sign: Literal["positive", "negative"]
    link: LinkManners = LinkManners()
    read: ReadLimits = ReadLimits()
    models: dict[int, SunSpecModel]
    makers: tuple[SunSpecMaker, ...] = ()
