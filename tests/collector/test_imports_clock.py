"""Times of imported files: formats, zones, and both changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.imports.instants import parse
from tests.collector.invented_file import HOUR, MINUTE, PARIS, at, changed, read, said

QUARTER = 15 * MINUTE
AUTUMN, SPRING = at("2020-10-25"), at("2020-03-29")


def local_quarters(start, count, *, end_label=False):
    """Lines with what the town's clocks show, one kWh more in each."""
    moments = (start + (n + end_label) * QUARTER for n in range(count))
    shown = (datetime.fromtimestamp(moment / 1000, PARIS) for moment in moments)
    return [f"{time:%d/%m/%Y %H:%M};{n}" for n, time in enumerate(shown)]


def starts(folder, lines, **changes):
    return [row[0] for row in said(folder, "\n".join(["Date;kWh", *lines]), changed("quarter_hourly", **changes))]


def test_the_autumn_day_has_100_quarters_in_order_and_none_twice(tmp_path):
    assert starts(tmp_path, local_quarters(AUTUMN, 100)) == [AUTUMN + n * QUARTER for n in range(100)]


def test_times_may_name_the_end_also_in_the_doubled_hour(tmp_path):
    lines = local_quarters(AUTUMN, 100, end_label=True)
    assert starts(tmp_path, lines, time_label="end") == [AUTUMN + n * QUARTER for n in range(100)]


def test_a_file_that_runs_backwards_shows_winter_time_first(tmp_path):
    found = starts(tmp_path, local_quarters(AUTUMN, 100)[::-1])
    assert found == [AUTUMN + n * QUARTER for n in range(100)][::-1]


def test_the_spring_day_has_92_quarters(tmp_path):
    assert starts(tmp_path, local_quarters(SPRING, 92)) == [SPRING + n * QUARTER for n in range(92)]


def test_a_time_that_the_clocks_skip_is_a_fault_with_a_remedy(tmp_path):
    blocks, faults = read(tmp_path, "Date;kWh\n29/03/2020 02:15;1\n29/03/2020 03:00;1\n", "quarter_hourly")
    assert [(fault.line, fault.value) for fault in faults.kept] == [(2, "29/03/2020 02:15")]
    assert "+01:00" in faults.kept[0].remedy
    assert sum(len(block.start) for block in blocks) == 1


def test_each_inverter_of_a_file_goes_through_the_doubled_hour_by_itself(tmp_path):
    layout = changed("quarter_hourly", step="30min", values_columns=(3,), values_subject=2)
    lines = [f"25/10/2020 02:{m};{name};1" for _turn in range(2) for m in ("00", "30") for name in ("inv-1", "inv-2")]
    text = "\n".join(["Date;WR;kWh", "25/10/2020 01:30;inv-1;1", *lines, "25/10/2020 03:00;inv-1;1"])
    blocks, faults = read(tmp_path, text, layout)
    assert faults.count == 0
    second = next(block for block in blocks if block.series[1] == "hall/inv-2")
    assert (second.start - AUTUMN).tolist() == [2 * HOUR, 2.5 * HOUR, 3 * HOUR, 3.5 * HOUR]


def test_winter_time_all_year_and_utc_need_no_change_of_clocks(tmp_path):
    line = ["29/03/2020 02:15;1"]
    assert starts(tmp_path, line, time_zone="+01:00") == [at("2020-03-29T02:15+01:00")]
    assert starts(tmp_path, line, time_zone="utc") == [at("2020-03-29T02:15+00:00")]


def test_twenty_four_hours_are_the_next_midnight(tmp_path):
    found = starts(tmp_path, ["31/12/2020 24:00;1"], time_label="end")
    assert found == [at("2020-12-31T23:45")]


def test_date_and_hour_may_stand_in_two_columns(tmp_path):
    layout = changed("quarter_hourly", time_columns=(1, 2), values_columns=(3,))
    assert said(tmp_path, "Jour;Heure;kWh\n01/06/2020;12:15;1\n", layout)[0][0] == at("2020-06-01T12:15")


def test_a_time_between_quarters_is_a_fault(tmp_path):
    _blocks, faults = read(tmp_path, "Date;kWh\n01/06/2020 12:07;1\n", "quarter_hourly")
    assert [(fault.line, fault.value) for fault in faults.kept] == [(2, "01/06/2020 12:07")]


@given(
    st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2100-01-01")),
    st.sampled_from([-330, 0, 60, 120, 345]),
)
def test_every_time_is_read_as_it_was_written(moment, offset):
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    times, offsets = parse([f"{moment:%d/%m/%Y %H:%M:%S}", f"{moment:%Y-%m-%dT%H:%M:%S}{zone}"],
                           ["%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])  # fmt: skip
    assert times.tolist() == [moment.replace(microsecond=0)] * 2
    assert offsets.tolist() == [0, offset]


@given(st.lists(st.text("0123456789/-: T+Zxé", max_size=45), min_size=1, max_size=20))
def test_nothing_else_is_a_time(cells):
    times, _offsets = parse(cells, ["%d/%m/%Y %H:%M"])
    for cell, time in zip(cells, times, strict=True):
        if not np.isnat(time):
            plain = cell.strip().replace("24:00", "00:00", 1)
            read_again = datetime.strptime(plain, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
            assert time.tolist() - read_again.replace(tzinfo=None) in (timedelta(), timedelta(days=1))


@pytest.mark.parametrize("never", ["29/02/2021", "31/04/2020", "00/01/2020", "01/13/2020", "01/00/2020", "01/01/0000"])
def test_a_date_of_no_calendar_is_none(never):
    assert np.isnat(parse([never], ["%d/%m/%Y"])[0][0])
