"""tepos export opendata: a year for everybody, as files with schemas, licence and checksums; or frozen for good."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.language import _
from scripts.console import NOT_SO, WRONG, document, simulated_notice, stop, tell
from scripts.moments import utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.provenance import holds_simulated


def opendata(
    year: Annotated[int, typer.Option("--year", min=1990, max=2199, metavar="YYYY", help=_("The year."))],
    folder: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help=_("Write the files into this folder."))
    ] = None,
    freeze: Annotated[
        bool, typer.Option("--freeze", metavar="", help=_("Keep the year for good; a correction becomes a revision."))
    ] = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open data of one year: daily production and the plants, under Licence Ouverte 2.0."""
    from dashboards.opendata.frozen import FOLDER
    from dashboards.opendata.frozen import freeze as keep

    if (folder is None) is not freeze:
        stop(WRONG, _("Give a folder with -o DIR, or --freeze to keep the year with the data; one of them."))
    place = workplace(data, town)
    simulated = holds_simulated(place)
    files = year_files(place, year, simulated=simulated)
    if folder is None:
        where, new = keep(place.data / FOLDER, year, files)
    else:
        where, new = folder, True
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    if simulated:
        tell(simulated_notice(), "bold yellow")
    if as_json:
        document({"year": year, "folder": str(where), "new": new, "simulated": simulated, "files": sorted(files)})
    elif new:
        tell(_("{folder}: {n} files").format(folder=where, n=len(files)))
    else:
        tell(_("{folder}: the same year is frozen there already").format(folder=where))


def year_files(place: Workplace, year: int, *, simulated: bool) -> dict[str, bytes]:
    """The files of a year by name; ends the command when no day of it is closed."""
    from dashboards.opendata.package import package
    from dashboards.opendata.schema import PRODUCTION, SITES
    from dashboards.opendata.tables import production, sites

    facts = place.load_town()
    tz = zone(facts.place.tz)
    if not place.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.store_file))
    with closing(place.open_store()) as store:
        rows = production(store, facts, year, tz, simulated=simulated)
    if not rows:
        stop(NOT_SO, _("No day of {year} is closed: there are no data.").format(year=year))
    today = datetime.fromtimestamp(utc_ms() // 1000, tz).date()
    tables = {PRODUCTION.name: rows, SITES.name: sites(facts)}
    return package(facts.place.name, year, today, tables, simulated=simulated)
