"""A year of an invented town in InfluxDB, written by the product's own writers, for the boards to ask about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from collector.sample import Sample
from collector.store.facts import Fact
from collector.store.influx_store import InfluxStore
from config.carriers import Carrier, Known, Perimeter, Ring
from config.kwh import Basis, EnergyStatus, ExpectedBasis, Step, Subject
from dashboards.grafana import facts
from models.calendar import QUARTER, day_start, days
from models.pv.alerts.alert import Alert
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding
from models.territory.amount import Amount
from models.territory.coverage import Scoped, coverage
from models.territory.trajectory import Target

PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY = 3_600_000, 86_400_000
FIRST, LAST = date(2025, 11, 1), date(2026, 10, 31)
NOW = day_start(date(2026, 11, 1), PARIS) + 12 * HOUR
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""Days of 23 and 25 hours."""
HOSTILE = "l'école n° 2.b"
SITES = ("mairie", "salle-des-sports", HOSTILE)
ROOFS = tuple(f"{site}/toit d'été" for site in SITES)
INVERTERS = tuple(f"{site}/inv 1" for site in SITES)
INSTALLED = {Subject.ROOF: ROOFS, Subject.INVERTER: INVERTERS, Subject.SITE: SITES, Subject.TOWN: ("town",)}
STATUSES = tuple(EnergyStatus)
REOPENED = day_start(date(2026, 6, 21), PARIS)
"""A day whose energy was known first and is missing since it was closed anew."""


def fill(store: InfluxStore) -> None:
    """A year of days; quarter-hours, readings and states of the last month and around spring's change of clocks."""
    midnights = np.array([day_start(day, PARIS) for day in days(FIRST, LAST)], dtype=np.int64)
    for kind, subjects in INSTALLED.items():
        store.write_rollups(Step.DAY, _rows(kind, subjects, midnights, 40_000.0))
    late = _rows(Subject.ROOF, ROOFS[:1], np.array([REOPENED], dtype=np.int64), 40_000.0)
    store.write_rollups(Step.DAY, late.assign(energy=np.nan, expected=np.nan, completeness=0.0, status="unknown"))
    spans = [(day_start(SPRING, PARIS) - DAY, day_start(SPRING, PARIS) + 2 * DAY), (NOW - 31 * DAY, NOW)]
    for start, end in spans:
        quarters = np.arange(start, end, QUARTER, dtype=np.int64)
        store.write_rollups(Step.QUARTER, _rows(Subject.SITE, SITES, quarters, 900.0))
        store.write([sample for at in quarters.tolist() for sample in _samples(at)])
        store.write_facts(fact for at in range(start, end, HOUR) for fact in _state(at))
    store.write_facts(fact for at in range(NOW - HOUR, NOW, QUARTER) for fact in _state(at))
    store.write_facts(fact for kind, subjects in INSTALLED.items() for fact in _yields(store, kind, subjects))
    store.write_facts(_progress())


def _rows(kind: Subject, subjects: tuple[str, ...], times: np.ndarray, scale: float) -> pd.DataFrame:
    frames = []
    for number, subject in enumerate(subjects):
        wave = scale * (1.2 + np.sin(np.arange(len(times)) / 7.3 + number)) + 0.123 * number
        statuses = [STATUSES[(index + number) % len(STATUSES)].value for index in range(len(times))]
        frames.append(
            pd.DataFrame(
                {
                    "kind": kind.value, "subject": subject, "time": times, "energy": wave, "expected": 1.07 * wave,
                    "expected_low": wave, "expected_high": 1.2 * wave, "insolation": wave / 9, "completeness": 1.0,
                    "lost_outage": 0.01 * wave, "lost_finding": 0.02 * wave, "availability": 0.97,
                    "basis": Basis.COUNTER.value, "status": statuses, "expected_basis": ExpectedBasis.FLEET.value,
                }
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def _samples(at: int) -> Iterator[Sample]:
    for device in INVERTERS:
        values = {
            "pac": 5000.0, "frequency": 50.01, "temp_cabinet": 41.0, "power_factor": 0.99, "r_iso": 900.0,
            "v_ac_ln_a": 231.0, "v_ac_ln_b": 232.0, "v_ac_ln_c": 233.0, "state": "MPPT", "fault_code": 0.0,
            "energy_ac_total": at / 1e5, "pdc_1": 2600.0, "v_dc_1": 610.0, "i_dc_1": 4.3, "pdc_2": 2600.0,
            "v_dc_2": 611.0, "i_dc_2": 4.2,
        }  # fmt: skip
        yield Sample(device, at, values)


def _state(at: int) -> Iterator[Fact]:
    devices = [
        {
            "device": device, "condition": "silent" if device == INVERTERS[1] else "answers", "last_sample": at - 9000,
            "age_s": 9, "state": "MPPT", "pac": 5000.0, "error": 'a "reason"\nin two lines', "polls": at / 1e4,
            "failures": at / 1e7,
        }
        for device in INVERTERS
    ]  # fmt: skip
    yield from facts.device_facts(devices, dict.fromkeys(INVERTERS, "inverter"), at, lit=True)
    counters = {"queued": 3, "sent": at / 1e4, "rejected": 1, "dropped": 0, "damaged": 0}
    yield facts.spool_fact({"counters": counters}, running=True, simulated=True, now=at)
    yield facts.job_fact("quarters", [(at - 2 * HOUR, at)], at, at)
    yield facts.job_fact("days", [], at, at)
    yield from facts.alert_facts([_alert(site, at - at % HOUR - HOUR) for site in SITES], SITES, at)


def _alert(site: str, opened: int) -> Alert:
    finding = Finding(Cause.INVERTER_OFF, f"{site}/inv 1", opened, opened, 1200.0, 900.0, 1.0, 0.99, {})
    return Alert(f"{opened % 10**9}-{SITES.index(site)}", opened, finding, 1.0, opened)


def _yields(store: InfluxStore, kind: Subject, subjects: tuple[str, ...]) -> Iterator[Fact]:
    rows = store.read_rollups(Step.DAY, kind, None, 0, NOW, list(facts.YIELD_COLUMNS))
    yield from facts.yield_facts(rows, kind, {subject: 9000.0 for subject in subjects})


def _progress() -> Iterator[Fact]:
    """Electricity of the territory year by year; of all uses something is missing."""

    def amount(mwh: float) -> Amount:
        return Amount(mwh, frozenset({"invented"}), frozenset(), Known.DECLARED)

    needs, rings = Scoped(Perimeter.TERRITORY, amount(30_000.0)), (Ring.ELECTRICITY, Ring.ALL_USES)
    made = [
        coverage(year, ring, Scoped(Perimeter.TERRITORY, amount(1000.0 * (year - 2015))), needs,
                 (Carrier.GAS,) if ring is Ring.ALL_USES else ())
        for year in range(2021, 2026) for ring in rings
    ]  # fmt: skip
    milestones = [Target(2020, 32_000, 4000), Target(2030, 28_000, 14_000)]
    return facts.progress_facts(made, lambda _ring: milestones, lambda year: day_start(date(year, 1, 1), PARIS))
