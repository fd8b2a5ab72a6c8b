"""A month on paper and in a spreadsheet: the same figures to the watt-hour, nothing invented, nothing run."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from config.language import speaking
from dashboards.reports.bars import nice, svg
from dashboards.reports.monthly import bounds, monthly, roof_names
from dashboards.reports.page import page
from dashboards.reports.pdf import pdf
from dashboards.reports.workbook import workbook
from scripts.moments import zone
from tests.dashboards.reports.reported_month import OCTOBER, filled, town

TOWN = town()
TZ = zone(TOWN.place.tz)
MADE = datetime(2026, 11, 2, 5, 10, tzinfo=TZ)
ROOF = next(iter(roof_names(TOWN)))
WHOLE = sum(41_234.567 + day for day in range(31)) / 1000


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory):
    store = filled(tmp_path_factory.mktemp("october"), TOWN)
    yield monthly(store, TOWN, date(2026, 10, 17), TZ, simulated=False)
    store.close()


def test_the_month_has_the_town_and_every_roof_with_all_its_days(october):
    assert [each["subject"] for each in october["subjects"]] == ["town", *roof_names(TOWN)]
    assert {len(each["days"]) for each in october["subjects"]} == {31}
    assert october["subjects"][0]["figures"]["energy_kwh"] == pytest.approx(WHOLE, abs=1e-6)


def test_days_sum_to_the_month_to_the_watt_hour(october):
    for each in october["subjects"]:
        assert sum(day["energy_kwh"] for day in each["days"]) == pytest.approx(each["figures"]["energy_kwh"], abs=1e-6)


def test_the_spreadsheet_has_the_same_numbers_as_numbers(october):
    with speaking("fr"):
        book = openpyxl.load_workbook(io.BytesIO(workbook(october)))
    assert book.sheetnames == ["Mois", "Jours", "Lisez-moi"]
    heads = [cell.value for cell in book["Mois"][1]]
    first = dict(zip(heads, (cell.value for cell in book["Mois"][2]), strict=True))
    assert first["mesuré (kWh)"] == pytest.approx(WHOLE, abs=1e-9)
    assert book["Jours"].max_row == 1 + 31 * len(october["subjects"])
    assert book["Jours"].cell(2, 2).value == datetime(2026, 10, 1)  # noqa: DTZ001 - a cell knows no zone


def test_the_paper_is_tagged_and_says_the_same(october, tmp_path: Path):
    file = tmp_path / "october.pdf"
    with speaking("fr"):
        file.write_bytes(pdf(page(october, MADE)))
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Tagged: +yes", told)
    assert "octobre 2026" in told
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    assert f"{WHOLE:.3f}".replace(".", ",") in re.sub(r"\s", "", text)  # however the blanks of thousands come out


def test_a_name_that_looks_like_a_formula_stays_a_text(october):
    hostile = {**october, "subjects": [{**october["subjects"][1], "name": "=1+1", "subject": "+2/-3"}]}
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(hostile)))["Month"]
    cells = [sheet.cell(2, column) for column in (1, 2)]
    assert [(cell.value, cell.data_type) for cell in cells] == [("=1+1", "s"), ("+2/-3", "s")]
    assert "<b>" not in page({**hostile, "town": "<b>"}, MADE)


def test_a_month_of_which_nothing_is_known_says_so_and_has_no_zero(october):
    unknown = dict.fromkeys(october["subjects"][0]["figures"]) | {"days_closed": 0, "days_complete": 0}
    empty = {**october, "subjects": [{**october["subjects"][0], "figures": unknown, "days": []}]}
    shown = page(empty, MADE)
    assert "No day of this month is closed" in shown
    assert re.findall(r"<td>0(?! /)", shown) == []
    assert openpyxl.load_workbook(io.BytesIO(workbook(empty)))["Month"].cell(2, 4).value is None


def test_simulated_figures_say_so_in_every_form(october):
    told = {**october, "simulated": True}
    assert "SIMULATED DATA" in page(told, MADE)
    assert all(
        "SIMULATED DATA" in sheet.cell(1, 1).value for sheet in openpyxl.load_workbook(io.BytesIO(workbook(told)))
    )


def test_a_report_of_one_roof_has_that_roof_only_and_an_unknown_one_is_refused(tmp_path: Path):
    store = filled(tmp_path, TOWN, last=date(2026, 10, 2))
    told = monthly(store, TOWN, OCTOBER, TZ, simulated=False, roofs=[ROOF])
    assert [each["subject"] for each in told["subjects"]] == [ROOF]
    with pytest.raises(ValueError, match="nowhere"):
        monthly(store, TOWN, OCTOBER, TZ, simulated=False, roofs=["nowhere"])
    store.close()


def test_the_year_before_is_compared_only_where_both_months_are_whole(tmp_path: Path):
    store = filled(tmp_path, TOWN)
    assert "no comparison" in page(monthly(store, TOWN, OCTOBER, TZ, simulated=False), MADE)
    filled(tmp_path, TOWN, date(2025, 10, 1), date(2025, 10, 31), energy=20_000.0).close()
    assert "against the same month" in page(monthly(store, TOWN, OCTOBER, TZ, simulated=False), MADE)
    store.close()


def test_a_day_without_a_figure_is_hatched_and_one_of_zero_is_not(october):
    days = october["subjects"][1]["days"]
    holes = [*days[:3], {**days[3], "energy_kwh": None}, {**days[4], "energy_kwh": 0.0}, *days[5:30]]
    assert svg(holes, OCTOBER).count("url(#h)") == 2  # the day unknown, and the one that is not there


@pytest.mark.parametrize(("value", "told"), [(0.3, 0.5), (1.0, 1.0), (7.0, 10.0), (2100.0, 2500.0), (26.0, 50.0)])
def test_axes_end_at_round_figures(value, told):
    assert nice(value) == pytest.approx(told)


def test_a_leap_february_has_29_days():
    assert bounds(date(2028, 2, 10)) == (date(2028, 2, 1), date(2028, 2, 29))


def test_roofs_are_called_as_people_call_them():
    site = TOWN.sites[0]
    one = replace_roofs(site, site.roofs[:1])
    assert roof_names(TOWN.model_copy(update={"sites": (one,)})) == {f"{site.id}/{site.roofs[0].id}": site.name}


def replace_roofs(site, roofs):
    return site.model_copy(update={"roofs": roofs})
