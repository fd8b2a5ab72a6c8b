"""The stated losses between modules and inverter, and how warm modules run: figures with a name and a source."""

from __future__ import annotations

from dataclasses import dataclass

import pvlib


@dataclass(frozen=True, slots=True)
class Losses:
    """A share of the DC power that never reaches the inverter."""

    percent: float
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.percent < 100:
            raise ValueError(f"losses of {self.percent} %")

    @property
    def kept(self) -> float:
        """What is left, 0..1."""
        return 1 - self.percent / 100


_DOBOS = "PVWatts version 5 (Dobos 2014, NREL/TP-6A20-62641, table 6)"
PVWATTS = Losses(float(pvlib.pvsystem.pvwatts_losses()), _DOBOS)
"""14.08 %: soiling 2, shading 3, mismatch 2, wiring 2, connections 0.5, light-induced degradation 1.5, nameplate 1,
availability 3."""
PVWATTS_RUNNING = Losses(float(pvlib.pvsystem.pvwatts_losses(availability=0)), f"{_DOBOS}, without availability")
"""11.42 %: of a plant that is up. What the modules should give while nothing is broken."""
NONE = Losses(0.0, "no losses")

FAIMAN_OPEN = (25.0, 6.84)
"""W/m²/K and W/m²/K per m/s: modules on an open rack (Faiman 2008, the default of pvlib)."""
FAIMAN_INSULATED = (15.0, 0.0)
"""Modules with their back against the roof (PVsyst's default for insulated backs)."""
CELLS_AS_AIR = (float("inf"), 0.0)
"""For a measured module temperature given in place of the air's: the light adds nothing."""
