"""Facts beside samples and rollups in InfluxDB: what a line looks like, what is refused, what is kept how long."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.sample import Sample
from collector.store import open_store
from collector.store.facts import LONGEST, Fact, FactStore, fact_lines
from collector.store.influx_store import InfluxStore
from tests.influxd import Influxd, influxd  # noqa: F401

TIME = 1_767_225_600_000


def line(fact: Fact) -> str:
    (body,) = fact_lines([fact])
    return body.decode()


def test_a_fact_has_floats_texts_and_the_names_of_what_is_missing() -> None:
    fields = {"age_s": 12, "pac": float("nan"), "why": 'a "b"\\c\n d', "state": None}
    fact = Fact("tepos_device", TIME, {"site": "é b", "device": "é b/inv=1,2"}, fields)
    assert line(fact) == (
        f'tepos_device,device=é\\ b/inv\\=1\\,2,site=é\\ b age_s=12.0,why="a \\"b\\"\\\\c d",missing="pac,state" {TIME}'
    )


@pytest.mark.parametrize("fact", [
    Fact("sample", TIME, {}, {"pac": 1.0}), Fact("tepos_spool", -1, {}, {}), Fact("tepos_spool", TIME, {"job": ""}, {}),
    Fact("tepos_spool", TIME, {"job": "a\\"}, {}), Fact("tepos_spool", TIME, {"job": "a\nb"}, {}),
    Fact("tepos_spool", TIME, {"a": "x"}, {"a": 1.0}), Fact("tepos_spool", TIME, {}, {"a": float("inf")}),
])  # fmt: skip
def test_what_influxdb_could_not_keep_exactly_is_refused(fact: Fact) -> None:
    with pytest.raises(ValueError, match=r".+"):
        list(fact_lines([fact]))


def test_the_embedded_store_takes_no_facts(tmp_path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    assert not isinstance(store, FactStore)
    store.close()


@pytest.fixture
def store(influxd: Influxd) -> InfluxStore:  # noqa: F811
    return InfluxStore.from_url(influxd.fresh(f"facts-{uuid4().hex}"))


def asked(influxd: Influxd, store: InfluxStore, measurement: str, suffix: str = "") -> str:  # noqa: F811
    database = store.url.rpartition("=")[2] + suffix
    return influxd.query(f'SELECT * FROM "{measurement}"', db=database, epoch="ms")


def test_states_stand_beside_samples_and_what_lasts_beside_rollups(influxd: Influxd, store: InfluxStore) -> None:  # noqa: F811
    event = Fact("tepos_event", TIME, {"event": "x"}, {"text": "é"})
    store.write_facts([Fact("tepos_spool", TIME, {}, {"queued": 1}), event])
    for measurement, suffix, elsewhere in (("tepos_spool", "", "_rollup"), ("tepos_event", "_rollup", "")):
        assert str(TIME) in asked(influxd, store, measurement, suffix)
        assert str(TIME) not in asked(influxd, store, measurement, elsewhere)
    assert store.check() == []


def test_states_go_with_the_samples_of_their_time_and_what_lasts_stays(influxd: Influxd, store: InfluxStore) -> None:  # noqa: F811
    for at in (TIME, TIME + 1000):
        store.write([Sample("a/b", at, {"pac": 1.0})])
        store.write_facts([Fact("tepos_spool", at, {}, {"queued": 1}), Fact("tepos_event", at, {}, {"text": "x"})])
    assert store.delete_before(TIME + 1000) == 1
    kept = asked(influxd, store, "tepos_spool")
    assert str(TIME) not in kept
    assert str(TIME + 1000) in kept
    assert str(TIME) in asked(influxd, store, "tepos_event", "_rollup")


@given(text=st.text(max_size=400))
def test_any_text_is_one_line_of_limited_length(text: str) -> None:
    written = line(Fact("tepos_event", TIME, {}, {"text": text}))
    assert len(written.splitlines()) <= 1 or not text.isprintable()
    assert "\n" not in written
    assert len(written) < 2 * LONGEST + 100
