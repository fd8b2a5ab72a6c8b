"""tepos demo: a simulated Loos-en-Gohelle. Real Modbus on loopback, the real path, invented sunshine."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from collector.store.influx_address import InfluxAddress
from config import load
from config.language import _
from scripts.board import board, summary
from scripts.console import NOT_SO, WRONG, err, out, say, simulated_notice, stop, tell
from scripts.moments import moment_of, utc_ms, zone
from scripts.options import DEFAULT_TOWN, DataOption, PortOption, Workplace, embedded, workplace
from scripts.provenance import Provenance, keep_to_one_store, refuse_foreign_store, refuse_mixture
from scripts.role import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from config.town import Town
    from scripts.closing_beside import Beside
    from scripts.collecting import Collecting
    from scripts.jobs.runner import Outcome
    from scripts.lived import Span, Story

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
    until: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help=_("Day or instant at which the history ends; nothing is polled, tepos stops.")
        ),
    ] = None,
    town: Annotated[
        Path | None, typer.Option("--town", metavar="DIR", help=_("Simulate this town instead of Loos-en-Gohelle."))
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(metavar="URL", help=_("Keep readings in this InfluxDB (influxdb://HOST:8086?bucket=demo).")),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="WHERE:KIND[:KEY=VALUE,…]", help=_("Switch a fault on; may be given again.")),
    ] = None,
) -> None:
    """Simulate the town, fill its history, then poll it until Ctrl-C."""
    from scripts.jobs.closing import GRACE_DAY
    from scripts.lived import DAY_MS, Story, past
    from scripts.simulator.fault import parse_fault
    from scripts.simulator.server import loopback

    place = _place(data, town, store)
    simulated = load(place.town_folder)
    try:
        story = Story(seed, tuple(parse_fault(text).checked(simulated) for text in fault or ()))
    except ValueError as error:
        stop(WRONG, str(error))
    end = None if until is None else _end(until, simulated)
    refuse_foreign_store(place, Provenance.SIMULATED)
    refuse_mixture(place.data, Provenance.SIMULATED)
    keep_to_one_store(place)
    tell(simulated_notice(), "bold yellow")
    if store:
        sentence = _("the readings go to {url}; for other commands set TEPOS_STORE to it and TEPOS_DATA to {data}")
        tell(sentence.format(url=place.store_url, data=place.data))
    with Role(place.data, "collect"), Role(place.data, "schedule"):
        if end is not None:
            start, served = end - days * DAY_MS, loopback(simulated, None)
            seen = min(end + GRACE_DAY, utc_ms())  # a quarter-hour later: then the last day is settled, too
            _tell_closed(past(place, served, story, start, seen, spool_bytes=SPOOL_BYTES, bring=_fill))
        else:
            _living(place, simulated, story, days, once=once, port=port)


def _living(place: Workplace, town: Town, story: Story, days: int, *, once: bool, port: int | None) -> None:
    """Its past up to now, then what its devices say over Modbus: once, or until Ctrl-C."""
    from scripts.closing_beside import closing_beside
    from scripts.collecting import Collecting
    from scripts.jobs.registry import opened
    from scripts.lived import DAY_MS, closed
    from scripts.scheduler import Scheduling
    from scripts.serving import beside, served_of
    from scripts.simulator.server import start_process

    with start_process(town, story.seed, faults=story.faults) as served:
        ports = sorted({link.port for link in served.links})
        sentence = _("{devices} simulated devices on {links} Modbus links, 127.0.0.1:{first} to {last}; data in {data}")
        tell(
            sentence.format(
                devices=len(served.devices()), links=len(ports), first=ports[0], last=ports[-1], data=place.data
            )
        )
        collecting = Collecting(served, place.data, place.open_store, spool_bytes=SPOOL_BYTES)
        try:
            now = utc_ms()
            with closing_beside(place, served, story, days * DAY_MS) as beside_it:
                made = _fill(collecting, story, now - days * DAY_MS, now, beside_it)
            if once:
                asyncio.run(collecting.once())
            _tell_closed(closed(place, served, story, made), beside_it.closed if beside_it else 0)
            if once:
                _tell_round(collecting)
                return
            scheduling = Scheduling(lambda: opened(place, served, sources=[story.sky]))
            page = beside(served_of(place, served, simulated=True), port)
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


def _place(data: Path | None, town: Path | None, store: str | None) -> Workplace:
    """Simulated readings never go where the town's own may be: neither into its directory nor into its store.

    Each town and each InfluxDB has a directory of its own: what is closed there is closed in that store.
    """
    place = workplace(data, town or DEFAULT_TOWN)
    if os.environ.get("TEPOS_STORE") and store is None:
        tell(_("The demo keeps its readings in a store of its own; TEPOS_STORE is not used."))
    apart = ["demo"]
    if town is not None:
        apart.append(town.resolve().name)
    if store is not None:
        try:
            apart.append(InfluxAddress.parse(store).database)
        except ValueError as error:
            stop(WRONG, str(error))
    folder = place.data if data else place.data / "-".join(apart)
    return replace(place, data=folder, store_url=store or embedded(folder))


def _end(text: str, town: Town) -> int:
    """ms of --until, a whole step of the history."""
    moment = moment_of(text, zone(town.place.tz))
    if moment is None:
        sentence = _("{option} {text}: write a day as 2026-06-21, or an instant as 2026-06-21T12:00+02:00")
        stop(WRONG, sentence.format(option="--until", text=text))
    if moment > utc_ms():
        stop(WRONG, _("--until {text} lies in the future").format(text=text))
    return moment


def _fill(
    collecting: Collecting, story: Story, start: int, end: int, beside_it: Beside | None = None
) -> Sequence[Span]:
    """Bring the history in: what is already stored is not made again. The parts that were made.

    `beside_it` closes days meanwhile.
    """
    from scripts.lived import STEP_MS, brought, unfilled

    spans = unfilled(collecting, *(moment // STEP_MS * STEP_MS for moment in (start, end)))
    if not spans:
        return []
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
        for since, until in spans:
            task = bar.add_task("history", total=(until - since) // STEP_MS)

            def advance(done: int, total: int, task: TaskID = task, since: int = since) -> None:
                bar.update(task, completed=done, total=total)
                if beside_it is not None and not collecting.spool.counters.queued:
                    beside_it.reached(since + done * STEP_MS)

            made += brought(collecting, story, (since, until), advance)
    tell(_("simulated samples kept as history: {n}").format(n=made))
    return spans


def _tell_closed(outcomes: Mapping[str, Outcome], before: int = 0) -> None:
    """How many periods the jobs have closed, and how many days `before`; exit 1 when one of them could not."""
    for name, outcome in outcomes.items():
        if outcome.error:
            stop(NOT_SO, f"{name}: {outcome.error}")
    sentence = _("closed: {days} days, {quarters} quarter-hours")
    days = before + outcomes["days"].closed
    tell(sentence.format(days=days, quarters=96 * days + outcomes["quarters"].closed))


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
