"""tepos initiative export|import|verify: the register as files, and whether its journal is whole."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from config.language import _
from scripts.console import DONE, NOT_SO, WRONG, document, say, stop, tell
from scripts.moments import utc_ms
from scripts.options import DataOption, JsonOption, TownOption, workplace
from scripts.registers import registers, simulated, year_of, zone_of

LARGEST = 20_000_000
"""Bytes of a file of projects."""


class Form(StrEnum):
    """Of an export."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    PROJECTS_CSV = "projects-csv"
    PROJECTS_JSON = "projects-json"


def export(
    form: Annotated[Form, typer.Option("--format", help=_("projects-…: betagouv, projets-transition-ecologique."))],
    target: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_("Instead of stdout."))] = None,
    siret: Annotated[str | None, typer.Option("--siret", help=_("Of the commune, for the schema."))] = None,
    page: Annotated[str | None, typer.Option("--page", metavar="URL", help=_("Address before the numbers."))] = None,
    data: DataOption = None,
    town: TownOption = None,
) -> None:
    """Write the public register; nobody's contact is in it, whatever the form."""
    from dashboards import initiatives
    from dashboards.registry import Registry
    from models.territory import typed

    where = workplace(data, town)
    loaded, now, tz = where.load_town(), utc_ms(), zone_of(where)
    try:
        siret = typed.siret(siret) if siret else None
        page = typed.address(page) if page else None
    except ValueError as error:
        stop(WRONG, str(error))
    if form is Form.XLSX and target is None:
        stop(WRONG, _("a spreadsheet goes into a file: give --out"))
    invented = simulated(where)
    with registers(where, make=False) as kept:
        registry = Registry(kept.ledger, kept.people)
        head = str(kept.ledger.head())
        if form is Form.XLSX:
            from dashboards.reports.register import workbook
            from scripts.console import simulated_notice

            notice = simulated_notice() if invented else ""
            made = workbook(_("Initiatives"), initiatives.TABLE, initiatives.rows(registry, now, tz), notice)
        else:
            projects = initiatives.projects(registry, now, loaded.place.insee, siret, page)
            made = {
                Form.CSV: lambda: initiatives.as_csv(registry, now, tz),
                Form.JSON: lambda: json.dumps(
                    {"simulated": invented, "head": head, **initiatives.register(registry, now, tz)}, ensure_ascii=False
                ),
                Form.PROJECTS_CSV: lambda: initiatives.projects_csv(projects),
                Form.PROJECTS_JSON: lambda: json.dumps(projects, ensure_ascii=False),
            }[form]().encode()
    if target is None:
        sys.stdout.buffer.write(made)
    else:
        target.write_bytes(made)
        tell(_("{file}: written. Head of the journal: {head}").format(file=target, head=head))


def import_projects(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("CSV or JSON."))],
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """File them as submitted, all of them or none; a project that is known already is left as it is."""
    from dashboards.registry import Registry
    from models.territory.initiatives.exchange import incoming

    where = workplace(data, town)
    rows = _projects(file)
    found, now = [], utc_ms()
    for number, row in enumerate(rows, 1):
        try:
            found.append(incoming(row))
        except ValueError as error:
            stop(NOT_SO, _("project {n}: {why}").format(n=number, why=error), _("Nothing was imported."))
    with registers(where, make=True) as kept:
        try:
            with kept.ledger.deciding():
                new, old = Registry(kept.ledger, kept.people).receive(found, now, year_of(where, now))
        except ValueError as error:
            stop(NOT_SO, str(error), _("Nothing was imported."))
    dropped = sum(len(each.dropped) for each in found)
    if as_json:
        document({"new": new, "known": old, "personal_cells_dropped": dropped})
        return
    say(_("New initiatives: {new}; known already: {old}; personal cells dropped: {dropped}").format(
        new=len(new), old=len(old), dropped=dropped))  # fmt: skip


def verify(
    head: Annotated[
        str | None, typer.Option("--head", metavar="ID:HASH", help=_("As a receipt or an export has told it."))
    ] = None,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the chain of facts, that every initiative follows from it, and that every text is what was sealed."""
    from collector.chain import Head
    from dashboards.initiatives import verdict
    from dashboards.registry import Registry

    known = None
    if head is not None:
        number, colon, told = head.partition(":")
        if not (colon and number.isdecimal() and number.isascii() and len(number) < 16):
            stop(WRONG, _("{value} is no head: write ID:HASH").format(value=repr(head)))
        known = Head(int(number), told.lower())
    where = workplace(data, town)
    with registers(where, make=False) as kept:
        broken, now = kept.ledger.broken(known), kept.ledger.head()
        found = verdict(Registry(kept.ledger, kept.people))
    sound = broken is None and found["fault"] is None and not found["unsealed"]
    if as_json:
        told_break = {"fact": broken.fact, "what": broken.what} if broken else None
        document({"sound": sound, "broken": told_break, "head": str(now), **found})
    elif sound:
        say(_("The journal is whole: {n} initiatives, head {head}").format(n=found["initiatives"], head=now))
    else:
        if broken:
            say(_("The chain breaks at fact {id}: {what}").format(id=broken.fact, what=broken.what), "bold red")
        if found["fault"]:
            say(str(found["fault"]), "red")
        for ref in found["unsealed"]:
            say(_("{ref}: another text than the one that was sealed").format(ref=ref), "red")
    raise typer.Exit(DONE if sound else NOT_SO)


def _projects(file: Path) -> list[dict[str, Any]]:
    import csv
    import io

    if not file.is_file():
        stop(WRONG, _("{file}: there is no such file").format(file=file))
    if file.stat().st_size > LARGEST:
        stop(WRONG, _("{file}: too large to be a list of projects").format(file=file))
    try:
        text = file.read_bytes().decode("utf-8-sig")
        if text.lstrip().startswith(("[", "{")):
            said = json.loads(text)
            rows = said if isinstance(said, list) else [said]
        else:
            rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (ValueError, csv.Error, RecursionError) as error:
        stop(NOT_SO, f"{file}: {error}")
    if not all(isinstance(row, dict) and all(isinstance(key, str) for key in row) for row in rows):
        stop(NOT_SO, _("{file}: this is no table of projects").format(file=file))
    return rows
