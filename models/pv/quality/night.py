"""Production without sun."""

from __future__ import annotations

import numpy as np

from models.pv.quality.runs import Floats, Mask

DARK = -2.0
"""Degrees: twilight gives a module less than a thousandth below it."""
STANDBY = 0.01
"""Share of the scale: an inverter's own consumption (negative) and the noise of its transformers stay below."""


def made_at_night(values: Floats, elevation: Floats, scale: float) -> Mask:
    """Whether each power (W) is production below the horizon.

    A sample may stand for the interval that follows or precedes its label, so the sun must be below the horizon at its
    neighbours too. Small positive and all negative values are standby.
    """
    dark = elevation < DARK
    dark &= np.concatenate((elevation[1:], elevation[-1:])) < 0
    dark &= np.concatenate((elevation[:1], elevation[:-1])) < 0
    made: Mask = dark & (values > max(STANDBY * scale, 0.0))
    return made
