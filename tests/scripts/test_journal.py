"""The hourly line of the journal: short when all is well, and nothing bad left out."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from collector.store import open_store
from scripts.journal import NAMED, Journal, hour
from tests.faults import Device, Request
from tests.scripts.accepted import Telling, until
from tests.towns import invented_town

NOW = 1_763_796_600_000  # 2025-11-22T07:30Z


def state(polls: int, *, silent: int = 0, fine: int = 2, **spool: int) -> dict[str, Any]:
    """A collector's state as Collecting.status gives it, as far as the line needs it."""
    counters = {"rejected": 0, "dropped": 0, "damaged": 0, "queued": 0} | spool
    devices = [
        {"path": f"hall/inv-{n}", "error": "no answer" if n < silent else "", "last_sample": NOW, "polls": polls,
         "failing_since": NOW - 3_600_000 * (n + 1) if n < silent else None, "failures": polls if n < silent else 0}
        for n in range(silent + fine)
    ]  # fmt: skip
    return {"devices": devices, "spool": counters, "lost_in_memory": 0, "delivery": {"status": "ok", "error": None}}


def test_a_quiet_hour_is_one_short_line() -> None:
    assert hour(state(0), state(360), NOW, UTC) == (logging.INFO, "2 of 2 devices answer; polls: 720, failed: 0")


def test_the_silent_are_named_with_the_longest_first_and_only_so_many() -> None:
    level, line = hour(state(0, silent=10), state(5, silent=10), NOW, UTC)
    assert level == logging.WARNING
    assert line.startswith("2 of 12 devices answer; silent: hall/inv-9 (since 2025-11-21 21:30), hall/inv-8 (since ")
    assert line.count("(since") == NAMED
    assert "+2; polls: 60, failed: 50" in line


def test_what_was_lost_in_the_hour_is_told_and_what_was_lost_before_is_not() -> None:
    before = state(0, dropped=7, rejected=1)
    level, line = hour(before, state(1, dropped=9, rejected=1, damaged=4), NOW, UTC)
    assert level == logging.WARNING
    assert line.endswith("dropped because the spool was full: 2; damaged in the spool: 4")
    assert hour(before, state(1, dropped=7, rejected=1), NOW, UTC)[0] == logging.INFO


def test_a_store_that_takes_no_data_is_told_with_how_much_waits() -> None:
    after = state(1, queued=12) | {"delivery": {"status": "down", "error": "refused"}}
    level, line = hour(state(0), after, NOW, UTC)
    assert level == logging.WARNING
    assert line.endswith("samples that wait for the store: 12; the store takes no data: refused")


def test_the_first_line_judges_nobody_who_has_not_yet_had_time_to_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2.0)
        writer.write(request.answer())

    async def story() -> None:
        async with Device() as device:
            device.fault = slow
            url = f"sqlite:///{tmp_path / 'store.db'}"
            collecting = Telling(invented_town([device.port]), tmp_path, lambda: open_store(url), spool_bytes=1 << 20)
            stop = asyncio.Event()
            async with Journal(collecting, url):
                running = asyncio.create_task(collecting.run(stop))
                await until(lambda: "devices answer" in caplog.text)
                stop.set()
                await running
            collecting.close()

    caplog.set_level(logging.INFO, "scripts.journal")
    asyncio.run(story())
    assert re.search(r"1 of 1 devices answer; polls: \d+, failed: 0\b", caplog.text)
