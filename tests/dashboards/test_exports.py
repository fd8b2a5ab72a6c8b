"""What a series looks like when it leaves: units, intervals of the town's time, nothing invented."""

from __future__ import annotations

import csv
import io
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Step, Subject
from dashboards.exports import COLUMNS, as_csv, as_parquet, as_records, series
from models.calendar import QUARTER, day_bounds, day_start, quarters

TZ = ZoneInfo("Europe/Paris")


def rollups(*rows):
    """As Store.read_rollups gives them; what a row does not say is missing."""
    frame = pd.DataFrame([dict.fromkeys((*ROLLUP_NUMBERS, *ROLLUP_TEXTS)) | {"subject": "a/sud"} | row for row in rows])
    return frame.astype(dict.fromkeys(ROLLUP_NUMBERS, float) | dict.fromkeys(("subject", *ROLLUP_TEXTS), object))


def exported(*rows, step=Step.DAY, simulated=False):
    return series(rollups(*rows), Subject.ROOF, step, TZ, simulated=simulated, installed={"a/sud": 10_000.0})


def lines(frame):
    return list(csv.DictReader(io.StringIO(as_csv(frame), newline="")))


def test_watt_hours_leave_as_kilowatt_hours_with_the_unit_in_the_name():
    row = {"time": day_start(date(2026, 6, 21), TZ), "energy": 41200.25, "expected": 0.1, "insolation": 6000.0}
    row |= {"energy_dc": 43_000.0, "insolation_corrected": 5000.0, "lost_clipping": 1500.0}
    (line,) = lines(exported(row | {"completeness": 1.0, "basis": "meter", "status": "measured"}))
    assert line == {
        "kind": "roof", "subject": "a/sud", "start": "2026-06-21T00:00:00+02:00", "end": "2026-06-22T00:00:00+02:00",
        "energy_kwh": "41.20025", "expected_kwh": "0.0001", "expected_low_kwh": "", "expected_high_kwh": "",
        "insolation_kwh_m2": "6", "lost_outage_kwh": "", "lost_finding_kwh": "", "completeness": "1",
        "lost_clipping_kwh": "1.5", "energy_dc_kwh": "43", "insolation_25c_kwh_m2": "5",
        "availability": "", "final_yield_h": "4.120025", "reference_yield_h": "6", "performance_ratio": "0.686671",
        "performance_index": "412002.5", "array_yield_h": "4.3", "performance_ratio_25c": "0.824005",
        "basis": "meter", "status": "measured", "expected_basis": "",
        "simulated": "false",
    }  # fmt: skip


def test_figures_that_compare_are_only_given_for_what_is_completely_measured():
    row = {"time": day_start(date(2026, 6, 21), TZ), "energy": 30_000.0, "expected": 40_000.0, "completeness": 0.75}
    (partial,) = as_records(exported(row))
    assert [partial[name] for name in ("final_yield_h", "performance_index")] == [None, None]
    (whole,) = as_records(exported(row | {"completeness": 1.0}))
    assert [whole[name] for name in ("final_yield_h", "performance_index")] == [3.0, 0.75]
    assert whole["performance_ratio"] is None  # nobody measured the light


@pytest.mark.parametrize(("day", "offsets"), [
    (date(2026, 3, 29), ("+01:00", "+02:00")), (date(2026, 10, 25), ("+02:00", "+01:00")),
])  # fmt: skip
def test_a_day_of_clock_change_ends_at_its_midnight(day, offsets):
    (record,) = as_records(exported({"time": day_start(day, TZ)}))
    assert (record["start"][-6:], record["end"][-6:]) == offsets
    assert record["end"][:19].endswith("T00:00:00")


def test_quarters_follow_one_another_through_both_hours_of_the_same_name():
    start, end = day_bounds(date(2026, 10, 25), TZ)
    records = as_records(exported(*({"time": t} for t in quarters(start, end).tolist()), step=Step.QUARTER))
    assert len(records) == len({record["start"] for record in records}) == 100
    assert [r["end"] for r in records[:-1]] == [r["start"] for r in records[1:]]


def test_what_is_missing_is_empty_and_what_is_zero_is_zero():
    frame = exported({"time": 0, "energy": np.nan, "status": "unknown"}, {"time": QUARTER, "energy": 0.0})
    assert [line["energy_kwh"] for line in lines(frame)] == ["", "0"]
    assert [record["energy_kwh"] for record in as_records(frame)] == [None, 0.0]
    assert [record["status"] for record in as_records(frame)] == ["unknown", None]


def test_no_figure_is_written_with_an_exponent_and_sums_stay_sums():
    energies = [1e-3, 1 / 3, 123456789.123, 7e9]
    frame = exported(*({"time": n * QUARTER, "energy": e} for n, e in enumerate(energies)))
    written = [line["energy_kwh"] for line in lines(frame)]
    assert written == ["0.000001", "0.000333", "123456.789123", "7000000"]
    assert sum(map(float, written)) == pytest.approx(sum(energies) / 1000, abs=1e-6 * len(energies))


@pytest.mark.parametrize("name", ["=1+1", "+33", "-1", "@sum(a)", "=HYPERLINK(A1)", "  =1+1", "\u00a0@sum(a)", "%1"])
def test_no_name_is_a_formula_of_a_spreadsheet(name):
    (line,) = lines(exported({"time": 0, "subject": name, "energy": -5.0}))
    assert line["subject"] == f"'{name}"
    assert line["energy_kwh"] == "-0.005"


def test_every_row_of_simulated_data_says_so():
    frame = exported({"time": 0}, {"time": QUARTER}, simulated=True)
    assert {line["simulated"] for line in lines(frame)} == {"true"}
    assert {record["simulated"] for record in as_records(frame)} == {True}


def test_no_rows_are_a_header_alone():
    empty = rollups({"time": 0}).iloc[:0]
    made = as_csv(series(empty, Subject.TOWN, Step.DAY, TZ, simulated=False, installed={}))
    assert made == ",".join(COLUMNS) + "\r\n"


def test_parquet_keeps_times_and_what_is_missing():
    pytest.importorskip("pyarrow", reason="the extra tepos[parquet] is not installed")
    frame = exported({"time": 0, "energy": 1500.0}, {"time": QUARTER, "status": "unknown"}, simulated=True)
    read = pd.read_parquet(io.BytesIO(as_parquet(frame)))
    assert list(read.columns) == list(COLUMNS)
    assert read["start"].tolist() == frame["start"].tolist()
    assert read["energy_kwh"].isna().tolist() == [False, True]
    assert read["simulated"].all()
