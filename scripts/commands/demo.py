"""tepos demo: a simulated Loos-en-Gohelle. Real Modbus on loopback, the real path, invented sunshine."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from config import load
from config.language import _
from scripts.board import board, summary
from scripts.console import NOT_SO, err, out, say, simulated_notice, stop, tell
from scripts.moments import utc_ms
from scripts.options import DEFAULT_TOWN, DataOption, PortOption, Workplace, embedded, workplace
from scripts.provenance import Provenance, refuse_mixture
from scripts.role import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.store import Store
    from collector.weather.source import Source
    from config.town import Town
    from scripts.collecting import Collecting

STEP_MS = 15 * 60 * 1000
DAY_MS = 24 * 3600 * 1000
SPOOL_BYTES = 32 * 1024 * 1024
LINE_EVERY = 60.0
"""Seconds between two lines where there is no terminal."""


def demo(
    data: DataOption = None,
    port: PortOption = None,
    days: Annotated[int, typer.Option(min=0, max=3660, metavar="N", help=_("Days of simulated history."))] = 30,
    seed: Annotated[int, typer.Option(metavar="N", help=_("The same seed gives the same sky."))] = 1,
    once: Annotated[
        bool, typer.Option("--once", metavar="", help=_("Stop with 0 when the history and one live poll are stored."))
    ] = False,
) -> None:
    """Simulate the town, fill its history, then poll it until Ctrl-C."""
    from scripts.collecting import Collecting
    from scripts.jobs.registry import opened
    from scripts.scheduler import Scheduling
    from scripts.serving import beside, served_of
    from scripts.simulator.server import start_process
    from scripts.simulator.weather import SyntheticWeather

    place = _place(data)
    refuse_mixture(place.data, Provenance.SIMULATED)
    tell(simulated_notice(), "bold yellow")
    with (
        Role(place.data, "collect"),
        Role(place.data, "schedule"),
        start_process(load(DEFAULT_TOWN), seed) as town,
    ):
        ports = sorted({link.port for link in town.links})
        sentence = _("{devices} simulated devices on {links} Modbus links, 127.0.0.1:{first} to {last}; data in {data}")
        tell(
            sentence.format(
                devices=len(town.devices()), links=len(ports), first=ports[0], last=ports[-1], data=place.data
            )
        )
        collecting = Collecting(town, place.data, place.open_store, spool_bytes=SPOOL_BYTES)
        try:
            _fill(collecting, days, seed)
            if once:
                asyncio.run(collecting.once())
            sky = [SyntheticWeather(seed)]
            _close(place, town, sky)
            if once:
                _tell_round(collecting)
                return
            scheduling = Scheduling(lambda: opened(place, town, sources=sky))
            page = beside(served_of(place, town, simulated=True), port)
            try:
                scheduling.start()
                with Role(place.data, "serve"):
                    page.start()
                    asyncio.run(_live(collecting))
            finally:
                page.stop()
                scheduling.stop()
        finally:
            collecting.close()


def _place(data: Path | None) -> Workplace:
    """Simulated readings never go where the town's own may be: neither into its directory nor into its store."""
    place = workplace(data, DEFAULT_TOWN)
    folder = place.data if data else place.data / "demo"
    if os.environ.get("TEPOS_STORE"):
        tell(_("The demo keeps its readings in a store of its own; TEPOS_STORE is not used."))
    return replace(place, data=folder, store_url=embedded(folder))


def _fill(collecting: Collecting, days: int, seed: int) -> None:
    """Bring the history up to now: what is already stored is not made again."""
    from scripts.simulator.history import fill

    end = utc_ms() // STEP_MS * STEP_MS
    spans = [(a, b) for a, b in _unfilled(collecting, end - days * DAY_MS, end) if a < b]
    if not spans:
        return
    bar = Progress(
        TextColumn(_("simulated history")),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        disable=not sys.stderr.isatty(),
    )
    made = 0
    with bar:
        for start, until in spans:
            task = bar.add_task("history", total=(until - start) // STEP_MS)
            try:
                made += fill(
                    collecting.town,
                    collecting.spool,
                    collecting.delivery,
                    start=start,
                    end=until,
                    seed=seed,
                    progress=partial(_advance, bar, task),
                )
            finally:
                collecting.delivery.close()  # a store belongs to the thread that opened it; live polls have another
    tell(_("simulated samples kept as history: {n}").format(n=made))


def _close(place: Workplace, town: Town, sky: Sequence[Source]) -> None:
    """Close every period that is over, by the jobs that close those of the real town, under the invented sky."""
    from scripts.jobs.registry import opened

    with opened(place, town, sources=sky) as work:
        outcomes = work.round()
    for name, outcome in outcomes.items():
        if outcome.error:
            stop(NOT_SO, f"{name}: {outcome.error}")
    closed = _("closed: {days} days, {quarters} quarter-hours")
    tell(
        closed.format(days=outcomes["days"].closed, quarters=96 * outcomes["days"].closed + outcomes["quarters"].closed)
    )


def _advance(bar: Progress, task: TaskID, done: int, total: int) -> None:
    bar.update(task, completed=done, total=total)


def _unfilled(collecting: Collecting, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of the history that no earlier run has made: before its first sample, and after its last."""
    store = collecting.open_store()
    try:
        newest = store.last()
        if not newest:
            return [(start, end)]
        first = _first(store, collecting.town, start, end)
        last = max(sample.time for sample in newest.values())
    finally:
        store.close()
    return [(start, min(first, end)), (max(start, (last // STEP_MS + 1) * STEP_MS), end)]


def _first(store: Store, town: Town, start: int, end: int) -> int:
    """The time of the first sample from `start` on; `end` when there is none."""
    device = next(iter(town.devices()))
    for day in range(start, end, DAY_MS):
        frame = store.read(device, (), day, min(day + DAY_MS, end))
        if len(frame):
            return int(frame.index[0].timestamp()) * 1000
    return end


def _tell_round(collecting: Collecting) -> None:
    """After --once: what the live poll brought; exit 1 when a device was silent or something waits."""
    status = collecting.status()
    out.print(board(status, utc_ms()))
    silent = [device["path"] for device in status["devices"] if device["error"] or device["last_sample"] is None]
    if silent:
        stop(NOT_SO, _("silent: {devices}").format(devices=", ".join(silent)))
    if status["spool"]["queued"]:
        stop(NOT_SO, _("samples that wait for the store: {n}").format(n=status["spool"]["queued"]))


async def _live(collecting: Collecting) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    running = asyncio.create_task(collecting.run(stopping))
    tell(_("polling; stop with Ctrl-C"))
    await (_screen if out.is_terminal else _lines)(collecting, running)
    await running


async def _screen(collecting: Collecting, running: asyncio.Task[None]) -> None:
    with Live(console=out, auto_refresh=False) as screen:
        while not running.done():
            screen.update(board(collecting.status(), utc_ms(), out.height), refresh=True)
            await asyncio.wait({running}, timeout=2)


async def _lines(collecting: Collecting, running: asyncio.Task[None]) -> None:
    """Where there is no terminal: a line as soon as all were heard, then one a minute."""
    while not running.done() and not all(status.heard for status in collecting.poller.status()):
        await asyncio.wait({running}, timeout=0.5)
    await asyncio.wait({running}, timeout=1)
    while not running.done():
        say(f"{simulated_notice()} {summary(collecting.status())}")
        await asyncio.wait({running}, timeout=LINE_EVERY)
