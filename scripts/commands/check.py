"""tepos check: is the configuration right, and with --probe: do the store and every device answer?"""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from collector.errors import CollectorError, StoreError
from config import Settings
from config.faults import ConfigError, Fault
from config.language import _
from config.town import Town
from scripts.console import DONE, NOT_SO, WRONG, document, out, say, short, table, tell
from scripts.control import ask, running
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace

Held = dict[tuple[str, int], dict[str, Any]]
"""What a running tepos knows of the devices whose links it holds, by link and unit."""


def check(
    town: TownOption = None,
    data: DataOption = None,
    probe: Annotated[bool, typer.Option("--probe", metavar="", help=_("Also ask the store and every device."))] = False,
    as_json: JsonOption = False,
) -> None:
    """Exit 2 for a wrong configuration, 1 when the store or a device does not answer as it should."""
    place, faults = _place(data, town)
    loaded = None
    try:
        loaded = place.load_town() if place else None
    except ConfigError as error:
        faults += error.faults
    answers = _probe_all(place, loaded) if probe and place and loaded and not faults else []
    if as_json:
        document({"faults": [asdict(fault) for fault in faults], "probes": answers})
    else:
        _show(faults, loaded, answers)
    if faults:
        raise typer.Exit(WRONG)
    raise typer.Exit(NOT_SO if any(answer["problems"] for answer in answers) else DONE)


def _place(data: Path | None, town: Path | None) -> tuple[Workplace | None, list[Fault]]:
    """Where to look, and the faults of the environment: those hide none of the town's."""
    try:
        return workplace(data, town), []
    except ConfigError as error:
        faults = error.faults
    wrong = {fault.key for fault in faults}
    kept = {name: value for name, value in os.environ.items() if name not in wrong}
    settings = Settings.from_environment(kept)
    from scripts.options import DEFAULT_TOWN

    return Workplace(settings, settings.data, town or settings.town or DEFAULT_TOWN, settings.store), faults


def _show(faults: list[Fault], loaded: Town | None, answers: list[dict[str, Any]]) -> None:
    for fault in faults:
        say(str(fault), "red")
    if faults:
        tell(_("Faults in the configuration: {n}.").format(n=len(faults)))
    if loaded:
        sentence = _("{town}: {sites} sites, {devices} devices on {links} links; no fault in the configuration.")
        if not faults:
            say(
                sentence.format(
                    town=loaded.place.name,
                    sites=len(loaded.sites),
                    devices=len(loaded.devices()),
                    links=len(loaded.links),
                )
            )
    bad = [answer for answer in answers if answer["problems"]]
    good = [answer for answer in answers if not answer["problems"]]
    if good:
        out.print(table(_("In order"), (_("what"), _("found")), [(a["what"], a["found"]) for a in good], fold=(0, 1)))
    if bad:
        say("")
        rows = [(a["what"], " / ".join(short(problem)[0] for problem in a["problems"])) for a in bad]
        out.print(table(_("Not in order"), (_("what"), _("why")), rows, fold=(0, 1), styles=["red"] * len(rows)))
        for advice in filter(None, dict.fromkeys(short(p)[1] for a in bad for p in a["problems"])):
            say(advice, "dim")
    if answers:
        say("")
        say(_("{good} of {all} in order").format(good=len(good), all=len(answers)), "bold red" if bad else "bold")


def _probe_all(place: Workplace, town: Town) -> list[dict[str, Any]]:
    return [_store(place), *asyncio.run(_devices(town))]


def _store(place: Workplace) -> dict[str, Any]:
    what = _("store {url}").format(url=place.store_url)
    if not place.store_is_made:
        return {"what": what, "found": _("not made yet"), "problems": _unmakeable(place.store_file)}
    try:
        store = place.open_store()
        try:
            what = _("store {url}").format(url=store.url)
            problems = store.check()
        finally:
            store.close()
    except (StoreError, ValueError) as error:
        problems = [str(error)]
    return {"what": what, "found": _("the store works"), "problems": problems}


def _unmakeable(file: Path | None) -> list[str]:
    """Why the embedded store could not be made there; nothing is made to find out."""
    if file is None:
        return []
    folder = next(folder for folder in file.absolute().parents if folder.exists())
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return []
    return [_("{folder} is no folder that can be written to").format(folder=folder)]


async def _devices(town: Town) -> list[dict[str, Any]]:
    """Every device read once; those of a link that a running tepos holds are judged by what it last heard."""
    from collector.links import open_links
    from collector.poller import Polled, PolledLink

    held = _held()

    async def of_device(polled: Polled) -> dict[str, Any]:
        status = polled.status
        where = f"{polled.path} ({status.link} unit {status.unit}, {status.map})"
        if known := held.get((status.link, status.unit)):
            return {"what": where, **_heard(known)}
        if any(link == status.link for link, _unit in held):
            return {"what": where, "found": "", "problems": [_("a running tepos holds the link, without this unit")]}
        try:
            await polled.reader.discover()
            reading = await polled.reader.read()
        except CollectorError as error:
            return {"what": where, "found": "", "problems": [str(error)]}
        got = sum(value is not None for value in reading.values.values())
        plate = polled.reader.identity
        name = " ".join(filter(None, (plate.manufacturer, plate.model, plate.serial)))
        found = _("{name}: {got} of {all} values").format(
            name=name or _("a device without a name plate"), got=got, all=len(reading.values)
        )
        return {"what": where, "found": found, "problems": [] if got else [_("answers, but gives no value")]}

    async def of_link(link: PolledLink) -> list[dict[str, Any]]:
        answers = [await of_device(polled) for polled in link.devices]
        link.link.close()
        return answers

    lists = await asyncio.gather(*(of_link(link) for link in open_links(town)))
    return [answer for answers in lists for answer in answers]


def _heard(known: dict[str, Any]) -> dict[str, Any]:
    problems = [known["error"]] if known["error"] else []
    if not problems and known["last_sample"] is None:
        problems = [_("process {pid} holds the link and has not read it yet").format(pid=known["pid"])]
    return {"found": _("answers to process {pid}").format(pid=known["pid"]), "problems": problems}


def _held() -> Held:
    held: Held = {}
    for pid in running():
        status = ask(pid, {"ask": "status"}, timeout=5) or {}
        held |= {(device["link"], device["unit"]): {**device, "pid": pid} for device in status.get("devices", [])}
    return held
