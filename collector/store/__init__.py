"""Where samples are kept for good. One protocol, two implementations, one test suite for both.

The store is *not* the place of people's deeds (ledger) nor of the undelivered (spool).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from collector.sample import Sample
from config.kwh import Step, Subject

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

    def read_many(self, devices: Sequence[str], fields: Sequence[str], start: int, end: int) -> dict[str, pd.DataFrame]:
        """As `read`, for many devices in one go; every device asked for is a key, its frame empty when unknown.

        Without fields the frames have an index only: when there were samples.
        """
        ...

    def first(self) -> int | None:
        """The time of the oldest sample; None when there is none."""
        ...

    def last(self) -> dict[str, Sample]:
        """The newest sample of every device, None values left out."""
        ...

    def count(self, device: str | None = None) -> int:
        """How many samples are kept, of one device or of all."""
        ...

    def delete_before(self, time: int, limit: int | None = None) -> int:
        """Delete the samples with a time < `time`; gives how many. Rollups stay.

        A writer in another process never waits longer than a second. With a `limit` it stops after about so many, if
        the store can. A device without samples left is still known by its name. StoreError where a server does not
        let us: then the retention of the bucket must do it.
        """
        ...

    def write_rollups(self, step: Step, rows: pd.DataFrame) -> None:
        """Durably keep rows of energy, a whole frame at once, overwriting by (kind, subject, time).

        Columns: kind (a word of Subject), subject (its id), time (int64, ms since 1970 UTC, the start of the step),
        ROLLUP_NUMBERS (NaN missing) and ROLLUP_TEXTS (None missing), all of them (see config.kwh). ValueError for a
        frame of another form. SQLite keeps all rows or none; with InfluxDB any part may have been kept after an error.
        """
        ...

    def read_rollups(
        self,
        step: Step,
        kind: Subject,
        subjects: Sequence[str] | None,
        start: int,
        end: int,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Rows with start <= time < end of some subjects of one kind, or of all of them (None).

        Columns: subject, time (int64 ms), then those asked for in that order, without a choice all; missing is NaN
        (None for text). Sorted by subject, then time; an unknown subject has no rows.
        """
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
        from collector.store.influx_store import InfluxStore

        return InfluxStore.from_url(url, token)
    raise ValueError(f"{url!r} is no store: write sqlite:///path/to/file.db or influxdb://host:8086?org=ORG&bucket=pv")
