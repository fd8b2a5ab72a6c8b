"""tepos report: one month of the town and its roofs as tagged PDF, spreadsheet, HTML or JSON."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.language import _
from config.shape import nearest
from scripts.console import NOT_SO, WRONG, document, simulated_notice, stop, tell
from scripts.moments import utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, workplace
from scripts.provenance import holds_simulated

if TYPE_CHECKING:
    from dashboards.reports.monthly import Document


class Form(StrEnum):
    """What file the report becomes."""

    PDF = "pdf"
    XLSX = "xlsx"
    HTML = "html"


def report(
    month: Annotated[
        str | None, typer.Argument(metavar="YYYY-MM", help=_("The month; by default the last one that is over."))
    ] = None,
    roof: Annotated[
        list[str] | None, typer.Option("--roof", metavar="SITE/ROOF", help=_("Only this roof (repeatable)."))
    ] = None,
    form: Annotated[
        list[Form] | None,
        typer.Option("--format", help=_("pdf (tagged), xlsx, html; repeatable; default pdf and xlsx.")),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help=_("Folder of the files (default: here)."))
    ] = Path(),
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """The monthly report."""
    from dashboards.reports.monthly import monthly, roof_names

    place = workplace(data, town)
    facts = place.load_town()
    tz = zone(facts.place.tz)
    wanted = _month(month, tz)
    names = roof_names(facts)
    for unknown in sorted({*(roof or ())} - {*names}):
        stop(WRONG, _("the town has no {subject}").format(subject=unknown), nearest(unknown, names))
    if not place.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.store_file))
    simulated = holds_simulated(place)
    with closing(place.open_store()) as store:
        made = monthly(store, facts, wanted, tz, simulated=simulated, roofs=roof or ())
    if not any(each["days"] for each in made["subjects"]):
        stop(NOT_SO, _("No day of {month} is closed: there is nothing to report.").format(month=made["month"]))
    if as_json:
        document(made)
        return
    if simulated:
        tell(simulated_notice(), "bold yellow")
    about = "-".join([made["month"], *(each.replace("/", "-") for each in roof or ())])
    for each in dict.fromkeys(form or (Form.PDF, Form.XLSX)):
        file = folder / f"tepos-{about}.{each}"
        content = _content(each, made, datetime.fromtimestamp(utc_ms() // 1000, tz))
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        tell(_("{file} written").format(file=file))


def _content(form: Form, made: Document, now: datetime) -> bytes:
    from dashboards.reports.page import page

    if form is Form.XLSX:
        from dashboards.reports.workbook import workbook

        return workbook(made)
    if form is Form.HTML:
        return page(made, now).encode()
    from dashboards.reports.pdf import PdfUnavailable, pdf

    try:
        return pdf(page(made, now))
    except PdfUnavailable as error:
        remedy = _("no PDF can be made here ({error}); install Pango: sudo apt-get install {packages}")
        stop(NOT_SO, remedy.format(error=error, packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"))


def _month(text: str | None, tz: tzinfo) -> date:
    today = datetime.fromtimestamp(utc_ms() // 1000, UTC).astimezone(tz).date()
    if text is None:
        return today.replace(day=1) - timedelta(days=1)
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        stop(WRONG, _("{text} is no month; write 2026-10.").format(text=repr(text)))
    if month > today:
        stop(WRONG, _("{text} has not begun yet.").format(text=text))
    return month
