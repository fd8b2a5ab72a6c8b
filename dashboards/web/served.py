"""What the page is made on: the town, how its stores are opened, the clock, the accounts. All handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from collector.ledger import Ledger
from collector.store import Store
from config.town import Town
from dashboards.views.look import Look
from dashboards.web.memory import Memory
from models.pv.alerts.works import Kind, Work
from models.pv.plant import Plant

Send = Callable[[str, str, str], None]
"""Sends a text: to whom, subject, text. Raises when it could not."""
AlertsOf = Callable[[], list[dict[str, Any]]]
"""The alerts that are open now, as dashboards.alerts gives them, the most urgent first."""
Acknowledge = Callable[[str, str, str], bool]
"""Answers an alert: its id, by whom, a note. False when there is no such alert, or it is over."""
Plan = Callable[[Kind, str, int, int | None, str, Mapping[str, Any]], None]
"""Writes a work down: kind, scope, from and to (ms), by whom, and what else is told, as `tepos works add` tells it.

ValueError for an end before the beginning.
"""
FRESH = 5_000
"""ms for which the state of the devices is not asked for again."""
SLOW = 600_000
"""ms for which the yearly figures of the territory are not computed again."""


@dataclass(frozen=True)
class Served:
    """One town as the page shows it. Used by many threads: whatever is opened is opened for one answer."""

    town: Town
    plant: Plant
    tz: tzinfo
    simulated: bool
    open_store: Callable[[], Store | None]
    """A store for one answer; None while there is none."""
    ledger: Path
    accounts: Path
    people: Path
    """What people typed: people.db."""
    situation: Callable[[], Mapping[str, Any]]
    """The state of devices, spool and store, as `tepos status --json` gives it, moments in ms."""
    now: Callable[[], int]
    alerts: AlertsOf = list
    acknowledge: Acknowledge = lambda _alert, _by, _note: False
    works: Callable[[], list[Work]] = list
    """Works and interventions, in the order of their beginning."""
    plan: Plan = lambda _kind, _scope, _start, _end, _by, _more: None
    finish: Acknowledge = lambda _work, _by, _note: False
    """Says that a work (its number) is over; False when there is none that goes on."""
    progress: Callable[[], dict[str, Any] | None] = lambda: None
    """The document of dashboards.progress, as it is now; None while nothing can be told."""
    public_url: str | None = None
    """Where a proxy with TLS shows the page; None on this machine only."""
    send: Send | None = None
    """How letters leave; None where no mail is configured."""
    memory: Memory = field(default_factory=Memory)

    @contextmanager
    def look(self) -> Iterator[Look]:
        """One look at the town, now."""
        with ExitStack() as opened:
            store = self.open_store()
            if store is not None:
                opened.enter_context(closing(store))
            ledger = opened.enter_context(Ledger(self.ledger)) if self.ledger.exists() else None
            yield Look(self.town, self.plant, self.tz, self.now(), store, ledger, self.devices(), self.simulated)

    def state(self) -> Mapping[str, Any]:
        """The situation, at most FRESH old."""
        return self.memory.get("situation", self.now(), FRESH, self.situation)

    def told(self) -> dict[str, Any] | None:
        """The progress of the territory, at most SLOW old."""
        return self.memory.get("progress", self.now(), SLOW, self.progress)

    def devices(self) -> dict[str, dict[str, Any]]:
        """The devices of the town's files and of the collector, by path, each with its `role`."""
        roles = {path: device.role.value for path, device in self.town.devices().items()}
        told = {device["device"]: device for device in self.state()["devices"] if device["condition"] != "gone"}
        return {path: {**device, "role": roles.get(path, "")} for path, device in told.items()}

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS only."""
        return self.public_url is not None and urlsplit(self.public_url).scheme == "https"
