"""tepos roof: every roof of the town, from spotted to commissioned, and what the others would bring."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from config.language import _
from models.territory.roof_pipeline import Kind, Owner, Stage, Step
from scripts.console import ABSENT, NOT_SO, WRONG, document, out, say, stop, table, tell
from scripts.moments import utc_ms
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.registers import refuse, registers, simulated

app = typer.Typer(no_args_is_help=True)
Name = Annotated[
    str, typer.Argument(metavar="ROOF", help=_("Id of the roof: of the building's register, or your own."))
]
KindOption = Annotated[Kind | None, typer.Option("--kind", help=_("What is under it."))]
OwnerOption = Annotated[Owner | None, typer.Option("--owner", help=_("Whose it is: a kind, never a name."))]
LARGEST = 200_000_000
"""Bytes of a file of roofs: the whole department's buildings are beyond it."""
SHOWN = 20
BY = "agent"


@app.command("add", help=_("Add one roof; what it could make is modelled."))
def add(
    name: Name,
    kind: Annotated[Kind, typer.Option("--kind", help=_("What is under it."))],
    owner: Annotated[Owner, typer.Option("--owner", help=_("Whose it is: a kind, never a name."))],
    kwp: Annotated[
        str | None, typer.Option("--kwp", help=_("kWp that it can take; else from its area, assumed."))
    ] = None,
    area: Annotated[str | None, typer.Option("--area", help=_("m² of the roof."))] = None,
    tilt: Annotated[str | None, typer.Option("--tilt", help=_("Degrees, 0 is flat; else assumed."))] = None,
    azimuth: Annotated[
        str | None, typer.Option("--azimuth", help=_("Degrees east of north, 180 is south; else assumed."))
    ] = None,
    label: Annotated[str | None, typer.Option("--name", help=_("Of the building, never of a person."))] = None,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add one roof to the pipeline, as spotted."""
    from models.territory.roof_rows import ready

    said = {"id": name, "kind": kind.value, "owner": owner.value, "kwp": kwp, "area": area, "tilt": tilt,
            "azimuth": azimuth, "name": label}  # fmt: skip
    rows, faults = ready([(1, {key: value for key, value in said.items() if value is not None})], "typed")
    if faults:
        stop(WRONG, faults[0].why)
    where = workplace(data, town)
    with registers(where, make=True) as kept:
        roofs = _roofs(where, kept.ledger)
        try:
            found = roofs.add(rows[0].id, rows[0].said, BY, utc_ms())
        except ValueError as error:
            refuse(error)
    _tell(where, found, as_json=as_json)


@app.command("import", help=_("Roofs from a CSV or GeoJSON: BD TOPO, the register of buildings, a solar cadastre."))
def import_roofs(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The file as it was exported."))],
    kind: KindOption = None,
    owner: OwnerOption = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="OURS=THEIRS", help=_("Which column of it is which of ours.")),
    ] = None,
    skip_faults: Annotated[
        bool, typer.Option("--skip-faults", metavar="", help=_("Leave faulty lines out, and import the others."))
    ] = False,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import all roofs of a file, or none; what each could make is modelled in one go. Exit 1 when it has faults."""
    from models.territory.roof_rows import from_csv, from_geojson, ready

    if not file.is_file():
        stop(WRONG, _("{file}: there is no such file").format(file=file))
    if file.stat().st_size > LARGEST:
        stop(NOT_SO, _("{file}: too large; cut it to the town first").format(file=file))
    columns = dict(_pair(each) for each in column or ())
    try:
        text = file.read_bytes().decode("utf-8-sig")
        is_shapes = text.lstrip()[:1] == "{"
        rows = from_geojson(json.loads(text), columns) if is_shapes else from_csv(text, columns)
        found, faults = ready(rows, file.name[:80], kind, owner)
    except (ValueError, RecursionError) as error:
        stop(NOT_SO, f"{file.name}: {error}")
    for fault in faults[:SHOWN]:
        tell(f"{file.name}:{fault.line}: {fault.why}", "red")
    if len(faults) > SHOWN:
        tell(_("… and more faults: {n}").format(n=len(faults) - SHOWN), "red")
    if faults and not skip_faults:
        remedy = _("Correct the file, or leave these lines out with --skip-faults.")
        stop(NOT_SO, _("{file}: nothing was imported, faults: {n}").format(file=file.name, n=len(faults)), remedy)
    where = workplace(data, town)
    with registers(where, make=True) as kept:
        try:
            done = _roofs(where, kept.ledger).bring(found, BY, utc_ms())
        except ValueError as error:
            stop(NOT_SO, f"{file.name}: {error}")
    told = {what: done[what] for what in ("new", "changed", "same", "commissioned")}
    if as_json:
        document({**told, "faults": len(faults)})
        return
    sentence = _("New: {new}; described anew: {changed}; as before: {same}; in service, left alone: {commissioned}")
    say(sentence.format(**told))


@app.command("stage", help=_("Move a roof to a stage; a commissioned one says where it is measured."))
def stage(
    name: Name,
    target: Annotated[Stage, typer.Argument(metavar="STAGE", help=_("The stage."))],
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("On which day."))],
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE/ROOF", help=_("Where it is measured, in the town's files."))
    ] = None,
    register: Annotated[str | None, typer.Option("--register", help=_("Its id in the national register."))] = None,
    unmonitored: Annotated[bool, typer.Option("--unmonitored", metavar="", help=_("Nobody measures it."))] = False,
    reason: Annotated[str | None, typer.Option("--reason", help=_("Why."))] = None,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """From its commissioning on, a roof adds nothing here: it is counted where it is measured."""
    where = workplace(data, town)
    if site is not None:
        _refuse_unknown(where, site)
    said = {"stage": target.value, "on": on, "site": site, "register": register, "unmonitored": unmonitored or None,
            "reason": reason}  # fmt: skip
    _acted(where, name, Step.STAGE, said, as_json=as_json)


@app.command("cost", help=_("What a roof costs, and who pays how much."))
def cost(
    name: Name,
    euros: Annotated[str | None, typer.Option("--euros", help=_("Its cost."))] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="WHO=EUROS", help=_("Who pays how much; may be repeated."))
    ] = None,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell cost and financing."""
    _acted(workplace(data, town), name, Step.COST, {"euros": euros, "sources": source or None}, as_json=as_json)


@app.command("list", help=_("The pipeline: sums by stage, and every roof that is nobody's home."))
def list_roofs(
    csv: Annotated[bool, typer.Option("--csv", metavar="", help=_("The public table as CSV on stdout."))] = False,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where the roofs stand. What they could make is modelled."""
    from dashboards.initiative_words import kind_word, stage_word
    from dashboards.roofs import as_csv, monitored, pipeline

    where = workplace(data, town)
    invented = simulated(where)
    with registers(where, make=False) as kept:
        found = _roofs(where, kept.ledger).all()
    if csv:
        sys.stdout.write(as_csv(found))
        return
    told = pipeline(found)
    running = monitored(where.load_town(), found)
    if as_json:
        document({"simulated": invented, **told, "monitored": running})
        return
    say(_("Measured already: {n} roofs, {kwp} kWp.").format(n=len(running["roofs"]), kwp=f"{running['kwp']:.1f}"))
    if not found:
        say(_("No other roof here yet."))
        return
    heads = (_("stage"), _("roofs"), _("kWp"), _("kWh a year, modelled"))
    rows = [
        (stage_word(Stage(each["stage"])), str(each["roofs"]), f"{each['kwp']:.1f}", f"{each['kwh']:.0f}")
        for each in told["stages"]
        if each["roofs"]
    ]
    out.print(table("", heads, rows, right=(1, 2, 3)))
    columns = (_("roof"), _("name"), _("what"), _("stage"), _("kWp"), _("kWh a year, modelled"))
    each_roof = [
        (each["id"], each["name"] or ABSENT, kind_word(Kind(each["kind"])), stage_word(Stage(each["stage"])),
         f"{each['kwp']:.1f}", f"{each['kwh_per_year_modelled']:.0f}")
        for each in told["roofs"][:200]
    ]  # fmt: skip
    out.print(table("", columns, each_roof, right=(4, 5), fold=(0, 1)))
    say(_("To come: {kwp} kWp, {kwh} kWh a year, MODELLED; roofs of inhabitants are in the sums only.").format(
        kwp=f"{told['to_come']['kwp']:.1f}", kwh=f"{told['to_come']['kwh']:.0f}"))  # fmt: skip


@app.command("scenario", help=_("What if all schools had panels? kWh year by year, for the trajectory."))
def scenario(
    first: Annotated[int, typer.Option("--from", min=1990, max=2100, help=_("Year of the first ones."))],
    last: Annotated[int, typer.Option("--to", min=1990, max=2100, help=_("Year of the last ones."))],
    kind: Annotated[list[Kind] | None, typer.Option("--kind", help=_("Only these; may be repeated."))] = None,
    owner: Annotated[list[Owner] | None, typer.Option("--owner", help=_("Only these owners; may be repeated."))] = None,
    least: Annotated[float, typer.Option("--least-kwp", min=0.0, help=_("Only roofs that can take so much."))] = 0.0,
    price: Annotated[
        str, typer.Option("--euros-per-kwp", help=_("Where a cost is not known; an assumption."))
    ] = "1200",
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Build the roofs that are not built yet, the best ones first, in even steps."""
    from dashboards.roofs import scenario as told
    from models.territory import typed

    if last < first:
        stop(WRONG, _("From {first} to {last} there is no year.").format(first=first, last=last))
    try:
        euros = Decimal(typed.euros(price))
    except ValueError as error:
        stop(WRONG, str(error))
    where = workplace(data, town)
    with registers(where, make=False) as kept:
        found = told(_roofs(where, kept.ledger).all(), first, last, euros, kind or (), owner or (), least)
    if as_json:
        document({"simulated": simulated(where), **found})
        return
    heads = (_("year"), _("roofs built"), _("kWp"), _("kWh made, modelled"))
    rows = [
        (str(each["year"]), str(each["roofs"]), f"{each['kwp']:.1f}", f"{each['kwh']:.0f}") for each in found["years"]
    ]
    out.print(table("", heads, rows, right=(1, 2, 3)))
    told_all = _("Roofs: {roofs}; {kwp} kWp; {kwh} kWh a year, MODELLED; {euros} €, of it assumed: {assumed} €.")
    say(told_all.format(
        roofs=found["roofs"], kwp=f"{found['kwp']:.1f}", kwh=f"{found['kwh_per_year']:.0f}",
        euros=f"{found['euros']:.0f}", assumed=f"{found['euros_assumed']:.0f}"))  # fmt: skip


def _roofs(place: Workplace, ledger: Any) -> Any:  # noqa: ANN401 - numpy and pandas are imported only here
    from dashboards.roofs import Roofs

    spot = place.load_town().place
    return Roofs(ledger, (spot.latitude, spot.longitude, spot.altitude))


def _acted(place: Workplace, name: str, step: Step, said: dict[str, Any], *, as_json: bool) -> None:
    with registers(place, make=True) as kept:
        try:
            found = _roofs(place, kept.ledger).act(name, step, said, BY, utc_ms())
        except ValueError as error:
            refuse(error)
    _tell(place, found, as_json=as_json)


def _tell(place: Workplace, roof: Any, *, as_json: bool) -> None:  # noqa: ANN401
    from dashboards.initiative_words import stage_word
    from dashboards.initiatives import plain

    if as_json:
        document({"simulated": simulated(place), "modelled": True, **plain(roof)})
        return
    told = _("{id}: {stage}; {kwp} kWp, {kwh} kWh a year, MODELLED. Assumed: {assumed}")
    say(told.format(id=roof.id, stage=stage_word(roof.stage), kwp=f"{roof.kwp:.1f}", kwh=f"{roof.kwh:.0f}",
                    assumed=", ".join(roof.assumed) or ABSENT))  # fmt: skip


def _refuse_unknown(place: Workplace, site: str) -> None:
    from config.shape import nearest

    sites = place.load_town().sites
    known = [each.id for each in sites] + [f"{each.id}/{roof.id}" for each in sites for roof in each.roofs]
    if site not in known:
        stop(WRONG, _("the town has no {subject}").format(subject=site), nearest(site, known))


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        stop(WRONG, _("--column {text}: write OURS=THEIRS").format(text=word))
    return name.strip(), value.strip()
