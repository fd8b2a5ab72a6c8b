"""Silence must not look like health: after each good cycle an address is called whose owner misses the call."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from collector.channels.webhook import heartbeat
from collector.errors import ChannelDown
from collector.periods import Periods
from config.town import Place
from models.pv.sun import sun_position

log = logging.getLogger(__name__)

FRESH = 3_600_000
"""ms: by day something was heard within this."""
LIT = 10.0
"""Degrees of the sun from which on inverters must be heard."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A cycle is good when none of the jobs that it needs failed, and readings come in (at night nobody need speak)."""

    url: str
    place: Place
    jobs: Sequence[str]

    def beat(self, periods: Periods, heard: Mapping[str, int], now: int) -> bool:
        """Call when all is well; whether it was called and answered. Failures are logged, nothing else."""
        failed = [name for name in self.jobs if periods.failure(name) is not None]
        if failed or (self._lit(now) and max(heard.values(), default=0) < now - FRESH):
            log.warning("no heartbeat: %s", ", ".join(failed) or "no reading for an hour")
            return False
        try:
            heartbeat(self.url)
        except ChannelDown as error:
            log.warning("%s", error)
            return False
        return True

    def _lit(self, now: int) -> bool:
        at = pd.DatetimeIndex([pd.Timestamp(now, unit="ms", tz="UTC")])
        sun = sun_position(at, self.place.latitude, self.place.longitude, self.place.altitude)
        return bool(90.0 - sun.zenith[0] >= LIT)
