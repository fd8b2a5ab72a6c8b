"""A roof of which all is known: what it made, what its inverter showed, and what can go wrong between the two."""

from dataclasses import dataclass

import numpy as np

QUARTER = 900_000
HOUR = 4 * QUARTER
DAY = 24 * HOUR
MIDNIGHT = 1_780_272_000_000  # 2026-06-01T00:00Z
RATED = 10_000.0
BEGUN = 7_000_000.0


@dataclass
class Roof:
    times: np.ndarray
    power: np.ndarray
    made: np.ndarray
    """Wh since the first instant: the truth."""
    counter: np.ndarray

    def energy(self, *instants):
        """The truth at any instants."""
        return np.interp(instants, self.times, self.made)

    def without(self, lost):
        """The same where some readings were never made."""
        kept = ~lost
        return self.times[kept], self.power[kept], self.counter[kept]


def roof(seconds=60, days=1.0, step=1.0, seed=0, start=MIDNIGHT):
    """A cloudy roof read every so many seconds by an inverter whose counter is cut to its step."""
    rng = np.random.default_rng(seed)
    times = start + np.arange(0, int(days * DAY) + 1, seconds * 1000, dtype=np.int64)
    sun = np.maximum(np.sin(((times % DAY) / HOUR - 5) / 14 * np.pi), 0.0) ** 1.3
    clouds = np.interp(
        times, np.arange(times[0], times[-1] + QUARTER, QUARTER), rng.uniform(0.2, 1.0, int(days * 96) + 1)
    )
    power = 0.95 * RATED * sun * clouds
    made = np.concatenate(([0.0], np.cumsum(np.diff(times) * (power[1:] + power[:-1]) / 2 / HOUR)))
    return Roof(times, power, made, np.floor((BEGUN + made) / step) * step)


def damaged(counter, fault, at, length):
    """A counter with something wrong from reading `at` on, for `length` readings where it passes."""
    shown, part = counter.copy(), slice(at, at + length)
    match fault:
        case "reset":
            shown[at:] -= shown[at]
        case "replaced":
            shown[at:] += 60_000_000.0
        case "zero":
            shown[part] = 0.0
        case "dip":
            shown[part] -= 2_000_000.0
        case "spike":
            shown[part] += 90_000_000.0
        case "constant":
            shown[part] = 500_000.0
        case "missing":
            shown[part] = np.nan
    return shown


FAULTS = ("reset", "replaced", "zero", "dip", "spike", "constant", "missing")
