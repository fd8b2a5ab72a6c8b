"""tepos export: series of energy as files for other programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collector.store.admission import LATEST
from config.kwh import Step, Subject
from config.language import _
from config.shape import nearest
from config.town import Town
from scripts.console import NOT_SO, WRONG, simulated_notice, stop, tell
from scripts.moments import iso, moment_of, utc_ms, zone
from scripts.options import DataOption, TownOption, Workplace, workplace
from scripts.provenance import holds_simulated

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(no_args_is_help=True)
TOWN = "town"
"""The id of the one subject of kind town."""


class Form(StrEnum):
    """How the series is written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class Length(StrEnum):
    """The period of one row."""

    QUARTER = "15min"
    DAY = "1d"


STEPS = {Length.QUARTER: Step.QUARTER, Length.DAY: Step.DAY}


@app.command("series", help=_("Energy measured and expected by day or quarter-hour, with status."))
def series(
    start: Annotated[str, typer.Option("--from", metavar="WHEN", help=_("First day, or instant with offset."))],
    end: Annotated[str, typer.Option("--to", metavar="WHEN", help=_("Day or instant before which it ends."))],
    roof: Annotated[
        list[str] | None, typer.Option("--roof", metavar="SITE/ROOF", help=_("This roof (repeatable)."))
    ] = None,
    inverter: Annotated[
        list[str] | None, typer.Option("--inverter", metavar="SITE/INV", help=_("This inverter (repeatable)."))
    ] = None,
    site: Annotated[list[str] | None, typer.Option("--site", metavar="SITE", help=_("This site (repeatable)."))] = None,
    step: Annotated[Length, typer.Option("--step", help=_("Length of a period."))] = Length.DAY,
    form: Annotated[Form, typer.Option("--format", help=_("csv: UTF-8, commas, decimal points."))] = Form.CSV,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help=_("Write into this file."))
    ] = None,
    town: TownOption = None,
    data: DataOption = None,
) -> None:
    """Export a series: of the town, or of the roofs, inverters or sites named. Only closed periods have a row."""
    place = workplace(data, town)
    facts = place.load_town()
    tz = zone(facts.place.tz)
    kind, subjects = _subjects(roof, inverter, site)
    span = (_instant(start, "--from", tz), _instant(end, "--to", tz))
    if span[0] >= span[1]:
        stop(WRONG, _("--from is not before --to, where the series ends: {end} itself is not in it").format(end=end))
    if form is Form.PARQUET and output is None:
        stop(WRONG, _("Parquet is no text: give a file with -o FILE"))
    rows = _rows(place, STEPS[step], kind, subjects, span)
    _complain(rows, facts, kind, subjects)
    missing = _ended(rows, STEPS[step], span, tz) * len(subjects) - len(rows)
    if missing > 0:
        tell(_("periods of that span that are not closed, and have no row: {n}").format(n=missing))
    simulated = holds_simulated(place)
    if simulated:
        tell(simulated_notice(), "bold yellow")
    from dashboards import exports
    from models.pv.plant import installed, plant_of

    made = exports.series(rows, kind, STEPS[step], tz, simulated=simulated, installed=installed(plant_of(facts), kind))
    begin, behind = (iso(moment, tz) for moment in span)
    about = {"town": facts.place.name, "simulated": simulated, "step": step, "from": begin, "to": behind}
    match form:
        case Form.CSV:
            content = exports.as_csv(made).encode()
        case Form.JSON:
            content = _document({**about, "kind": kind, "series": exports.as_records(made)})
        case Form.PARQUET:
            try:
                content = exports.as_parquet(made)
            except ImportError:
                stop(NOT_SO, _("Parquet needs more than is installed here: pip install 'tepos[parquet]'"))
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        output.write_bytes(content)
        tell(_("{file}: {n} rows").format(file=output, n=len(rows)))


def _document(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _subjects(
    roofs: list[str] | None, inverters: list[str] | None, sites: list[str] | None
) -> tuple[Subject, tuple[str, ...]]:
    given = {Subject.ROOF: roofs, Subject.INVERTER: inverters, Subject.SITE: sites}
    chosen = [(kind, tuple(dict.fromkeys(names))) for kind, names in given.items() if names]
    if len(chosen) > 1:
        stop(WRONG, _("one series is about roofs, inverters or sites: give one of --roof, --inverter, --site"))
    return chosen[0] if chosen else (Subject.TOWN, (TOWN,))


def _instant(text: str, option: str, tz: tzinfo) -> int:
    """ms since 1970 of a day's begin in the town, or of an instant with its offset."""
    moment = moment_of(text, tz)
    if moment is None or moment > LATEST:
        sentence = _("{option} {text}: write a day as 2026-06-21, or an instant as 2026-06-21T12:00+02:00")
        stop(WRONG, sentence.format(option=option, text=text))
    return moment


def _rows(
    place: Workplace, step: Step, kind: Subject, subjects: tuple[str, ...], span: tuple[int, int]
) -> pd.DataFrame:
    if not place.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.store_file))
    try:
        store = place.open_store()
    except ValueError as error:
        stop(WRONG, str(error))
    try:
        return store.read_rollups(step, kind, subjects, *span)
    finally:
        store.close()


def _complain(rows: pd.DataFrame, town: Town, kind: Subject, subjects: tuple[str, ...]) -> None:
    """End the command when nobody knows a subject, or when there is no row at all."""
    for subject in sorted({*subjects} - {*rows["subject"]}):
        known = list(_known(town, kind))
        if subject not in known:
            stop(WRONG, _("the town has no {subject}").format(subject=subject), nearest(subject, known))
    if rows.empty:
        stop(NOT_SO, _("no period of {subject} in that span is closed").format(subject=", ".join(subjects)))


def _known(town: Town, kind: Subject) -> Iterator[str]:
    if kind is Subject.TOWN:
        yield TOWN
    for site in town.sites:
        match kind:
            case Subject.SITE:
                yield site.id
            case Subject.ROOF:
                yield from (f"{site.id}/{roof.id}" for roof in site.roofs)
            case Subject.INVERTER:
                yield from (f"{site.id}/{inverter.id}" for inverter in site.inverters)


def _ended(rows: pd.DataFrame, step: Step, span: tuple[int, int], tz: tzinfo) -> int:
    """How many periods of the span, from that of the first row on, are over now."""
    from models.calendar import QUARTER, day_bounds, day_of, days

    first, now = int(rows["time"].min()), utc_ms()
    if step is Step.QUARTER:
        return max(-(-(min(span[1], now - QUARTER + 1) - first) // QUARTER), 0)
    bounds = (day_bounds(day, tz) for day in days(day_of(first, tz), day_of(min(span[1], now), tz)))
    return sum(first <= begin < span[1] and end <= now for begin, end in bounds)
