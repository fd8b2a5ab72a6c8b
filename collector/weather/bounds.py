"""What cannot be weather: single values are masked and counted, an answer that does not fit the sun is refused.

The collector does not know where the sun stands: who calls hands that down, as light outside the atmosphere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collector.errors import WeatherFormat
from collector.weather.frame import DAY, HOUR, LIGHT, Floats, Instants, WeatherFrame
from config.language import _

Light = Callable[[Instants, int], Floats]
"""Starts of intervals and their length (ms) -> mean light outside the atmosphere on a horizontal plane, W/m²."""

ZERO = -4.0
"""W/m²: a pyranometer loses warmth to the night sky and reads a little below zero (limit of the BSRN): that is 0."""
BRIGHTEST, MARGIN = 1.5, 20.0
"""Times the light outside, with clouds' edges; and W/m² for a sun that rises within an interval."""
TWILIGHT = 10.0
"""W/m² at most over an interval in which the sun is never up."""
BEAM = 1420.0
"""W/m²: the sun at its nearest, outside the atmosphere."""
RANGES = {"temp_air": (-60.0, 60.0), "wind_speed": (0.0, 75.0)}
STUCK, STUCK_FROM = 4, 20.0
"""The same light to the last digit over so many intervals (and at least two hours), from so many W/m² on."""
NIGHT_SHARE, WRONG_SHARE, DARK_SHARE = 0.005, 0.2, 0.01
"""An answer is refused whose light falls at night to this part, is impossible in this part of the intervals by day,
or is less than this part of what shines outside (a station that sends zeros, or kW for W)."""
ENOUGH = 1_500.0
"""Wh/m² outside the atmosphere below which an answer is too short to be judged; a winter's day has 2,000."""


def checked(frame: WeatherFrame, light: Light) -> WeatherFrame:
    """The frame without impossible values, counted by reason. WeatherFormat when the light is of another place or time.

    Reasons: negative, too-bright, at-night, stuck, and the name of the column for dni, dhi, temp_air, wind_speed.
    """
    rows = frame.rows.copy()
    outside = light(frame.starts, frame.step) if len(rows) else np.empty(0)
    ghi = rows["ghi"].to_numpy(float)
    most = BRIGHTEST * outside + MARGIN
    wrong = {
        "negative": ghi < ZERO,
        "at-night": (ghi > TWILIGHT) & (outside <= 0),
        "too-bright": (ghi > most) & (outside > 0),
        "stuck": _stuck(ghi, frame.step),
    }
    _refuse(frame, ghi, outside, wrong["at-night"], wrong["too-bright"])
    bad = np.logical_or.reduce([*wrong.values()])
    counts = {reason: int(mask.sum()) for reason, mask in wrong.items()}
    rows.loc[bad, list(LIGHT)] = np.nan
    dni, dhi = rows["dni"].to_numpy(float), rows["dhi"].to_numpy(float)
    beyond = {
        "dni": (dni < ZERO) | (dni > BEAM) | ((dni > TWILIGHT) & (outside <= 0)),
        "dhi": (dhi < ZERO) | (dhi > most),
        **{name: (rows[name] < low) | (rows[name] > high) for name, (low, high) in RANGES.items()},
    }
    for name, mask in beyond.items():
        counts[name] = int(np.asarray(mask).sum())
        rows.loc[mask, name] = np.nan
    rows[list(LIGHT)] = rows[list(LIGHT)].clip(lower=0.0)
    return replace(frame, rows=rows, masked={reason: count for reason, count in counts.items() if count})


def _stuck(ghi: Floats, step: int) -> NDArray[np.bool_]:
    """Where a run of one value is too long."""
    need = max(STUCK, 2 * HOUR // step)
    same = np.append(False, (np.diff(ghi) == 0) & (ghi[1:] >= STUCK_FROM)) if len(ghi) else np.empty(0, bool)
    run = np.cumsum(~same)
    size = pd.Series(run).map(pd.Series(run).value_counts()).to_numpy()
    stuck: NDArray[np.bool_] = (size >= need) & (ghi >= STUCK_FROM)
    return stuck


def _refuse(
    frame: WeatherFrame, ghi: Floats, outside: Floats, at_night: NDArray[np.bool_], too_bright: NDArray[np.bool_]
) -> None:
    known = np.isfinite(ghi)
    lit = known & (outside > 0)
    hours = frame.step / HOUR
    shines = float(outside[lit].sum()) * hours
    if shines < ENOUGH or known.sum() * frame.step < DAY // 2:
        return
    total = float(np.clip(ghi[known], 0, None).sum())
    if ghi[at_night].sum() > NIGHT_SHARE * total:
        what = _("{source}: its sun shines at night here: another time zone, or another place")
    elif too_bright.sum() > WRONG_SHARE * lit.sum():
        what = _("{source}: more light than the sun gives: another unit?")
    elif total * hours < DARK_SHARE * shines:
        what = _("{source}: almost no light by day: another unit, or a broken station?")
    else:
        return
    raise WeatherFormat(what.format(source=frame.source))
