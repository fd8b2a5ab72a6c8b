"""Why a roof makes less, or tells less, than it should: one word for each cause."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Stage(IntEnum):
    """Data are looked at first, then availability, then performance: who does not answer is not accused of shade."""

    DATA = 0
    AVAILABILITY = 1
    DEVICE = 2
    """What the device itself says is wrong."""
    PERFORMANCE = 3
    DESIGN = 4
    """By design, or a fact that the town's files have wrong: no loss against the expectation."""


class Cause(StrEnum):
    """Programs compare these words, and they stand in the ledger: a word never changes its meaning."""

    COMMUNICATION = "communication"
    """Nothing is heard: what it makes is unknown, not 0."""
    FROZEN = "frozen"
    """The same answer again and again."""
    COUNTER_STUCK = "counter_stuck"
    """The lifetime counter rests, or does not follow the power."""
    CLOCK = "clock"

    PLANNED = "planned"
    """Somebody said beforehand that it would be switched off."""
    TOWN_WIDE = "town_wide"
    """So much of the town falls together that it is weather, snow, the grid or tepos itself."""
    SITE_OFF = "site_off"
    INVERTER_OFF = "inverter_off"
    GRID_TRIPS = "grid_trips"
    """Switched off by the grid's voltage again and again."""

    INSULATION = "insulation"
    EARTH_LEAKAGE = "earth_leakage"
    ARC = "arc"
    SURGE_PROTECTOR = "surge_protector"
    FAN = "fan"
    OVER_TEMPERATURE = "over_temperature"
    DEVICE_FAULT = "device_fault"
    """Another fault that the device reports."""

    STRING_OPEN = "string_open"
    """A step of 1/n of an input with n strings."""
    INPUT_LOW = "input_low"
    """An input makes less than its share, by no whole number of strings."""
    DERATING = "derating"
    """A ceiling below the rated power that was not there before."""
    THERMAL = "thermal"
    EXPORT_LIMIT = "export_limit"
    SNOW = "snow"
    SHADING = "shading"
    """Always at the same place of the sun."""
    OBSTACLE = "obstacle"
    """The same, and new."""
    SOILING = "soiling"
    DEGRADATION = "degradation"
    UNEXPLAINED = "unexplained"

    CLIPPING = "clipping"
    """The modules give more than the inverter takes, by design."""
    CAPACITY = "capacity"
    """Its yield is not that of its nameplate, since the first day: a wrong figure or a permanent loss."""
    TILT = "tilt"
    AZIMUTH = "azimuth"

    @property
    def stage(self) -> Stage:
        """Where in the order of questions it stands."""
        return _STAGES[self]


_STAGES = {
    **dict.fromkeys((Cause.COMMUNICATION, Cause.FROZEN, Cause.COUNTER_STUCK, Cause.CLOCK), Stage.DATA),
    **dict.fromkeys(
        (Cause.PLANNED, Cause.TOWN_WIDE, Cause.SITE_OFF, Cause.INVERTER_OFF, Cause.GRID_TRIPS), Stage.AVAILABILITY
    ),
    **dict.fromkeys(
        (
            Cause.INSULATION, Cause.EARTH_LEAKAGE, Cause.ARC, Cause.SURGE_PROTECTOR, Cause.FAN,
            Cause.OVER_TEMPERATURE, Cause.DEVICE_FAULT,
        ),
        Stage.DEVICE,
    ),
    **dict.fromkeys(
        (
            Cause.STRING_OPEN, Cause.INPUT_LOW, Cause.DERATING, Cause.THERMAL, Cause.EXPORT_LIMIT, Cause.SNOW,
            Cause.SHADING, Cause.OBSTACLE, Cause.SOILING, Cause.DEGRADATION, Cause.UNEXPLAINED,
        ),
        Stage.PERFORMANCE,
    ),
    **dict.fromkeys((Cause.CLIPPING, Cause.CAPACITY, Cause.TILT, Cause.AZIMUTH), Stage.DESIGN),
}  # fmt: skip

PRIORITY = tuple(cause for cause in Cause if cause.stage is not Stage.DESIGN)
"""Of several causes that claim the same missing energy the first takes it."""
