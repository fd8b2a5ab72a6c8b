"""What a fleet has learnt. Grows with the square of the number of roofs: 30 roofs are about 80 kB of JSON.

Fleets of more than about 100 roofs are better cut into neighbourhoods: five near peers say as much as fifty.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from models.pv.sun import Floats

VERSION = 2
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
    established: Floats
    """(n,) 1 for roofs that have a place in `products`."""
    products: Floats
    """(n, n) sum of P_i P_j over all admitted days: complete, what was missing or not to be trusted filled in."""
    fresh_products: Floats
    """(n, n) the same over the days of the present block, without filling in for roofs not established …"""
    fresh_squares: Floats
    """(n, n) … and the sum of P_i² where both are known, which makes a correlation of it."""
    waiting_products: Floats
    waiting_squares: Floats
    """The same of the block before, which waits for admission."""
    fresh_measured: Floats
    fresh_expected: Floats
    waiting_measured: Floats
    waiting_expected: Floats
    """(n,) W summed over intervals of which both are known: is the roof level with what is expected?"""
    fresh_sky_measured: Floats
    fresh_sky_modelled: Floats
    waiting_sky_measured: Floats
    waiting_sky_modelled: Floats
    sky_measured: Floats
    sky_modelled: Floats
    """(n,) W summed over intervals of which both are known, measured and by the chain without any level, of the same
    days as the products: see `season`."""
    turn_told: Floats
    turn_followed: Floats
    """(n,) sums over bright days of the square of what `season` said (log), and of that times what the roof did."""
    fresh_known: Floats
    """(n,) days of the present block on which the roof was known and fine, and …"""
    fresh_days: Floats
    """(n,) … its days so far, counted from the first on which the roof was asked for."""
    hour_measured: Floats
    """(24, n) by hour of the sun: what was measured, recently …"""
    hour_combined: Floats
    """(24, n) … and what the combination of peers said, before any correction."""
    present_measured: Floats
    """(n,) W measured in the last days, also while the roof is not trusted, and …"""
    present_expected: Floats
    """(n,) … expected."""
    clear_best: Floats
    """(n,) energy of the best day known over that of the modelled clear sky; 0 without one."""
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
        content |= {name: getattr(made, name).tolist() for name in _LATER if name not in content}
        arrays = {name: np.array(content[name], dtype=float).reshape(getattr(made, name).shape) for name in _ARRAYS}
        return cls(roofs=made.roofs, **arrays)


_ARRAYS = tuple(field.name for field in fields(FleetState) if field.name != "roofs")
_LATER = frozenset({"turn_told", "turn_followed"})
"""Not in every state of this version: who never kept a record begins one."""
_SQUARE = ("products", "fresh_products", "fresh_squares", "waiting_products", "waiting_squares")


def _blank(roofs: tuple[str, ...]) -> FleetState:
    n = len(roofs)
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(_ARRAYS, (n,))
    shapes |= dict.fromkeys(_SQUARE, (n, n)) | {"hour_measured": (24, n), "hour_combined": (24, n)}
    arrays = {name: np.zeros(shape) for name, shape in shapes.items()}
    arrays["spread_interval"] += START_INTERVAL
    arrays["spread_day"] += START_DAY
    return FleetState(roofs=roofs, **arrays)
