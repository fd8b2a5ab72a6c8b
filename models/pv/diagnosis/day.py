"""What the diagnosis looks at: one day of a town (or as much of it as is past), inverter by inverter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.pv.quality.gaps import Gap
from models.pv.sun import Floats

Bools = NDArray[np.bool_]
Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class InputFacts:
    """One DC input of an inverter, as the town's files describe it."""

    number: int
    """From 1, as in the fields ``pdc_1``, ``v_dc_1``, ``i_dc_1``."""
    strings: int
    pdc0: float
    """W at standard test conditions."""
    planes: tuple[tuple[float, float], ...]
    """(surface_tilt, surface_azimuth) of what feeds it: inputs with the same planes see the same light."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One inverter."""

    path: str
    """``site/inv-1``"""
    site: str
    pac_rated: float
    """W"""
    pdc0: float
    """W of modules behind it."""
    inputs: tuple[InputFacts, ...] = ()
    """Empty where the town's files do not say what feeds what."""
    hybrid: bool = False
    map: str = ""
    """Name of its register map: its state words and fault codes are those of the maker."""
    commissioned: int | None = None
    """ms; None unknown."""
    moving: bool = False
    """Some of its modules follow the sun."""


@dataclass(frozen=True, slots=True)
class InverterDay:
    """One inverter on this day. Arrays of shape (T,), one element per interval of the town's day."""

    unit: Unit
    energy: Floats
    """Wh made; NaN unknown."""
    expected: Floats
    """Wh that it should have made; NaN unknown, and where only a cloudless sky is known (see `clear`)."""
    low: Floats
    high: Floats
    """The 80 % interval of it."""
    clear: Floats
    """Wh that the model gives under a cloudless sky, by the town's files; NaN without these."""
    outage: Bools
    """Quality found that the inverter itself, or its counter, tells that nothing was made in daylight."""
    half_day: float = float("nan")
    """Half-width of the 80 % interval of the day's expected energy, as a share of it."""
    samples: pd.DataFrame = field(default_factory=pd.DataFrame)
    """Its readings of the day, as they are: index UTC, a column per field (``pac``, ``pdc_1``, ``state`` …).
    Empty where there are none: a bench with hourly powers has none, and every recipe must do without."""
    gaps: Sequence[Gap] = ()
    """Silences and outages that quality found, those that reach into the day too."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """How many readings of the day were not believed, by name of models.pv.quality.reasons.Reason."""
    last_heard: int | None = None
    """ms of its newest reading up to the end of what is known of the day; None: never, or not told."""
    period: int = 0
    """ms between two readings; 0 unknown."""
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was worked out of this day already; no fact about it."""


@dataclass(frozen=True, slots=True)
class Works:
    """What people did, or said they would do: a dated fact with a scope."""

    kind: str
    """``outage`` (planned), ``visit``, ``replacement``, ``cleaning``, ``tree``, ``warranty``."""
    scope: str
    """``site``, ``site/inv-1`` or ``town``."""
    start: int
    end: int
    """ms; of a deed without duration the same as start."""

    def covers(self, path: str) -> bool:
        """Whether an inverter lies in its scope."""
        return self.scope == "town" or path == self.scope or path.startswith(f"{self.scope}/")


@dataclass(frozen=True, slots=True)
class TownDay:
    """All inverters on one day of the town."""

    start: int
    """ms, the beginning of the day in the town's time."""
    width: int
    """ms of an interval: a quarter-hour, or an hour in series that have no finer step."""
    elevation: Floats
    azimuth: Floats
    """(T,) degrees of the sun at the middle of each interval; azimuth east of north."""
    inverters: Sequence[InverterDay]
    whole: bool = True
    """False while the day goes on: T ends now, and what is remembered is not changed."""
    temp_air: Floats | None = None
    """(T,) °C; None unknown."""
    works: Sequence[Works] = ()
    """Everything said so far that reaches into this day or lies before it."""
    checked: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By inverter: what the last check of the town's files against its readings found, figure by figure (``capacity``,
    ``tilt``, ``azimuth``, ``clock``, ``neighbours``): verdict (models.pv.expected.metadata), declared, found, unit."""
    losing: frozenset[str] = frozenset()
    """Inverters of which a loss was known in the morning: what they give says nothing of their nameplate."""

    @property
    def times(self) -> Times:
        """(T,) ms, starts of the intervals."""
        return self.start + self.width * np.arange(len(self.elevation), dtype=np.int64)

    @property
    def end(self) -> int:
        """ms, the end of what is known: now, or the end of the day."""
        return self.start + self.width * len(self.elevation)
