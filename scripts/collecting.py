"""Puts the collector together: links and readers -> poller -> spool -> delivery -> store."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from collector.arrivals import Arrivals
from collector.delivery import Delivery
from collector.errors import CollectorError
from collector.ledger_file import LEDGER
from collector.links import open_links
from collector.poller import Poller
from collector.probe import probe_link
from collector.sample import Sample
from collector.spool.queue import Spool
from collector.store import Store
from config import load_maps
from config.town import Town
from scripts.control import Control, same_endpoint
from scripts.moments import utc_ms

log = logging.getLogger(__name__)
STOP_SECONDS = 10.0


class Collecting:
    """The collector of one town on one data directory; an async context that opens and closes all its parts.

    The caller holds the role `collect`. `deliver` in a thread of its own: a store that hangs never delays a poll.
    """

    def __init__(
        self,
        town: Town,
        data: Path,
        open_store: Callable[[], Store],
        *,
        spool_bytes: int,
        sites: Iterable[str] | None = None,
        now: Callable[[], int] = utc_ms,
    ) -> None:
        self.town, self.data, self.open_store = town, data, open_store
        self.poller = Poller(open_links(town, sites), self._keep, now=now)
        self.spool = Spool.open(data / "spool.db", max_bytes=spool_bytes, now=now())
        self.delivery = Delivery(self.spool, open_store, now=now, arrived=Arrivals(data / LEDGER))
        self._now = now
        self._started = now()
        # One thread, so that records stand in the spool in the order of their cycles.
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._stop = threading.Event()
        self._deliverer: threading.Thread | None = None

    async def _keep(self, samples: list[Sample]) -> None:
        keeping = asyncio.get_running_loop().run_in_executor(self._keeper, self.spool.append, samples, self._now())
        try:
            await asyncio.shield(keeping)
        except asyncio.CancelledError:
            # Stopping must not cost what was polled: a cancelled append that had not begun would never be done.
            await asyncio.wait({keeping})
            keeping.result()
            raise

    async def run(self, stop: asyncio.Event) -> None:
        """Poll and deliver until `stop` is set; what was polled is in the spool when this returns."""
        self._deliverer = threading.Thread(target=self.delivery.run, args=(self._stop,), name="deliver", daemon=True)
        self._deliverer.start()
        # What stands in memory now stays, and readings live for seconds without forming cycles: looking for garbage
        # less often saves a tenth of the CPU of a poll (`tepos bench collect`).
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        async with Control({"status": self._status, "probe": self._probe, "requeue": self._requeue}):
            polling = asyncio.create_task(self.poller.run(), name="poll")
            stopping = asyncio.create_task(stop.wait(), name="stop")
            try:
                await asyncio.wait({polling, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if polling.done():  # only a fault of ours ends the polling
                    await polling
            finally:  # also then, and when this task itself is cancelled, what came in is kept
                stopping.cancel()
                polling.cancel()
                await asyncio.gather(polling, stopping, return_exceptions=True)
                await self.poller.flush()
                self._disconnect()
        await asyncio.to_thread(self._end_delivery)

    async def once(self, patience: float = 30.0) -> None:
        """One round, then deliver what can be delivered within `patience` seconds."""
        await self.poller.once()
        self._disconnect()
        await asyncio.to_thread(self.deliver_all, patience)

    def _disconnect(self) -> None:
        for link in self.poller.links:
            link.link.close()

    def deliver_all(self, patience: float) -> bool:
        """Deliver until the spool is empty (True) or `patience` seconds passed."""
        deadline = time.monotonic() + patience
        try:
            while self.spool.counters.queued:
                wait = self.delivery.step()
                if wait and self.spool.counters.queued:
                    if time.monotonic() + wait > deadline:
                        return False
                    time.sleep(wait)
        finally:
            self.delivery.close()  # a store belongs to the thread that opened it
        return True

    def _end_delivery(self) -> None:
        """Wait for the delivery in hand, but not for a store that hangs: what it has not taken stays in the spool."""
        self._stop.set()
        thread, self._deliverer = self._deliverer, None  # once: whoever stops should not wait twice
        if thread is not None:
            thread.join(timeout=STOP_SECONDS)

    def close(self) -> None:
        """Stop delivering and close the spool; what is not delivered stays in it."""
        self._end_delivery()
        self._keeper.shutdown()
        self.spool.close()

    def status(self) -> dict[str, Any]:
        """What is known right now, as plain data."""
        lateness = sorted(self.poller.lateness)
        return {
            "started": self._started,
            "simulated": self.town.simulated,
            "devices": [asdict(status) for status in self.poller.status()],
            "links": [
                {"link": str(link.link), "connected": link.link.connected, "counters": asdict(link.link.counters)}
                for link in self.poller.links
            ],
            "lateness_p99_ms": round(lateness[int(len(lateness) * 0.99)] * 1000, 1) if lateness else None,
            "overruns": self.poller.overruns,
            "lost_in_memory": self.poller.lost_in_memory,
            "spool": asdict(self.spool.counters),
            "delivery": asdict(self.delivery.state),
        }

    async def _status(self, _question: dict[str, Any]) -> dict[str, Any]:
        return self.status()

    async def _requeue(self, _question: dict[str, Any]) -> dict[str, Any]:
        return {"requeued": await asyncio.to_thread(self.spool.requeue, self._now())}

    async def _probe(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask through our own connection, in turn with the polls."""
        for link in self.poller.links:
            ends = (link.link.host, link.link.port), (question["host"], question["port"])
            if not await asyncio.to_thread(same_endpoint, *ends):  # a slow name server must not hold up the polls
                continue
            held = {"held": True, "simulated": self.town.simulated}
            try:
                report = await probe_link(
                    link.link,
                    unit=question["unit"],
                    map_name=question["map"],
                    bases=tuple(question["bases"]),
                    # What is asked for need not be what the town's files say: every map may be named or recognised.
                    maps={**await asyncio.to_thread(load_maps), **self.town.maps},
                )
            except (CollectorError, ValueError) as error:
                return held | {"error": str(error)}
            return held | {"report": report.to_json()}
        return {"held": False}
