"""The grid side of a simulated device: voltages that wander, currents that follow, one frequency for the continent."""

from __future__ import annotations

import numpy as np

from models.pv.sun import Floats
from scripts.simulator.powers import Times

POWER_FACTOR = 0.9995


def grid_side(power: Floats, times: Times, *, rating: float, phases: int, offset: float) -> dict[str, Floats]:
    """AC quantities of a device with this power (W, either sign) at these instants (ms UTC).

    `offset` (radians) makes each device's voltages wander in their own way; they rise with what is fed in. Phases
    that the device does not have are missing.
    """
    seconds, size = times / 1000, np.abs(power)
    drift = np.sin(seconds / 7) * 0.01 + np.sin(seconds / 37) * 0.012 + np.sin(seconds / 311 + 1) * 0.015
    columns = {
        "frequency": 50 + drift,
        "s_ac": size / POWER_FACTOR,
        "q_ac": size * np.sqrt(1 / POWER_FACTOR**2 - 1),
        "power_factor": np.where(size > 0, POWER_FACTOR, 1.0),
    }
    missing = np.full(len(times), np.nan)
    total = np.zeros(len(times))
    for number, letter in enumerate("abc"):
        if number < phases:
            wander = 2.2 * np.sin(seconds / 4000 + offset + 2 * number) + 0.6 * np.sin(seconds / 61 + number)
            volts = 231 + wander + 3 * size / rating
            amperes = columns["s_ac"] / phases / volts
            total = total + amperes
            columns |= {f"v_ac_ln_{letter}": volts, f"i_ac_{letter}": amperes}
        else:
            columns |= {f"v_ac_ln_{letter}": missing, f"i_ac_{letter}": missing}
    return columns | {"i_ac": total}
