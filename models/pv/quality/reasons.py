"""The words: why a sample is not what it seems."""

from __future__ import annotations

from enum import IntFlag


class Reason(IntFlag):
    """Reasons of one sample of one field, several may hold. 0 is good.

    Kept as int32; a bit never changes its meaning.
    """

    MISSING = 1
    """The device answered, but gave no value for this field."""
    FROZEN = 2
    """The same value again and again while it should have changed."""
    INTERPOLATED = 4
    """On a straight line that somebody drew over a gap."""
    SPIKE = 8
    """Neighbours in time do not bear it."""
    NIGHT = 16
    """Production while the sun is below the horizon."""
    OUT_OF_RANGE = 32
    """Beyond what the device, or physics, can do."""
    COUNTER_RESET = 64
    """First reading of a counter that began anew."""
    COUNTER_ROLLOVER = 128
    """First reading after the end of the counter's range."""
    COUNTER_DIP = 256
    """Below what the counter showed before and after."""
    COUNTER_ZERO = 512
    """The same with zeros, as inverters show them when they wake up."""
    COUNTER_JUMP = 1024
    """A rise beyond rated power."""
    COUNTER_FLAT = 2048
    """The counter stands still while the inverter works."""
    CLOCK = 4096
    """The label is known to be wrong."""
    OUTAGE = 8192
    """The device answered and made nothing in daylight. The value is true."""
    CLIPPED = 16384
    """On the inverter's limit, or on one that was set. The value is true."""


TRUE_VALUE = Reason.OUTAGE | Reason.CLIPPED | Reason.COUNTER_RESET | Reason.COUNTER_ROLLOVER
"""These say something about the plant or what follows; the value itself may be used."""
DOUBTFUL = ~TRUE_VALUE & sum(Reason)
"""A sample with any of these is not to be used as it is."""
