"""tepos import: what was produced before tepos, from files of portals, loggers and the network operator."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.kwh import Subject
from config.language import _
from config.shape import nearest
from config.town import Town
from scripts.commands.opendata import opendata
from scripts.console import ABSENT, NOT_SO, WRONG, document, err, out, say, simulated_notice, stop, table, tell
from scripts.moments import iso, utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.provenance import Provenance, provenance, refuse_foreign_store, refuse_mixture

if TYPE_CHECKING:
    from collector.imports.batches import Batch
    from collector.imports.faults import Faults
    from collector.imports.reading import Facts, Series
    from config.layout import Layout

app = typer.Typer(no_args_is_help=True)
app.command("opendata", help=_("Energy of the commune: files of operators, registers, meters, stations."))(opendata)
SHOWN = 20
"""So many faults are shown to a person."""


@app.command("production", help=_("Energies, mean powers or an index, from a CSV file; never over a measurement."))
def production(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The file as it was exported."))],
    layout: Annotated[
        str,
        typer.Option("--layout", metavar="L", help=_("Its layout: {known}; or my_layout.toml.").format(known=_known())),
    ],
    roof: Annotated[str | None, typer.Option("--roof", metavar="SITE/ROOF", help=_("Produced by this roof."))] = None,
    inverter: Annotated[
        str | None, typer.Option("--inverter", metavar="SITE/INV", help=_("Produced by this inverter."))
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help=_("Produced by this site, or by its inverters."))
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="NAME=SITE/INV", help=_("Whose a name in the file is; NAME= leaves it out.")),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", metavar="", help=_("Check everything, keep nothing."))] = False,
    skip_faults: Annotated[
        bool, typer.Option("--skip-faults", metavar="", help=_("Leave faulty lines out, and import the others."))
    ] = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import one file, whole or not at all. Exit 1 when it has faults; then nothing is imported."""
    from config.layout import load_layout

    place = workplace(data, town)
    loaded, chosen = place.load_town(), load_layout(layout)
    subject = _subject(loaded, chosen, roof, inverter, site)
    names = _names(loaded, column or [])
    _refuse_simulated(place, dry_run=dry_run)
    if not file.is_file():
        stop(WRONG, _("{file}: there is no such file").format(file=file))

    from collector.imports.batches import Imports  # pandas and more, only where there is something to read
    from collector.imports.faults import Faults, FaultyFile, ImportRefused, LayoutMismatch
    from collector.imports.reading import Reading
    from collector.imports.sheet import Sheet
    from scripts.jobs.imports import FILE, imports_file

    faults, now = Faults(), utc_ms()
    facts = _facts(loaded, subject, site, names, now)
    kept = imports_file(place.data) if dry_run else place.data / FILE
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        with Sheet(file, chosen) as sheet, Imports(kept) as imports:
            reading = Reading(sheet, chosen, facts, faults)
            batch = imports.add(file.name, digest, reading, now, skip=skip_faults, keep=not dry_run)
    except FaultyFile as error:
        _tell_faults(file, faults)
        if as_json:
            document(_told(None, faults, None, dry_run, zone(loaded.place.tz)))
        remedy = _("Correct the file, or leave these lines out with --skip-faults.")
        stop(NOT_SO, f"{file.name}: {error}", remedy)
    except ImportRefused as error:
        stop(WRONG if isinstance(error, LayoutMismatch) else NOT_SO, f"{file.name}: {error}")
    rows = None if dry_run else _into_rows(place, loaded, batch)
    if as_json:
        document(_told(batch, faults, rows, dry_run, zone(loaded.place.tz)))
        return
    _tell_faults(file, faults)
    _show(batch, loaded, dry_run=dry_run)
    if rows is not None and not rows[1]:
        tell(_("The rows of some days wait: they are being closed. They follow with the next closing."), "yellow")


@app.command("list", help=_("Every import, also those that were undone."))
def list_imports(town: TownOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the imports; works while tepos runs."""
    from collector.imports.batches import Imports
    from scripts.jobs.imports import imports_file

    place = workplace(data, town)
    tz = zone(place.load_town().place.tz)
    simulated = provenance(place.data) is Provenance.SIMULATED
    if simulated:
        tell(simulated_notice(), "bold yellow")
    with Imports(imports_file(place.data)) as imports:
        batches, stale = imports.batches(), imports.stale()
    if as_json:
        document({"simulated": simulated, "waiting": len(stale), "imports": [_plain(batch, tz) for batch in batches]})
        return
    heads = (_("import"), _("file"), _("layout"), _("subject"), _("from"), _("until"), _("rows"), _("kWh"), _("state"))
    rows = []
    for batch in batches:
        done = _("undone {day}").format(day=_day(batch.undone_at, tz)) if batch.undone_at else _("holds")
        for part in batch.parts:
            rows.append((str(batch.id), batch.file, batch.layout, part.subject, _day(part.start, tz),
                         _day(part.end - 1, tz), str(part.rows), f"{part.energy / 1000:.1f}", done))  # fmt: skip
    if not rows:
        say(_("Nothing was imported yet."))
        return
    out.print(table("", heads, rows, right=(0, 6, 7), fold=(1, 3)))
    if stale:
        tell(_("The rows of some days do not show the latest imports yet."), "yellow")


@app.command("undo", help=_("Take an import back: its figures become unknown again."))
def undo(
    batch: Annotated[int, typer.Argument(metavar="BATCH", help=_("Its number, as `tepos import list` shows it."))],
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo one import. What earlier imports say of the same time holds again."""
    from collector.imports.batches import Imports
    from scripts.jobs.imports import imports_file

    place = workplace(data, town)
    loaded = place.load_town()
    _refuse_simulated(place, dry_run=True)
    with Imports(imports_file(place.data)) as imports:
        undone = imports.undo(batch, utc_ms())
    rows = _into_rows(place, loaded, undone)
    if as_json:
        document({"undone": _plain(undone, zone(loaded.place.tz)), "rows": rows[0], "complete": rows[1]})
        return
    say(_("Import {id} ({file}) is undone.").format(id=undone.id, file=undone.file))
    if not rows[1]:
        tell(_("The rows of some days wait: they are being closed. They follow with the next closing."), "yellow")


def _known() -> str:
    from config.layout import builtin_layouts

    return ", ".join(sorted(path.stem for path in builtin_layouts().glob("*.toml")))


def _refuse_simulated(place: Workplace, *, dry_run: bool) -> None:
    """No measured past joins an invented present. A new data directory is marked, unless nothing is to be kept."""
    if not dry_run or provenance(place.data) is not None:
        refuse_mixture(place.data, Provenance.MEASURED)
    refuse_foreign_store(place, Provenance.MEASURED)


def _subject(town: Town, layout: Layout, roof: str | None, inverter: str | None, site: str | None) -> Series | None:
    """Whom the file is about; None when it says so itself."""
    given = {Subject.ROOF: roof, Subject.INVERTER: inverter, Subject.SITE: site}
    chosen = [(kind, name) for kind, name in given.items() if name is not None]
    if len(chosen) > 1:
        stop(WRONG, _("one file is about one roof, inverter or site: give one of --roof, --inverter, --site"))
    for kind, name in chosen:
        if name not in (known := _of_kind(town, kind)):
            stop(WRONG, _("the town has no {subject}").format(subject=name), nearest(name, known))
    if layout.names_subjects:
        if chosen and chosen[0][0] is not Subject.SITE:
            stop(WRONG, _("a file of this layout names its inverters itself; give at most --site"))
        return None
    if not chosen:
        stop(WRONG, _("whose production is this? Give --roof, --inverter or --site"))
    if layout.basis == "index" and chosen[0][0] is not Subject.SITE:
        stop(WRONG, _("the operator's index is that of a site: give --site"))
    return chosen[0]


def _of_kind(town: Town, kind: Subject) -> list[str]:
    match kind:
        case Subject.ROOF:
            return [f"{site.id}/{roof.id}" for site in town.sites for roof in site.roofs]
        case Subject.INVERTER:
            return [f"{site.id}/{inverter.id}" for site in town.sites for inverter in site.inverters]
        case _other:
            return [site.id for site in town.sites]


def _names(town: Town, columns: list[str]) -> dict[str, Series | None]:
    """Who is meant by names in the file, as --column says; None for one to leave out."""
    inverters = _of_kind(town, Subject.INVERTER)
    said: dict[str, Series | None] = {}
    for text in columns:
        name, equals, path = text.rpartition("=")
        if not equals or not name:
            stop(WRONG, _("--column {text}: write NAME=SITE/INV").format(text=text))
        if path and path not in inverters:
            stop(WRONG, _("the town has no {subject}").format(subject=path), nearest(path, inverters))
        said[name.strip()] = (Subject.INVERTER, path) if path else None
    return said


def _facts(town: Town, subject: Series | None, site: str | None, names: dict[str, Series | None], now: int) -> Facts:
    from collector.imports.reading import Facts
    from models.pv.imported.family import family_of

    tz = zone(town.place.tz)
    inverters = _of_kind(town, Subject.INVERTER)

    def named(name: str) -> Series | None:
        if name in names:
            return names[name]
        path = name if "/" in name or site is None else f"{site}/{name}"
        if path not in inverters:
            raise KeyError(name)
        return Subject.INVERTER, path

    return Facts(tz, now, family_of(town, tz).installed(), subject, named)


def _into_rows(place: Workplace, town: Town, batch: Batch) -> tuple[int, bool]:
    """Bring the rollup rows in step; how many were written, and whether that was all."""
    from collector.imports.batches import Imports
    from scripts.jobs.imports import FILE, ImportedRows
    from scripts.jobs.registry import opened

    with Imports(place.data / FILE) as imports, opened(place, town) as work:
        if batch.basis == "index":
            _reopen(work, batch)
        rows = ImportedRows(town, work.store, imports, work.tz)
        with err.status(_("bringing the rows of every day in step …")):
            return rows.catch_up(work.periods, [job.name for job in work.jobs if job.reopens], work.now)


def _reopen(work: Any, batch: Batch) -> None:  # noqa: ANN401 - scripts.jobs.registry.Work
    """The operator's index settles also what was measured: these periods are closed anew."""
    spans = {}
    for job in work.jobs:
        first = job.first() if job.reopens else None
        if first is not None:
            spans[job.name] = [(max(part.start, first), part.end) for part in batch.parts if part.end > first]
    work.periods.reopen(spans)


def _tell_faults(file: Path, faults: Faults) -> None:
    for fault in faults.kept[:SHOWN]:
        tell(f"{file.name}: {fault}", "red")
    if faults.count > SHOWN:
        tell(_("… and more faults: {n}").format(n=faults.count - SHOWN), "red")


def _show(batch: Batch, town: Town, *, dry_run: bool) -> None:
    tz = zone(town.place.tz)
    if dry_run:
        say(_("{file}: can be imported; nothing was kept.").format(file=batch.file))
    else:
        say(_("{file}: imported as batch {id}.").format(file=batch.file, id=batch.id))
    heads = (_("subject"), _("from"), _("until"), _("rows"), _("kWh"))
    rows = [
        (part.subject, _day(part.start, tz), _day(part.end - 1, tz), str(part.rows), f"{part.energy / 1000:.1f}")
        for part in batch.parts
    ]
    out.print(table("", heads, rows, right=(3, 4), fold=(0,)))
    counts = {
        _("lines read"): batch.lines,
        _("cells that say that nobody knows, kept as gaps"): batch.gaps,
        _("lines that repeat another one"): batch.repeated,
        _("rows about a time that earlier imports knew; this one holds"): batch.overlapping,
        _("faulty lines left out"): sum(batch.faults.values()),
    }
    for what, count in counts.items():
        if count:
            say(_("{what}: {n}").format(what=what, n=count))


def _told(
    batch: Batch | None, faults: Faults, rows: tuple[int, bool] | None, dry_run: bool, tz: tzinfo
) -> dict[str, Any]:
    return {
        "batch": batch and _plain(batch, tz),
        "dry_run": dry_run,
        "faults": {"count": faults.count, "kinds": dict(faults.kinds), "first": [asdict(each) for each in faults.kept]},
        "rows": rows and rows[0],
        "complete": rows and rows[1],
    }


def _plain(batch: Batch, tz: tzinfo) -> dict[str, Any]:
    moments = {
        "imported_at": iso(batch.imported_at, tz),
        "undone_at": iso(batch.undone_at, tz) if batch.undone_at else None,
    }
    parts = [
        {"kind": part.kind, "subject": part.subject, "rows": part.rows, "energy_kwh": round(part.energy / 1000, 6),
         "start": iso(part.start, tz), "end": iso(part.end, tz)}
        for part in batch.parts
    ]  # fmt: skip
    return asdict(batch) | moments | {"parts": parts}


def _day(moment: int | None, tz: tzinfo) -> str:
    return ABSENT if moment is None else f"{datetime.fromtimestamp(moment // 1000, tz):%Y-%m-%d}"
