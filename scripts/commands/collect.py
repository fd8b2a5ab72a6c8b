"""tepos collect and tepos run: poll the town's devices, keep what they say, until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.language import _
from config.town import Town
from scripts.console import NOT_SO, WRONG, document, figure, say, stop, tell, together
from scripts.moments import dated, zone
from scripts.options import DataOption, JsonOption, PortOption, TownOption, Workplace, workplace
from scripts.provenance import Provenance, refuse_foreign_store, refuse_mixture
from scripts.role import Role

if TYPE_CHECKING:
    from scripts.collecting import Collecting
    from scripts.scheduler import Scheduling
    from scripts.serving import Serving

PATIENCE = 5.0
"""Seconds that one round waits for a store that is down: somebody is looking."""


def run(town: TownOption = None, data: DataOption = None, port: PortOption = None) -> None:
    """Everything that runs all day on the town's own configuration."""
    from scripts.jobs.registry import opened
    from scripts.scheduler import Scheduling
    from scripts.serving import beside, served_of

    place = workplace(data, town)
    loaded = place.load_town()
    with Role(place.data, "schedule"), Role(place.data, "serve"):
        scheduling = Scheduling(lambda: opened(place, loaded))
        page = beside(served_of(place, loaded, simulated=False), port, log_it=True)
        _collect(place, loaded, sites=None, once=False, as_json=False, beside=(scheduling, page))


def collect(
    town: TownOption = None,
    data: DataOption = None,
    once: Annotated[bool, typer.Option("--once", metavar="", help=_("One round, then stop."))] = False,
    site: Annotated[
        list[str] | None,
        typer.Option("--site", metavar="SITE", help=_("Only the links of this site; may be given again.")),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The collector alone, as a service, or once."""
    place = workplace(data, town)
    _collect(place, place.load_town(), sites=site, once=once, as_json=as_json)


def _collect(
    place: Workplace,
    town: Town,
    *,
    sites: list[str] | None,
    once: bool,
    as_json: bool,
    beside: Sequence[Scheduling | Serving] = (),
) -> None:
    """Collect; what is `beside` runs in threads of its own meanwhile: the jobs, the page."""
    from scripts.collecting import Collecting

    _refuse_nothing_to_do(place, town, sites)
    refuse_mixture(place.data, Provenance.MEASURED)
    refuse_foreign_store(place, Provenance.MEASURED)
    place.refuse_senseless_store()
    with Role(place.data, "collect"):
        collecting = Collecting(
            town, place.data, place.open_store, spool_bytes=place.settings.spool_max_bytes, sites=sites
        )
        try:
            if once:
                # What they would say in the log is told at the end, in one piece.
                logging.getLogger("collector").setLevel(logging.ERROR)
                asyncio.run(collecting.once(PATIENCE))
            else:
                for each in beside:
                    each.start()
                asyncio.run(_until_signal(collecting, place.store_url))
            status = collecting.status()
        finally:
            for each in beside:
                each.stop()
            collecting.close()
    if as_json:
        document(dated(status, zone(town.place.tz)))
    if once and not _told_round(status, as_json):
        raise typer.Exit(NOT_SO)


def _refuse_nothing_to_do(place: Workplace, town: Town, sites: list[str] | None) -> None:
    known = sorted(site.id for site in town.sites)
    for unknown in sorted(set(sites or ()) - set(known)):
        stop(WRONG, _("no site {name!r} in this town; known are {known}").format(name=unknown, known=", ".join(known)))
    if not any(sites is None or path.split("/")[0] in sites for path in town.devices()):
        where = place.town_folder if sites is None else ", ".join(sites)
        stop(WRONG, _("{town} has no device to poll").format(town=where))


def _told_round(status: dict[str, Any], as_json: bool) -> bool:
    """Tell how one round went; False when a device was silent or something waits."""
    devices = status["devices"]
    silent = [device for device in devices if device["error"]]
    for device in silent:
        tell(f"{device['path']}: {device['error']}")
    waiting, delivery = status["spool"]["queued"], status["delivery"]
    if waiting:
        tell(
            _("samples that wait in the spool: {n}; the store does not take them: {error}").format(
                n=waiting, error=delivery["error"] or "?"
            )
        )
    if not as_json:
        power = together(device["values"].get("pac") for device in devices)
        say(
            _("{answering} of {all} devices answered, {power} together").format(
                answering=len(devices) - len(silent), all=len(devices), power=figure(power and power / 1000, "kW")
            )
        )
    return not silent and not waiting


async def _until_signal(collecting: Collecting, store_url: str) -> None:
    """Run until SIGTERM or SIGINT, then let the cycle in hand be kept."""
    from scripts.journal import Journal

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with Journal(collecting, store_url):
        await collecting.run(stopping)
