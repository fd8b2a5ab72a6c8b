"""How urgent a cause is, whatever the hour and the euros."""

from __future__ import annotations

from enum import IntEnum

from models.pv.diagnosis.cause import Cause, Stage


class Severity(IntEnum):
    """The higher, the sooner somebody must look. Programs know the names, in small letters."""

    NONE = 0
    """No alert: nobody can or must do anything."""
    MINOR = 1
    MAJOR = 2
    CRITICAL = 3
    """A danger for people or the building."""

    @property
    def word(self) -> str:
        """As in the ledger and in JSON."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Severity:
        """The inverse; ValueError for no such word."""
        try:
            return cls[word.upper()]
        except KeyError as wrong:
            raise ValueError(f"no severity: {word!r}") from wrong


DANGERS = frozenset({Cause.INSULATION, Cause.EARTH_LEAKAGE, Cause.ARC})
"""Who comes near, or resets the device before a qualified check, may be hurt."""
NOTHING_TO_DO = frozenset({Cause.PLANNED, Cause.SNOW, Cause.CLIPPING, Cause.SHADING})
"""Declared, gone by itself, by design, or as it always was: shown with the losses, no alert."""
MAJOR = frozenset(
    {
        Cause.SITE_OFF, Cause.INVERTER_OFF, Cause.GRID_TRIPS, Cause.TOWN_WIDE, Cause.SURGE_PROTECTOR, Cause.FAN,
        Cause.OVER_TEMPERATURE, Cause.DEVICE_FAULT, Cause.STRING_OPEN,
    }
)  # fmt: skip


def severity_of(cause: Cause) -> Severity:
    """By its cause alone."""
    if cause in DANGERS:
        return Severity.CRITICAL
    if cause in NOTHING_TO_DO:
        return Severity.NONE
    return Severity.MAJOR if cause in MAJOR else Severity.MINOR


def says_the_device(cause: Cause) -> bool:
    """Whether the device itself reports it: then it needs no loss to be believed."""
    return cause.stage is Stage.DEVICE
