"""tepos diagnose: what the diagnosis would have said over any past days, from the store as it is now."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.kwh import Step, Subject
from config.language import _
from config.town import Town
from scripts.console import NOT_SO, WRONG, document, err, say, simulated_notice, stop
from scripts.moments import utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, workplace
from scripts.provenance import Provenance, provenance

if TYPE_CHECKING:
    from models.pv.diagnosis.finding import Finding
    from scripts.jobs.registry import Work

Document = dict[str, Any]
DEFAULT_DAYS = 30
WARM_UP = 56
"""Days before the first that are looked at too: what each roof is like has to be known before it can be missed."""
TOWN = "town"


def diagnose(
    roof: Annotated[
        str | None, typer.Option("--roof", metavar="R", help=_("Only of this site, SITE/ROOF or SITE/INVERTER."))
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help=_("First day; by default 30 days ago."))
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help=_("Last day; by default the last that is closed."))
    ] = None,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replay the diagnosis over closed days; nothing is kept and nobody is told."""
    from dashboards.diagnosis import findings_document
    from dashboards.prices import prices_of
    from models.pv.diagnosis.degradation import available
    from scripts.jobs.registry import opened

    place = workplace(data, town)
    loaded, simulated = place.load_town(), provenance(place.data) is Provenance.SIMULATED
    subjects = _subjects(loaded, roof)
    if not place.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.store_file))
    with opened(place, loaded, make=False) as work:
        first, last, warm = _stretch(work, _day(start), _day(end))
        found = list(_replayed(work, first, last, warm))
    mine = [each for each in found if subjects is None or each.subject.partition("#")[0] in subjects]
    entries = findings_document(mine, loaded, prices_of(place.town_folder).of, zone(loaded.place.tz))
    notes = [] if available() else [_("Ageing of modules is not looked for: it needs the extra tepos[analysis].")]
    content = {
        "town": loaded.place.name,
        "simulated": simulated,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "warm_up_from": warm.isoformat(),
        "warm_up_days": (first - warm).days,
        "roof": roof,
        "findings": entries,
        "notes": notes,
    }
    if as_json:
        document(content)
        return
    if simulated:
        say(simulated_notice(), "bold yellow")
    _show(content)


def _stretch(work: Work, first: date | None, last: date | None) -> tuple[date, date, date]:
    """First and last day, and that on which the warm-up begins: closed days, or else it ends here."""
    from models.calendar import day_of

    closed = work.store.read_rollups(Step.DAY, Subject.TOWN, [TOWN], 0, utc_ms(), ["completeness"])["time"]
    if closed.empty:
        stop(NOT_SO, _("No day is closed yet: there is nothing to look at."))
    oldest, newest = (day_of(int(time), work.tz) for time in (closed.min(), closed.max()))
    last = last or newest
    first = first or max(oldest, last - timedelta(days=DEFAULT_DAYS - 1))
    if first > last:
        stop(WRONG, _("From {first} to {last} there is no day.").format(first=first, last=last))
    if first > newest or last < oldest:
        stop(NOT_SO, _("No day from {first} to {last} is closed.").format(first=first, last=last))
    first, last = max(first, oldest), min(last, newest)
    return first, last, max(oldest, first - timedelta(days=WARM_UP))


def _replayed(work: Work, first: date, last: date, warm: date) -> Iterator[Finding]:
    """Each finding of the days first..last once, as it was told last, under the name it has in the end."""
    from rich.progress import track

    from models.calendar import day_bounds, days
    from scripts.jobs.diagnosis import DiagnosisJob

    diagnosis = next(job.diagnosis for job in work.jobs if isinstance(job, DiagnosisJob))
    told, bounds = dict[tuple[str, str, int], "Finding"](), [day_bounds(day, work.tz) for day in days(warm, last)]
    looked = diagnosis.days(bounds, diagnosis.before(bounds[0][0]))
    said, silent = _("days looked at"), not sys.stderr.isatty()
    for end, found, _known in track(looked, said, len(bounds), console=err, disable=silent):
        if end > day_bounds(first, work.tz)[0]:
            told |= {(each.cause, each.subject, each.since): each for each in found}
    yield from (each for each in told.values() if "became" not in each.evidence)  # its name has all of it


def _subjects(town: Town, roof: str | None) -> set[str] | None:
    """Whom findings are about that concern what was asked for; None: everybody."""
    from config.shape import nearest
    from models.pv.plant import plant_of

    if roof is None:
        return None
    plant = plant_of(town)
    paths = [inverter.path for inverter in plant.inverters]
    behind = {path: {path} for path in paths}
    for site in town.sites:
        behind[site.id] = {path for path in paths if path.split("/")[0] == site.id}
    for plane in plant.planes:
        behind.setdefault(plane.roof, set()).add(paths[plane.inverter])
    if roof not in behind:
        told = _("the town has no site, roof or inverter {name}; {remedy}")
        stop(WRONG, told.format(name=repr(roof), remedy=nearest(roof, list(behind))))
    return behind[roof] | {roof.split("/")[0], TOWN}


def _show(content: Document) -> None:
    from config import formats
    from dashboards.alert_words import headline, loss_words
    from dashboards.diagnosis import evidence_lines

    say(_("Diagnosis replayed from {first} to {last}, as the store is now.").format(
        first=content["from"], last=content["to"]))  # fmt: skip
    say(_("Days before it to learn from: {n}, from {day}.").format(
        n=content["warm_up_days"], day=content["warm_up_from"]))  # fmt: skip
    for note in content["notes"]:
        say(note)
    for entry in content["findings"]:
        say(headline(entry), "bold")
        since, until = (None if at is None else datetime.fromisoformat(at) for at in (entry["since"], entry["until"]))
        assert since is not None
        if until is None:
            say("  " + _("Since {since}, still so at the end.").format(since=formats.moment(since)))
        else:
            said = _("From {since} to {until}.")
            say("  " + said.format(since=formats.moment(since), until=formats.moment(until)))
        say("  " + loss_words(entry))
        if entry["planned_kwh"]:
            say("  " + _("Lost in planned outages: {kwh}.").format(kwh=formats.kwh(1000 * entry["planned_kwh"], 1)))
        lines = "; ".join(evidence_lines(entry["evidence"]))
        confidence = formats.percent(entry["confidence"])
        say("  " + _("Confidence {share}. {evidence}").format(share=confidence, evidence=lines))
    if not content["findings"]:
        say(_("Nothing found."))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        stop(WRONG, _("{text} is no date; write 2026-11-22.").format(text=repr(text)))
