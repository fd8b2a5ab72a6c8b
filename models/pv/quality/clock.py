"""The clock of a series: what must be added to its labels to make them right."""

from __future__ import annotations

import pandas as pd

from models.pv.quality.clear_days import Place
from models.pv.quality.irradiance_clock import offset_to_irradiance
from models.pv.quality.offset import UNDECIDED, ClockOffset, Label
from models.pv.quality.runs import Floats
from models.pv.quality.sun_clock import offset_to_sun

__all__ = ["UNDECIDED", "ClockOffset", "Label", "Place", "clock_offset", "offset_to_irradiance", "offset_to_sun"]


def clock_offset(
    times: pd.DatetimeIndex,
    power: Floats,
    *,
    irradiance: pd.Series | None = None,
    place: Place | None = None,
    tilt: float | None = None,
    azimuth: float | None = None,
    power_label: Label | None = None,
    irradiance_label: Label = Label.START,
) -> ClockOffset:
    """Against `irradiance` (its own index, labels taken as right) where it is given and tells, else against the sun.

    `times` are the labels of `power` (any unit, NaN missing): rising, with a time zone. Constant offsets, steps and
    summer time that somebody put into the labels are found; a slow drift comes out as steps. Details, what the labels
    mean and the errors: `offset_to_irradiance`, `offset_to_sun`. ValueError without irradiance and place.
    """
    if irradiance is None and place is None:
        raise ValueError("a clock needs irradiance or a place to be compared with")
    series = pd.Series(power, times)
    found = UNDECIDED
    if irradiance is not None:
        found = offset_to_irradiance(series, irradiance, power_label or Label.START, irradiance_label)
    if not found.segments and place is not None:
        found = offset_to_sun(series, place, tilt, azimuth, power_label)
    return found
