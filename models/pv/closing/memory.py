"""What the days before have taught: kept after each day, so that a past day can be closed again as it was then."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from config.kwh import ExpectedBasis
from models.pv.energy.ratio import Ratio, learn_ratio
from models.pv.expected.calibration import Epoch
from models.pv.fleet.finding import Watch
from models.pv.fleet.state import FleetState

MeterDay = tuple[int, int, int]
"""Start of the day (ms), Wh by the meters, Wh by the inverters."""
METER_DAYS = 120
VERSION = 1
NEIGHBOURS = 60
"""Inverters that are held against each other: more cost by the square and tell nothing new."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that one day hands to the next."""

    fleets: tuple[FleetState, ...] = ()
    """One per neighbourhood, see `neighbourhoods`."""
    watches: Mapping[str, Watch] = field(default_factory=dict)
    """By inverter."""
    epochs: Mapping[str, Epoch] = field(default_factory=dict)
    """Scales of the chain's expectations, by `scale_key`."""
    meters: Mapping[str, tuple[MeterDay, ...]] = field(default_factory=dict)
    """By site: days on which both its production meters and all its inverters are completely known."""

    def fleet(self, number: int) -> FleetState:
        """The state of a neighbourhood; empty when it is new."""
        return self.fleets[number] if number < len(self.fleets) else FleetState.empty()

    def ratio(self, site: str) -> Ratio | None:
        """What the meters of a site count for each Wh of its inverters; None while too few days are known."""
        days = self.meters.get(site, ())
        if not days:
            return None
        times, meter, inverters = (np.array(column) for column in zip(*days, strict=True))
        return learn_ratio(times.astype(np.int64), meter.astype(float), inverters.astype(float))

    def metered(self, site: str, day: int, meter: float, inverters: float) -> Memory:
        """With one more such day (its start in ms); told twice, a day counts once."""
        if not (math.isfinite(meter) and math.isfinite(inverters)):
            return self
        others = [known for known in self.meters.get(site, ()) if known[0] != day]
        days = sorted([*others, (day, round(meter), round(inverters))])[-METER_DAYS:]
        return replace(self, meters={**self.meters, site: tuple(days)})

    def renewed(self, replaced: Mapping[str, Sequence[date]], day: date) -> Memory:
        """On the day on which a device was replaced nothing that was known of it holds any more."""
        gone = {path for path, dates in replaced.items() if day in dates}
        if not gone:
            return self
        fleets, sites = self.fleets, {path.split("/")[0] for path in gone}
        for path in gone:
            fleets = tuple(state.forgetting(path) if path in state.roofs else state for state in fleets)
        return replace(
            self,
            fleets=fleets,
            watches={path: watch for path, watch in self.watches.items() if path not in gone},
            epochs={key: epoch for key, epoch in self.epochs.items() if key.split("|")[0] not in gone},
            meters={site: days for site, days in self.meters.items() if site not in sites},
        )

    def to_json(self) -> str:
        """About 150 kB for 30 inverters after a year."""
        return json.dumps(
            {
                "version": VERSION,
                "fleets": [state.to_json() for state in self.fleets],
                "watches": {path: watch.to_dict() for path, watch in self.watches.items()},
                "epochs": {key: epoch.to_json() for key, epoch in self.epochs.items()},
                "meters": self.meters,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Memory:
        """What to_json wrote; ValueError for anything else, and for another version."""
        told = json.loads(text)
        if not isinstance(told, dict) or told.get("version") != VERSION:
            raise ValueError("no memory of this version")
        return cls(
            tuple(FleetState.from_json(state) for state in told["fleets"]),
            {path: Watch.from_dict(watch) for path, watch in told["watches"].items()},
            {key: Epoch.from_json(epoch) for key, epoch in told["epochs"].items()},
            {site: tuple((int(t), int(m), int(i)) for t, m, i in days) for site, days in told["meters"].items()},
        )


def scale_key(inverter: str, basis: ExpectedBasis) -> str:
    """Each kind of expectation has its own bias."""
    return f"{inverter}|{basis}"


def neighbourhoods(inverters: Sequence[str]) -> list[slice]:
    """Inverters, in the order of the town, in groups of at most NEIGHBOURS."""
    count = -(-len(inverters) // NEIGHBOURS)
    size = -(-len(inverters) // max(count, 1))
    return [slice(first, first + size) for first in range(0, len(inverters), max(size, 1))]
