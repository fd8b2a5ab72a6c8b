"""tepos queue: the spool, what waits for the store, and what the store would not take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import typer

from collector.errors import SpoolError
from config.language import _
from scripts.console import ABSENT, NOT_SO, document, out, say, simulated_notice, stop, table, tell
from scripts.control import ask
from scripts.moments import dated, spoken, utc_ms
from scripts.options import DataOption, JsonOption, Workplace, workplace
from scripts.provenance import Provenance, provenance
from scripts.role import Role, RoleTaken, holder

app = typer.Typer(no_args_is_help=True)


@app.command("status", help=_("What waits, since when, and the counters."))
def status(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the spool; works while the collector runs."""
    place = workplace(data)
    seen = _inspect(place)
    now = utc_ms()
    here = datetime.fromtimestamp(now / 1000).astimezone().tzinfo  # a spool knows no town: this machine's time
    assert here is not None
    if as_json:
        document(dated(seen, here))
        return
    counters = seen["counters"]
    oldest = ABSENT if seen["oldest"] is None else spoken(seen["oldest"], now, here)
    size = _("{used:.1f} of {all:.0f} MiB").format(used=seen["depth_bytes"] / 2**20, all=seen["max_bytes"] / 2**20)
    rows = [
        (_("waiting for the store"), str(counters["queued"])),
        (_("the oldest of them since"), oldest),
        (_("room they take"), size),
        (_("taken from the devices"), str(counters["appended"])),
        (_("delivered to the store"), str(counters["sent"])),
        (_("rejected by the store"), str(counters["rejected"])),
        (_("of these kept for requeue"), str(seen["quarantined"])),
        (_("dropped because the spool was full"), str(counters["dropped"])),
        (_("damaged in the spool"), str(counters["damaged"])),
    ]
    out.print(table(str(seen["path"]), (_("samples"), _("number")), rows, right=(1,)))
    for aside in seen["set_aside"]:
        say(_("a damaged spool was set aside: {file}").format(file=aside), "yellow")


@app.command("verify", help=_("Read every record; exit 1 when one is damaged."))
def verify(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Check the stored records. Needs the collector stopped: it takes its place meanwhile."""
    place = workplace(data)
    try:
        problems = _verified(place)
    except RoleTaken as error:
        stop(NOT_SO, _("process {pid} uses the spool; stop it first.").format(pid=error.pid or "?"))
    if as_json:
        document({"problems": problems})
    for problem in problems:
        (tell if as_json else say)(problem, "red")
    if problems:
        raise typer.Exit(NOT_SO)
    if not as_json:
        say(_("Every record can be read."))


def _verified(place: Workplace) -> list[str]:
    """What is wrong with the records; opening the spool may already find and count it."""
    from collector.spool.queue import Spool
    from scripts.situation import spool_status

    path = place.data / "spool.db"
    if not path.exists():
        stop(NOT_SO, _("{file}: there is no spool here yet").format(file=path))
    with Role(place.data, "collect"):
        try:
            before = spool_status(path)
        except SpoolError as error:  # too damaged for a look from outside; opening it saves what can be saved
            before = {"error": str(error)}
        with_counters = "counters" in before
        # As large as it is: to look into a spool must not resize it.
        size = before.get("max_bytes", place.settings.spool_max_bytes)
        spool = Spool.open(path, max_bytes=size, now=utc_ms())
        try:
            problems = [] if with_counters else [before["error"]]
            problems += spool.verify()
            lost = spool.counters.damaged - before["counters"]["damaged"] if with_counters else 0
        finally:
            spool.close()
    if lost > 0:
        problems.append(_("samples found damaged and counted while opening: {n}").format(n=lost))
    for aside in sorted(set(spool_status(path)["set_aside"]) - set(before.get("set_aside", []))):
        problems.append(_("a damaged spool was set aside: {file}").format(file=aside))
    return problems


@app.command("requeue", help=_("Offer to the store again what it had rejected."))
def requeue(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Put quarantined samples back, by the running collector where there is one."""
    place = workplace(data)
    seen = _inspect(place)
    pid = holder(place.data / "collect.lock")
    answer = ask(pid, {"ask": "requeue"}) if pid else None
    if answer is None:
        from collector.spool.queue import Spool

        with Role(place.data, "collect"):
            spool = Spool.open(place.data / "spool.db", max_bytes=seen["max_bytes"], now=utc_ms())
            try:
                answer = {"requeued": spool.requeue(utc_ms())}
            finally:
                spool.close()
    if "error" in answer:
        stop(NOT_SO, str(answer["error"]))
    if as_json:
        document(answer)
    else:
        say(_("Samples that wait again: {n}.").format(n=answer["requeued"]))


def _inspect(place: Workplace) -> dict[str, Any]:
    from scripts.situation import spool_status

    simulated = provenance(place.data) is Provenance.SIMULATED
    if simulated:
        tell(simulated_notice(), "bold yellow")
    path = place.data / "spool.db"
    if not path.exists():
        stop(NOT_SO, _("{file}: there is no spool here yet").format(file=path))
    return {"simulated": simulated, **spool_status(path)}
