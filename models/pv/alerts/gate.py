"""Which findings are worth an alert, and which hide behind others.

That a loss is no chance, by the inverter's own scatter, is what makes a finding. Here it must also have cost
something: so a small loss that lasts is told one day, and a cheap one never.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from models.pv.alerts.severity import Severity, says_the_device, severity_of
from models.pv.diagnosis.cause import Cause, Stage
from models.pv.diagnosis.finding import Finding

HOUR = 3_600_000
"""ms"""
Price = Callable[[str], Decimal]
"""Euros for a kWh of a site, by its id; of the town for ``town``."""


@dataclass(frozen=True, slots=True)
class Gate:
    """From which loss on somebody is told. Dangers, and faults that a device reports itself, are always told."""

    lost_wh: float = 5_000.0
    lost_euros: Decimal = Decimal(1)
    """Of performance: both must be reached, so far."""
    off_wh: float = 500.0
    """Of availability: off is off, but not for the first minutes of a dull morning."""
    patience: int = 2 * HOUR
    """ms for which silence is borne, and what is off where nobody knows what it would have made."""
    unknown: int = 72 * HOUR
    """ms for which a loss must last that nobody can count."""

    def passes(self, finding: Finding, at: int, price: Price) -> bool:
        """Whether an open finding is worth an alert at the instant `at` (ms)."""
        severity = severity_of(finding.cause)
        if severity in (Severity.NONE, Severity.CRITICAL):
            return severity is Severity.CRITICAL
        lost, lasts = finding.lost_wh - finding.planned_wh, at - finding.since
        match finding.cause.stage:
            case Stage.DATA:
                return finding.cause is not Cause.COMMUNICATION or lasts >= self.patience
            case Stage.AVAILABILITY:
                if "maker_code" in finding.evidence:  # it says itself why (`together`)
                    return True
                return lost >= self.off_wh if math.isfinite(lost) else lasts >= self.patience
            case Stage.PERFORMANCE:
                if not math.isfinite(lost) or (lost <= 0 and not math.isfinite(finding.missing)):
                    return lasts >= self.unknown
                return lost >= self.lost_wh and euros(lost, price(site_of(finding.subject))) >= self.lost_euros
        return says_the_device(finding.cause) or finding.cause.stage is Stage.DESIGN


def euros(lost_wh: float, price: Decimal) -> Decimal:
    """What lost energy would have earned."""
    return Decimal(round(lost_wh)) / 1000 * price


def site_of(subject: str) -> str:
    """The site of a subject; ``town`` for the town."""
    return subject.split("/")[0]


def device_of(subject: str) -> str:
    """A subject without its DC input."""
    return subject.split("#")[0]


def below(subject: str, above: str) -> bool:
    """Whether a subject is a part of another: an inverter of a site, an input of an inverter, all of the town."""
    return subject != above and (above == "town" or subject.startswith((f"{above}/", f"{above}#")))


NEAR = 72 * HOUR
"""ms: findings of one inverter that begin within this of each other are the same event, seen ever more clearly."""
HIDING = frozenset({Cause.TOWN_WIDE, Cause.SITE_OFF, Cause.COMMUNICATION, Cause.INVERTER_OFF, Cause.PLANNED})
"""While these last, what is below them is neither told nor over: nothing is known of it."""


def hidden(subject: str, cause: Cause, findings: Sequence[Finding]) -> bool:
    """Whether one of the open findings hides it. Nothing hides a danger."""
    if severity_of(cause) is Severity.CRITICAL:
        return False
    return any(each.cause in HIDING and below(subject, each.subject) for each in findings)


def together(findings: Iterable[Finding]) -> list[Finding]:
    """The same findings, but an inverter that is off and says why is one: off, with what it says as evidence."""
    found = list(findings)
    off = {each.subject: each for each in found if each.cause is Cause.INVERTER_OFF and each.open}
    made = []
    for each in found:
        head = off.get(each.subject)
        mine = each.open and says_the_device(each.cause) and severity_of(each.cause) is not Severity.CRITICAL
        if head is not None and mine and abs(head.since - each.since) <= NEAR:
            off[each.subject] = replace(head, evidence={**each.evidence, **head.evidence})
        else:
            made.append(each)
    return [off.get(each.subject, each) if each.cause is Cause.INVERTER_OFF and each.open else each for each in made]
