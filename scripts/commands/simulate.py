"""tepos simulate: a register image, or a whole town, behind Modbus TCP on loopback."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated

import typer

from config import load
from config.language import _
from config.town import Town
from scripts.console import NOT_SO, WRONG, say, simulated_notice, start_logging, stop, tell
from scripts.moments import utc_ms


def simulate(
    image: Annotated[Path | None, typer.Option(metavar="FILE", help=_("Serve this register image (JSON)."))] = None,
    town: Annotated[Path | None, typer.Option(metavar="DIR", help=_("Serve all devices of this town."))] = None,
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            metavar="N",
            help=_("First port; without it the ports of the town's own loopback links, and free ones."),
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(metavar="N", help=_("The same seed gives the same sky."))] = 1,
    fault: Annotated[
        list[str] | None,
        typer.Option(metavar="WHERE:KIND[:KEY=VALUE,…]", help=_("Switch a fault on; may be given again.")),
    ] = None,
) -> None:
    """Serve until stopped; prints where."""
    start_logging("WARNING")
    if (image is None) == (town is None):
        stop(WRONG, _("Give either --image FILE or --town DIR."))
    if image is not None and fault:
        stop(WRONG, _("--fault needs --town: an image is served as it is."))
    from scripts.simulator import server
    from scripts.simulator.fault import parse_fault

    serving: Coroutine[object, object, None]
    try:
        if image is not None:
            serving = server.serve_image(image, port, ready=_say_image)
        else:
            assert town is not None
            faults = [parse_fault(text) for text in fault or []]
            loaded = load(town)
            served = server.loopback(loaded, port) if port else loaded
            serving = server.serve_town(served, seed=seed, now=utc_ms, ready=_say_town, faults=faults)
        asyncio.run(_until_signal(serving))
    except ValueError as error:
        stop(WRONG, str(error))
    except OSError as error:
        if error.filename:  # the file that was named
            stop(WRONG, f"{error.filename}: {error.strerror}")
        stop(NOT_SO, str(error))


async def _until_signal(serving: Coroutine[object, object, None]) -> None:
    task = asyncio.create_task(serving)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return


def _say_image(port: int) -> None:
    say(f"127.0.0.1:{port}")


def _say_town(town: Town) -> None:
    tell(simulated_notice(), "bold yellow")
    for path, device in town.devices().items():
        link = town.link(device.link)
        say(f"{link.host}:{link.port} unit {device.unit} {device.map} {path}")
