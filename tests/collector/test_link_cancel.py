"""A cancel always ends a read, even when it meets the answer."""

from __future__ import annotations

import asyncio
import random

from collector.link import Link
from tests.changing_meter import changing_meter
from tests.recorder import recorded


async def _read_for_ever(link: Link) -> None:
    while True:
        await link.read(1, 4, 52, 2)


async def _cancelled_at(link: Link, delay: float) -> bool:
    task = asyncio.create_task(_read_for_ever(link))
    await asyncio.sleep(delay)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=60)
    if not done:
        task.cancel()
    return bool(done) and task.cancelled()


def test_a_cancel_is_never_swallowed_whatever_moment_it_meets() -> None:
    moments = random.Random(11)

    async def all_moments() -> list[bool]:
        link = Link("127.0.0.1", port)
        ended = [await _cancelled_at(link, moments.uniform(0.002, 0.006)) for _ in range(200)]
        link.close()
        return ended

    with changing_meter() as own, recorded(own) as port:
        assert all(asyncio.run(all_moments()))
