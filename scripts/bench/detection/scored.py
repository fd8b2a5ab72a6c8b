"""Outcomes to figures, each with its definition and the plain rule's figure of the same run beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.pv.diagnosis.cause import Cause, Stage
from scripts.bench import Figure
from scripts.bench.detection.cases import LIT, PRICE, SPAN, Clean, Outcome
from scripts.bench.detection.losses import Kind
from scripts.bench.detection.natural import natural
from scripts.bench.detection.plain import Plain
from scripts.bench.detection.series import Series

RULE = "baseline: 7-day ratio to the neighbours' envelope below 0.85 of its 60-day median"
SAMPLES = {True: (3, "three hourly samples"), False: (4, "one lit hour")}
"""Intervals in which a dead inverter has to be found: of hours, of quarters."""
TOLERATED = 0.2
TOLD = (
    f"the loss so far reaches the gate of alerts in kWh and euros ({PRICE} EUR/kWh and, of the measured set, 9 kWp each"
    " are assumed)"
)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the plain rule makes of the same loss."""

    lit_days: float
    flagged: float


class Scores:
    """Figures of the injected losses, kind by kind, and at last those over all of them."""

    def __init__(self, series: Series, run: Clean, seed: int) -> None:
        self._series, self._run, self._seed = series, run, seed
        self._plain = Plain(series)
        self._made: list[Outcome] = []
        self._beside: list[_Beside] = []

    def found(self, made: Sequence[Outcome]) -> Iterator[Figure]:
        """How many losses of one kind were found, and when; winter apart."""
        beside = [_by_rule(self._series, self._run, self._plain, one, self._seed) for one in made]
        self._made += made
        self._beside += beside
        for winter in (False, True):
            own = [n for n, one in enumerate(made) if one.winter is winter]
            if own:
                yield from _found(self._series, [made[n] for n in own], [beside[n] for n in own], winter=winter)

    def rest(self) -> Iterator[Figure]:
        """False episodes, recall, specificity, names."""
        return _rest(self._series, self._run, self._plain, self._made, self._beside)


def lasting(series: Series, made: Sequence[Outcome]) -> Iterator[Figure]:
    """Losses of 120 days: still open on the last one, their energy within a fifth of the truth?"""
    for kind in dict.fromkeys(one.kind.name for one in made):
        own = [one for one in made if one.kind.name == kind]
        part = np.array([one.known_lost / one.lost for one in own])
        name = f"detection.{series.name}.lasting_{kind}"
        note = f"{len(own)} cases of {own[0].kind.lasts} days"
        yield Figure(f"{name}.open", _share([one.open for one in own]), "1", None, f"open on the last day; {note}")
        within = _share(list(np.abs(part - 1) <= TOLERATED))
        low, middle, high = (float(np.nanquantile(part, share)) for share in (0.0, 0.5, 1.0))
        outside = Counter(
            series.units[one.row].path for one, x in zip(own, part, strict=True) if not abs(x - 1) <= TOLERATED
        )
        words = ", ".join(f"{path} {count}" for path, count in sorted(outside.items())) or "none"
        yield Figure(
            f"{name}.within_20", within, "1", None,
            f"lost energy found / true within 0.8 .. 1.2; least {low:.2f}, median {middle:.2f}, most {high:.2f};"
            f" outside: {words}; the expectation, frozen meanwhile, was off by {_drift(own)}; {note}",
        )  # fmt: skip


def _drift(made: Sequence[Outcome]) -> str:
    """How far expectations went from what the roofs would have made: a fifth of a small loss is little of that."""
    off = np.array([one.drift for one in made])
    return f"{off.min():+.1%} to {off.max():+.1%}, median {np.median(off):+.1%}"


def _by_rule(series: Series, run: Clean, plain: Plain, one: Outcome, seed: int) -> _Beside:
    kept = one.kind.kept(series, one.row, one.day, np.random.default_rng([seed, one.row, one.day]))
    kept = kept[: len(series.energy) - one.day]
    cries = plain.alarms(one.row, one.day, kept)[one.day :]
    lost = np.nansum(series.energy[one.day : one.day + len(kept), :, one.row] * (1 - kept), axis=1)
    flagged = float(lost[:SPAN][cries[:SPAN]].sum())
    if not cries.any():
        return _Beside(float("inf"), flagged)
    expected = np.nansum(run.expected[one.day : one.day + int(cries.argmax()) + 1, :, one.row], axis=1)
    return _Beside(float(max((expected >= LIT * series.units[one.row].pdc0).sum(), 1)), flagged)


def _found(series: Series, own: Sequence[Outcome], beside: Sequence[_Beside], *, winter: bool) -> Iterator[Figure]:
    kind: Kind = own[0].kind
    name = f"detection.{series.name}.{'winter.' if winter else ''}found_{kind.name}"
    days, rule = np.array([one.lit_days for one in own]), np.array([one.lit_days for one in beside])
    season = "begun November to January" if winter else "begun February to October"
    note = f"{len(own)} cases {season}; before any gate in kWh or euros; {RULE}"
    if kind.dead:
        most, words = SAMPLES[series.hours >= 1]
        samples = np.array([one.samples for one in own])
        yield Figure(
            f"{name}.share", _share(list(samples <= most)), "1", _share(list(rule <= kind.within)),
            f"found within {words} after it died, looking after each; worst {samples.max()}; {note}",
        )  # fmt: skip
    else:
        yield Figure(
            f"{name}.share", _share(list(days <= kind.within)), "1", _share(list(rule <= kind.within)),
            f"found within {kind.within:g} lit days (>= 1 kWh/kWp expected); found at all within {kind.lasts} days"
            f" {_share(list(np.isfinite(days)))}; {note}",
        )  # fmt: skip
    alerted = np.array([one.told_days for one in own])
    if not kind.dead:
        yield Figure(
            f"{name}.told_share", _share(list(alerted <= kind.within)), "1", None,
            f"worth an alert within {kind.within:g} lit days, {_share(list(np.isfinite(alerted)))} within"
            f" {kind.lasts} days: {TOLD}",
        )  # fmt: skip
    told = days[np.isfinite(days)]
    if len(told):
        heard = rule[np.isfinite(rule)]
        yield Figure(
            f"{name}.days", float(np.median(told)), "lit days", float(np.median(heard)) if len(heard) else None,
            f"median of those found, the day of finding counted; 95 % within {np.quantile(told, 0.95):g}; {note}",
        )  # fmt: skip


def false(series: Series, run: Clean, name: str, note: str, baseline: float | None = None) -> Figure:
    """Episodes of a set as it is that nothing natural explains."""
    years = len(series.units) * len(series.starts) / 365
    wrong, real = _episodes(series, run)
    words = "; ".join(f"{cause} on {subject} from day {first} to {last}" for cause, subject, first, last in wrong)
    return Figure(
        f"detection.{name}.false_per_system_year", round(len(wrong) / years, 3), "1/a", baseline,
        f"episodes on roof-days neither injected nor on the committed list of natural faults: {len(wrong)} in"
        f" {years:.1f} system-years ({words or 'none'}); {real} episodes on natural faults; {note}",
    )  # fmt: skip


def _rest(
    series: Series, run: Clean, plain: Plain, made: Sequence[Outcome], beside: Sequence[_Beside]
) -> Iterator[Figure]:
    name, years = f"detection.{series.name}", len(series.units) * len(series.starts) / 365
    rule = [plain.alarms(row) for row in range(len(series.units))]
    healthy = np.array(
        [[not _natural(series, unit.site, n) for n in range(len(series.starts))] for unit in series.units]
    )
    cried = sum(int((~cries[:-1] & cries[1:] & healthy[row][1:]).sum()) for row, cries in enumerate(rule))
    yield false(series, run, series.name, RULE, round(cried / years, 3))
    alerts = sum(
        event in run.told for event in run.episodes
        if event[0].stage is not Stage.DESIGN and not _natural(series, _site(event[1]), run.episodes[event][0])
    )  # fmt: skip
    yield Figure(
        f"{name}.false_alerts_per_system_year", round(alerts / years, 3), "1/a", None,
        f"of these the ones worth an alert: {TOLD}",
    )  # fmt: skip
    new, passed = {event for one in made for event in one.beside}, sum(one.kind.lasts for one in made) / 365
    yield Figure(
        f"{name}.beside_per_system_year",
        round(sum(len(one.beside) for one in made) / max(passed * (len(series.units) - 1), 1e-9), 3), "1/a", None,
        f"episodes on other roofs while a loss is injected into one, which the set as it is does not have;"
        f" {len(new)} different ones",
    )  # fmt: skip
    lost = sum(one.lost_early for one in made)
    yield Figure(
        f"{name}.recall_energy", round(sum(one.flagged_early for one in made) / lost, 4), "1",
        round(sum(one.flagged for one in beside) / lost, 4),
        f"of the energy injected losses took in their first {SPAN} days, the part on days at whose end a finding on the"
        f" roof was open; all kinds and seasons, each case with its own energy; {RULE}",
    )  # fmt: skip
    ours = np.array([
        [not any(subject.split("#")[0] in (unit.path, unit.site, "town") for cause, subject, _since in day
                 if cause.stage is not Stage.DESIGN) for day in run.open]
        for unit in series.units
    ])  # fmt: skip
    yield Figure(
        f"{name}.specificity", round(float(ours[healthy].mean()), 4), "1",
        round(float(1 - np.array(rule)[healthy].mean()), 4),
        f"healthy roof-days (not injected, not natural) without a finding; {RULE}",
    )  # fmt: skip
    yield _named(name, made)


def _named(name: str, made: Sequence[Outcome]) -> Figure:
    told = [one for one in made if one.found is not None and one.found.cause is not Cause.UNEXPLAINED]
    right = sum(one.found.cause in one.kind.right for one in told if one.found is not None)
    table = Counter((one.kind.name, str(one.found.cause)) for one in made if one.found is not None)
    words = ", ".join(f"{kind}: {cause} {count}" for (kind, cause), count in sorted(table.items()))
    found = sum(one.found is not None for one in made)
    return Figure(
        f"{name}.cause_precision", round(right / max(len(told), 1), 4), "1", None,
        f"of {len(told)} named causes at the end of the loss ({found} found; unexplained is neither right nor wrong)"
        f" those that are true of what was injected; a step may be an open string or a low input; {words}",
    )  # fmt: skip


def _episodes(series: Series, run: Clean) -> tuple[list[tuple[str, str, int, int]], int]:
    """Those that nothing natural explains, and how many others there are."""
    false, real = [], 0
    for (cause, subject, _since), (first, last, _finding) in run.episodes.items():
        if cause.stage is Stage.DESIGN:
            continue
        if _natural(series, _site(subject), first):
            real += 1
        else:
            false.append((str(cause), subject, first, last))
    return false, real


def _site(subject: str) -> str:
    return subject.split("/")[0].split("#")[0]


def _natural(series: Series, site: str, number: int) -> bool:
    return natural(series.name, site, int(series.starts[number])) is not None


def _share(hits: Sequence[bool]) -> float:
    return round(float(np.mean(hits)), 4) if len(hits) else float("nan")
