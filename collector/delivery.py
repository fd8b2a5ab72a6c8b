"""From the spool to the store: at least once, in order of age, without ever holding up the poller.

Promise: a sample leaves the spool only after the store has taken it or refused that very sample. A store that is down,
busy, full, behind a login page or refusing our token only makes the queue longer.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from collector.errors import StoreDenied, StoreError, StoreRejected, StoreTooLarge, StoreUnavailable
from collector.sample import Sample
from collector.spool.queue import Batch, Rejected, Spool
from collector.store import Store

log = logging.getLogger(__name__)

BATCH = 10_000
IDLE_SECONDS = 2.0
"""How old a reading may become before the store has it: several short cycles then share one commit."""
FIRST_BACKOFF, LAST_BACKOFF = 1.0, 60.0
LONGEST_RETRY_AFTER = 300.0
DENIED_SECONDS = 60.0
SMALL_FOR_SECONDS = 600.0
"""For so long smaller batches are sent after one was too large."""


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How delivery goes, for people."""

    status: Literal["ok", "down", "denied"]
    since: int
    """When this status began: ms since 1970, UTC."""
    error: str | None = None
    """What the store said last, while it does not take data."""
    delivered: int = 0
    """Samples the store has taken since this process started."""
    rejected: int = 0
    """Samples it refused for good."""
    redelivered: int = 0
    """Samples sent again because nobody knows whether an earlier attempt arrived; the store keeps one of each."""


class Delivery:
    """Moves samples from one spool to one store. `step` and `run` belong to one thread; `state` may be read by any."""

    def __init__(
        self,
        spool: Spool,
        open_store: Callable[[], Store],
        *,
        now: Callable[[], int],
        arrived: Callable[[Sequence[Sample]], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`open_store` is called again after every failure, so that a new token or address is found.

        `now` gives ms since 1970 (UTC); `jitter` a number in 0..1. `arrived` is told what the store has taken, at least
        once, before the spool forgets it; a StoreError of it is one of the store.
        """
        self._spool = spool
        self._open_store = open_store
        self._now = now
        self._arrived = arrived
        self._monotonic = monotonic
        self._jitter = jitter
        self._store: Store | None = None
        self._failures = 0
        self._not_before = float("-inf")
        self._size = BATCH
        self._size_until = float("-inf")
        self._in_doubt_until = 0
        self.state = DeliveryState("ok", now())

    def step(self) -> float:
        """One attempt at the oldest samples. Returns the seconds to wait before the next; 0 when there is more.

        Never raises StoreError. SpoolError when the spool itself cannot be used.
        """
        if (wait := self._not_before - self._monotonic()) > 0:
            return wait
        if self._monotonic() >= self._size_until:
            self._size = BATCH
        batch = self._spool.peek(self._size)
        if batch is None:
            return IDLE_SECONDS
        refused: list[tuple[Sample, str]] = []
        try:
            if self._store is None:
                self._store = self._open_store()
            write_all(batch.samples, self._store.write, refused, self._too_large)
            if self._arrived is not None:
                gone = {id(sample) for sample, _reason in refused}
                self._arrived([sample for sample in batch.samples if id(sample) not in gone])
        except StoreError as error:
            if refused:  # so much work must not be begun anew each time: smaller batches are settled sooner
                self._smaller(len(batch.samples) // 4)
            return self._failed(error, batch)
        now = self._now()
        self._spool.settle(batch, [Rejected(sample, reason, now) for sample, reason in refused])
        self._succeeded(batch, refused)
        return 0.0

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set. Whatever happens in a step, the thread lives on."""
        try:
            while not stop.is_set():
                try:
                    wait = self.step()
                except Exception as error:  # a dead thread would be noticed when the spool overflows
                    log.exception("delivery failed; trying again in %g s", LAST_BACKOFF)
                    self._turn("down", str(error))
                    self.close()
                    wait = LAST_BACKOFF
                stop.wait(wait)
        finally:
            self.close()

    def _succeeded(self, batch: Batch, refused: Sequence[tuple[Sample, str]]) -> None:
        if self.state.status != "ok":
            log.info("the store takes data again")
            self._turn("ok", None)
        for sample, reason in refused[:5]:
            log.warning("the store refused a sample of %s for good: %s", sample.device, reason)
        if len(refused) > 5:
            log.warning("the store refused %d more samples for good", len(refused) - 5)
        again = max(0, min(batch.end, self._in_doubt_until) - batch.start)
        self.state = replace(
            self.state,
            delivered=self.state.delivered + len(batch.samples) - len(refused),
            rejected=self.state.rejected + len(refused),
            redelivered=self.state.redelivered + again,
        )
        self._failures = 0

    def _failed(self, error: StoreError, batch: Batch) -> float:
        self.close()
        self._in_doubt_until = max(self._in_doubt_until, batch.end)
        status: Literal["down", "denied"] = "denied" if isinstance(error, StoreDenied) else "down"
        if self.state.status != status:
            log.warning("the store does not take data; they wait in the spool: %s", error)
        self._turn(status, str(error))
        if status == "denied":
            wait = DENIED_SECONDS
        else:
            self._failures += 1
            steps = min(2.0 ** (self._failures - 1), LAST_BACKOFF) * FIRST_BACKOFF
            wait = max(FIRST_BACKOFF, min(LAST_BACKOFF, steps * (0.75 + 0.5 * self._jitter())))
            asked = error.retry_after if isinstance(error, StoreUnavailable) else None
            if asked is not None:
                wait = max(FIRST_BACKOFF, min(asked, LONGEST_RETRY_AFTER))
        self._not_before = self._monotonic() + wait
        return wait

    def _too_large(self, size: int) -> None:
        log.info("a batch of %d samples is too large for the store", size)
        self._smaller(size // 2)

    def _smaller(self, size: int) -> None:
        self._size = max(1, min(self._size, size))
        self._size_until = self._monotonic() + SMALL_FOR_SECONDS

    def _turn(self, status: Literal["ok", "down", "denied"], error: str | None) -> None:
        since = self.state.since if self.state.status == status else self._now()
        self.state = replace(self.state, status=status, since=since, error=error)

    def close(self) -> None:
        """Give the store back; `run` does it by itself, whoever calls only `step` does it at the end."""
        store, self._store = self._store, None
        if store is not None:
            try:
                store.close()
            except Exception as error:  # of a store that is given up anyway; it must not end the thread
                log.warning("closing the store: %s", error)


def write_all(
    samples: Sequence[Sample],
    write: Callable[[Sequence[Sample]], None],
    refused: list[tuple[Sample, str]],
    too_large: Callable[[int], None],
) -> None:
    """Hand all samples to `write`; what it refuses (StoreRejected) is found by halving and put into `refused`.

    One bad sample among n costs at most 2·log2(n) + 1 more writes: when the first half of a refused part was taken, the
    second half is known to be refused and is not tried as a whole. A single sample is always tried by itself, so its
    reason is its own. StoreTooLarge halves too, and calls `too_large` with the size that was; a single sample that is
    too large is refused. All other StoreErrors pass through.
    """

    def attempt(part: Sequence[Sample]) -> bool:
        """Whether the part was taken whole; if not, what is left of it is dealt with."""
        try:
            write(part)
        except StoreRejected as error:
            if len(part) == 1:
                refused.append((part[0], str(error)))
            else:
                halve(part)
            return False
        except StoreTooLarge as error:
            if len(part) == 1:
                refused.append((part[0], str(error)))
                return False
            too_large(len(part))
            middle = len(part) // 2
            first = attempt(part[:middle])
            return attempt(part[middle:]) and first
        return True

    def halve(part: Sequence[Sample]) -> None:
        while len(part) > 1:
            middle = len(part) // 2
            if not attempt(part[:middle]):
                attempt(part[middle:])
                return
            part = part[middle:]
        attempt(part)

    if samples:
        attempt(samples)
