"""Findings as the diagnosis gives them, and a life of alerts: hour by hour decided, folded, kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from models.pv.alerts.alert import Alert, fold
from models.pv.alerts.decide import decide
from models.pv.alerts.deed import Deed, What
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding

HOUR = 3_600_000
DAY = 24 * HOUR
PRICE = Decimal("0.12")


def finding(cause: Cause = Cause.STRING_OPEN, subject: str = "ecole/inv-1#2", **changes: object) -> Finding:
    """A loss worth telling, unless changed."""
    told = {
        "since": 0, "seen": HOUR, "lost_wh": 20_000.0, "lost_per_day": 10_000.0, "missing": 0.33,
        "confidence": 0.9, "evidence": {"strings": 3.0, "asymmetry": float("nan")},
    }  # fmt: skip
    return Finding(cause, subject, **{**told, **changes})  # type: ignore[arg-type]


@dataclass
class Life:
    """The deeds so far; `see` decides on the findings of an instant."""

    deeds: list[Deed] = field(default_factory=list)

    def see(self, at: int, *findings: Finding) -> list[str]:
        """What was done, in words."""
        new = decide(findings, self.alerts, at, lambda _site: PRICE)
        self.deeds += new
        return [str(deed.what) for deed in new]

    def act(self, what: What, at: int, **data: object) -> None:
        """A person's deed on the only alert."""
        (alert,) = self.alerts.values()
        self.deeds.append(Deed(what, alert.id, alert.subject, at, "services techniques", data))

    @property
    def alerts(self) -> dict[str, Alert]:
        """As they stand."""
        return fold(self.deeds)

    @property
    def open(self) -> list[str]:
        """Cause and subject of what is open."""
        return sorted(f"{each.cause} {each.subject}" for each in self.alerts.values() if each.open)


def ended(findings: Iterable[Finding], until: int) -> list[Finding]:
    """The same, over."""
    from dataclasses import replace

    return [replace(each, until=until) for each in findings]
