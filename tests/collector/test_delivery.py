"""From a real spool to real stores, with everything that can stand between them."""

import logging
import math
import signal
import threading
import time
from contextlib import closing
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.delivery import BATCH, IDLE_SECONDS, Delivery, write_all
from collector.errors import StoreError, StoreRejected, StoreTooLarge, StoreUnavailable
from collector.sample import Sample
from collector.spool.queue import Spool
from collector.store import open_store
from tests import influx_fakes as fakes
from tests.influx_fakes import FakeInflux, Reply
from tests.influxd import Influxd, influxd  # noqa: F401

NOW = 1_767_225_600_000


class Clock:
    """A monotonic clock that a test moves by hand."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds

    def ms(self):
        return NOW + int(self.seconds * 1000)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("TEPOS_LANG", "en")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def spool(memory):
    spool = Spool.open(memory / "spool.db", max_bytes=8 * 1024 * 1024, now=NOW)
    yield spool
    spool.close()


@pytest.fixture
def fake():
    with FakeInflux().running() as server:
        yield server


def delivery(spool, clock, url, token=None):
    return Delivery(spool, lambda: open_store(url, token), now=clock.ms, monotonic=clock, jitter=lambda: 0.5)


def cycle(number, devices=10, **more):
    return [
        Sample(f"roof/inv-{d}", NOW + number * 1000, {"pac": number * 100.0 + d, "pdc_1": None, **more})
        for d in range(devices)
    ]


def drained(delivery, clock, limit=200):
    """Step, letting the asked-for time pass, until the queue is empty; the waits on the way."""
    waits = []
    for _step in range(limit):
        if delivery._spool.counters.queued == 0:
            return waits
        wait = delivery.step()
        waits.append(wait)
        clock.seconds += wait
    raise AssertionError(f"not drained: {delivery.state}")


def conserved(spool):
    c = spool.counters
    return c.appended == c.sent + c.rejected + c.dropped + c.damaged + c.queued


@pytest.fixture(params=["sqlite", "influx"])
def url(request, memory):
    if request.param == "sqlite":
        return f"sqlite:///{memory}/store.db"
    return request.getfixturevalue("influxd").fresh(f"delivery-{uuid4().hex}")


def test_everything_appended_is_in_the_store_once_with_its_values(spool, clock, url):
    for number in range(30):
        spool.append(cycle(number), NOW)
    d = delivery(spool, clock, url)
    drained(d, clock)
    store = open_store(url)
    assert store.count() == 300
    assert store.read("roof/inv-3", ["pac"], 0, NOW * 2)["pac"].tolist() == [n * 100.0 + 3 for n in range(30)]
    assert (spool.counters.sent, d.state.delivered, d.state.redelivered) == (300, 300, 0)
    assert conserved(spool)
    d.close()
    store.close()


def test_an_empty_spool_asks_for_a_short_wait_and_opens_no_store(spool, clock):
    d = delivery(spool, clock, "influxdb://127.0.0.1:1?bucket=pv")
    assert 0 < d.step() <= IDLE_SECONDS <= 2
    assert d.state.status == "ok"


def test_one_bad_sample_is_quarantined_with_its_reason_and_all_others_arrive(spool, clock, url):
    bad = Sample("roof/bad", NOW, {"pac": math.inf})
    spool.append([*cycle(1, 500), bad, *cycle(2, 499)], NOW)
    with closing(delivery(spool, clock, url)) as d, closing(open_store(url)) as store:
        drained(d, clock)
        assert store.count() == 999
    (kept,) = spool.quarantined()
    assert kept.sample.device == "roof/bad"
    assert "pac" in kept.reason
    assert (spool.counters.sent, spool.counters.rejected) == (999, 1)
    assert conserved(spool)


def test_one_bad_point_in_a_thousand_costs_a_refusing_server_at_most_21_more_requests(spool, clock, fake):
    fake.decide = lambda request: fakes.BAD_POINT if any("inv-777," in line for line in request.lines) else None
    spool.append(cycle(1, 1000), NOW)
    drained(delivery(spool, clock, fake.url), clock)
    assert len(fake.writes) <= 1 + 2 * math.log2(1000) + 1
    assert (spool.counters.sent, spool.counters.rejected) == (999, 1)
    assert "type conflict" in spool.quarantined()[0].reason


def test_half_a_batch_taken_by_a_real_influxd_ends_with_one_of_each(spool, clock, influxd):  # noqa: F811
    url = influxd.fresh(name := f"half-{uuid4().hex}")
    influxd.line(name, f"sample,device=z,site=z soc=5i {NOW}")
    samples = cycle(1, 40)
    samples[17] = Sample("roof/inv-17", NOW + 1000, {"soc": 5.0})
    spool.append(samples, NOW)
    drained(delivery(spool, clock, url), clock)
    store = open_store(url)
    assert store.count() == 39
    assert [r.sample.device for r in spool.quarantined()] == ["roof/inv-17"]
    assert {s.values["pac"] for d, s in store.last().items() if d != "z"} == {100.0 + d for d in range(40) if d != 17}
    assert conserved(spool)


def test_a_quarantined_sample_can_be_queued_again_and_then_arrives(spool, clock, fake):
    fake.decide = lambda _request: fakes.BAD_POINT
    spool.append(cycle(1, 2), NOW)
    drained(delivery(spool, clock, fake.url), clock)
    assert spool.counters.rejected == 2
    fake.decide = lambda _request: None
    assert spool.requeue(NOW) == 2
    drained(delivery(spool, clock, fake.url), clock)
    assert len(fake.kept) == 2
    assert conserved(spool)


def test_a_batch_that_is_too_large_is_halved_and_the_size_remembered_for_a_while(spool, clock, fake):
    fake.decide = lambda request: fakes.TOO_LARGE if len(request.lines) > 30 else None
    spool.append(cycle(1, 100), NOW)
    d = delivery(spool, clock, fake.url)
    drained(d, clock)
    fake.writes.clear()
    spool.append(cycle(2, 100), NOW)
    drained(d, clock)
    assert max(len(w.lines) for w in fake.writes) <= 30
    clock.seconds += 3600
    spool.append(cycle(3, 100), NOW)
    drained(d, clock)
    assert max(len(w.lines) for w in fake.writes) == 100
    assert len(fake.kept) == 300
    assert spool.quarantined() == []


def test_a_single_sample_that_is_too_large_does_not_stop_the_queue(spool, clock, fake):
    fake.decide = lambda request: fakes.TOO_LARGE if any("inv-3," in line for line in request.lines) else None
    spool.append(cycle(1, 8), NOW)
    drained(delivery(spool, clock, fake.url), clock)
    assert len(fake.kept) == 7
    assert "413" in spool.quarantined()[0].reason


@pytest.mark.parametrize(
    "reply",
    [fakes.LOGIN_PAGE, fakes.BAD_GATEWAY, fakes.NO_BUCKET, fakes.busy(), Reply(reset=True), Reply(200), Reply(302)],
)
def test_a_store_that_does_not_answer_as_one_only_makes_the_queue_longer(spool, clock, fake, reply):
    fake.decide = lambda _request: reply
    spool.append(cycle(1), NOW)
    d = delivery(spool, clock, fake.url)
    for _attempt in range(5):
        clock.seconds += d.step()
    assert (spool.counters.queued, d.state.status) == (10, "down")
    fake.decide = lambda _request: None
    drained(d, clock)
    assert (len(fake.kept), d.state.status, d.state.error) == (10, "ok", None)
    assert d.state.redelivered == 10
    assert conserved(spool)


def test_an_acknowledgement_lost_after_the_commit_leaves_one_of_each(spool, clock, fake):
    fake.after_commit = Reply(reset=True)
    spool.append(cycle(1), NOW)
    d = delivery(spool, clock, fake.url)
    clock.seconds += d.step()
    assert (len(fake.kept), spool.counters.queued) == (10, 10)
    fake.after_commit = None
    drained(d, clock)
    assert len(fake.kept) == 10
    assert (spool.counters.sent, d.state.delivered, d.state.redelivered) == (10, 10, 10)


def test_the_waits_grow_from_one_second_to_a_minute_and_start_anew_after_a_success(spool, clock, fake):
    fake.decide = lambda _request: fakes.BAD_GATEWAY
    spool.append(cycle(1), NOW)
    d = delivery(spool, clock, fake.url)
    waits = []
    for _attempt in range(9):
        waits.append(d.step())
        clock.seconds += waits[-1]
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    fake.decide = lambda _request: None
    drained(d, clock)
    fake.decide = lambda _request: fakes.BAD_GATEWAY
    spool.append(cycle(2), NOW)
    assert d.step() == 1.0


def test_the_waits_differ_between_collectors_that_lost_the_same_store(spool, clock, fake):
    fake.decide = lambda _request: fakes.BAD_GATEWAY
    spool.append(cycle(1), NOW)
    waits = set()
    for jitter in (0.0, 0.5, 1.0):
        d = Delivery(spool, lambda: open_store(fake.url), now=clock.ms, monotonic=clock, jitter=lambda j=jitter: j)
        for _attempt in range(4):
            last = d.step()
            clock.seconds += last
        waits.add(last)
        d.close()
    assert waits == {6.0, 8.0, 10.0}


@pytest.mark.parametrize(("asked", "wait"), [("7", 7.0), ("100000", 300.0), ("0", 1.0)])
def test_retry_after_is_obeyed_within_reason(spool, clock, fake, asked, wait):
    fake.decide = lambda _request: fakes.busy(429, Retry_After=asked)
    spool.append(cycle(1), NOW)
    d = delivery(spool, clock, fake.url)
    assert d.step() == wait
    requests = len(fake.writes)
    clock.seconds += wait - 0.1
    assert d.step() == pytest.approx(0.1)
    assert len(fake.writes) == requests


def test_a_refused_token_is_told_once_and_a_new_one_is_found_within_a_minute(spool, clock, fake, tmp_path, caplog):
    caplog.set_level(logging.INFO, "collector.delivery")
    secret = tmp_path / "token"
    secret.write_text("canary-old")
    fake.decide = lambda request: fakes.UNAUTHORIZED if request.token != "Token canary-new" else None
    d = Delivery(spool, lambda: open_store(fake.url, secret.read_text()), now=clock.ms, monotonic=clock)
    spool.append(cycle(1), NOW)
    for _minute in range(5):
        wait = d.step()
        assert wait == 60.0
        clock.seconds += wait
    assert (d.state.status, spool.counters.queued) == ("denied", 10)
    assert sum(record.levelno >= logging.WARNING for record in caplog.records) == 1
    secret.write_text("canary-new")
    assert d.step() == 0.0
    assert (d.state.status, spool.counters.sent) == ("ok", 10)
    assert "canary" not in caplog.text + str(d.state)


def test_the_state_tells_since_when_and_why(spool, clock, fake):
    fake.decide = lambda _request: fakes.BAD_GATEWAY
    spool.append(cycle(1), NOW)
    d = delivery(spool, clock, fake.url)
    down = clock.ms()
    clock.seconds += d.step()
    clock.seconds += d.step()
    assert (d.state.since, d.state.status) == (down, "down")
    assert "502" in d.state.error
    fake.decide = lambda _request: None
    up = clock.ms()
    d.step()
    assert (d.state.since, d.state.error) == (up, None)


def test_a_store_file_of_a_newer_version_keeps_the_data_in_the_spool(spool, clock, tmp_path):
    import sqlite3

    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url).close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    spool.append(cycle(1), NOW)
    d = delivery(spool, clock, url)
    assert d.step() >= 1
    assert "newer" in d.state.error
    assert spool.counters.queued == 10


def test_an_influxd_away_for_a_day_gets_everything_afterwards_and_the_poller_never_waits(spool, clock, tmp_path):
    with Influxd(tmp_path / "influxd") as server:
        url = server.fresh("pv")
        d = delivery(spool, clock, url)
        spool.append(cycle(0), NOW)
        drained(d, clock)
        server.stop(signal.SIGKILL)
        number = 0
        for minute in range(24 * 60):
            clock.seconds = 1000.0 + minute * 60
            if minute % 10 == 0:
                spool.append(cycle(number := number + 1), clock.ms())
            if minute % 30 == 0:
                d.step()
        assert (d.state.status, spool.counters.queued) == ("down", number * 10)
        server.start()
        drained(d, clock)
        store = open_store(url)
        assert store.count() == (number + 1) * 10
        assert store.read("roof/inv-9", ["pac"], 0, 2 * NOW)["pac"].tolist() == [
            n * 100.0 + 9 for n in range(number + 1)
        ]
        assert conserved(spool)


def test_polling_goes_on_while_a_store_stalls_and_run_ends_when_told(spool, fake):
    stalled, go = threading.Event(), threading.Event()

    def stall(_request):
        stalled.set()
        go.wait(300)

    fake.decide = stall
    d = Delivery(spool, lambda: open_store(fake.url), now=lambda: NOW)
    stop = threading.Event()
    spool.append(cycle(0), NOW)
    thread = threading.Thread(target=d.run, args=(stop,))
    thread.start()
    assert stalled.wait(60)
    for number in range(1, 50):  # would take 50 stalls if appending waited for the store
        spool.append(cycle(number), NOW)
    assert not go.is_set()
    go.set()
    deadline = time.monotonic() + 60
    while spool.counters.queued and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    assert len(fake.kept) == 500


def test_run_survives_even_an_error_that_nobody_foresaw(spool, caplog):
    spool.append(cycle(1), NOW)
    stop = threading.Event()

    def broken():
        stop.set()
        raise RuntimeError("a bug")

    d = Delivery(spool, broken, now=lambda: NOW)
    d.run(stop)
    assert (d.state.status, d.state.error) == ("down", "a bug")
    assert "a bug" in caplog.text
    assert spool.counters.queued == 10


def test_a_long_queue_is_sent_in_batches(spool, clock, fake):
    for number in range(12):
        spool.append(cycle(number, 1000), NOW)
    d = delivery(spool, clock, fake.url)
    drained(d, clock)
    assert [len(w.lines) for w in fake.writes] == [BATCH, 2000]


def _law(n, bad, oversized, limit):
    """write_all against a store that refuses some numbers, refuses others as too large, and takes `limit` at once."""
    kept, calls = set(), []

    def write(part):
        calls.append(len(part))
        if len(part) > limit or (len(part) == 1 and part[0].time in oversized):
            raise StoreTooLarge("413")
        if bad & {s.time for s in part} or oversized & {s.time for s in part}:
            raise StoreRejected(f"bad among {len(part)}")
        kept.update(s.time for s in part)

    refused = []
    write_all([Sample("d", i, {}) for i in range(n)], write, refused, lambda _size: None)
    return kept, [s.time for s, _reason in refused], calls


@given(n=st.integers(0, 300), data=st.data())
def test_all_good_samples_are_written_and_only_the_bad_ones_refused(n, data):
    numbers = st.sets(st.integers(0, max(0, n - 1)), max_size=n)
    bad, oversized = data.draw(numbers), data.draw(numbers)
    kept, refused, _calls = _law(n, bad, oversized, data.draw(st.integers(1, 400)))
    lost = {i for i in bad | oversized if i < n}
    assert sorted(refused) == sorted(lost)
    assert kept == set(range(n)) - lost


@given(n=st.integers(2, 5000), data=st.data())
def test_finding_one_bad_sample_costs_at_most_twice_log2_n_and_one_more_writes(n, data):
    _kept, refused, calls = _law(n, {data.draw(st.integers(0, n - 1))}, set(), n)
    assert len(refused) == 1
    assert len(calls) - 1 <= 2 * math.log2(n) + 1


def test_other_errors_pass_through_and_what_was_refused_before_is_known():
    def write(part):
        if len(part) > 1:
            raise StoreRejected("somewhere")
        if part[0].time == 2:
            raise StoreUnavailable("gone")
        raise StoreRejected("this one")

    refused = []
    with pytest.raises(StoreError, match="gone"):
        write_all([Sample("d", i, {}) for i in range(4)], write, refused, lambda _size: None)
    assert [s.time for s, _reason in refused] == [0, 1]
