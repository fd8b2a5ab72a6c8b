"""Is the set as hard as life? How well its roofs tell each other's energy, by the product's own expectation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.pv.scores import nrmse, robust_sigma
from scripts.bench import Figure
from scripts.bench.detection.cases import WINTER, Clean
from scripts.bench.detection.series import Series

HOURLY, DAILY = (0.06, 0.13), (0.03, 0.05)
"""Between what published and measured peers of mixed orientation lie: hourly nRMSE, robust sigma of the daily ratio."""


def hardness(series: Series, run: Clean, *, refuse: bool) -> Iterator[Figure]:
    """Medians over the roofs. ValueError when asked to refuse what is easier (or harder) than life."""
    hourly, daily = [], []
    per_hour = max(round(1 / series.hours), 1)
    days, count, roofs = series.energy.shape
    for row in range(roofs):
        known = np.isfinite(run.expected[:, :, row]) & np.isfinite(series.energy[:, :, row])
        made, should = (np.where(known, part[:, :, row], 0.0) for part in (series.energy, run.expected))
        of_hours = [part.reshape(days, count // per_hour, per_hour).sum(axis=2) for part in (should, made)]
        lit = of_hours[1] > 0
        hourly.append(nrmse(of_hours[0][lit], of_hours[1][lit]))
        told = should.sum(axis=1) > 0
        daily.append(robust_sigma(made[told].sum(axis=1) / should[told].sum(axis=1)))
    found = {"nrmse_hourly": (float(np.nanmedian(hourly)), HOURLY), "sigma_daily": (float(np.nanmedian(daily)), DAILY)}
    for name, (value, (low, high)) in found.items():
        if refuse and not low <= value <= high:
            raise ValueError(
                f"the simulated year is not as hard as life: {name} of its roofs is {value:.3f}, of real peers"
                f" {low} to {high}; change the noise in scripts/bench/detection/simulated.py"
            )
        yield Figure(
            f"detection.{series.name}.{name}", round(value, 4), "1", None,
            f"median of {roofs} roofs, measured against expected from the fleet, nothing injected; real peers {low}"
            f" to {high}",
        )  # fmt: skip
    cold = float(np.isin(series.months, WINTER).mean())
    yield Figure(
        f"detection.{series.name}.system_years", round(roofs * days / 365, 2), "a", None,
        f"{roofs} roofs, {days} days, {cold:.0%} of them from November to January",
    )  # fmt: skip
