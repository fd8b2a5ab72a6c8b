"""tepos import opendata: files of network operators and observatories about the commune, and of its meters."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.carriers import Carrier
from config.language import _
from config.shape import nearest
from config.territory import Territory as Facts
from scripts.console import ABSENT, NOT_SO, WRONG, document, err, out, say, simulated_notice, stop, table, tell
from scripts.moments import iso, utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.provenance import Provenance, provenance, refuse_mixture

if TYPE_CHECKING:
    from datetime import tzinfo

    from collector.opendata.dataset import Seen, Wanted
    from collector.opendata.kept import OpenBatch


def opendata(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help=_("Files as they were downloaded (CSV)."))
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", metavar="Y", help=_("Only this year, which must be there."))
    ] = None,
    edition: Annotated[
        str | None,
        typer.Option("--edition", metavar="DATE", help=_("Day of the publisher's last update; the register needs it.")),
    ] = None,
    building: Annotated[
        str | None, typer.Option("--building", metavar="ID", help=_("Whose meter it is: a building of territory.toml."))
    ] = None,
    carrier: Annotated[Carrier, typer.Option("--carrier", help=_("What this meter counts."))] = Carrier.ELECTRICITY,
    region: Annotated[
        str, typer.Option("--region", metavar="CODE", help=_("Of eco2mix: 32 is Hauts-de-France."))
    ] = "32",
    undo: Annotated[int | None, typer.Option("--undo", metavar="BATCH", help=_("Take an import back."))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", metavar="", help=_("Check everything, keep nothing."))] = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import each file, whole or not at all; without a file: what was imported. Exit 1 when one is refused."""
    place = workplace(data, town)
    insee, tz = (loaded := place.load_town()).place.insee, zone(loaded.place.tz)
    if undo is not None:
        if files:
            stop(WRONG, _("--undo takes no file"))
        _undo(place, undo, tz, as_json=as_json)
    elif not files:
        _listed(place, tz, as_json=as_json)
    else:
        facts = _facts(place)
        wanted = _wanted(insee, facts, year, edition, building, carrier, region)
        _imported(place, facts, files, wanted, tz, dry_run=dry_run, as_json=as_json)


def _facts(place: Workplace) -> Facts:
    from config import load_territory

    return load_territory(place.town_folder)


def _wanted(
    insee: str, facts: Facts, year: int | None, edition: str | None, building: str | None, carrier: Carrier, region: str
) -> Wanted:
    from collector.opendata.dataset import Wanted

    try:
        day = date.fromisoformat(edition) if edition else None
    except ValueError:
        stop(WRONG, _("{text} is no date; write 2026-11-22.").format(text=repr(edition)))
    known = {each.id: each for each in facts.buildings}
    if building is not None and building not in known:
        stop(WRONG, _("territory.toml has no building {id}").format(id=building), nearest(building, known))
    prm = known[building].prm.get(carrier) if building else None
    station = facts.climate.station if facts.climate else None
    return Wanted(insee, year, day, region, station, building, prm, carrier)


def _imported(
    place: Workplace, facts: Facts, files: list[Path], wanted: Wanted, tz: tzinfo, *, dry_run: bool, as_json: bool
) -> None:
    from collector.imports.faults import ImportRefused
    from collector.opendata.database import NAME
    from collector.opendata.kept import Territory
    from scripts.backup.progress import Bar

    if not dry_run or provenance(place.data) is not None:
        refuse_mixture(place.data, Provenance.MEASURED)
    told: list[dict[str, Any]] = []
    refused: list[str] = []
    where = None if dry_run else place.data / NAME
    with Territory(where) as kept:
        for file in files:
            if not file.is_file():
                stop(WRONG, _("{file}: there is no such file").format(file=file))
            try:
                with Bar(file.name) as bar:
                    bar.expect(file.stat().st_size)
                    batch, seen = kept.add(file, wanted, utc_ms(), progress=bar.advance, keep=not dry_run)
            except ImportRefused as error:
                refused.append(f"{file.name}: {error}")
                told.append({"file": file.name, "refused": str(error)})
                continue
            told.append({"file": file.name, "batch": plain(batch, tz), "dry_run": dry_run, "notes": seen.notes})
            if not as_json:
                _show(batch, seen, dry_run=dry_run)
    if as_json:
        document({"imports": told})
    for sentence in refused:
        tell(sentence, "red")
    if refused:
        raise typer.Exit(NOT_SO)
    strange = sorted({row[0] for row in _metered(place)} - {each.id for each in facts.buildings})
    if strange and not dry_run:
        tell(_("These buildings are not in territory.toml: {names}").format(names=", ".join(strange)), "yellow")


def _metered(place: Workplace) -> list[tuple[Any, ...]]:
    from collector.opendata.database import NAME
    from collector.opendata.kept import Territory

    path = place.data / NAME
    with Territory(path if path.exists() else None) as kept:
        return list(kept.metered())


def _undo(place: Workplace, number: int, tz: tzinfo, *, as_json: bool) -> None:
    from collector.opendata.database import NAME
    from collector.opendata.kept import Territory

    path = place.data / NAME
    with Territory(path if path.exists() else None) as kept:
        batch = kept.undo(number, utc_ms())
    if as_json:
        document({"undone": plain(batch, tz)})
        return
    say(_("Import {id} ({file}) is undone.").format(id=batch.id, file=batch.file))


def _listed(place: Workplace, tz: tzinfo, *, as_json: bool) -> None:
    from collector.opendata.database import NAME
    from collector.opendata.kept import Territory

    path = place.data / NAME
    simulated = provenance(place.data) is Provenance.SIMULATED
    with Territory(path if path.exists() else None) as kept:
        batches = kept.batches()
    if as_json:
        document({"simulated": simulated, "imports": [plain(batch, tz) for batch in batches]})
        return
    if simulated:
        tell(simulated_notice(), "bold yellow")
    if not batches:
        say(_("Nothing was imported yet."))
        return
    heads = (_("import"), _("file"), _("data set"), _("years"), _("rows"), _("withheld"), _("edition"), _("state"))
    rows = [
        (str(b.id), b.file, b.dataset, _years(b), str(b.rows), str(b.withheld), b.edition or ABSENT,
         _("undone {day}").format(day=iso(b.undone_at, tz)[:10]) if b.undone_at else _("holds"))
        for b in batches
    ]  # fmt: skip
    out.print(table("", heads, rows, right=(0, 4, 5), fold=(1, 2)))


def _show(batch: OpenBatch, seen: Seen, *, dry_run: bool) -> None:
    if dry_run:
        say(_("{file}: can be imported; nothing was kept.").format(file=batch.file))
    else:
        say(_("{file}: imported as batch {id}.").format(file=batch.file, id=batch.id))
    say(f"  {batch.title} ({', '.join(filter(None, (batch.publisher, batch.licence)))})")
    counts = {
        _("years"): _years(batch),
        _("lines about it"): batch.lines,
        _("cells that are withheld, kept as gaps"): batch.withheld,
    }
    for what, count in counts.items():
        say(f"  {what}: {count}")
    for note in seen.notes[:5]:
        err.print(f"  {note}", markup=False)


def _years(batch: OpenBatch) -> str:
    if not batch.years:
        return ABSENT
    first, last = batch.years[0], batch.years[-1]
    return str(first) if first == last else f"{first}-{last}"


def plain(batch: OpenBatch, tz: tzinfo) -> dict[str, Any]:
    """A batch as plain data."""
    return asdict(batch) | {
        "imported_at": iso(batch.imported_at, tz),
        "undone_at": iso(batch.undone_at, tz) if batch.undone_at else None,
        "years": list(batch.years),
        "vintage": batch.vintage,
    }
