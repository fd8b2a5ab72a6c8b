"""Plateaus: the inverter's limit or one that was set.

On a clear day the top 0.3 % of a free power curve lasts 35 minutes, the next 0.6 % about 25; under a limit everything
lies in the top. So a day has a plateau when its top holds at least 45 minutes and three times what lies just below. A
plateau is believed at rated power, or where it lies at the level of another day's; then every sample at a believed
level is clipped, however short its stay. Anything longer than daylight is a frozen value, not a limit.
"""

from __future__ import annotations

import numpy as np

from models.pv.quality.runs import MINUTE, Floats, Mask, solar_days, value_step

TOP = 0.003
"""Depth of the top as a share of the level; it is compared with the next two such depths."""
ON = 0.0015
"""Share of a believed level within which a sample lies on it."""
LEAST = 45 * MINUTE
NEAR_RATED = 0.97
SAME = 0.005
"""Two days' plateaus this near to each other are the same limit."""
LOWEST = 0.1
"""Share of the scale below which no plateau is looked for."""


def clipped(values: Floats, elevation: Floats, scale: float, period: int, rated: float | None = None) -> Mask:
    """Whether each power (W, NaN missing) lies on a limit. `scale` is a power the device can reach, `period` ms."""
    made = np.zeros(len(values), bool)
    lit = (elevation > 0) & np.isfinite(values) & (values > LOWEST * scale) & (values <= 1.1 * scale)
    if not lit.any() or scale <= 0:
        return made
    day = solar_days(elevation)
    top = np.zeros(day[-1] + 1)
    np.maximum.at(top, day[lit], values[lit])
    depth = np.where(lit, 1.0 - values / np.where(top[day] > 0, top[day], 1.0), 1.0)
    fine = np.maximum(1.01 * value_step(values) / np.where(top > 0, top, np.inf), TOP)[
        day
    ]  # coarse values: wider bands
    in_top = np.bincount(day[depth <= fine], minlength=len(top))
    below = np.bincount(day[(depth > fine) & (depth <= 3 * fine)], minlength=len(top))
    enough = max(3, int(np.ceil(LEAST / period)))
    levels = top[(in_top >= enough) & (in_top >= 3 * below)]
    sustained = levels[_believed(levels, rated)]
    for level in np.unique(np.round(sustained / (SAME * scale))) * SAME * scale:
        here = sustained[np.abs(sustained - level) <= SAME * scale]
        made |= lit & (values >= (1 - ON) * here.min()) & (values <= (1 + ON) * here.max())
    return made


def _believed(levels: Floats, rated: float | None) -> Mask:
    repeated = (np.abs(levels[:, None] - levels[None, :]) <= SAME * levels[:, None]).sum(axis=1) > 1
    believed: Mask = repeated if rated is None else repeated | (levels >= NEAR_RATED * rated)
    return believed
