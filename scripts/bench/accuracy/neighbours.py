"""Roofs as each other's sensor: every roof expected from its neighbours, day by day, with what the days before taught.

The days of the product replayed (`roofs`). No weather, no tilt, no azimuth (but for `facing`). The
baseline of the same run is the recipe of the reference: own 90 % quantile of each hour over the last 21 days, times the
median of what the other roofs make of theirs.

Denominators: a lit hour of a roof is one with measured power; nrmse_hourly is the root mean square error over the lit
hours with an expectation, over the mean measured power of the same hours; sigma_daily is 1.4826 x the median absolute
deviation of measured / expected energy of days, over its median. The first two weeks have no expectation: `covered` is
the share of lit hours that have one. "median" is over the roofs.

Read with care: the models' constants (ridge, blocks, thresholds; the same for all roofs) were chosen by looking at this
very set, and outside of a few natural anomalies its roofs share one sky to the hour, which a town's roofs do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.pv.fleet.finding import Finding
from models.pv.sun import Floats
from scripts.bench import Figure
from scripts.bench.accuracy import facing
from scripts.bench.accuracy.roofs import FILE, Replay, Roofs, load, replay, scores

RECIPE_DAYS, RECIPE_QUANTILE, RECIPE_LEAST = 21, 0.9, 20.0
WINTER = (11, 12, 1)
LASTING = 120
LOSSES = {"loss_15": 0.15, "loss_20": 0.20, "loss_33": 0.33}
RAMP = 0.01 / 7
"""Of the energy, a day."""
STARTS = (40, 80, 120, 180, 240)
TOLERATED = 0.2


def recipe(roofs: Roofs) -> Floats:
    """The baseline's expectation, (days, 24, roofs) W."""
    power = roofs.power
    made = np.full(power.shape, np.nan)
    for number in range(RECIPE_DAYS, len(power)):
        envelope = np.nanquantile(power[number - RECIPE_DAYS : number], RECIPE_QUANTILE, axis=0)
        index = np.where(envelope > RECIPE_LEAST, power[number] / np.maximum(envelope, RECIPE_LEAST), np.nan)
        for row in range(power.shape[2]):
            others = np.delete(index, row, axis=1)
            lit = np.isfinite(others).any(axis=1)
            made[number, lit, row] = envelope[lit, row] * np.nanmedian(others[lit], axis=1)
    return made


def figures(folder: Path, seed: int) -> list[Figure]:
    """Fit, findings and injected losses on ``folder/neighbours``. Nothing is drawn: `seed` changes nothing."""
    roofs = load(folder / FILE)
    run, plain = replay(roofs), recipe(roofs)
    return [
        *_fit(roofs, run, plain),
        *_findings(roofs, run),
        *_losses(roofs, run),
        *_first_day(roofs),
        *facing.figures(roofs, run),
    ]


def _fit(roofs: Roofs, run: Replay, plain: Floats) -> Iterator[Figure]:
    lit = roofs.power > 0
    winter = np.isin(roofs.months, WINTER)
    ours, theirs = scores(roofs.power, run.expected), scores(roofs.power, plain)
    parts = {"nrmse_hourly": (ours[0], theirs[0]), "sigma_daily": (ours[1], theirs[1])}
    cold, cold_plain = scores(roofs.power[winter], run.expected[winter]), scores(roofs.power[winter], plain[winter])
    parts |= {"winter.nrmse_hourly": (cold[0], cold_plain[0]), "winter.sigma_daily": (cold[1], cold_plain[1])}
    for name, (own, base) in parts.items():
        note = f"median of {len(roofs.names)} roofs; baseline: envelope recipe"
        if name.startswith("winter"):
            note += "; November to January"
        yield _figure(f"fleet.{name}", float(np.nanmedian(own)), note, float(np.nanmedian(base)))
        worst = int(np.nanargmax(own))
        yield _figure(f"fleet.{name}.worst", own[worst], f"{roofs.names[worst]}", base[worst])
    for row, roof in enumerate(roofs.names):
        for place, name in enumerate(("nrmse_hourly", "sigma_daily")):
            yield _figure(f"fleet.{roof}.{name}", ours[place][row], "baseline: envelope recipe", theirs[place][row])
        yield _figure(f"fleet.{roof}.winter.sigma_daily", cold[1][row], "November to January", cold_plain[1][row])
    covered = float((np.isfinite(run.expected) & lit).sum() / lit.sum())
    yield _figure(
        "fleet.covered", covered, "share of lit hours with an expectation from the fleet, first weeks counted"
    )
    yield _figure("fleet.inside_80", float(np.nanmean(run.inside)), "lit hours within the stated 80 % interval")


def _findings(roofs: Roofs, run: Replay) -> Iterator[Figure]:
    """Nothing is injected: what is found is natural, or false."""
    episodes = 0
    for row in range(len(roofs.names)):
        open_days = np.array([watches[row].open for _state, watches in run.memories])
        episodes += int((open_days[1:] & ~open_days[:-1]).sum())
    years = len(roofs.names) * len(roofs.power) / 365
    yield _figure(
        "fleet.false_per_system_year", episodes / years, f"{episodes} findings, natural anomalies counted too"
    )
    first = [watches.first for watches in run.memories[-1][1]]
    found = {name: one.ratio for name, one in zip(roofs.names, first, strict=True) if one}
    note = ", ".join(f"{name} at {ratio:.2f} of its peers" for name, ratio in found.items())
    yield _figure("fleet.from_first_day", len(found), note or "none")


def _losses(roofs: Roofs, run: Replay) -> Iterator[Figure]:
    starts = [start for start in STARTS if start + LASTING <= len(roofs.power)]
    cases = [(start, row) for start in starts for row in range(len(roofs.names)) if _makes(roofs, start, row)]
    ways = {name: np.full(LASTING, 1 - loss) for name, loss in LOSSES.items()}
    ways["ramp_1_a_week"] = 1 - RAMP * np.arange(LASTING)
    note = f"{len(roofs.names)} roofs x days {', '.join(map(str, starts))}: {len(cases)} cases of {LASTING} days"
    for name, kept in ways.items() if cases else ():
        found = [_injected(roofs, run, row, start, kept) for start, row in cases]
        seen = np.array([one is not None for one, _lost in found])
        part = np.array([one.lost_wh / lost if one else np.nan for one, lost in found])
        yield _figure(f"fleet.{name}.seen", float(seen.mean()), f"open on the last day; {note}")
        yield _figure(f"fleet.{name}.lost", float(np.nanmedian(part)), f"median lost energy found / true; {note}")
        inside = np.abs(part - 1) <= TOLERATED
        told = f"share with lost energy within {TOLERATED:.0%} of the truth; {note}"
        yield _figure(f"fleet.{name}.within_20", float(inside.mean()), told)
        known = np.array([_in_hindsight(roofs, run, row, start, kept) for start, row in cases])
        yield _figure(
            f"fleet.{name}.within_20_hindsight", float((np.abs(known - 1) <= TOLERATED).mean()),
            "the same of what a roof that stayed healthy would have been expected to make, beginning known: how far"
            f" real roofs change against each other sets this bound; {note}",
        )  # fmt: skip
        missed = Counter(roofs.names[row] for (_start, row), hit in zip(cases, inside, strict=True) if not hit)
        words = "; ".join(f"{roof} {count}" for roof, count in missed.items()) or "none"
        yield _figure(f"fleet.{name}.outside_20", missed.total(), f"cases by roof: {words}", unit="cases")


def _makes(roofs: Roofs, start: int, row: int) -> bool:
    """Whether there is anything to lose."""
    return bool(np.nansum(roofs.power[start : start + LASTING, :, row]) > 0)


def _injected(roofs: Roofs, run: Replay, row: int, start: int, kept: Floats) -> tuple[Finding | None, float]:
    """The finding open on the last day, and the Wh that were taken away."""
    hurt = roofs.with_loss(row, start, kept)
    lost = float(np.nansum(roofs.power[: start + len(kept)] - hurt.power))
    last = replay(hurt, start, run.memories[start]).memories[-1][1][row]
    return (last.finding if last.open else None), lost


def _in_hindsight(roofs: Roofs, run: Replay, row: int, start: int, kept: Floats) -> float:
    """Lost energy found / true, where the expectation went on to learn from the roof as it would have been."""
    span = slice(start, start + len(kept))
    whole, expected = roofs.power[span, :, row], run.expected[span, :, row]
    off = float(np.nansum(expected - whole))
    return 1.0 + off / float(np.nansum(whole * (1 - kept)[:, None]))


def _first_day(roofs: Roofs) -> Iterator[Figure]:
    """A loss that was always there, on each roof in turn; decided after the first weeks."""
    for name, loss in {"loss_33": 0.33, "loss_50": 0.5}.items():
        found = [
            replay(roofs.with_loss(row, 0, np.full(40, 1 - loss))).memories[-1][1][row].first is not None
            for row in range(len(roofs.names))
        ]
        note = (
            "share of roofs reported as low since the first day, by W/kW of the roofs most alike (no orientation known)"
        )
        yield _figure(f"fleet.first_day.{name}", float(np.mean(found)), note)


def _figure(name: str, value: float, note: str, baseline: float | None = None, unit: str = "1") -> Figure:
    base = None if baseline is None else round(baseline, 4)
    return Figure(f"accuracy.neighbours.{name}", round(value, 4), unit, base, note)
