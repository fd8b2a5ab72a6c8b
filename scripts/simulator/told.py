"""What InfluxDB would have been told of a simulated past that was brought in at once: how things stood, hour by hour.

A running tepos writes such states for the present only (scripts.jobs.grafana), so boards over a past of minutes' making
would show energy, but neither communication nor queue nor alerts. What is told here is what the same job would have
told: devices answered when they have a reading, nothing waited, no job was late, and alerts stood as their deeds say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from collector.store import Store
from collector.store.facts import Fact
from config.language import _
from config.town import Town
from dashboards.grafana import facts
from models.calendar import QUARTER
from models.pv.alerts.alert import Alert, fold
from models.pv.alerts.deed import Deed
from models.pv.diagnosis.finding import Finding
from scripts.jobs.grafana import lit
from scripts.simulator.powers import Times

HOUR, DAY = 4 * QUARTER, 96 * QUARTER
DENSE = 31 * DAY
"""ms before the end in which it is told each quarter-hour, as live; before that each hour will do."""
READ = 7 * DAY
"""ms of readings that are looked at together."""


def told(
    town: Town,
    store: Store,
    deeds: Iterable[Deed],
    findings: Callable[[int], Sequence[Finding]],
    jobs: Sequence[str],
    start: int,
    end: int,
) -> Iterator[list[Fact]]:
    """The states from `start` to before `end` (ms UTC), some days at a time.

    `deeds` are those of all alerts, in the order in which they were written down; `findings` gives those known at an
    instant; `jobs` are the names of those at work.
    """
    alerts = _Alerts(deeds)
    watch = _Watch(town)
    sites = [site.id for site in town.sites]
    for first in range(start, end, READ):
        last = min(first + READ, end)
        made: list[Fact] = []
        times = np.arange(-(-first // QUARTER) * QUARTER, last, QUARTER, dtype=np.int64)
        seen = watch.seen(store, times)
        for at, by_day, devices in zip(times.tolist(), lit(town.place, times).tolist(), seen, strict=True):
            if at < end - DENSE and at % HOUR:
                continue
            made += facts.device_facts(devices, watch.roles, at, by_day)
            made.append(facts.spool_fact({"counters": watch.counters}, running=True, simulated=True, now=at))
            made += (facts.job_fact(job, (), at, at) for job in jobs)
            made += facts.alert_facts(alerts.at(at), findings(at), sites, at)
        yield made


class _Watch:
    """What a collector that had started with the past would say of each device, quarter-hour by quarter-hour."""

    def __init__(self, town: Town) -> None:
        devices = town.devices()
        self.roles = {path: device.role.value for path, device in devices.items()}
        self.counters = dict.fromkeys(facts.SPOOL, 0)
        self._polls = 0
        self._failures = dict.fromkeys(devices, 0)
        self._last: dict[str, tuple[int, float | None, str | None]] = {}

    def seen(self, store: Store, times: Times) -> Iterator[list[dict[str, Any]]]:
        """The devices as scripts.situation tells them, at quarter-hours that follow on each other."""
        frames = store.read_many([*self.roles], ["pac", "state"], int(times[0]), int(times[-1]) + QUARTER)
        read = {path: _readings(frame) for path, frame in frames.items()}
        for at in times.tolist():
            self._polls += 1
            yield [self._device(path, at, read[path].get(at)) for path in self.roles]

    def _device(self, path: str, at: int, reading: tuple[float | None, str | None] | None) -> dict[str, Any]:
        if reading is None:
            self._failures[path] += 1
        else:
            self._last[path] = (at, *reading)
            self.counters["sent"] += 1
        last, pac, state = self._last.get(path, (None, None, None))
        return {
            "device": path,
            "condition": "answers" if reading is not None else "silent",
            "last_sample": last,
            "age_s": None if last is None else (at - last) / 1000,
            "state": state,
            "pac": pac,
            "error": None if reading is not None else _("no answer from the device"),
            "polls": self._polls,
            "failures": self._failures[path],
        }


class _Alerts:
    """The alerts as they stood, asked for one instant after the other."""

    def __init__(self, deeds: Iterable[Deed]) -> None:
        self._deeds = sorted(deeds, key=lambda deed: deed.at)
        self._known, self._alerts = 0, list[Alert]()

    def at(self, time: int) -> list[Alert]:
        known = self._known
        while known < len(self._deeds) and self._deeds[known].at <= time:
            known += 1
        if known != self._known:
            self._known, self._alerts = known, [*fold(self._deeds[:known]).values()]
        return self._alerts


def _readings(frame: pd.DataFrame) -> dict[int, tuple[float | None, str | None]]:
    """Power and state by instant; what was not given is None."""
    times = pd.DatetimeIndex(frame.index).as_unit("ms").asi8.tolist()
    pac = [None if value != value else value for value in frame["pac"].tolist()]
    return dict(zip(times, zip(pac, (value or None for value in frame["state"].tolist()), strict=True), strict=True))
