"""Spans of many devices at once, the oldest sample, and forgetting: the same of both stores."""

import pandas as pd
import pytest

from collector.sample import Sample
from collector.store.sqlite_samples import DELETED_AT_ONCE

TIME = 1_767_225_600_137
FIELDS = ["energy_ac_total", "pdc_2", "state", "soc", "v_dc_1"]


def town(store):
    """Devices with other fields, at other times, one that changed its fields; one wrote late."""
    store.write([Sample("a/inv", TIME + n, {"energy_ac_total": float(n), "state": f"s{n}"}) for n in range(5)])
    store.write([Sample("b/inv d'or", TIME + n, {"energy_ac_total": None, "pdc_2": n / 8}) for n in (4, 0, 2)])
    store.write([Sample("a/inv", TIME + 7, {"energy_ac_total": 7.0, "pdc_2": 0.5, "v_dc_1": 612.3})])
    store.write([Sample("a/inv", TIME + 6, {"state": None})])


def test_many_devices_are_read_as_each_alone(store):
    town(store)
    devices = ["b/inv d'or", "nobody", "a/inv", *(f"spare-{n}" for n in range(60))]
    many = store.read_many(devices, FIELDS, TIME + 1, TIME + 7)
    assert list(many) == devices
    for device in devices:
        pd.testing.assert_frame_equal(many[device], store.read(device, FIELDS, TIME + 1, TIME + 7))
    assert [len(many[device]) for device in devices[:3]] == [2, 0, 5]
    assert many["a/inv"]["state"].tolist() == ["s1", "s2", "s3", "s4", None]
    assert many["b/inv d'or"]["pdc_2"].tolist() == [0.25, 0.5]
    assert many["a/inv"]["soc"].isna().all()


def test_without_fields_the_frames_say_when_there_were_samples(store):
    town(store)
    many = store.read_many(["a/inv", "b/inv d'or"], [], TIME, TIME + 99)
    assert [t.value // 10**6 - TIME for t in many["b/inv d'or"].index.as_unit("ns")] == [0, 2, 4]
    assert many["a/inv"].shape == (7, 0)


def test_no_device_is_no_frame_and_a_field_twice_is_a_mistake(store):
    town(store)
    assert store.read_many([], FIELDS, 0, TIME + 99) == {}
    with pytest.raises(ValueError, match="twice"):
        store.read_many(["a/inv"], ["pac", "pac"], 0, 1)


def test_a_span_of_many_devices_and_chunks_is_whole(store):
    store.write([Sample(f"d{d}", TIME + n, {"pac": n + d / 4, "pdc_1": d}) for n in range(4200) for d in range(3)])
    many = store.read_many(["d0", "d2"], ["pac", "pdc_1"], 0, TIME + 9999)
    assert many["d2"]["pac"].tolist() == [n + 0.5 for n in range(4200)]
    assert set(many["d0"]["pdc_1"]) == {0.0}


def test_the_first_sample_is_the_oldest_of_all_devices(store):
    assert store.first() is None
    town(store)
    assert store.first() == TIME
    store.write([Sample("late", TIME - 5, {})])
    assert store.first() == TIME - 5


def test_what_is_older_is_forgotten_and_the_rest_stays(store):
    town(store)
    assert store.delete_before(TIME + 3) == 5
    assert (store.first(), store.count("a/inv"), store.count("b/inv d'or")) == (TIME + 3, 4, 1)
    assert store.read("a/inv", ["state"], 0, TIME + 99)["state"].tolist() == ["s3", "s4", None, None]
    assert store.last()["a/inv"] == Sample("a/inv", TIME + 7, {"energy_ac_total": 7.0, "pdc_2": 0.5, "v_dc_1": 612.3})
    assert store.delete_before(TIME + 3) == 0


def test_a_device_that_was_wholly_forgotten_is_heard_again_even_with_a_late_sample(store):
    town(store)
    assert store.delete_before(TIME + 5) == 8
    assert set(store.last()) == {"a/inv"}
    store.write([Sample("b/inv d'or", TIME + 1, {"pdc_2": 1.5})])
    assert store.last()["b/inv d'or"] == Sample("b/inv d'or", TIME + 1, {"pdc_2": 1.5})
    assert store.delete_before(TIME + 99) == 3
    assert (store.last(), store.first(), store.count()) == ({}, None, 0)


def test_more_than_one_transaction_of_samples_is_forgotten(store):
    number = DELETED_AT_ONCE // 4 + 1
    store.write([Sample(f"d{d}", TIME + n, {"pac": 1.0}) for n in range(number) for d in range(5)])
    store.write([Sample("meter", TIME + n, {"p_import": 1.0}) for n in range(5)])
    assert store.delete_before(TIME + number) == 5 * number + 5
    assert store.count() == 0
