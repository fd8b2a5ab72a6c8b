"""Where samples are kept for good. One protocol, two implementations, one test suite for both.

The store is *not* the place of people's deeds (ledger) nor of the undelivered (spool).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from collector.sample import Sample

if TYPE_CHECKING:
    import pandas as pd


class Store(Protocol):
    """Keeps samples by (device, time). Writing the same identity again overwrites it with the new values.

    Raises only StoreError and its kinds (collector.errors). Not thread-safe: one Store object per thread.
    """

    url: str
    """What the store is, without secrets, for people to read."""

    def write(self, samples: Sequence[Sample]) -> None:
        """Durably keep all samples or raise; after an error any part of them may have been kept (write is idempotent).

        StoreRejected says that at least one sample will never be taken: the caller bisects.
        """
        ...

    def read(self, device: str, fields: Sequence[str], start: int, end: int) -> pd.DataFrame:
        """Samples of one device with start <= time < end (ms since 1970, UTC).

        Index: `time`, datetime64[ms, UTC], ascending; one column per field asked for, in that order; missing is NaN
        (None for text). A field that was never written is a column of NaN; an unknown device is an empty frame.
        """
        ...

    def last(self) -> dict[str, Sample]:
        """The newest sample of every device, None values left out."""
        ...

    def count(self, device: str | None = None) -> int:
        """How many samples are kept, of one device or of all."""
        ...

    def check(self) -> list[str]:
        """What is wrong with the store, as sentences; empty when it works (reachable, writable, right version)."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...


def open_store(url: str, token: str | None = None) -> Store:
    """Open ``sqlite:///path`` or ``influxdb://host:8086?org=…&bucket=pv`` (``influxdbs://`` with TLS).

    ValueError for a URL that makes no sense. Opening an InfluxDB does not connect: a server that is down is found
    by `write`, `read` or `check`.
    """
    if url.startswith("sqlite:"):
        from collector.store.sqlite import SqliteStore

        return SqliteStore.from_url(url)
    if url.startswith(("influxdb:", "influxdbs:")):
        from collector.store.influx import InfluxStore

        return InfluxStore.from_url(url, token)
    raise ValueError(f"{url!r} is no store: write sqlite:///path/to/file.db or influxdb://host:8086?org=ORG&bucket=pv")
