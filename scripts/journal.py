"""What a collector that runs all day says in the journal: a line at the start, one an hour, one at the end.

Between them stand the changes only: a device that falls silent or answers again (collector.poller), a store that stops
or begins to take data (collector.delivery). So the log of a quiet day is thirty lines, and none of a bad one is lost.
"""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import tzinfo
from typing import Any

from config.language import _
from scripts.collecting import Collecting
from scripts.moments import spoken, utc_ms, zone

log = logging.getLogger(__name__)

EVERY = 3600.0
FIRST_WITHIN = 60.0
"""Seconds: by then whoever started the collector wants to know who answers."""
NAMED = 8
"""Silent devices named in a line; `tepos status` has them all."""


class Journal:
    """Writes the lines of one collector, as an async context around its run."""

    def __init__(self, collecting: Collecting, store_url: str) -> None:
        self._collecting, self._store_url = collecting, store_url
        self._tz = zone(collecting.town.place.tz)
        self._before = collecting.status()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Journal:
        status = self._before
        sentence = _("{town}: polling {devices} devices on {links} links; data in {data}; store {store}; process {pid}")
        log.info(
            sentence.format(
                town=self._collecting.town.place.name,
                devices=len(status["devices"]),
                links=len(status["links"]),
                data=self._collecting.data,
                store=self._store_url,
                pid=os.getpid(),
            )
        )
        self._task = asyncio.create_task(self._keep(), name="journal")
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._task is not None:
            self._task.cancel()
        queued = self._collecting.spool.counters.queued
        log.info(_("stopped; samples that wait in the spool: {n}").format(n=queued))

    async def _keep(self) -> None:
        clock = asyncio.get_running_loop().time
        end = clock() + FIRST_WITHIN
        while clock() < end and not all(status.heard for status in self._collecting.poller.status()):
            await asyncio.sleep(0.5)
        while True:
            await asyncio.sleep(0.5)  # the poll that ended the wait is not yet in the spool
            status = self._collecting.status()
            level, sentence = hour(self._before, status, utc_ms(), self._tz)
            log.log(level, "%s", sentence)
            self._before = status
            await asyncio.sleep(EVERY)


def hour(before: dict[str, Any], after: dict[str, Any], now: int, tz: tzinfo) -> tuple[int, str]:
    """The level and the line that tell what happened between two states of a collector (Collecting.status)."""
    level = logging.INFO
    devices = after["devices"]
    silent = [device for device in devices if device["error"]]
    answering = sum(not device["error"] and device["last_sample"] is not None for device in devices)
    parts = [_("{answering} of {all} devices answer").format(answering=answering, all=len(devices))]
    if silent:
        level = logging.WARNING
        silent.sort(key=lambda device: device["failing_since"] or 0)
        names = [
            _("{device} (since {time})").format(device=d["path"], time=spoken(d["failing_since"] or now, now, tz))
            for d in silent[:NAMED]
        ]
        names += [f"+{len(silent) - NAMED}"] if len(silent) > NAMED else []
        parts.append(_("silent: {devices}").format(devices=", ".join(names)))
    polls, failures = (_sum(after, key) - _sum(before, key) for key in ("polls", "failures"))
    parts.append(_("polls: {polls}, failed: {failures}").format(polls=polls, failures=failures))
    if after["spool"]["queued"]:
        parts.append(_("samples that wait for the store: {n}").format(n=after["spool"]["queued"]))
    if after["delivery"]["status"] != "ok":
        level = logging.WARNING
        parts.append(_("the store takes no data: {error}").format(error=after["delivery"]["error"]))
    lost = {
        _("rejected by the store"): after["spool"]["rejected"] - before["spool"]["rejected"],
        _("dropped because the spool was full"): after["spool"]["dropped"] - before["spool"]["dropped"],
        _("damaged in the spool"): after["spool"]["damaged"] - before["spool"]["damaged"],
        _("lost because the spool refused"): after["lost_in_memory"] - before["lost_in_memory"],
    }
    for how, count in lost.items():
        if count > 0:
            level = logging.WARNING
            parts.append(f"{how}: {count}")
    return level, "; ".join(parts)


def _sum(status: dict[str, Any], key: str) -> int:
    return sum(device[key] for device in status["devices"])
