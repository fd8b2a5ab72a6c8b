"""The deeds that the findings of an instant call for. Deciding again on what was decided gives nothing new.

An event is known by its cause and its place, not by its `since`: late data may move that. It has one alert however
often it is known better, hidden for a while, or back within a week.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from models.pv.alerts.alert import Alert
from models.pv.alerts.deed import Deed, What, Why, alert_id
from models.pv.alerts.gate import HIDING, HOUR, NEAR, Gate, Price, below, device_of, hidden, together
from models.pv.alerts.severity import Severity, severity_of
from models.pv.diagnosis.cause import Stage
from models.pv.diagnosis.finding import Finding

BACK = 7 * 24 * HOUR
"""ms: what comes back sooner than this after its end is the same alert again."""
RESTS = {Stage.DATA: 2 * HOUR, Stage.AVAILABILITY: 2 * HOUR}
"""ms that something must be over before its alert is: what comes and goes is one alert. Others rest for days before
their finding ends."""
MORE, FAR_MORE = 0.15, 1.25
"""It got worse when so much more of the expectation is missing than ever told, as a share and as a factor."""


def decide(
    findings: Iterable[Finding], alerts: Mapping[str, Alert], at: int, price: Price, gate: Gate | None = None
) -> list[Deed]:
    """What is to be appended to the deeds at the instant `at` (ms).

    findings: all that are open, and those that ended lately; alerts: the fold of all deeds so far.
    """
    return list(_Decision(findings, alerts, at, price, gate or Gate()).deeds())


def told(finding: Finding) -> dict[str, Any]:
    """A finding as it stands in a deed: no NaN, which JSON does not know."""
    kept = {
        name: value for name, value in finding.evidence.items() if not isinstance(value, float) or math.isfinite(value)
    }
    return {**finding.to_dict(), "cause": str(finding.cause), "evidence": kept}


class _Decision:
    def __init__(
        self, findings: Iterable[Finding], alerts: Mapping[str, Alert], at: int, price: Price, gate: Gate
    ) -> None:
        findings = tuple(findings)
        self.at, self.price, self.gate, self.alerts = at, price, gate, alerts
        known: dict[tuple[str, str], Finding] = {}
        ended: dict[tuple[str, str], int] = {}
        for finding in together(findings):
            key = (finding.cause, finding.subject)
            if finding.until is not None:
                ended[key] = max(finding.until, ended.get(key, 0))
            elif key not in known or finding.since < known[key].since:
                known[key] = finding
        self.all = tuple(known.values())
        self.current = {key: each for key, each in known.items() if severity_of(each.cause) is not Severity.NONE}
        self.ended = ended
        self.became = {
            (each.cause, each.subject): each.evidence["became"] for each in findings if "became" in each.evidence
        }
        """The name that a loss without one was given as it ended."""
        self.free = [each for each in self.current.values() if not hidden(each.subject, each.cause, self.all)]

    def deeds(self) -> Iterator[Deed]:
        """Alerts that are open first, then those to be opened."""
        loose: list[Alert] = []
        heads: list[tuple[Finding, str]] = []
        """Findings that have their alert, with its id."""
        taken: set[tuple[str, str]] = set()
        for alert in (each for each in self.alerts.values() if each.open):
            key = (alert.cause, alert.subject)
            finding = self.current.get(key)
            if finding is None or key in taken:
                loose.append(alert)
                continue
            taken.add(key)
            heads.append((finding, alert.id))
            if worse(finding, alert):
                yield self._deed(What.WORSENED, alert.id, finding)
        self.free = [each for each in self.free if (each.cause, each.subject) not in taken]
        for alert in loose:
            yield from self._loose(alert, heads)
        for finding in self.free:
            yield from self._new(finding, heads)
        # What stood alone before the whole site was known to be off is the same event.
        for alert in self.alerts.values():
            if alert.open and alert not in loose and (head := _head(alert, heads)) is not None:
                yield self._closed(alert, Why.ABSORBED, head)

    def _loose(self, alert: Alert, heads: list[tuple[Finding, str]]) -> Iterator[Deed]:
        """An open alert whose finding is open no more."""
        better = next((each for each in self.free if self._named(alert, each) or _same_event(alert, each)), None)
        if better is not None:
            self.free.remove(better)
            heads.append((better, alert.id))
            yield self._deed(What.CHANGED, alert.id, better)
        elif (head := _head(alert, heads)) is not None:
            yield self._closed(alert, Why.ABSORBED, head)
        elif not hidden(alert.subject, alert.cause, self.all) and self._rested(alert):
            yield self._closed(alert, Why.OVER)

    def _named(self, alert: Alert, finding: Finding) -> bool:
        """Whether a finding is what the loss of an alert was named, from whenever it is dated now."""
        name = self.became.get((alert.cause, alert.subject))
        return name == finding.cause and device_of(finding.subject) == device_of(alert.subject)

    def _new(self, finding: Finding, heads: list[tuple[Finding, str]]) -> Iterator[Deed]:
        """A finding without an open alert."""
        if not self.gate.passes(finding, self.at, self.price):
            return
        name = alert_id(finding.cause, finding.subject, finding.since)
        before = self.alerts.get(name)
        if before is not None and before.open:  # it began as this, and is known as something else since
            name, before = alert_id(finding.cause, finding.subject, self.at), None
        before = before or self._lately(finding)
        if before is None:
            yield self._deed(What.OPENED, name, finding)
        elif before.why is not Why.PERSON or worse(finding, before) or finding.since > (before.closed or 0):
            yield self._deed(What.REOPENED, before.id, finding)
        else:
            return  # somebody has said that this is settled, and it is as it was
        heads.append((finding, name if before is None else before.id))

    def _lately(self, finding: Finding) -> Alert | None:
        """The alert of the same cause at the same place that was closed not long ago."""
        same = (
            each
            for each in self.alerts.values()
            if each.closed is not None
            and (each.cause, each.subject) == (finding.cause, finding.subject)
            and finding.since - each.closed < BACK
        )
        return max(same, key=lambda each: each.closed or 0, default=None)

    def _rested(self, alert: Alert) -> bool:
        until = self.ended.get((alert.cause, alert.subject))
        return until is None or self.at >= until + RESTS.get(alert.cause.stage, 0)

    def _deed(self, what: What, alert: str, finding: Finding) -> Deed:
        return Deed(what, alert, finding.subject, self.at, data={"finding": told(finding)})

    def _closed(self, alert: Alert, why: Why, into: str = "") -> Deed:
        data: dict[str, Any] = {"why": str(why), "finding": told(alert.finding)}
        return Deed(What.CLOSED, alert.id, alert.subject, self.at, data=data | ({"into": into} if into else {}))


def worse(finding: Finding, alert: Alert) -> bool:
    """Whether more is missing than was ever told."""
    return finding.missing >= max(alert.worst + MORE, alert.worst * FAR_MORE)


def _same_event(alert: Alert, finding: Finding) -> bool:
    """Whether a new finding is the event of an alert, known better. A danger is always an alert of its own."""
    if Severity.CRITICAL in (alert.severity, severity_of(finding.cause)):
        return False
    if abs(finding.since - alert.finding.since) > NEAR:
        return False
    inside = finding.cause in HIDING and below(alert.subject, finding.subject)
    return inside or device_of(finding.subject) == device_of(alert.subject)


def _head(alert: Alert, heads: Iterable[tuple[Finding, str]]) -> str | None:
    """The alert that tells the event of this one too, for something of which it is a part."""
    for finding, name in heads:
        part = finding.cause in HIDING and below(alert.subject, finding.subject)
        if part and name != alert.id and _same_event(alert, finding):
            return name
    return None
