"""Late samples go down in the ledger between store and spool; those in time cost it nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from collector.arrivals import QUARTER, Arrivals
from collector.delivery import Delivery
from collector.periods import Periods
from collector.sample import Sample
from collector.spool.queue import Spool
from collector.store import open_store

NOW = 1_767_225_600_000
Q = QUARTER


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool.open(tmp_path / "spool.db", max_bytes=2**20, now=NOW)
    yield spool
    spool.close()


def sample(time: int, device: str = "a") -> Sample:
    return Sample(device, NOW + time, {"pac": 1.0})


def closed_until(ledger: Path, time: int) -> None:
    with Periods(ledger) as periods:
        assert periods.lease("quarters", NOW, NOW + time, NOW, 60)


def told(ledger: Path) -> list[tuple[str, int, int, int]]:
    """Device, quarter, first and last, counted from NOW."""
    with Periods(ledger) as periods:
        return [(a.device, a.quarter - NOW, a.first - NOW, a.last - NOW) for a in periods.arrivals()]


def test_where_nothing_was_ever_closed_nothing_is_late_and_no_file_is_made(ledger: Path) -> None:
    Arrivals(ledger)([sample(0)])
    assert not ledger.exists()


def test_a_sample_of_a_closed_quarter_is_late_and_one_behind_it_is_not(ledger: Path) -> None:
    closed_until(ledger, Q)
    Arrivals(ledger)([sample(Q), sample(2 * Q)])
    assert told(ledger) == []
    Arrivals(ledger)([sample(Q + 1), sample(Q - 1), sample(Q - 5), sample(0, "b"), sample(2 * Q)])
    assert told(ledger) == [("a", 0, Q - 5, Q - 1), ("b", 0, 0, 0)]


def test_a_sample_of_a_quarter_that_is_being_closed_is_late(ledger: Path) -> None:
    with Periods(ledger) as periods:
        assert periods.lease("quarters", NOW, NOW + Q, NOW, 60)
        Arrivals(ledger)([sample(Q - 1)])
        assert len(periods.arrivals()) == 1


def test_thousands_of_late_samples_are_one_row_for_each_device_and_quarter(ledger: Path) -> None:
    closed_until(ledger, 8 * Q)
    Arrivals(ledger)([sample(n * 10_000, device) for n in range(720) for device in "ab"])
    assert len(told(ledger)) == 2 * 8
    assert told(ledger)[0] == ("a", 0, 0, 890_000)


def test_a_late_sample_is_told_after_the_store_has_it_and_before_the_spool_forgets_it(
    ledger: Path, spool: Spool, tmp_path: Path
) -> None:
    closed_until(ledger, Q)
    url, seen = f"sqlite:///{tmp_path}/store.db", []

    def arrived(samples: list[Sample]) -> None:
        with closing(open_store(url)) as store:
            seen.append((store.count(), spool.counters.queued))
        Arrivals(ledger)(samples)

    spool.append([sample(1), sample(2)], NOW)
    delivery = Delivery(spool, lambda: open_store(url), now=lambda: NOW, arrived=arrived)
    assert delivery.step() == 0
    assert (seen, spool.counters.queued) == ([(2, 2)], 0)
    assert told(ledger) == [("a", 0, 1, 2)]
    delivery.close()


def test_what_the_store_refused_did_not_arrive(ledger: Path, spool: Spool, tmp_path: Path) -> None:
    closed_until(ledger, Q)
    spool.append([Sample("bad", NOW, {"pac": float("inf")}), sample(1)], NOW)
    delivery = Delivery(
        spool, lambda: open_store(f"sqlite:///{tmp_path}/store.db"), now=lambda: NOW, arrived=Arrivals(ledger)
    )
    assert delivery.step() == 0
    assert (told(ledger), spool.counters.rejected) == ([("a", 0, 1, 1)], 1)
    delivery.close()


def test_a_ledger_that_cannot_be_used_keeps_the_samples_in_the_spool(
    ledger: Path, spool: Spool, tmp_path: Path
) -> None:
    ledger.write_text("this is a shopping list\n" * 100)
    spool.append([sample(1)], NOW)
    seconds = 0.0
    delivery = Delivery(
        spool,
        lambda: open_store(f"sqlite:///{tmp_path}/store.db"),
        now=lambda: NOW,
        arrived=Arrivals(ledger),
        monotonic=lambda: seconds,
    )
    assert delivery.step() > 0
    assert (delivery.state.status, spool.counters.queued) == ("down", 1)
    ledger.unlink()
    closed_until(ledger, Q)
    seconds = 100.0
    assert delivery.step() == 0
    assert (told(ledger), spool.counters.queued) == ([("a", 0, 1, 1)], 0)
    delivery.close()
