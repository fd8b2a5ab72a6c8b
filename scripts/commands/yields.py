"""tepos yields: what roofs gave for what they could have given, and what a coming year may bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.kwh import Step, Subject
from config.language import _
from config.town import Town
from scripts.console import ABSENT, NOT_SO, WRONG, document, out, say, simulated_notice, stop, table
from scripts.moments import utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.provenance import holds_simulated

if TYPE_CHECKING:
    import pandas as pd

    from models.pv.sky_quarters import SkyQuarters

Document = dict[str, Any]
TOWN = "town"
"""The id of the one subject of kind town."""
DAYS = 365
FIRST, LAST = date(1971, 1, 1), date(2200, 1, 1)
"""Days that a store can know."""


class By(StrEnum):
    """What has a line of its own."""

    ROOF = "roof"
    SITE = "site"
    INVERTER = "inverter"
    TOWN = "town"


def yields(
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help=_("First day; by default of the last 365."))
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help=_("Last day; by default the last that is closed."))
    ] = None,
    by: Annotated[By, typer.Option("--by", help=_("What has a line of its own, above the town."))] = By.SITE,
    outlook: Annotated[
        bool, typer.Option("--outlook", metavar="", help=_("A coming year, modelled from past years of weather."))
    ] = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Yields, performance, availability and losses of the closed days (IEC 61724-1); or P50 and P90 of a year."""
    if outlook and (start or end):
        stop(WRONG, _("--outlook is about a coming year: it takes no --from and no --to."))
    place = workplace(data, town)
    loaded = place.load_town()
    simulated = holds_simulated(place)
    kinds = list(dict.fromkeys((Subject(by), Subject.TOWN)))
    content = _outlook(place, loaded, kinds) if outlook else _past(place, loaded, kinds, _day(start), _day(end))
    if as_json:
        document({"town": loaded.place.name, "simulated": simulated, "by": by.value, **content})
        return
    if simulated:
        say(simulated_notice(), "bold yellow")
    (_show_outlook if outlook else _show_past)(content)


def _past(place: Workplace, town: Town, kinds: Iterable[Subject], first: date | None, last: date | None) -> Document:
    from contextlib import closing

    from dashboards.yields import COLUMNS, figures
    from models.calendar import day_bounds, day_of, day_start
    from models.pv.energy.sources import dc_field
    from models.pv.plant import installed, plant_of

    if not place.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.store_file))
    tz, plant = zone(town.place.tz), plant_of(town)
    with closing(place.open_store()) as store:
        closed = store.read_rollups(Step.DAY, Subject.TOWN, [TOWN], 0, utc_ms(), ["completeness"])["time"]
        if closed.empty:
            stop(NOT_SO, _("No day is closed yet: there are no yields."))
        oldest, newest = (day_of(int(time), tz) for time in (closed.min(), closed.max()))
        last = last or newest
        first = first or max(oldest, last - timedelta(days=DAYS - 1))
        if first > last:
            stop(WRONG, _("From {first} to {last} there is no day.").format(first=first, last=last))
        span = (day_start(first, tz), day_bounds(last, tz)[1])
        days = (last - first).days + 1
        found: list[Document] = []
        for kind in kinds:
            rows = store.read_rollups(Step.DAY, kind, None, *span, list(COLUMNS))
            found += figures(rows, _known(town, kind), installed(plant, kind), days)
    if not any(each["days_closed"] for each in found):
        stop(NOT_SO, _("No day from {first} to {last} is closed.").format(first=first, last=last))
    blind = [
        f"{site.id}/{each.id}"
        for site in town.sites
        for each in site.inverters
        if dc_field(town.maps[each.map]) is None
    ]
    return {
        "from": first.isoformat(), "to": last.isoformat(), "days": days, "inverters_without_dc": blind,
        "yields": found,
    }  # fmt: skip


def _outlook(place: Workplace, town: Town, kinds: Iterable[Subject]) -> Document:
    from dashboards.yields import outlook
    from models.pv.plant import installed, plant_of
    from models.pv.typical_year import by_roof, yearly_energies
    from models.pv.yields import LEAST_YEARS, MODEL_SIGMA, YEARS_SIGMA

    years, used = _weather(place, town)
    if not years:
        stop(NOT_SO, _("There is no year of weather here yet: no outlook without one (98% of its hours known)."))
    plant = plant_of(town)
    energies = yearly_energies(plant, years)
    found: list[Document] = []
    for kind in kinds:
        roofs = by_roof(plant) if kind is Subject.ROOF else plant
        made = yearly_energies(roofs, years) if kind is Subject.ROOF else energies
        found += outlook(roofs, kind, _known(town, kind), made, installed(plant, kind))
    return {
        "modelled": True,
        "years": list(years),
        "sources": used,
        "sigma_years_assumed": YEARS_SIGMA if len(years) < LEAST_YEARS else None,
        "sigma_model": MODEL_SIGMA,
        "outlook": found,
    }


def _weather(place: Workplace, town: Town) -> tuple[Mapping[int, SkyQuarters], list[Document]]:
    """The complete years of the archive, and whom to name for them."""
    from collector.weather.archive import Archive
    from collector.weather.sources import Secrets, open_sources
    from models.pv.typical_year import weather_years
    from scripts.jobs.weather import ARCHIVE

    file = place.data / ARCHIVE
    if not file.exists():
        return {}, []
    spot, tz = town.place, zone(town.place.tz)
    configured = [source.name for source in open_sources(town.weather, Secrets(), place.town_folder)]
    with Archive(file) as archive:
        bases, thanks = archive.basis(), archive.attributions()
        order = [*(name for name in configured if name in bases), *sorted({*bases} - {*configured})]
        rows: dict[str, pd.DataFrame] = archive.read(0, utc_ms(), order)
    years = weather_years(rows, tz, spot.latitude, spot.longitude, spot.altitude)
    used = {name for sky in years.values() for name in sky.used()}
    return years, [
        {"source": name, "basis": bases[name].value, "attribution": thanks[name]} for name in order if name in used
    ]


def _show_past(content: Document) -> None:
    say(_("From {first} to {last}, days: {n}.").format(first=content["from"], last=content["to"], n=content["days"]))
    if content["days"] < DAYS:
        say(_("Less than a year: the yields are those of these days, nothing is extrapolated."))
    found = content["yields"]
    heads = (_("subject"), _("kWp"), _("kWh"), _("known (%)"), _("final yield (h)"), _("availability (%)"))
    rows = [
        (
            *(_name(each), _figure(each["installed_kwp"], 1), _figure(each["energy_kwh"], 1)),
            *(_percent(each["energy_known"]), _figure(each["final_yield_h"], 1), _percent(each["availability"])),
        )
        for each in found
    ]
    out.print(table("", heads, rows, right=range(1, len(heads)), fold=(0,)))
    say(_("known: share of the expected energy whose measurement is known; kWh and final yield are of that only."))
    heads = (_("subject"), _("reference yield (h)"), _("PR"), _("days"), _("performance index"), _("days"))
    rows = [
        (
            *(_name(each), _figure(each["reference_yield_h"], 1), _figure(each["performance_ratio"], 3)),
            *(str(each["performance_ratio_days"]), _figure(each["performance_index"], 3)),
            str(each["performance_index_days"]),
        )
        for each in found
    ]
    title = _("Performance, of the days on which all that it needs is known")
    out.print(table(title, heads, rows, right=range(1, len(heads)), fold=(0,)))
    names = (_("subject"), _("array yield (h)"), _("days"), _("PR at 25 °C"), _("days"), _("clipped (kWh)"), _("days"))
    sides = [
        (
            *(_name(each), _figure(each["array_yield_h"], 1), str(each["array_yield_days"])),
            *(_figure(each["performance_ratio_25c"], 3), str(each["performance_ratio_25c_days"])),
            *(_figure(each["lost_clipping_kwh"], 1), str(each["lost_clipping_days"])),
        )
        for each in found
    ]
    out.print(table(_("On the side of the modules"), names, sides, right=range(1, len(names)), fold=(0,)))
    say(_("array yield: DC energy per kWp; – where an inverter does not measure it, or not for 99% of a day."))
    if blind := content["inverters_without_dc"]:
        say(_("DC power is not measured by: {inverters}.").format(inverters=", ".join(blind)))
    say(_("PR at 25 °C: IEC 61724-1, corrected by the temperature of the cells; – where no temperature was measured."))
    say(_("clipped: modelled, what inverters cut at their rated power. By design: no outage, no finding, in no sum."))
    parts = ("lost_outage", "lost_finding", "unexplained")
    columns = (_("subject"), _("outages"), _("days"), _("open findings"), _("days"), _("unexplained"), _("days"))
    lost = [
        (
            _name(each),
            *(cell for part in parts for cell in (_figure(each[f"{part}_kwh"], 1), str(each[f"{part}_days"]))),
        )
        for each in found
    ]
    title = _("Energy expected and not made, by cause (kWh)")
    out.print(table(title, columns, lost, right=range(1, len(columns)), fold=(0,)))
    say(_("unexplained: below 0, more was made than expected. Days judged by a clear sky alone are not in this table."))


def _show_outlook(content: Document) -> None:
    years = ", ".join(map(str, content["years"]))
    say(_("A coming year, MODELLED from past years of weather: {years}.").format(years=years))
    for each in content["sources"]:
        say(_("Weather: {source} ({attribution}).").format(**each))
    heads = (_("subject"), _("kWp"), _("P50 (kWh)"), _("P90 (kWh)"), _("P50 (kWh/kWp)"))
    rows = [
        (
            *(_name(each), _figure(each["installed_kwp"], 1), _figure(each["p50_kwh"], 0)),
            *(_figure(each["p90_kwh"], 0), _figure(each["p50_kwh_kwp"], 0)),
        )
        for each in content["outlook"]
    ]
    out.print(table("", heads, rows, right=range(1, len(heads)), fold=(0,)))
    say(_("The plant as declared, with usual losses: what was learnt of it is not in these figures."))
    model = f"{100 * content['sigma_model']:.1f}"
    if (assumed := content["sigma_years_assumed"]) is not None:
        sentence = _("Spread from year to year: {years}%, ASSUMED (years known: {n}); of the model: {model}%.")
        say(sentence.format(years=f"{100 * assumed:.1f}", n=len(content["years"]), model=model))
    else:
        say(_("Spread from year to year: that of the {n} years; of the model: {model}%.").format(
            n=len(content["years"]), model=model))  # fmt: skip


def _name(each: Document) -> str:
    return _("the town") if each["subject"] == TOWN else str(each["subject"])


def _figure(value: float | None, digits: int) -> str:
    return ABSENT if value is None else f"{value:.{digits}f}"


def _percent(share: float | None) -> str:
    return ABSENT if share is None else f"{100 * share:.1f}"


def _known(town: Town, kind: Subject) -> list[str]:
    parts = {
        Subject.TOWN: [TOWN],
        Subject.SITE: [site.id for site in town.sites],
        Subject.ROOF: [f"{site.id}/{roof.id}" for site in town.sites for roof in site.roofs],
        Subject.INVERTER: [f"{site.id}/{each.id}" for site in town.sites for each in site.inverters],
    }
    return parts[kind]


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is not None and not FIRST <= day <= LAST:
        stop(WRONG, _("{text} is no date; write 2026-11-22.").format(text=repr(text)))
    return day
