"""A simulated town that lives hour by hour: polled over Modbus when somebody looks, jobs after each step, mail by SMTP.

Everything is the real thing (poller, spool, delivery, store, jobs, ledger, outbox) but the sun and the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from collector.channels.outbox import FILE
from collector.ledger import Ledger
from collector.store import open_store
from config.notify import Notify
from config.settings import Settings
from config.town import Town
from models.pv.alerts.alert import Alert
from models.pv.alerts.deed import Deed, What
from scripts.collecting import Collecting
from scripts.jobs.alerts import alerts_of, append
from scripts.jobs.notify import Office
from scripts.jobs.registry import opened
from scripts.options import Workplace, embedded
from scripts.simulator.fault import Fault
from scripts.simulator.history import fill
from scripts.simulator.weather import SyntheticWeather
from tests.test_one_day import served
from tests.towns import recorded_town

PARIS = ZoneInfo("Europe/Paris")
QUARTER = 900_000
SEED = 1


def at(text: str) -> int:
    """ms of a moment in the town's time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


@dataclass
class LivingTown:
    """The town at `now`; each step leaves every process behind, as a restart does."""

    town: Town
    folder: Path
    notify: Notify
    now: int
    faults: Sequence[Fault] = ()
    errors: list[str] = field(default_factory=list)
    """Of the jobs in the last round."""

    def pass_until(self, moment: str) -> None:
        """Time goes by: the readings of it reach the store as history does."""
        collecting = self._collecting()
        try:
            fill(self.town, collecting.spool, collecting.delivery, start=self.now, end=at(moment), seed=SEED,
                 faults=self.faults)  # fmt: skip
        finally:
            collecting.close()
            collecting.delivery.close()
        self.now = at(moment)

    def poll_until(self, moment: str) -> None:
        """The same, but each quarter-hour is polled over Modbus."""

        async def polling() -> None:
            async with served(self.town, lambda: self.now, self.faults):
                while self.now < at(moment):
                    await collecting.once()
                    self.now += QUARTER

        with recorded_town(self.town) as seen:
            collecting = self._collecting(seen)
            try:
                asyncio.run(polling())
            finally:
                collecting.close()

    def work(self) -> None:
        """One round of all jobs, two minutes and a bit later, so that the last quarter is settled."""
        place = Workplace(Settings(self.folder, self._url), self.folder, self.folder, self._url)
        office = Office(lambda: self.notify, self.folder / FILE, self.folder, page="https://solaire.example")
        later = self.now + 150_000
        with opened(place, self.town, now=lambda: later, sources=[SyntheticWeather(SEED)], office=office) as work:
            outcomes = work.round()
        self.errors = [f"{name}: {outcome.error}" for name, outcome in outcomes.items() if outcome.error]

    def answer(self, what: What, **data: object) -> None:
        """What a person says of the only open alert."""
        with Ledger(self.folder / "ledger.db") as ledger:
            alert = next(each for each in alerts_of(ledger).values() if each.open)
            append(ledger, Deed(what, alert.id, alert.subject, self.now, "services techniques", data), self.now)

    @property
    def alerts(self) -> list[Alert]:
        """As they stand."""
        with Ledger(self.folder / "ledger.db") as ledger:
            return list(alerts_of(ledger).values())

    @property
    def _url(self) -> str:
        return embedded(self.folder)

    def _collecting(self, town: Town | None = None) -> Collecting:
        store = self._url
        return Collecting(
            town or self.town, self.folder, lambda: open_store(store), spool_bytes=8 << 20, now=lambda: self.now
        )
