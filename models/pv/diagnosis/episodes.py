"""Signs of days become findings: they open, go on, cost energy, and close when nothing tells of them any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.pv.diagnosis.cause import Cause, Stage
from models.pv.diagnosis.finding import Finding
from models.pv.diagnosis.known import Episode
from models.pv.diagnosis.sign import Sign

ABSENT = {Stage.DATA: 1, Stage.AVAILABILITY: 1, Stage.DEVICE: 2, Stage.PERFORMANCE: 3, Stage.DESIGN: 30}
"""Lit days in a row without a sign that close a finding. What is heard or produces again is well: one. Recipes of
performance have a hysteresis of their own, in weeks; of a design nothing changes in days."""
RARELY = {
    Cause.GRID_TRIPS: 10, Cause.THERMAL: 10, Cause.EXPORT_LIMIT: 10, Cause.DERATING: 10, Cause.SHADING: 14,
    Cause.OBSTACLE: 14, Cause.INSULATION: 10, Cause.CLOCK: 14, Cause.SOILING: 10,
}  # fmt: skip
"""What shows on hot, bright or wet days only may come again after a week of others. A fall that is straight no more is
one still: what is lost is found again, nameless, within so many days, and keeps its name (`succession.continued`)."""
LATELY = 7
"""Lit days of which `lost_per_day` and `missing` speak."""
NAN = float("nan")


def patience(cause: Cause) -> int:
    """Lit days in a row without a sign that close a finding."""
    return RARELY.get(cause, ABSENT[cause.stage])


def opened(sign: Sign, after: int) -> Episode:
    """A new finding; it begins after the last one of the same cause and subject was over."""
    since = max(sign.since, after)
    finding = Finding(
        sign.cause, sign.subject, since, max(sign.seen, since), 0.0, NAN, NAN, sign.confidence, dict(sign.evidence)
    )
    return Episode(finding, since)


def told(
    episode: Episode, sign: Sign, lost: float, planned: float, expected: float, end: int, *, lit: bool, whole: bool
) -> Episode:
    """With the sign of one more day. lost: Wh taken on it, NaN unknown; expected: of its subject on that day."""
    before, recent = episode.finding, episode.recent
    if lit and lost == lost:
        latest = (*recent, (round(lost, 1), round(expected, 1)))
        recent = latest[-LATELY:] if whole else recent
        told_by = recent if whole or recent else latest
    else:
        told_by = recent
    total = before.lost_wh + lost
    if lost != lost:
        total = before.lost_wh if told_by or before.lost_wh > 0 else NAN
    elif before.lost_wh != before.lost_wh:
        total = lost
    per_day, missing = _lately(told_by)
    finding = replace(
        before,
        lost_wh=total,
        lost_per_day=per_day,
        missing=missing,
        confidence=sign.confidence,
        evidence=dict(sign.evidence),
        planned_wh=before.planned_wh + planned,
        until=sign.until,
    )
    return Episode(finding, sign.until or end, 0, recent)


def untold(episode: Episode, *, lit: bool, works: bool, whole: bool) -> Episode:
    """After a day without a sign: one that is lit brings its end nearer; who was off and works is back at once.

    lit: its subject was seen in the light of a lit day; works: it makes energy.
    """
    if episode.finding.cause.stage is Stage.AVAILABILITY and works:
        return replace(episode, finding=replace(episode.finding, until=episode.last))
    if not whole or not lit:
        return episode
    absent = episode.absent + 1
    if absent < patience(episode.finding.cause):
        return replace(episode, absent=absent)
    return replace(episode, absent=absent, finding=replace(episode.finding, until=episode.last))


def _lately(recent: Sequence[tuple[float, float]]) -> tuple[float, float]:
    if not recent:
        return NAN, NAN
    lost, expected = (sum(column) for column in zip(*recent, strict=True))
    return lost / len(recent), min(max(lost / expected, 0.0), 1.0) if expected > 0 else NAN
