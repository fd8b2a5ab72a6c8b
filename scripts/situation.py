"""The situation of one data directory as plain data: devices, spool, store, disk, whether the collector runs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from collector.errors import SpoolError, StoreError
from collector.sample import Sample
from collector.spool.queue import Spool
from config.faults import ConfigError
from config.language import _
from config.town import Town
from scripts.control import ask
from scripts.disk import disk
from scripts.options import Workplace
from scripts.provenance import Provenance, provenance
from scripts.role import holder

OLD_SECONDS = 900
"""A sample older than this says nothing about now; the slowest devices are polled every minute."""


def situation(place: Workplace, now: int, town: Town | None = None) -> dict[str, Any]:
    """The state, from the running collector where there is one, else from its files; makes nothing. Moments in ms UTC.

    `town`: as it was read already; else its files are read anew.
    `condition` of a device: ``answers``, ``silent`` (the last poll failed), ``old`` (nobody asked it for
    OLD_SECONDS), ``never`` (no sample at all), ``gone`` (in the store, but no longer in the town's files).
    """
    town, faults = (town, list[str]()) if town else _town(place)
    live = _live(place.data)
    store, last = _store(place)
    known = {device["path"]: device for device in (live or {}).get("devices", [])}
    configured = [*town.devices()] if town else []
    devices = []
    for path in dict.fromkeys([*configured, *known, *last]):
        gone = town is not None and path not in configured and path not in known
        devices.append(_device(path, known.get(path), last.get(path), now, gone=gone))
    delivery = live["delivery"] if live else None
    if delivery and delivery["status"] != "ok" and not store["problems"]:
        store["problems"] = [str(delivery["error"])]
    return {
        "time": now,
        "town": town.place.name if town else None,
        "simulated": provenance(place.data) is Provenance.SIMULATED,
        "running": live["pid"] if live else None,
        "started": live["started"] if live else None,
        "devices": devices,
        "spool": _spool(place.data),
        "delivery": delivery,
        "store": store,
        "disk": disk(place, now),
        "faults": faults,
    }


def _town(place: Workplace) -> tuple[Town | None, list[str]]:
    try:
        return place.load_town(), []
    except ConfigError as error:
        return None, [str(fault) for fault in error.faults]


def _live(data: Path) -> dict[str, Any] | None:
    """What the collector of this directory says of itself; None when it does not run, or does not answer."""
    pid = holder(data / "collect.lock")
    answer = ask(pid, {"ask": "status"}, timeout=5) if pid else None
    return {**answer, "pid": pid} if answer and "devices" in answer else None


def _store(place: Workplace) -> tuple[dict[str, Any], dict[str, Sample]]:
    state: dict[str, Any] = {"url": place.store_url, "problems": [], "made": place.store_is_made}
    if not place.store_is_made:
        return state, {}
    try:
        store = place.open_store()
        try:
            state["url"] = store.url
            if place.store_file is None:  # of a file the check would read everything: `tepos check --probe` does
                state["problems"] = store.check()
            return state, {} if state["problems"] else store.last()
        finally:
            store.close()
    except (StoreError, ValueError) as error:
        state["problems"] = [str(error)]
        return state, {}


def _device(path: str, known: dict[str, Any] | None, sample: Sample | None, now: int, *, gone: bool) -> dict[str, Any]:
    heard = known["last_sample"] if known else None
    newest = max((moment for moment in (heard, sample.time if sample else None) if moment), default=None)
    values = known["values"] if known and heard == newest else sample.values if sample else {}
    age = None if newest is None else max(0, round((now - newest) / 1000))
    if gone:
        condition = "gone"
    elif known and known["error"]:
        condition = "silent"
    elif age is None:
        condition = "never"
    else:
        condition = "old" if age > OLD_SECONDS else "answers"
    return {
        "device": path,
        "condition": condition,
        "last_sample": newest,
        "age_s": age,
        "state": values.get("state"),
        "pac": values.get("pac"),
        "energy_ac_day": values.get("energy_ac_day"),
        "error": (known["error"] or None) if known else None,
        "failing_since": known["failing_since"] if known else None,
        "polls": known["polls"] if known else None,
        "failures": known["failures"] if known else None,
        "masked": known["masked"] if known else None,
        "problems": known["problems"] if known else None,
    }


def _spool(data: Path) -> dict[str, Any] | None:
    path = data / "spool.db"
    if not path.exists():
        return None
    try:
        return spool_status(path)
    except SpoolError as error:
        return {"error": str(error)}


def spool_status(path: Path) -> dict[str, Any]:
    """A look at a spool as plain data. SpoolError when there is nothing that can be read."""
    seen = Spool.inspect(path)
    return {**asdict(seen), "path": str(seen.path), "set_aside": [str(aside) for aside in seen.set_aside]}


def what_waits(spool: dict[str, Any] | None) -> str:
    """One sentence about the spool."""
    if spool is None:
        return _("Spool: none yet")
    if "error" in spool:
        return _("Spool: {error}").format(error=spool["error"])
    counters = spool["counters"]
    losses = {
        _("rejected by the store"): counters["rejected"],
        _("dropped because the spool was full"): counters["dropped"],
        _("damaged in the spool"): counters["damaged"],
    }
    told = "".join(f"; {how}: {count}" for how, count in losses.items() if count)
    return _("Spool: samples that wait: {queued}; delivered: {sent}").format(**counters) + told
