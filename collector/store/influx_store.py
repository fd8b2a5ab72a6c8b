"""InfluxDB as the store: samples in the bucket of its address, rollups in one beside it.

One difference to the embedded store: when a sample is written again with a value now missing, InfluxDB keeps the older
value (it merges the fields of one point). A re-delivery has equal values, so nothing of it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from collector.errors import StoreDenied, StoreError, StoreUnavailable
from collector.sample import Sample
from collector.store import influx_rollups, influx_samples
from collector.store.admission import admit_all
from collector.store.facts import LASTING, STATE, Fact, fact_lines
from collector.store.influx import InfluxServer
from collector.store.influx_address import InfluxAddress
from collector.store.influxql import identifier
from collector.store.lineprotocol import INPUT, SAMPLE, lines
from collector.store.rollups import MEASUREMENTS, admit_rollups, chosen
from config.kwh import Step, Subject
from config.language import _

if TYPE_CHECKING:
    import pandas as pd


class InfluxStore:
    """A Store in InfluxDB 1.x, 2.x or 3.x. Does not connect before it is used."""

    def __init__(self, address: InfluxAddress, token: str | None) -> None:
        self.url = address.shown
        self._address = address
        self._rollups = address.for_rollups()
        self._rollups_made = False
        self._server = InfluxServer(address, token)
        self._query = partial(self._server.query, address)

    @classmethod
    def from_url(cls, url: str, token: str | None = None) -> InfluxStore:
        """The store at ``influxdb://host:8086?org=ORG&bucket=pv`` (``influxdbs://`` with TLS).

        `bucket` may be ``database/retention_policy``; ``&api=v1`` or ``v2`` chooses the write path without asking.
        `token` is an API token, or ``user:password`` for 1.x. ValueError for an address that makes no sense.
        """
        return cls(InfluxAddress.parse(url), token)

    def write(self, samples: Sequence[Sample]) -> None:
        """See Store.write: one request; what InfluxDB answered 204 to is in its write-ahead log."""
        if samples:
            admit_all(samples)
            self._server.write(self._address, lines(samples))

    def read(self, device: str, fields: Sequence[str], start: int, end: int) -> pd.DataFrame:
        """See Store.read."""
        return self.read_many([device], fields, start, end)[device]

    def read_many(self, devices: Sequence[str], fields: Sequence[str], start: int, end: int) -> dict[str, pd.DataFrame]:
        """See Store.read_many."""
        if len(set(fields)) != len(fields):
            raise ValueError(f"a field is asked for twice: {list(fields)}")
        return influx_samples.read_many(self._query, devices, fields, start, end)

    def first(self) -> int | None:
        """See Store.first."""
        return influx_samples.first(self._query)

    def last(self) -> dict[str, Sample]:
        """See Store.last."""
        return influx_samples.last(self._query)

    def count(self, device: str | None = None) -> int:
        """See Store.count."""
        return influx_samples.count(self._query, device)

    def delete_before(self, time: int, limit: int | None = None) -> int:
        """See Store.delete_before: all at once, whatever the limit. 3.x, and a bucket with a policy, delete by age."""
        number = influx_samples.count(self._query, before=time)
        for measurement in (SAMPLE, INPUT, *STATE) if number else ():
            query = f"DELETE FROM {identifier(measurement)} WHERE time < {time}ms"  # noqa: S608 - InfluxQL
            said = self._address.policy or self._server.command(
                self._address, query
            )  # DELETE would reach into all policies
            if said:
                sentence = _("{url}: samples are not deleted on request here ({said}); set the retention of the bucket")
                raise StoreError(sentence.format(url=self.url, said=said))
        return number

    def write_rollups(self, step: Step, rows: pd.DataFrame) -> None:
        """See Store.write_rollups."""
        admitted = admit_rollups(step, rows)
        self._make_rollups()
        try:
            for body in influx_rollups.lines(step, admitted):
                self._server.write(self._rollups, body)
        except StoreUnavailable:
            self._rollups_made = False  # the database may be gone
            raise

    def read_rollups(
        self,
        step: Step,
        kind: Subject,
        subjects: Sequence[str] | None,
        start: int,
        end: int,
        columns: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """See Store.read_rollups."""
        wanted = chosen(columns)
        self._make_rollups()
        query = partial(self._server.query, self._rollups)
        return influx_rollups.read_rollups(query, step, kind, subjects, start, end, wanted)

    def write_facts(self, facts: Iterable[Fact]) -> None:
        """See FactStore: states of an instant beside the samples, what lasts beside the rollups."""
        given = list(facts)
        for bucket, measurements in ((self._address, STATE), (self._rollups, LASTING)):
            for body in fact_lines(fact for fact in given if fact.measurement in measurements):
                if bucket is self._rollups:
                    self._make_rollups()
                self._server.write(bucket, body)

    def simulated(self) -> frozenset[bool]:
        """See FactStore."""
        asked = 'SELECT min("simulated"), max("simulated") FROM "tepos_spool"'
        rows = [row for series in self._query(asked) for row in series.rows]
        return frozenset(bool(value) for row in rows for value in row[1:] if value is not None)

    def check(self) -> list[str]:
        """See Store.check: asks the version, writes an empty batch, reads the types of the fields; in both buckets."""
        try:
            self._server.try_writing(self._address)
            self._make_rollups()
            self._server.try_writing(self._rollups)
            return [
                *self._wrong_types(self._address, (SAMPLE, INPUT)),
                *self._wrong_types(self._rollups, tuple(MEASUREMENTS.values())),
            ]
        except StoreError as error:
            return [str(error)]

    def close(self) -> None:
        """See Store.close."""
        self._server.close()

    def _make_rollups(self) -> None:
        """Create the database of the rollups, once: 1.x does, others refuse; whether it is there, its use will tell."""
        if not self._rollups_made:
            with suppress(StoreDenied):
                self._server.command(self._rollups, f"CREATE DATABASE {identifier(self._rollups.database)}")
            self._rollups_made = True

    def _wrong_types(self, bucket: InfluxAddress, measurements: Sequence[str]) -> Iterator[str]:
        for measurement in measurements:
            for series in self._server.query(bucket, f"SHOW FIELD KEYS FROM {identifier(measurement)}"):
                for key, kind in series.rows:
                    if kind in ("integer", "unsigned", "boolean"):
                        yield _(
                            "{url}: field {field} of {measurement} is {kind}, so that every float is refused:"
                            " another program wrote it; give tepos a bucket of its own"
                        ).format(url=bucket.shown, field=key, measurement=measurement, kind=kind)
