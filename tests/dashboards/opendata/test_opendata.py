"""Data for everybody: what the schema says is what is in the files, and nothing else can be."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from config.town import Town
from dashboards.opendata.frozen import freeze, frozen
from dashboards.opendata.package import CHECKSUMS, as_csv, package
from dashboards.opendata.schema import PRODUCTION, SITES, TABLES, Type
from dashboards.opendata.tables import production, sites
from scripts.moments import zone
from tests.dashboards.reports.reported_month import filled, town

TOWN = town()
TZ = zone(TOWN.place.tz)
TODAY = date(2027, 2, 1)
PRIVATE = ("prm", "pdl", "adresse", "host", "link", "unit", "serial", "prenom", "telephone", "mail", "personne")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    store = filled(tmp_path_factory.mktemp("year"), TOWN, last=date(2026, 10, 3))
    yield {PRODUCTION.name: production(store, TOWN, 2026, TZ, simulated=False), SITES.name: sites(TOWN)}
    store.close()


@pytest.fixture(scope="module")
def files(rows):
    return package(TOWN.place.name, 2026, TODAY, rows, simulated=False)


def table_of(files, table):
    return list(csv.DictReader(io.StringIO(files[f"{table.name}.csv"].decode(), newline="")))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_value_is_what_its_column_promises(table, files):
    read = {
        Type.NUMBER: float,
        Type.DATE: date.fromisoformat,
        Type.STRING: str,
        Type.BOOLEAN: {"true": 1, "false": 0}.get,
    }
    for line in table_of(files, table):
        assert list(line) == [column.name for column in table.columns]
        for column in table.columns:
            text = line[column.name]
            assert text or not column.required, column
            if text:
                value = read[column.type](text)
                assert value is not None
                assert not column.words or text in column.words
                assert column.least is None or value >= column.least


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_two_rows_have_the_same_key(table, rows):
    keys = [tuple(row[name] for name in table.key) for row in rows[table.name]]
    assert len(keys) == len(set(keys)) > 0


def test_parquet_has_the_same_rows_with_their_types(files, rows):
    found = pq.read_table(io.BytesIO(files["production_quotidienne.parquet"])).to_pylist()
    assert [row["energie_kwh"] for row in found] == [row["energie_kwh"] for row in rows[PRODUCTION.name]]
    assert found[0]["date"] == date(2026, 10, 1)


def test_the_package_names_licence_source_date_and_the_hash_of_every_file(files):
    told = json.loads(files["datapackage.json"])
    assert (told["licenses"][0]["name"], told["created"]) == ("etalab-2.0", "2027-02-01")
    assert TOWN.place.name in told["sources"][0]["title"]
    for resource in told["resources"]:
        assert resource["hash"] == f"sha256:{hashlib.sha256(files[resource['path']]).hexdigest()}"
        assert [field["name"] for field in resource["schema"]["fields"]]


def test_the_checksums_are_those_that_sha256sum_checks(files, tmp_path: Path):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", CHECKSUMS], cwd=tmp_path, check=True)


def test_no_column_is_about_a_person_a_delivery_point_or_the_network():
    names = [column.name for table in TABLES for column in table.columns]
    assert [name for name in names if any(word in name for word in PRIVATE)] == []


def test_nothing_of_the_network_or_the_wiring_leaves(files):
    secret = {link.host for link in TOWN.links}
    whole = b"".join(files.values()).decode("utf-8", "replace")
    assert secret
    assert [host for host in secret if host in whole] == []


def test_a_row_with_a_column_too_many_loses_it(rows):
    told = [{**row, "prm": "30001610071843"} for row in rows[SITES.name]]
    assert "30001610071843" not in as_csv(SITES, told)


def test_a_name_is_no_formula_in_a_spreadsheet(rows):
    told = [{**rows[SITES.name][0], "nom": "=HYPERLINK(1)"}]
    assert "'=HYPERLINK(1)" in as_csv(SITES, told)


def test_simulated_data_say_so_in_the_title_the_page_and_each_row(tmp_path: Path):
    store = filled(tmp_path, TOWN, last=date(2026, 10, 1))
    told = {PRODUCTION.name: production(store, TOWN, 2026, TZ, simulated=True), SITES.name: sites(TOWN)}
    made = package(TOWN.place.name, 2026, TODAY, told, simulated=True)
    store.close()
    assert "simulées" in json.loads(made["datapackage.json"])["title"]
    assert "SIMULÉES" in made["LISEZMOI.md"].decode()
    assert {row["simule"] for row in table_of(made, PRODUCTION)} == {"true"}


def test_what_is_missing_is_empty(tmp_path: Path):
    store = filled(tmp_path, TOWN, last=date(2026, 10, 1), energy=float("nan"), status="unknown")
    first = production(store, TOWN, 2026, TZ, simulated=False)[0]
    store.close()
    assert (first["energie_kwh"], first["statut"]) == (None, "unknown")
    assert "unknown" in as_csv(PRODUCTION, [first])


def test_a_frozen_year_stays_and_a_correction_is_a_revision(files, rows, tmp_path: Path):
    place, new = freeze(tmp_path, 2026, files)
    assert (place.name, new) == ("2026", True)
    later = package(TOWN.place.name, 2026, date(2027, 3, 1), rows, simulated=False)
    assert freeze(tmp_path, 2026, later) == (place, False)
    changed = {**rows, PRODUCTION.name: [{**row, "energie_kwh": 1.0} for row in rows[PRODUCTION.name]]}
    second, new = freeze(tmp_path, 2026, package(TOWN.place.name, 2026, TODAY, changed, simulated=False))
    assert (second.name, new) == ("2026-revision-2", True)
    assert {name: (place / name).read_bytes() for name in files} == files
    assert [path.name for path in frozen(tmp_path)] == ["2026", "2026-revision-2"]


def test_a_sum_is_no_surer_than_its_least_sure_part():
    told = {row["identifiant"]: row["statut_puissance"] for row in sites(TOWN)}
    assert set(told.values()) <= {"measured", "declared", "assumed"}
    assert len(told) == sum(len(site.roofs) for site in Town.model_validate(TOWN).sites)
