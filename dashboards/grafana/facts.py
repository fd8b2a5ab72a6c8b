"""What Grafana must find in InfluxDB besides samples and rollups: how things stand, yields, events, progress.

    tepos_device    device, role, site         age_s, answers, mute, last_ms, pac, polls, failures;
                                               condition, state, why
    tepos_spool                                queued, sent, rejected, dropped, damaged, running, simulated
    tepos_jobs      job                        lag_s, open
    tepos_alert     alert, severity, site, subject   open, since_ms, lost_wh; text
    tepos_yield     kind, subject              installed, energy, expected, reference_energy, final_yield_h
    tepos_event     event, kind, subject       text, title, end_ms   (of an alert, or a work of people)
    tepos_progress  perimeter, ring            production_wh, consumption_wh, coverage, target; year, status

Tags first. Flags are 1.0 and 0.0, moments ms UTC. Times: the instant of a state, the day's start of a yield, the start
of an event, the year's start of progress.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from collector.store.facts import Fact
from config.carriers import Perimeter, Ring
from config.kwh import ExpectedBasis, Subject
from config.language import speaking
from dashboards.alert_words import cause_words
from dashboards.alerts import going_on
from dashboards.exports import COMPLETE
from dashboards.web.words import work_word
from models.pv import yields
from models.pv.alerts.alert import Alert
from models.pv.alerts.works import Work
from models.pv.diagnosis.finding import Finding
from models.territory.coverage import Coverage
from models.territory.trajectory import Target, targeted

SPOOL = ("queued", "sent", "rejected", "dropped", "damaged")
YIELD_COLUMNS = ("energy", "expected", "insolation", "completeness", "expected_basis")
"""Of a rollup: what yield_facts needs."""
MEGA = 1_000_000
CLOSED_FOR = 86_400_000
"""ms: for so long a closed alert is told to be closed, so that a board sees it go."""


def device_facts(devices: Iterable[Mapping[str, Any]], roles: Mapping[str, str], now: int, lit: bool) -> Iterator[Fact]:
    """The devices as scripts.situation tells them, of those in `roles`; `lit`: whether the sun is well up."""
    for each in devices:
        path = each["device"]
        if path not in roles:
            continue
        answers = each["condition"] == "answers"
        numbers = {name: each[name] for name in ("age_s", "pac", "polls", "failures")}
        yield Fact(
            "tepos_device",
            now,
            {"device": path, "role": roles[path], "site": path.partition("/")[0]},
            {
                **numbers,
                "last_ms": each["last_sample"],
                "answers": float(answers),
                "mute": float(lit and not answers),
                "condition": each["condition"],
                "state": each["state"] or None,
                "why": each["error"],
            },
        )


def spool_fact(spool: Mapping[str, Any] | None, running: bool, simulated: bool, now: int) -> Fact:
    """The spool as scripts.situation tells it; one that cannot be read has no figures, and tepos lives all the same."""
    counters: Mapping[str, float] = (spool or {}).get("counters", {})
    figures = {name: counters.get(name) for name in SPOOL}
    return Fact("tepos_spool", now, {}, {**figures, "running": float(running), "simulated": float(simulated)})


def job_fact(job: str, gaps: Sequence[tuple[int, int]], settled: int, now: int) -> Fact:
    """A job by the stretches before `settled` in which it has closed nothing yet."""
    lag = max(settled - gaps[0][0], 0) / 1000 if gaps else 0.0
    return Fact("tepos_jobs", now, {"job": job}, {"lag_s": lag, "open": float(bool(gaps))})


def alert_facts(alerts: Iterable[Alert], findings: Iterable[Finding], sites: Iterable[str], now: int) -> Iterator[Fact]:
    """How alerts stand: those that are open, and those closed lately; and each as an event for as long as it lasted.

    `findings` are those of now: they tell since when and what it has cost until now. An alert whose finding is not
    among them tells what was told last.
    Each of the sites also says that it has been looked at, with an alert `none` that is not open: nothing to show is
    then no alert, and not a tepos that is silent.
    """
    for site in sites:
        tags = {"alert": "none", "severity": "none", "site": site, "subject": site}
        yield Fact("tepos_alert", now, tags, {"open": 0.0, "since_ms": None, "lost_wh": None, "text": None})
    known = going_on(findings)
    for each in alerts:
        if each.closed is not None and each.closed < now - CLOSED_FOR:
            continue
        with speaking("fr"):  # as the boards
            subject, text = each.subject, f"{each.subject}\u202f: {cause_words(each.cause)}"
        found = (known.get((each.cause, subject)) if each.open else None) or each.finding
        severity, lost = each.severity.word, found.lost_wh - found.planned_wh
        yield Fact(
            "tepos_alert",
            now,
            {"alert": each.id, "severity": severity, "site": each.site, "subject": subject},
            {"open": float(each.open), "since_ms": float(found.since), "lost_wh": lost, "text": text},
        )
        end = float(each.closed) if each.closed is not None else None
        told = {"title": "Alerte", "text": text, "end_ms": end}
        yield Fact("tepos_event", each.opened, {"event": each.id, "kind": "alert", "subject": subject}, told)


def work_facts(works: Iterable[Work]) -> Iterator[Fact]:
    """What people did or will do on site, as events. Who, and their notes, stay in tepos."""
    for each in works:
        with speaking("fr"):
            text = f"{each.scope}\u202f: {work_word(each.kind)}"
        end = float(each.end) if each.end is not None else None
        told = {"title": "Intervention", "text": text, "end_ms": end}
        yield Fact("tepos_event", each.start, {"event": f"work-{each.id}", "kind": "work", "subject": each.scope}, told)


def yield_facts(rows: pd.DataFrame, kind: Subject, installed: Mapping[str, float]) -> Iterator[Fact]:
    """What days gave for what is installed; rows of Store.read_rollups with YIELD_COLUMNS, installed in W by subject.

    As in `tepos export`: a day that is not completely measured has no energy here, for it cannot be compared, and a
    clear sky is no expectation.
    """
    measured = rows["energy"].where(rows["completeness"] >= COMPLETE)
    judged = rows["expected"].where(rows["expected_basis"] != ExpectedBasis.CLEAR_SKY.value)
    pdc0 = rows["subject"].map(dict(installed)).to_numpy(float)
    specific = yields.final_yield(measured.to_numpy(float), pdc0)
    reference = pdc0 * yields.reference_yield(rows["insolation"].to_numpy(float))
    columns = np.column_stack([pdc0, measured, judged, reference, specific]).tolist()
    names = ("installed", "energy", "expected", "reference_energy", "final_yield_h")
    for subject, time, values in zip(rows["subject"], rows["time"].tolist(), columns, strict=True):
        tags = {"kind": kind.value, "subject": subject}
        yield Fact("tepos_yield", time, tags, dict(zip(names, values, strict=True)))


def progress_facts(
    coverages: Iterable[Coverage], milestones: Callable[[Ring], Sequence[Target]], start_of: Callable[[int], int]
) -> Iterator[Fact]:
    """What is covered, ring by ring and year by year; `start_of`: the first instant of a year in the town, ms UTC.

    milestones: what the council voted for a ring. It is about the whole territory: other perimeters have no target.
    """
    for each in coverages:
        made, used = each.production, each.consumption
        parts = [amount for amount in (made, used) if amount is not None]
        least_sure = max((amount.status for amount in parts), key=lambda known: known.doubt, default=None)
        target = targeted(milestones(each.ring), each.year) if each.perimeter is Perimeter.TERRITORY else None
        known = least_sure.value if least_sure else None
        figures: dict[str, float | str | None] = {
            "production_wh": None if made is None else made.mwh * MEGA,
            "consumption_wh": None if used is None else used.mwh * MEGA,
            "coverage": None if each.percent is None else each.percent / 100,
            "target": None if target is None else target.percent / 100,
            "year": str(each.year),
            "status": each.refused.value if each.refused else known,
        }
        tags = {"perimeter": each.perimeter.value, "ring": each.ring.value}
        yield Fact("tepos_progress", start_of(each.year), tags, figures)
