import asyncio
from datetime import timedelta

import pytest

from collector.delivery import Delivery
from collector.spool.queue import Spool
from collector.store import open_store
from scripts.simulator import past
from scripts.simulator.fault import parse_fault
from scripts.simulator.history import fill
from scripts.simulator.past import finish, instants, stretches
from scripts.simulator.plant import Plant
from tests.scripts.simulator.sunny_town import sunny_town

HOUR = 3_600_000
NOON = 1_782_302_400_000  # 2026-06-24 12:00 UTC
TOWN = sunny_town()


def _fill(tmp_path, start, end, **more):
    url = f"sqlite:///{tmp_path / 'store.db'}"
    spool = Spool.open(tmp_path / "spool.db", max_bytes=4 << 20, now=end)
    delivery = Delivery(spool, lambda: open_store(url), now=lambda: end)
    try:
        made = fill(TOWN, spool, delivery, start=start, end=end, seed=1, **more)
        return made, open_store(url), spool.counters
    finally:
        delivery.close()
        spool.close()


def test_a_day_of_history_is_stored_whole_and_is_what_the_plant_measured(tmp_path):
    made, store, counters = _fill(tmp_path, NOON - 24 * HOUR, NOON)
    assert made == store.count() == 96 * len(TOWN.devices())
    assert (counters.sent, counters.queued, counters.dropped) == (made, 0, 0)
    got = store.read("east/inv", ["pac", "energy_ac_total", "pdc_2"], NOON - 24 * HOUR, NOON)
    plant = Plant(TOWN, 1)
    for when in (0, 40, 95):
        truth = plant.values("east/inv", int(got.index[when].timestamp() * 1000))
        assert got["pac"].iloc[when] == pytest.approx(truth["pac"], abs=1)
        assert got["energy_ac_total"].iloc[when] == pytest.approx(truth["energy_ac_total"], abs=10)
    store.close()


def test_history_that_is_told_twice_is_kept_once(tmp_path):
    first = _fill(tmp_path, NOON - 4 * HOUR, NOON)
    first[1].close()
    made, store, _ = _fill(tmp_path, NOON - 2 * HOUR, NOON + HOUR)
    assert made == 12 * len(TOWN.devices())
    assert store.count() == 20 * len(TOWN.devices())
    store.close()


def test_night_and_day_keep_every_field(tmp_path):
    _, store, _ = _fill(tmp_path, NOON - 24 * HOUR, NOON, step=timedelta(hours=1))
    got = store.read("south/inv", ["pac", "energy_ac_total", "v_dc_2"], NOON - 24 * HOUR, NOON)
    assert got["energy_ac_total"].notna().all()
    assert got["energy_ac_total"].is_monotonic_increasing
    assert got["v_dc_2"].max() > 300
    store.close()


def test_a_silent_device_has_no_history(tmp_path):
    made, store, _ = _fill(tmp_path, NOON - HOUR, NOON, faults=[parse_fault("east/inv:silent")])
    assert made == 4 * (len(TOWN.devices()) - 1)
    assert store.count("east/inv") == 0
    store.close()


def test_progress_is_told_up_to_the_end(tmp_path):
    told = []
    _fill(tmp_path, NOON - 48 * HOUR, NOON, step=timedelta(minutes=15), progress=lambda *now: told.append(now))[
        1
    ].close()
    assert told == [(96, 192), (192, 192)]


def test_a_long_history_made_by_several_processes_is_the_same(tmp_path, monkeypatch):
    times = instants(NOON, NOON + 30 * 4 * HOUR, HOUR)
    alone = list(stretches(TOWN, 1, (), NOON, times, 4))
    monkeypatch.setattr(past, "ALONE", 1)
    assert list(stretches(TOWN, 1, (), NOON, times, 4)) == alone


def test_a_store_that_is_down_leaves_the_history_in_the_spool(tmp_path):
    spool = Spool.open(tmp_path / "spool.db", max_bytes=4 << 20, now=NOON)
    delivery = Delivery(spool, lambda: open_store("influxdb://127.0.0.1:1?org=o&bucket=pv"), now=lambda: NOON)
    made = fill(TOWN, spool, delivery, start=NOON - HOUR, end=NOON, seed=1)
    assert spool.counters.queued == made == 4 * len(TOWN.devices())
    spool.close()


@pytest.mark.parametrize(("start", "end", "step"), [(NOON, NOON - 1, 900), (NOON - HOUR, NOON, 0)])
def test_a_range_without_sense_is_refused(tmp_path, start, end, step):
    with pytest.raises(ValueError, match="no history"):
        _fill(tmp_path, start, end, step=timedelta(seconds=step))


def test_a_reader_that_would_wait_is_a_fault():
    with pytest.raises(RuntimeError, match="waited"):
        finish(asyncio.sleep(0))
