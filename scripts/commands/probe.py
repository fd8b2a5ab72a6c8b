"""tepos probe: point at an inverter or meter, learn what it is and what it says. Read-only, one connection."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
from typing import Annotated, Any

import typer

from collector.errors import CollectorError, DeviceException, LinkTimeout
from config import Settings, load_maps
from config.device import AnyMap
from config.language import _, chosen
from config.quantities import QUANTITIES
from scripts.console import (
    ABSENT,
    NOT_SO,
    WRONG,
    document,
    figure,
    out,
    say,
    simulated_notice,
    start_logging,
    stop,
    table,
    tell,
)
from scripts.control import ask, running
from scripts.options import JsonOption

NOBODY_THERE = (10, 11)
"""The exceptions with which gateways say that they know no such unit."""


def probe(
    address: Annotated[str | None, typer.Argument(metavar="HOST[:PORT]", help=_("Where the device listens."))] = None,
    unit: Annotated[
        int | None, typer.Option(min=0, max=255, metavar="N", help=_("Unit id; without it the usual ones."))
    ] = None,
    framer: Annotated[str, typer.Option(metavar="tcp|rtu", help=_("tcp; rtu is not built yet."))] = "tcp",
    map_name: Annotated[
        str | None, typer.Option("--map", metavar="NAME", help=_("Use this device map, do not guess."))
    ] = None,
    base: Annotated[
        list[int] | None,
        typer.Option(min=0, max=65535, metavar="N", help=_("SunSpec: also look for 'SunS' here.")),
    ] = None,
    serial: Annotated[str | None, typer.Option(metavar="DEV", help=_("Serial device; not built yet."))] = None,
    baud: Annotated[int | None, typer.Option(metavar="N", help=_("Speed of the serial device."))] = None,
    timeout: Annotated[
        float, typer.Option(min=0.05, max=60, metavar="SECONDS", help=_("Seconds for one answer."))
    ] = 3.0,
    as_json: JsonOption = False,
) -> None:
    """Identify one device and decode one reading; exit 0 when something was read."""
    start_logging("ERROR")
    if serial is not None or baud is not None or framer == "rtu":
        stop(WRONG, _("Modbus RTU (--framer rtu, --serial) is not built yet; only Modbus TCP."))
    if framer != "tcp":
        stop(WRONG, _("no framer {name!r}; known are {known}").format(name=framer, known="tcp, rtu"))
    if address is None:
        stop(WRONG, _("Which device? Write HOST or HOST:PORT, as 192.0.2.10:502."))
    host, port = endpoint(address)
    maps = _known_maps()
    if map_name is not None and map_name not in maps:
        stop(WRONG, _("no map {name!r}; known are {known}").format(name=map_name, known=", ".join(sorted(maps))))
    bases = tuple(base or ())
    found = ask_holder(host, port, unit, map_name, bases)
    if found is None:
        from collector.probe import probe as probe_device

        try:
            report = asyncio.run(
                probe_device(host, port, unit=unit, map_name=map_name, bases=bases, maps=maps, timeout=timeout)
            )
        except CollectorError as error:
            stop(NOT_SO, str(error), *_advice(error, unit))
        found = report.to_json()
    if as_json:
        document(found)
    else:
        show(found)
    if not read_something(found):
        stop(NOT_SO, _("The device answers, but gives no value."))


def _known_maps() -> dict[str, AnyMap]:
    """The maps of tepos, and those of the town that TEPOS_TOWN names."""
    town = Settings.from_environment(os.environ).town
    own = town / "devices" if town else None
    return load_maps(own if own and own.is_dir() else None)


def ask_holder(
    host: str, port: int, unit: int | None, map_name: str | None, bases: tuple[int, ...]
) -> dict[str, Any] | None:
    """The report of the running tepos that holds the link to host:port; None when nobody holds it.

    Ends the command, naming that process, when it holds the link but gives no report.
    """
    question = {"ask": "probe", "host": host, "port": port, "unit": unit, "map": map_name, "bases": list(bases)}
    for pid in running():
        answer = ask(pid, question)
        if not answer or not answer.get("held"):
            continue
        if answer.get("simulated"):
            tell(simulated_notice(), "bold yellow")
        if "report" in answer:
            tell(_("asked through the running tepos, process {pid}").format(pid=pid))
            report: dict[str, Any] = answer["report"]
            return report
        stop(
            NOT_SO,
            _("process {pid} of tepos holds the connection to {host}:{port} and says: {error}").format(
                pid=pid, host=host, port=port, error=answer.get("error") or "?"
            ),
        )
    return None


def endpoint(address: str) -> tuple[str, int]:
    """Host and port out of HOST, HOST:PORT, an IPv6 address or [IPv6]:PORT; ends the command for anything else."""
    bracketed = re.fullmatch(r"\[([^\[\]]*)\](?::(.*))?", address)
    if bracketed:
        host, port = bracketed[1], bracketed[2]
    elif address.count(":") > 1:  # a bare IPv6 address has no place for a port
        host, port = address, None
    else:
        host, colon, port = address.partition(":")
        port = port if colon else None
    port = "502" if port is None else port
    sound = _is_ipv6(host) if bracketed or ":" in host else re.fullmatch(r"[^\s/@\[\]?#:]+", host)
    if not sound or not re.fullmatch("[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        stop(
            WRONG,
            _(
                "{address!r} is no HOST:PORT; write it as 192.0.2.10:502, inverter.example.org or [2001:db8::1]:502"
            ).format(address=address),
        )
    return host, int(port)


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _advice(error: CollectorError, unit: int | None) -> list[str]:
    nobody = isinstance(error, DeviceException) and error.code in NOBODY_THERE
    if unit is not None and (nobody or isinstance(error, LinkTimeout)):
        return [_("Is {unit} the right unit? Without --unit the usual ones are tried.").format(unit=unit)]
    return []


def read_something(found: dict[str, Any]) -> bool:
    """Whether a probe's document holds any value."""
    values = [q["value"] for q in found["quantities"].values()]
    values += [q["value"] for one in found["inputs"] for q in one.values() if isinstance(q, dict)]
    return any(value is not None for value in values)


def show(found: dict[str, Any]) -> None:
    """A probe's document for people: the values first, then the DC inputs, then what is missing and why."""
    plate = " ".join(str(found[k]) for k in ("manufacturer", "model", "serial", "firmware") if found.get(k))
    say(
        _("{plate}  (map {map}, unit {unit}, {requests} requests)").format(
            plate=plate or _("a device without a name plate"),
            map=found["map"],
            unit=found["unit"],
            requests=found["requests"],
        ),
        "bold",
    )
    rows = [
        (name, figure(q["value"]), _unit(q), str(q.get("address", "")), _meaning(name))
        for name, q in found["quantities"].items()
        if q["value"] is not None
    ]
    if rows:
        columns = (_("quantity"), _("value"), _("unit"), _("register"), _("meaning"))
        out.print(table("", columns, rows, right=(1, 3)))
    missing: dict[str, list[str]] = {}
    for name, quantity in found["quantities"].items():
        if quantity["value"] is None:
            missing.setdefault(quantity["reason"], []).append(name)
    inputs = []
    for one in found["inputs"]:
        cells = {name: q for name, q in one.items() if isinstance(q, dict)}
        if any(q["value"] is not None for q in cells.values()):
            inputs.append((str(one["input"]), *(_cell(q) for q in cells.values())))
        else:
            reason = next(q["reason"] for q in cells.values())
            missing.setdefault(reason, []).append(_("input {n}").format(n=one["input"]))
    if inputs:
        names = [name for name, q in found["inputs"][0].items() if isinstance(q, dict)]
        say("")
        out.print(table("", (_("input"), *names), inputs, right=range(1, 1 + len(names))))
    if missing:
        say("")
    for reason, names in missing.items():
        say(_("missing, {reason}: {names}").format(reason=reason, names=", ".join(names)), "dim")
    for problem in found["problems"]:
        say(_("problem at register {address}: {what}").format(**problem), "yellow")


def _cell(quantity: dict[str, Any]) -> str:
    return figure(quantity["value"], quantity["unit"]) if quantity["value"] is not None else ABSENT


def _unit(quantity: dict[str, Any]) -> str:
    unit = str(quantity["unit"])
    return "" if unit == "1" else unit


def _meaning(name: str) -> str:
    known = QUANTITIES.get(name)
    return "" if known is None else known.meaning_fr if chosen() == "fr" else known.meaning_en
