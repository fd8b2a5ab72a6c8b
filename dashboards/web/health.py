"""For machines that watch: is it well, and how much of everything. No figure here is about a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse

from dashboards.accounts.roles import May
from dashboards.web.visitors import reader, served

router = APIRouter(include_in_schema=False)


@router.get("/health")
def health(request: Request) -> JSONResponse:
    """200 when the page can do its work, else 503; `problems` says what is wrong with the store."""
    here = served(request)
    state = here.state()
    problems = [str(each) for each in state["store"]["problems"]]
    devices = state["devices"]
    told = {
        "status": "ok" if not problems else "failing",
        "simulated": here.simulated,
        "collector": state["running"] is not None,
        "store": bool(state["store"]["made"]),
        "problems": len(problems),
        "devices": len(devices),
        "answering": sum(device["condition"] == "answers" for device in devices),
    }
    return JSONResponse(told, 503 if problems else 200)


@router.get("/metrics")
def metrics(request: Request) -> PlainTextResponse:
    """The text format of Prometheus. Behind a proxy only for who may see the operation."""
    here = served(request)
    if here.public_url is not None:
        reader(request, May.SEE_OPERATIONS)
    text = "".join(_lines(here.state(), here.now(), simulated=here.simulated))
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _lines(state: Any, now: int, *, simulated: bool) -> Iterator[str]:  # noqa: ANN401 - a JSON document
    devices = state["devices"]
    yield from _gauge("tepos_simulated", "1 when nothing here was measured", [("", float(simulated))])
    yield from _gauge("tepos_collector_running", "1 while a collector answers", [("", float(bool(state["running"])))])
    ages = [(_label(each["device"]), (now - each["last_sample"]) / 1000) for each in devices if each["last_sample"]]
    yield from _gauge("tepos_device_sample_age_seconds", "Age of the newest sample", ages)
    up = [(_label(each["device"]), float(each["condition"] == "answers")) for each in devices]
    yield from _gauge("tepos_device_up", "1 when the last poll was answered", up)
    power = [(_label(each["device"]), float(each["pac"])) for each in devices if each["pac"] is not None]
    yield from _gauge("tepos_device_power_watts", "AC power of the newest sample", power)
    spool = state["spool"] or {}
    for name in ("appended", "sent", "rejected", "dropped", "damaged"):
        if isinstance((counters := spool.get("counters")), dict) and name in counters:
            kind = f"tepos_spool_{name}_total"
            yield f"# HELP {kind} Samples of the spool\n# TYPE {kind} counter\n{kind} {counters[name]}\n"
    if isinstance(spool.get("counters"), dict):
        waiting = [("", float(spool["counters"]["queued"]))]
        yield from _gauge("tepos_spool_queued", "Samples that wait for the store", waiting)
    if state.get("disk"):
        free = [("", float(state["disk"]["free_bytes"]))]
        yield from _gauge("tepos_disk_free_bytes", "Room on the disk of the store", free)


def _gauge(name: str, about: str, values: list[tuple[str, float]]) -> Iterator[str]:
    if values:
        yield f"# HELP {name} {about}\n# TYPE {name} gauge\n"
        yield from (f"{name}{label} {value:g}\n" for label, value in values)


def _label(device: str) -> str:
    said = device.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{{device="{said}"}}'
