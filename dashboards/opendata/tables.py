"""The open tables of a year: rows by column name, nothing but what the schema names, None where nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, tzinfo
from typing import Any

from collector.store import Store
from config.kwh import Step, Subject
from config.town import Roof, Status, Town
from dashboards import exports
from dashboards.opendata.schema import PRODUCTION, SITES, Table
from dashboards.reports.monthly import roof_names
from models.calendar import day_bounds, day_start
from models.pv.plant import installed, plant_of

Row = dict[str, Any]
LEVELS = {Subject.TOWN: "commune", Subject.SITE: "site", Subject.ROOF: "toiture"}
CERTAINTY = (Status.MEASURED, Status.DECLARED, Status.ASSUMED)


def production(store: Store, town: Town, year: int, tz: tzinfo, *, simulated: bool) -> list[Row]:
    """PRODUCTION: every closed day of a year, by date, level and subject. What was never closed has no row."""
    span = day_start(date(year, 1, 1), tz), day_bounds(date(year, 12, 31), tz)[1]
    names = roof_names(town) | {site.id: site.name for site in town.sites} | {"town": town.place.name}
    plant, made = plant_of(town), list[Row]()
    for kind, level in LEVELS.items():
        capacity = installed(plant, kind)
        rows = store.read_rollups(Step.DAY, kind, None, *span)
        rows = rows[rows["subject"].isin(list(names))]
        told = exports.series(rows, kind, Step.DAY, tz, simulated=simulated, installed=capacity)
        for record in exports.as_records(told):
            subject = record["subject"]
            known = subject in capacity
            made.append(
                {
                    "code_insee": town.place.insee,
                    "date": record["start"][:10],
                    "niveau": level,
                    "identifiant": subject if kind is not Subject.TOWN else town.place.insee,
                    "nom": names[subject],
                    "puissance_kwc": round(capacity[subject] / 1000, exports.DIGITS) if known else None,
                    "energie_kwh": record["energy_kwh"],
                    "energie_attendue_kwh": record["expected_kwh"],
                    "completude": record["completeness"],
                    "statut": record["status"],
                    "origine": record["basis"],
                    "origine_attendue": record["expected_basis"],
                    "simule": simulated,
                }
            )
    return _whole(PRODUCTION, sorted(made, key=lambda row: tuple(row[name] for name in PRODUCTION.key)))


def sites(town: Town) -> list[Row]:
    """SITES: the roofs that the town's files describe."""
    return _whole(SITES, list(_sites(town)))


def _sites(town: Town) -> Iterator[Row]:
    names = roof_names(town)
    for site in town.sites:
        for roof in site.roofs:
            power, status = _power(roof)
            yield {
                "code_insee": town.place.insee,
                "identifiant": f"{site.id}/{roof.id}",
                "nom": names[f"{site.id}/{roof.id}"],
                "site": site.id,
                "proprietaire": site.owner,
                "puissance_kwc": power,
                "statut_puissance": status.value,
                "latitude": site.latitude,
                "longitude": site.longitude,
                "mise_en_service": site.commissioned and site.commissioned.isoformat(),
                "source": site.source,
                "statut": site.status.value,
            }


def _power(roof: Roof) -> tuple[float, Status]:
    """kWp of a roof; a sum is no surer than the least sure of its parts."""
    figures = [array.kwp for array in roof.arrays]
    return round(sum(figure.value for figure in figures), 6), max((f.status for f in figures), key=CERTAINTY.index)


def _whole(table: Table, rows: list[Row]) -> list[Row]:
    """The rows with exactly the columns of the table, in its order. KeyError for a row that lacks one."""
    return [{column.name: row[column.name] for column in table.columns} for row in rows]
