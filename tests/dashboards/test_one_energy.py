"""One kilowatt-hour everywhere: page, API, open data, CSV, spreadsheet, paper and Grafana's query say the same.

All of them stand on one real InfluxDB, as in a town that has Grafana. What a form rounds, it rounds below a watt-hour.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import requests

from collector.store.influx_store import InfluxStore
from collector.store.influxql import answer
from config.kwh import Step, Subject
from config.language import speaking
from dashboards import exports
from dashboards.opendata.package import as_csv
from dashboards.opendata.schema import PRODUCTION
from dashboards.opendata.tables import production
from dashboards.reports.monthly import monthly
from dashboards.reports.page import page
from dashboards.reports.pdf import pdf
from dashboards.reports.workbook import workbook
from dashboards.web.served import Served
from models.calendar import day_bounds, day_start
from models.pv.plant import installed, plant_of
from scripts.moments import zone
from scripts.serving import Serving
from tests.dashboards.grafana.as_grafana import ALL, Range, queries, replaced
from tests.dashboards.reports.reported_month import rows, town
from tests.influxd import Influxd, influxd  # noqa: F401

ROOT = Path(__file__).parents[2]
BOARD = json.loads((ROOT / "dashboards/grafana/json/pv-production.json").read_text("utf-8"))
TOWN = town()
TZ = zone(TOWN.place.tz)
FIRST, LAST = date(2026, 3, 20), date(2026, 11, 10)
"""With both changes of clocks."""
SITES = [site.id for site in TOWN.sites]
ROOFS = [f"{site.id}/{roof.id}" for site in TOWN.sites for roof in site.roofs]
NOW = day_start(date(2026, 11, 11), TZ) + 12 * 3_600_000
PERIODS = {
    "october": (date(2026, 10, 1), date(2026, 10, 31)),
    "march": (date(2026, 3, 1), date(2026, 3, 31)),
    "year": (date(2026, 1, 1), date(2026, 12, 31)),
}
MONTHS = {"march": date(2026, 3, 1), "october": date(2026, 10, 1)}
TO_THE_WH = 0.0005


def filled(store: InfluxStore) -> None:
    """Energies that no two subjects and no two days share; a day that is not known."""
    draw = np.random.default_rng(7)
    days = (LAST - FIRST).days + 1
    for kind, ids in ((Subject.ROOF, ROOFS), (Subject.SITE, SITES), (Subject.TOWN, ["town"])):
        for subject in ids:
            energy = draw.uniform(0, 250_000, days)
            energy[17] = np.nan
            store.write_rollups(Step.DAY, rows(TOWN, kind, subject, FIRST, LAST, energy=energy))


@pytest.fixture(scope="module")
def url(influxd: Influxd) -> str:  # noqa: F811
    made = influxd.fresh("energy")
    with closing(InfluxStore.from_url(made)) as store:
        filled(store)
    return made


@pytest.fixture(scope="module")
def store(url: str) -> Iterator[InfluxStore]:
    with closing(InfluxStore.from_url(url)) as made:
        yield made


@pytest.fixture(scope="module")
def web(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page is."""
    folder = tmp_path_factory.mktemp("energy")
    served = Served(
        town=TOWN, plant=plant_of(TOWN), tz=TZ, simulated=True, open_store=lambda: InfluxStore.from_url(url),
        ledger=folder / "ledger.db", accounts=folder / "accounts.db", people=folder / "people.db",
        situation=lambda: {"devices": [], "time": NOW}, now=lambda: NOW,
    )  # fmt: skip
    serving = Serving(served, 0)
    serving.start()
    yield serving.address.rstrip("/")
    serving.stop()


def truth(store: InfluxStore, kind: Subject, subject: str, first: date, last: date) -> float:
    """kWh, straight from the rollups."""
    span = day_start(first, TZ), day_bounds(last, TZ)[1]
    return float(store.read_rollups(Step.DAY, kind, [subject], *span, ["energy"])["energy"].sum()) / 1000


def summed(records: Any, column: str = "energy_kwh") -> float:
    return sum(float(record[column]) for record in records if record[column] not in ("", None))


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("roof", ROOFS)
def test_a_roof_has_one_energy_in_the_api_the_csv_the_open_data_and_grafana(
    store: InfluxStore,
    web: str,
    influxd: Influxd,  # noqa: F811
    roof: str,
    period: str,
) -> None:
    first, last = PERIODS[period]
    span = day_start(first, TZ), day_bounds(last, TZ)[1]
    wanted = pytest.approx(truth(store, Subject.ROOF, roof, first, last), abs=TO_THE_WH)
    asked = {"from": str(first), "to": str(last), "kind": "roof", "subject": roof}
    assert summed(requests.get(f"{web}/api/series", asked).json()["series"]) == wanted
    kept = store.read_rollups(Step.DAY, Subject.ROOF, [roof], *span)
    capacity = installed(plant_of(TOWN), Subject.ROOF)
    series = exports.series(kept, Subject.ROOF, Step.DAY, TZ, simulated=True, installed=capacity)
    assert summed(csv.DictReader(io.StringIO(exports.as_csv(series)))) == wanted
    table = csv.DictReader(io.StringIO(as_csv(PRODUCTION, production(store, TOWN, 2026, TZ, simulated=True))))
    own = [row for row in table if row["identifiant"] == roof and str(first) <= row["date"] <= str(last)]
    assert summed(own, "energie_kwh") == wanted
    assert on_grafana(influxd, first, last, roof) / 1000 == wanted


@pytest.mark.parametrize("month", MONTHS)
def test_paper_and_spreadsheet_have_the_energy_of_the_town_and_of_every_roof(
    store: InfluxStore, tmp_path: Path, month: str
) -> None:
    first, last = PERIODS[month]
    with speaking("fr"):
        report = monthly(store, TOWN, MONTHS[month], TZ, simulated=True)
        sheet = openpyxl.load_workbook(io.BytesIO(workbook(report)))["Mois"]
        (tmp_path / "month.pdf").write_bytes(pdf(page(report, datetime(2026, 11, 11, tzinfo=TZ))))
    printed = subprocess.run(["pdftotext", "-layout", tmp_path / "month.pdf", "-"], capture_output=True, check=True)
    paper = re.sub(r"[\s\u202f]", "", printed.stdout.decode())
    cells = {row[1]: row[3] for row in sheet.iter_rows(min_row=3, values_only=True)}
    for kind, subject in ((Subject.TOWN, "town"), *((Subject.ROOF, roof) for roof in ROOFS)):
        wanted = truth(store, kind, subject, first, last)
        assert cells[subject] == pytest.approx(wanted, abs=TO_THE_WH)
        assert f"{wanted:.3f}".replace(".", ",") in paper


@pytest.mark.parametrize(("kind", "subject"), [(Subject.TOWN, "town"), *((Subject.SITE, site) for site in SITES)])
def test_the_page_has_the_energy_of_each_month_and_of_the_year(
    store: InfluxStore, web: str, kind: Subject, subject: str
) -> None:
    text = requests.get(f"{web}/producteur/{subject}", {"annee": "2026"}).text
    months, years = text[text.index('data-periods="months"') :].split('data-periods="years"')
    told = [float(value) for value in re.findall(r'data-value="([\d.]+)"', months)]
    assert told == [
        pytest.approx(truth(store, kind, subject, date(2026, number, 1), _last(number)), abs=TO_THE_WH)
        for number in range(3, 12)
    ]
    year = float(re.search(r'data-value="([\d.]+)"', years)[1])
    assert year == pytest.approx(truth(store, kind, subject, *PERIODS["year"]), abs=TO_THE_WH)


def _last(month: int) -> date:
    return (date(2026, month, 1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def on_grafana(server: Influxd, first: date, last: date, roof: str) -> float:
    """Wh that the board of the producer shows for this roof."""
    asked = next(each for each in queries(BOARD) if each.where.split("/")[1] == "Énergie produite")
    start, end = day_start(first, TZ), day_bounds(last, TZ)[1] - 1
    text = replaced(asked, Range("period", start, end, start, relative=False), {"site": [ALL], "roof": [roof]})
    (series,) = answer(server.query(text, db="energy_rollup", epoch="ms"), asked.where)
    return float(series.rows[0][1])
