"""The figures for programs: the same to the watt-hour everywhere, no answer that is not described, no 5xx."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing
from datetime import date, timedelta

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings

from collector.store import open_store
from config.kwh import Step, Subject
from models.calendar import day_start
from tests.dashboards.web.prepared import FIRST, GAP, NOW, TODAY, TZ, Prepared

YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


def kept(town: Prepared, kind: Subject, subject: str) -> float:
    """kWh of all closed days as the store has them."""
    with closing(open_store(f"sqlite:///{town.folder / 'store.db'}")) as store:
        return store.read_rollups(Step.DAY, kind, [subject], 0, NOW, ["energy"])["energy"].sum() / 1000


@pytest.mark.parametrize(("kind", "subject"), [(Subject.TOWN, "town"), (Subject.SITE, "ecole-basly")])
def test_energy_is_the_same_on_the_page_in_the_api_and_in_the_csv(address, town, kind, subject):
    truth = kept(town, kind, subject)
    rows = requests.get(f"{address}/api/series", YEAR | {"kind": kind, "subject": subject}).json()["series"]
    assert sum(row["energy_kwh"] for row in rows) == pytest.approx(truth, abs=1e-4)
    found = requests.get(f"{address}/api/yields", YEAR | {"kind": kind}).json()["yields"]
    assert next(each["energy_kwh"] for each in found if each["subject"] == subject) == pytest.approx(truth, abs=1e-4)
    page = requests.get(f"{address}/producteur/{subject}?annee=2026").text
    years = page[page.index('data-periods="years"') :]
    assert float(re.search(r'data-value="([\d.]+)"', years)[1]) == pytest.approx(truth, abs=1e-4)
    months = page[page.index('data-periods="months"') : page.index('data-periods="years"')]
    assert sum(map(float, re.findall(r'data-value="([\d.]+)"', months))) == pytest.approx(truth, abs=1e-4)
    file = requests.get(f"{address}/producteur/{subject}/jours.csv?annee=2026").text
    told = [float(row["energy_kwh"]) for row in csv.DictReader(io.StringIO(file)) if row["energy_kwh"]]
    assert sum(told) == pytest.approx(truth, abs=1e-4)


def test_open_data_have_the_same_energy_and_an_empty_cell_for_what_is_not_known(address, town):
    file = requests.get(f"{address}/opendata/2026/production_quotidienne.csv").text
    rows = [row for row in csv.DictReader(io.StringIO(file)) if row["niveau"] == "commune"]
    assert sum(float(row["energie_kwh"]) for row in rows) == pytest.approx(kept(town, Subject.TOWN, "town"), abs=1e-4)
    assert GAP.isoformat() not in {row["date"] for row in rows}
    assert requests.get(f"{address}/opendata/schema/production_quotidienne.json").json()["fields"]


def test_the_day_so_far_is_that_of_the_home_page(address):
    told = requests.get(f"{address}/api/today").json()
    page = requests.get(f"{address}/").text
    assert float(re.search(r'<data value="([\d.]+)">', page)[1]) == told["energy_kwh"]
    assert told["until"] == "2026-06-21T14:00:00+02:00"


def test_a_long_span_is_cut_and_says_so(address):
    asked = {"from": "2026-01-01", "to": "2026-12-31", "step": "15min", "kind": "site", "subject": "ecole-basly"}
    told = requests.get(f"{address}/api/series", asked).json()
    assert (told["truncated"], told["to"]) == (True, "2026-01-31")


def test_nonsense_is_answered_with_a_reason(address):
    assert requests.get(f"{address}/api/series", {"from": "yesterday", "to": "2026-01-01"}).status_code == 422
    none = requests.get(f"{address}/api/series", YEAR | {"kind": "site", "subject": "nowhere"})
    assert (none.status_code, none.json()["detail"]) == (404, "no such subject")
    assert requests.get(f"{address}/api/series", {"from": "2026-02-02", "to": "2026-02-01"}).json()["series"] == []


def test_machines_can_watch_it(address):
    assert requests.get(f"{address}/health").json()["status"] == "ok"
    text = requests.get(f"{address}/metrics").text
    assert 'tepos_device_up{device="cybercoin/inv-1"} 0\n' in text
    assert re.fullmatch(r"((# (HELP|TYPE) .+|tepos_\w+(\{[^}]+\})? [\d.e+-]+)\n)+", text)


def test_every_answer_that_can_be_provoked_is_described_and_none_is_a_fault_of_ours(address):
    schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json")
    failures: list[str] = []
    asked = set()
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def probe(case: schemathesis.Case) -> None:
            answer = case.call(base_url=address)
            asked.add(case.path)
            case.validate_response(answer)
            assert answer.status_code < 500

        try:
            probe()
        except Exception as error:
            failures.append(f"{operation.label}: {error}")
    assert failures == []
    assert {"/api/series", "/api/yields", "/api/sites", "/api/today", "/api/alerts", "/api/initiatives"} <= asked


@pytest.mark.parametrize("days", [1, 40])
def test_every_day_of_a_series_is_there_once(address, days):
    first = TODAY - timedelta(days=days)
    rows = requests.get(f"{address}/api/series", {"from": first, "to": TODAY}).json()["series"]
    starts = [row["start"][:10] for row in rows]
    assert len(set(starts)) == len(starts) == days - (first <= GAP)
    assert min(starts) >= FIRST.isoformat()
    assert all(day_start(date.fromisoformat(each), TZ) for each in starts)
