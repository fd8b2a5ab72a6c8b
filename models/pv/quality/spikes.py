"""Values beyond the device, values that their neighbours do not bear."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from models.pv.quality.runs import Floats, Mask, Times, torn

ABOVE, BELOW = 1.15, -0.03
"""Share of rated power that AC power cannot leave: an inverter limits itself, and draws a percent or two at night."""
STANDS_OUT = 0.35
"""Share of the scale by which a spike leaves the values beside it."""
ROUGHNESS = 8.0
"""Times the usual change around it."""
AROUND = 4
"""Samples on either side that tell what is usual."""
NOTHING = 0.02
"""Share of the scale: a sample this low is a stop of the inverter, which is no fault of the measurement."""


def out_of_range(values: Floats, scale: float, above: float = ABOVE) -> Mask:
    """Whether each AC power (W) is impossible for a device of `scale` W."""
    with np.errstate(invalid="ignore"):
        made: Mask = (values > above * scale) | (values < BELOW * scale)
    return made


def spikes(times: Times, values: Floats, scale: float, period: int) -> Mask:
    """Whether each power (W, NaN missing) is a single value that its neighbours in time do not bear.

    It must leave both neighbours in the same direction, by a third of the scale and by eight times the usual change
    around it (median): under broken clouds everything jumps and nothing is a spike.
    """
    there = np.flatnonzero(np.isfinite(values))
    made = np.zeros(len(values), bool)
    if len(there) < 2 * AROUND + 1 or scale <= 0:
        return made
    shown = values[there]
    change = np.diff(shown)
    into, out = change[:-1], -change[1:]
    stands = np.where(into * out > 0, np.minimum(np.abs(into), np.abs(out)), 0.0)
    gap = torn(times[there], period)
    odd = np.flatnonzero((stands > STANDS_OUT * scale) & ~gap[:-1] & ~gap[1:]) + 1
    stopped = (shown[odd] >= BELOW * scale) & (shown[odd] < NOTHING * scale)
    odd = odd[~stopped]
    if not len(odd):
        return made
    sizes = np.concatenate((np.full(AROUND, np.nan), np.abs(change), np.full(AROUND, np.nan)))
    windows = sliding_window_view(sizes, 2 * AROUND)[odd].copy()
    windows[:, AROUND - 1 : AROUND + 1] = np.nan  # its own two changes
    usual = np.nanmedian(windows, axis=1)
    made[there[odd]] = stands[odd - 1] > ROUGHNESS * usual
    return made
