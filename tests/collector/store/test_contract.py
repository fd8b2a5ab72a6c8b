"""What both stores promise, run against the real ones: a SQLite file and a real influxd."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.errors import StoreRejected
from collector.sample import Sample
from collector.store import Store, open_store
from collector.store.admission import LATEST

TIME = 1_767_225_600_137
DEVICE = 'école d\'Avion/onduleur "1", a=b'


def sample(device=DEVICE, time=TIME, **values):
    return Sample(device, time, values)


def test_what_was_written_is_read_in_the_order_and_form_asked_for(store):
    store.write([sample(time=TIME + 1000, pac=2.5, state="mppt"), sample(pac=14470.0, pdc_2=7350.0, state=None)])
    frame = store.read(DEVICE, ["state", "pdc_2", "pac"], TIME, TIME + 1001)
    assert list(frame.columns) == ["state", "pdc_2", "pac"]
    assert frame.index.name == "time"
    assert frame.index.dtype == pd.DatetimeTZDtype("ms", "UTC")
    assert [t.value // 10**6 for t in frame.index.as_unit("ns")] == [TIME, TIME + 1000]
    assert frame["pac"].tolist() == [14470.0, 2.5]
    assert frame["pdc_2"].dtype == np.float64
    assert frame["pdc_2"].iloc[0] == 7350.0
    assert math.isnan(frame["pdc_2"].iloc[1])
    assert frame["state"].dtype == object
    assert frame["state"].tolist() == [None, "mppt"]


def test_the_end_of_a_span_is_not_in_it(store):
    store.write([sample(time=TIME + i, pac=float(i)) for i in range(4)])
    assert store.read(DEVICE, ["pac"], TIME + 1, TIME + 3)["pac"].tolist() == [1.0, 2.0]


def test_a_span_wider_than_time_itself_holds_everything(store):
    store.write([sample(pac=1.0)])
    assert len(store.read(DEVICE, ["pac"], -(2**62), 2**62)) == 1


def test_an_unknown_device_is_an_empty_frame_of_the_right_form(store):
    frame = store.read("nobody", ["pac", "state"], 0, TIME)
    assert frame.empty
    assert list(frame.columns) == ["pac", "state"]
    assert frame.index.dtype == pd.DatetimeTZDtype("ms", "UTC")
    assert frame["pac"].dtype == np.float64


@pytest.mark.parametrize("field", ["soc", "pdc_7", "pacc", 'p" or 1=1'])
def test_a_field_that_was_never_written_is_a_column_of_nan(store, field):
    store.write([sample(pac=1.0)])
    frame = store.read(DEVICE, [field, "pac"], TIME, TIME + 1)
    assert math.isnan(frame[field].iloc[0])
    assert frame["pac"].tolist() == [1.0]


def test_a_sample_without_any_value_exists_all_the_same(store):
    store.write(
        [sample(pac=1.0, pdc_1=2.0), sample(time=TIME + 5, pac=None, pdc_1=None), sample("b/c", TIME, state=None)]
    )
    assert store.count() == 3
    assert store.count(DEVICE) == 2
    assert store.last() == {DEVICE: Sample(DEVICE, TIME + 5, {}), "b/c": Sample("b/c", TIME, {})}
    assert len(store.read(DEVICE, ["pdc_1"], TIME, TIME + 6)) == 2


def test_last_gives_the_newest_sample_of_each_device_and_nothing_of_older_ones(store):
    store.write([sample(pac=1.0, soc=50.0, pdc_1=7.0, state="run"), sample("b", TIME, pdc_3=1.5)])
    store.write([sample(time=TIME + 9, pac=2.0, soc=None, v_dc_2=600.5, state="off"), sample("b", TIME - 9, pac=9.0)])
    assert store.last() == {
        DEVICE: Sample(DEVICE, TIME + 9, {"pac": 2.0, "v_dc_2": 600.5, "state": "off"}),
        "b": Sample("b", TIME, {"pdc_3": 1.5}),
    }


def test_an_empty_store_is_counted_and_read_as_empty(store):
    store.write([])
    assert (store.count(), store.count("x"), store.last()) == (0, 0, {})


def test_a_sample_written_again_is_there_once_with_its_newest_values(store):
    store.write([sample(pac=1.0, pdc_1=1.0, state="a")] * 2)
    store.write([sample(pac=2.0, pdc_1=3.0, state="b")])
    assert store.count() == 1
    assert store.last()[DEVICE].values == {"pac": 2.0, "pdc_1": 3.0, "state": "b"}


def test_a_device_may_gain_and_lose_fields(store):
    store.write([sample(pac=1.0)])
    store.write([sample(time=TIME + 1, pac=2.0, pdc_12=3.0)])
    store.write([sample(time=TIME + 2, soc=4.0)])
    frame = store.read(DEVICE, ["pac", "pdc_12", "soc"], TIME, TIME + 9)
    assert frame["pac"].tolist()[:2] == [1.0, 2.0]
    assert frame.isna().sum().tolist() == [1, 2, 2]
    assert store.last()[DEVICE].values == {"soc": 4.0}


@pytest.mark.parametrize(
    "bad",
    [
        sample(pac="text"),
        sample(state=1.0),
        sample(pac=math.inf),
        sample(pac=-math.inf),
        sample(pac=math.nan),
        sample(pac=True),
        sample(pac=10**400),
        sample(pac=2**53 + 1),
        sample(no_such_quantity=1.0),
        sample(pac_1=1.0),
        sample(**{'pac" REAL); DROP TABLE device; --': 1.0}),
        sample(state="x" * 5000),
        sample(state="\ud800"),
        sample(time=-1),
        sample(time=2**62),
        sample(device=""),
        sample(device="/inv"),
        sample(device="a\nb"),
        sample(device="a\\"),
        sample(device="d" * 300),
        Sample(DEVICE, TIME, {f"pdc_{i}": 1.0 for i in range(1, 3000)}),
    ],
    ids=lambda s: str(s)[-60:],
)
def test_a_sample_that_cannot_be_kept_exactly_is_refused_and_the_store_goes_on(store, bad):
    with pytest.raises(StoreRejected):
        store.write([sample("good", pac=1.0), bad])
    store.write([sample(pac=3.0)])
    assert store.last()[DEVICE].values == {"pac": 3.0}


def test_whole_numbers_and_the_limits_of_float64_come_back_exactly(store):
    values = [0.0, 5, 2**53, 1.7976931348623157e308, 5e-324, -2.2250738585072014e-308, 0.1 + 0.2, 1e16, -612.3]
    store.write([sample(time=TIME + i, pac=v) for i, v in enumerate(values)])
    assert store.read(DEVICE, ["pac"], TIME, TIME + 99)["pac"].tolist() == [float(v) for v in values]


NUMBER = itertools.count()
FIELDS = st.sampled_from(["pac", "q_ac", "soc", "energy_ac_total", "pdc", "pdc_1", "v_dc_2", "i_dc_12"])
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
NAMES = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\\"), min_size=1, max_size=20).filter(
    lambda name: not name.startswith("/") and name.isprintable()
) | st.sampled_from(["a b/c, d", "x=y z", 'q"q', "q'q", "€/é è", "a/b/c", 'it\'s "so"', "-- x", "#1", "a,b=c d"])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_any_admissible_sample_comes_back_as_it_was(store, data):
    values = data.draw(st.dictionaries(FIELDS, NUMBERS, max_size=6))
    if data.draw(st.booleans()):
        values["state"] = data.draw(TEXT)
    device = f"{next(NUMBER)}{data.draw(NAMES)}"
    time = data.draw(st.integers(0, LATEST))
    store.write([Sample(device, time, values)])
    kept = {field: value for field, value in values.items() if value is not None}
    assert store.last()[device] == Sample(device, time, kept)
    frame = store.read(device, list(values), time, time + 1)
    assert len(frame) == 1
    read = {f: frame[f].iloc[0] for f in values}
    assert {f: v for f, v in read.items() if isinstance(v, str) or (v is not None and v == v)} == kept


def test_asking_for_a_field_twice_is_a_mistake_of_the_caller(store):
    with pytest.raises(ValueError, match="twice"):
        store.read(DEVICE, ["pac", "pac"], 0, 1)


def test_a_working_store_has_nothing_to_complain_of(store):
    assert store.check() == []
    store.write([sample(pac=1.0)])
    assert store.check() == []
    assert store.count() == 1


def test_another_opening_of_the_same_store_sees_what_was_written(store, url):
    store.write([sample(pac=1.0)])
    other: Store = open_store(url)
    assert other.last() == store.last()
    other.write([sample(pac=2.0, pdc_1=1.0), sample("new", TIME, soc=1.0)])
    other.close()
    store.write([sample("new", TIME + 1, soc=2.0), sample(time=TIME + 1, pac=3.0)])
    assert store.count() == 4
    assert store.last()[DEVICE].values == {"pac": 3.0}


@pytest.mark.parametrize(
    "url", ["", "sqlite:x.db", "sqlite://x.db", "sqlite:///", "sqlite:///x.db?mode=ro", "mysql://host/db", "influxdb://",
            "influxdb://host:8086", "influxdb://host:99999?bucket=pv", "influxdb://host?bucket=pv&tokn=x",
            "influxdb://host/path?bucket=pv", "influxdb://host?bucket=pv&api=v7", "sqlite:///:memory:"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_a_wrong_argument(url):
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        open_store(url)
