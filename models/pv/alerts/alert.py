"""One alert, and the fold of deeds into alerts.

Any sequence of deeds folds to a legal state: what makes no sense where it stands (an answer to an alert that was never
opened, a second opening) changes nothing. So two processes that write at once, or a deed that was taken back, do no
harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from models.pv.alerts.deed import Deed, What, Why
from models.pv.alerts.severity import Severity, severity_of
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding


class State(StrEnum):
    """How it stands at an instant."""

    OPEN = "open"
    SNOOZED = "snoozed"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Alert:
    """Instants in ms UTC."""

    id: str
    opened: int
    """When it was first told; a reopened alert keeps it."""
    finding: Finding
    """As it was last told in a deed; what it costs today is known from the finding of today."""
    worst: float
    """The largest missing share that was told; 0 as long as none was known."""
    touched: int
    """When the last deed was."""
    acknowledged: int | None = None
    acknowledged_by: str = ""
    note: str = ""
    snoozed_until: int | None = None
    worsened: int = 0
    """How often."""
    reopened: int = 0
    """How often."""
    closed: int | None = None
    why: Why | None = None
    first_acknowledged: int | None = None
    """For the mean time to acknowledge: a reopened alert asks for another answer, this one stays."""

    @property
    def cause(self) -> Cause:
        """As it is known now."""
        return self.finding.cause

    @property
    def subject(self) -> str:
        """What it is about, as it is known now."""
        return self.finding.subject

    @property
    def site(self) -> str:
        """``town`` for what concerns the whole town."""
        return self.subject.split("/")[0]

    @property
    def severity(self) -> Severity:
        """By its cause."""
        return severity_of(self.cause)

    @property
    def open(self) -> bool:
        """Whether it goes on, answered or not."""
        return self.closed is None

    def state(self, at: int) -> State:
        """How it stands at an instant."""
        if not self.open:
            return State.CLOSED
        if self.snoozed_until is not None and at < self.snoozed_until:
            return State.SNOOZED
        return State.OPEN if self.acknowledged is None else State.ACKNOWLEDGED


def fold(deeds: Iterable[Deed]) -> dict[str, Alert]:
    """The alerts after these deeds, in the order in which they were opened, by id."""
    alerts: dict[str, Alert] = {}
    for deed in deeds:
        known = alerts.get(deed.alert)
        if known is None:
            if deed.what is What.OPENED:
                alerts[deed.alert] = _opened(deed)
        else:
            alerts[deed.alert] = _after(known, deed)
    return alerts


def _opened(deed: Deed) -> Alert:
    finding = Finding.from_dict(deed.data["finding"])
    return Alert(deed.alert, deed.at, finding, _share(finding), deed.at)


def _after(alert: Alert, deed: Deed) -> Alert:
    """The alert after one more deed; itself when the deed makes no sense there."""
    allowed = deed.what is What.REOPENED if not alert.open else deed.what not in (What.OPENED, What.REOPENED)
    if not allowed:
        return alert
    alert = replace(alert, touched=max(alert.touched, deed.at))
    data: Mapping[str, object] = deed.data
    note = str(data.get("note") or alert.note)
    match deed.what:
        case What.ACKNOWLEDGED:
            first = deed.at if alert.first_acknowledged is None else alert.first_acknowledged
            return replace(
                alert, acknowledged=deed.at, acknowledged_by=deed.by, note=note, first_acknowledged=first,
                snoozed_until=None,
            )  # fmt: skip
        case What.SNOOZED:
            return replace(alert, snoozed_until=int(deed.data["until"]), note=note)
        case What.CLOSED:
            found = _told(alert, deed)
            return replace(alert, finding=found, closed=deed.at, why=Why(deed.data["why"]), note=note)
    found = _told(alert, deed)
    alert = replace(alert, finding=found, worst=max(alert.worst, _share(found)))
    match deed.what:
        case What.WORSENED:
            return replace(alert, worsened=alert.worsened + 1, snoozed_until=None)
        case What.REOPENED:
            return replace(
                alert, reopened=alert.reopened + 1, closed=None, why=None, acknowledged=None, snoozed_until=None
            )
    return alert


def _told(alert: Alert, deed: Deed) -> Finding:
    return Finding.from_dict(deed.data["finding"]) if "finding" in deed.data else alert.finding


def _share(finding: Finding) -> float:
    return finding.missing if finding.missing == finding.missing else 0.0
