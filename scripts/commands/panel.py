"""tepos panel: a symbolic panel for each birth; a number and a year, and no name that stays."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from config.language import _
from scripts.console import NOT_SO, WRONG, document, out, say, stop, table, tell
from scripts.moments import utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.registers import refuse, registers, simulated

app = typer.Typer(no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help=_("Of the panel."))]
CodeOption = Annotated[str, typer.Option("--code", help=_("As it was told when the panel was added."))]


@app.command("add", help=_("Add a panel from the parents' form; tells the code that withdraws it, once."))
def add(
    year: Annotated[str, typer.Option("--year", help=_("Of birth; no day, no month."))],
    roof: Annotated[str, typer.Option("--roof", metavar="SITE/ROOF", help=_("The real roof on which it stands."))],
    first_name: Annotated[
        str | None,
        typer.Option("--first-name", help=_("Only with the consent of both parents; gone with the certificate.")),
    ] = None,
    parents: Annotated[int, typer.Option("--consent-parents", min=0, help=_("How many have signed: both."))] = 0,
    on: Annotated[str | None, typer.Option("--consent-date", metavar="DATE", help=_("When they signed."))] = None,
    version: Annotated[
        str | None, typer.Option("--consent-text", metavar="VERSION", help=_("Which text they signed."))
    ] = None,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Never from the civil registry: only from a form that the parents have brought."""
    from dashboards.panels import Panels, roofs_of

    where = workplace(data, town)
    known = roofs_of(where.load_town())
    if roof not in known:
        from config.shape import nearest

        stop(WRONG, _("the town has no {subject}").format(subject=roof), nearest(roof, list(known)))
    agreed = {"parents": parents, "on": on, "version": version} if parents or on or version else None
    with registers(where, make=True) as kept:
        try:
            done = Panels(kept.ledger, kept.people).add(
                year, roof, known[roof].places, utc_ms(), first_name, agreed
            )  # fmt: skip
        except ValueError as error:
            refuse(error)
    if as_json:
        document({"simulated": simulated(where), "number": done.panel.number, "year": done.panel.year,
                  "roof": done.panel.roof, "code": done.code})  # fmt: skip
        return
    say(_("Panel no. {n}, births of {year}").format(n=done.panel.number, year=done.panel.year))
    say(_("Code, told this once: {code}").format(code=done.code))


@app.command("certificate", help=_("Make the certificate (PDF); then the first name and the consent are gone."))
def certificate(
    number: Number,
    code: CodeOption,
    target: Annotated[Path, typer.Option("--out", metavar="FILE", help=_("The PDF to be written; a new file."))],
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Made once. The file is for the parents: print it or give it, and delete it here."""
    from dashboards.panels import Panels
    from dashboards.reports import certificate as paper
    from dashboards.reports.monthly import roof_names
    from dashboards.reports.pdf import PdfUnavailable
    from scripts.erasing import noted

    where = workplace(data, town)
    loaded, now = where.load_town(), utc_ms()
    if target.exists():
        stop(WRONG, _("{file} is there already: give another name").format(file=target))
    with registers(where, make=True) as kept:
        panels = Panels(kept.ledger, kept.people)
        try:
            panel = panels.opened(number, code)
            if panel.certified:
                panels.certified(number, now)  # says why not
            html = paper.page(
                panel, code, loaded.place.name, roof_names(loaded).get(panel.roof, panel.roof),
                datetime.fromtimestamp(now // 1000, zone(loaded.place.tz)).date(),
                first_name=panels.first_name(number), simulated=simulated(where),
            )  # fmt: skip
            target.write_bytes(paper.certificate(html))
            panels.certified(number, now)
            noted(kept.people, where.data)
        except ValueError as error:
            refuse(error)
        except PdfUnavailable as error:
            stop(NOT_SO, _("no PDF can be made here: {why}").format(why=error))
    if as_json:
        document({"number": number, "file": str(target), "kept": []})
        return
    say(_("{file}: written. Nothing personal of panel {n} is kept any more.").format(file=target, n=number))


@app.command("withdraw", help=_("Withdraw a panel with its code: all that was kept of it is gone."))
def withdraw(
    number: Number, code: CodeOption, data: DataOption = None, town: TownOption = None, as_json: JsonOption = False
) -> None:
    """By the parents, or later by the child. Without the code: tepos erase --panel NUMBER."""
    from dashboards.panels import Panels
    from scripts.erasing import noted

    where = workplace(data, town)
    with registers(where, make=True) as kept:
        try:
            Panels(kept.ledger, kept.people).withdrawn(number, code, utc_ms())
        except ValueError as error:
            refuse(error)
        noted(kept.people, where.data)
    if as_json:
        document({"number": number, "withdrawn": True})
        return
    say(_("Panel {n} is withdrawn.").format(n=number))


@app.command("show", help=_("What one panel has made since 1 January of its year: its share of a real roof."))
def show(number: Number, data: DataOption = None, town: TownOption = None, as_json: JsonOption = False) -> None:
    """Number, year, roof, kWh: there is nothing else to show."""
    from dashboards.panels import Panels, energy, roofs_of

    where = workplace(data, town)
    loaded = where.load_town()
    with registers(where, make=False) as kept:
        try:
            panel = Panels(kept.ledger, kept.people).one(number)
        except ValueError as error:
            refuse(error)
    if not where.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=where.store_file))
    with closing(where.open_store()) as store:
        found = energy(panel, roofs_of(loaded).get(panel.roof), store, zone(loaded.place.tz), utc_ms())
    invented = simulated(where)
    if as_json:
        document({"simulated": invented, **found})
        return
    say(_("Panel no. {n}, births of {year}").format(n=panel.number, year=panel.year))
    if panel.withdrawn:
        say(_("Panel {n} is withdrawn.").format(n=number))
    if found["kwh"] is None:
        say(_("Nobody knows yet what {roof} has made.").format(roof=panel.roof))
        return
    say(_("{kwh} kWh since {day}, as a share of {roof} ({n} days known); counted there already.").format(
        kwh=found["kwh"], day=found["since"], roof=panel.roof, n=found["days_known"]))  # fmt: skip


@app.command("list", help=_("How many panels, by year: all that is public."))
def list_panels(data: DataOption = None, town: TownOption = None, as_json: JsonOption = False) -> None:
    """Counts only; a panel that was withdrawn is not counted."""
    from dashboards.panels import Panels, public

    where = workplace(data, town)
    invented = simulated(where)
    with registers(where, make=False) as kept:
        panels = Panels(kept.ledger, kept.people)
        found, waiting = public(panels.all()), panels.waiting()
    if as_json:
        document({"simulated": invented, **found})
        return
    rows = [(str(each["year"]), str(each["panels"])) for each in found["years"]]
    out.print(table("", (_("births of"), _("panels")), rows, right=(1,)))
    if waiting:
        tell(
            _("First names that wait for a certificate: {n}; `tepos panel purge` forgets the old ones.").format(
                n=waiting
            )
        )


@app.command("purge", help=_("Forget first names for which nobody fetched a certificate within 90 days."))
def purge(data: DataOption = None, town: TownOption = None, as_json: JsonOption = False) -> None:
    """The panels stay."""
    from dashboards.panels import Panels
    from scripts.erasing import noted

    where: Workplace = workplace(data, town)
    with registers(where, make=False) as kept:
        gone: Any = Panels(kept.ledger, kept.people).purged(utc_ms())
        if gone:
            noted(kept.people, where.data)
    if as_json:
        document({"forgotten": gone})
        return
    say(_("First names forgotten: {n}").format(n=gone))
