"""How long alerts waited for an answer and for a repair, site by site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mean

from models.pv.alerts.alert import Alert
from models.pv.alerts.deed import Why


@dataclass(frozen=True, slots=True)
class Service:
    """Means in ms; None where nothing was acknowledged, or nothing ended."""

    site: str
    alerts: int
    to_acknowledge: float | None
    """From the first telling to the first answer."""
    to_repair: float | None
    """From the first telling to the end; of those that went into another alert nothing is counted."""


def service(alerts: Iterable[Alert]) -> list[Service]:
    """By site, in the order of their names; ``town`` is a site here."""
    by_site: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.why is not Why.ABSORBED:
            by_site.setdefault(alert.site, []).append(alert)
    return [_of(site, own) for site, own in sorted(by_site.items())]


def _of(site: str, alerts: list[Alert]) -> Service:
    answered = [each.first_acknowledged - each.opened for each in alerts if each.first_acknowledged is not None]
    ended = [each.closed - each.opened for each in alerts if each.closed is not None]
    return Service(site, len(alerts), mean(answered) if answered else None, mean(ended) if ended else None)
