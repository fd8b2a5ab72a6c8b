"""What a fleet has learnt. Grows with the square of the number of roofs: 30 roofs are about 40 kB of JSON.

Fleets of more than about 100 roofs are better cut into neighbourhoods: five near peers say as much as fifty.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from models.pv.sun import Floats

VERSION = 1
DIGITS = 8
"""Significant digits kept: adjacent roofs correlate at 0.9999."""
START_INTERVAL, START_DAY = 0.1, 0.08
"""Half-widths of the 80 % intervals before anything is known (published peer figures are of this size)."""


@dataclass(frozen=True, slots=True)
class FleetState:
    """Sums over past days, older ones counting less. n roofs; powers in W."""

    roofs: tuple[str, ...]
    age: Floats
    """(n,) days learnt from each roof."""
    products: Floats
    """(n, n) sum of P_i P_j where both are known."""
    squares: Floats
    """(n, n) sum of P_i² where both are known; the counterpart that makes `products` a correlation."""
    hour_measured: Floats
    """(24, n) by hour of the sun: what was measured, recently …"""
    hour_combined: Floats
    """(24, n) … and what the combination of peers said, before any correction."""
    measured: Floats
    """(n,) power that was measured, and …"""
    combined: Floats
    """(n,) … what the combination said then: their quotient removes the bias of a regression on noisy peers."""
    block_products: Floats
    block_squares: Floats
    block_measured: Floats
    block_combined: Floats
    """The same four for the days that wait for admission."""
    block_expected: Floats
    """(n,) what was expected on those days, after all corrections."""
    block_days: Floats
    """(n,) how many they are."""
    spread_interval: Floats
    """(n,) half-width of the 80 % interval of one interval, in units of sqrt(expected × the day's highest)."""
    spread_day: Floats
    """(n,) half-width of the 80 % interval of a day, as a share of the expectation."""
    yield_own: Floats
    """(n,) first weeks: energy per energy of the nameplate, and …"""
    yield_peers: Floats
    """(n,) … that of the peers most alike, on the same days."""

    @classmethod
    def empty(cls) -> FleetState:
        """Nothing known of any roof."""
        return _blank(())

    def aligned(self, roofs: Sequence[str]) -> FleetState:
        """The same knowledge with rows in the order of `roofs`: unknown ones begin empty, others are dropped."""
        if tuple(roofs) == self.roofs:
            return self
        made = _blank(tuple(roofs))
        place = {name: row for row, name in enumerate(self.roofs)}
        new = [row for row, name in enumerate(roofs) if name in place]
        old = [place[roofs[row]] for row in new]
        for name in _ARRAYS:
            ours, theirs = getattr(made, name), getattr(self, name)
            if name in _SQUARE:
                ours[np.ix_(new, new)] = theirs[np.ix_(old, old)]
            else:
                ours[..., new] = theirs[..., old]
        return made

    def forgetting(self, roof: str) -> FleetState:
        """A new epoch for one roof (modules or inverter replaced): it is learnt from the beginning."""
        others = self.aligned([name for name in self.roofs if name != roof])
        return others.aligned(self.roofs)

    def to_json(self) -> str:
        """Compact text; `from_json` gives back the same to `DIGITS` digits."""
        content = {name: [float(f"{x:.{DIGITS}g}") for x in getattr(self, name).ravel()] for name in _ARRAYS}
        return json.dumps({"version": VERSION, "roofs": self.roofs, **content}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> FleetState:
        """ValueError when the text is not a state of this version."""
        content = json.loads(text)
        if content.get("version") != VERSION:
            raise ValueError(f"fleet state of version {content.get('version')}, not {VERSION}")
        made = _blank(tuple(content["roofs"]))
        arrays = {name: np.array(content[name], dtype=float).reshape(getattr(made, name).shape) for name in _ARRAYS}
        return replace(made, **arrays)


_ARRAYS = tuple(field.name for field in fields(FleetState) if field.name != "roofs")
_SQUARE = ("products", "squares", "block_products", "block_squares")


def _blank(roofs: tuple[str, ...]) -> FleetState:
    n = len(roofs)
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(_ARRAYS, (n,))
    shapes |= dict.fromkeys(_SQUARE, (n, n)) | {"hour_measured": (24, n), "hour_combined": (24, n)}
    arrays = {name: np.zeros(shape) for name, shape in shapes.items()}
    arrays["spread_interval"] += START_INTERVAL
    arrays["spread_day"] += START_DAY
    return FleetState(roofs=roofs, **arrays)
