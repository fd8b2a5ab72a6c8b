"""The words that stand beside every kilowatt-hour: where it comes from, and how far it may be trusted.

They are written into rollups, exports and pages, and compared by programs: a word never changes its meaning.
"""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """Length of a rollup row. Rows are half-open and labelled by their start; days are the town's."""

    QUARTER = "15min"
    DAY = "day"


class Subject(StrEnum):
    """What a rollup row is about. Ids: ``site/inv-1``, ``site/roof``, ``site``, ``town``."""

    INVERTER = "inverter"
    ROOF = "roof"
    SITE = "site"
    TOWN = "town"


class Basis(StrEnum):
    """What a measured kWh rests on, the highest authority first (inverter counters are not legal metrology)."""

    INDEX = "index"
    """The network operator's index."""
    METER = "meter"
    """A production meter."""
    COUNTER = "counter"
    """The inverters' lifetime counters."""
    POWER = "power"
    """Integrated AC power."""
    IMPORTED = "imported"
    """From before tepos, as a portal or a person gave it."""
    NONE = "none"


class EnergyStatus(StrEnum):
    """How a figure of energy came to be; of several parts, the last in this list that any part has."""

    MEASURED = "measured"
    RECONSTITUTED = "reconstituted"
    """The sum over a gap was measured, its distribution in time was not."""
    ESTIMATED = "estimated"
    """Partly from power without a counter, or over a doubtful stretch."""
    IMPORTED = "imported"
    PARTIAL = "partial"
    """The sum of what is known; something that belongs to it is unknown (see completeness)."""
    UNKNOWN = "unknown"
    """No figure: the value is NaN, not 0."""


class ExpectedBasis(StrEnum):
    """What an expectation rests on, the surest first."""

    SENSOR = "sensor"
    """Irradiance measured at the site."""
    FLEET = "fleet"
    """The other roofs of the town under the same sky."""
    SATELLITE = "satellite"
    """A weather service."""
    SYNTHETIC = "synthetic"
    """The invented weather of the demo."""
    CLEAR_SKY = "clear_sky"
    """A cloudless sky: an upper bound, not an expectation."""
    NONE = "none"


ROLLUP_NUMBERS = (
    "energy", "expected", "expected_low", "expected_high", "insolation", "completeness",
    "lost_outage", "lost_finding", "availability",
    "insolation_corrected", "energy_dc", "lost_clipping",
)  # fmt: skip
"""Numeric columns of a rollup row: Wh measured; Wh expected with the bounds of its 80 % interval; Wh/m² in the plane of
the modules (of the town or a roof: weighted by capacity); completeness 0..1, the share of the row's expected energy (of
its capacity, at night) whose measurement is known; Wh expected and not made during outages, and otherwise while a
finding of underperformance was open; availability 0..1, the part of the daylight in which it worked (IEC TS 63019);
Wh/m² as if the cells had stayed at 25 °C; Wh measured on the DC side of the inverters; Wh that the inverters cut at
their rated power, by design: beyond what was expected, so in no other loss. The last three are NaN in rows that were
closed before tepos knew them."""
ROLLUP_TEXTS = ("basis", "status", "expected_basis")
"""Columns with a word of Basis, EnergyStatus, ExpectedBasis."""
