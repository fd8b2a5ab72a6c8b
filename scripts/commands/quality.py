"""tepos quality: which readings were not believed, day by day and why. The store keeps them all the same."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from config.language import _
from scripts.console import WRONG, document, out, say, simulated_notice, stop, table
from scripts.moments import utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, workplace
from scripts.provenance import Provenance, provenance

if TYPE_CHECKING:
    from datetime import tzinfo

    from collector.periods import Periods

DEFAULT_DAYS = 30


def quality(
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help=_("First day; by default 30 days ago."))
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DATE", help=_("Last day; by default yesterday."))] = None,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sum up the doubts of the days that are closed."""
    from collector.ledger_file import LEDGER
    from collector.periods import Periods
    from models.calendar import day_of

    place = workplace(data, town)
    tz = zone(place.load_town().place.tz)
    last = _day(end) if end else day_of(utc_ms(), tz) - timedelta(days=1)
    first = _day(start) if start else last - timedelta(days=DEFAULT_DAYS - 1)
    ledger = place.data / LEDGER
    simulated = provenance(place.data) is Provenance.SIMULATED
    with Periods(ledger if ledger.exists() else None) as periods:
        found = _doubts(periods, first, last, tz)
    if as_json:
        document({"simulated": simulated, "from": first.isoformat(), "to": last.isoformat(), "days": found})
        return
    if simulated:
        say(simulated_notice(), "bold yellow")
    if not found:
        say(_("No doubtful reading from {first} to {last}.").format(first=first, last=last))
        return
    heads = (_("day"), _("inverter"), _("reason"), _("readings"))
    rows = [
        (day, device, reason.lower().replace("_", " "), str(count))
        for day, devices in found.items()
        for device, reasons in devices.items()
        for reason, count in reasons.items()
    ]
    out.print(table("", heads, rows, right=(3,)))


def _doubts(periods: Periods, first: date, last: date, tz: tzinfo) -> dict[str, dict[str, dict[str, int]]]:
    from models.calendar import day_start, days
    from scripts.jobs.closing import DAYS, DOUBTS

    found = {}
    for day in days(first, last):
        at = day_start(day, tz)
        known = periods.state(DAYS, DOUBTS, at)
        if known is not None and known[0] == at and known[1]:
            found[day.isoformat()] = known[1]
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        stop(WRONG, _("{text} is no date; write 2026-11-22.").format(text=repr(text)))
