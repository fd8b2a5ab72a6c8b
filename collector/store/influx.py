"""InfluxDB as the store: written with line protocol, read with InfluxQL. The only home of influxdb-client.

Written through `/api/v2/write` (1.8 and newer, 2.x, 3.x) or `/write` (1.x before 1.8, found out by `/ping`, or said by
``api=v1`` in the URL). The client's own write_api hides the status of the answer, and a 200 from a proxy's login page
would pass for a success: so requests go through its `api_client.call_api`, and influx_http judges the answers.

One difference to the embedded store: when a sample is written again with a value now missing, InfluxDB keeps the older
value (it merges the fields of one point). A re-delivery has equal values, so nothing of it shows.
"""

# ruff: noqa: S608 - InfluxQL has no parameters: every name passes identifier(), every text literal()

from __future__ import annotations

import base64
import gzip
import http.client
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException

from collector.errors import StoreDenied, StoreError, StoreRejected, StoreUnavailable
from collector.sample import Sample, Value
from collector.store.admission import LATEST, admit_all
from collector.store.frame import frame
from collector.store.influx_address import InfluxAddress
from collector.store.influx_http import refusal
from collector.store.influxql import Series, answer, identifier, literal
from collector.store.lineprotocol import INPUT, PRESENT, SAMPLE, field_of, lines
from config.language import _

if TYPE_CHECKING:
    import pandas as pd

CONNECT_MS = 3_000
READ_MS = 30_000
LONGEST_ANSWER_TO_A_WRITE = 16_384


class InfluxStore:
    """A Store in InfluxDB 1.x, 2.x or 3.x. Does not connect before it is used."""

    def __init__(self, address: InfluxAddress, token: str | None) -> None:
        self.url = address.shown
        self._address = address
        self._api = address.api
        self._token = token
        # The token stays out of the client: it is added to each request below, and nowhere else to be printed.
        self._client = InfluxDBClient(url=address.origin, token="", org=address.org)

    @classmethod
    def from_url(cls, url: str, token: str | None = None) -> InfluxStore:
        """The store at ``influxdb://host:8086?org=ORG&bucket=pv`` (``influxdbs://`` with TLS).

        `bucket` may be ``database/retention_policy``; ``&api=v1`` or ``v2`` chooses the write path without asking.
        `token` is an API token, or ``user:password`` for 1.x. ValueError for an address that makes no sense.
        """
        return cls(InfluxAddress.parse(url), token)

    def write(self, samples: Sequence[Sample]) -> None:
        """See Store.write: one request; what InfluxDB answered 204 to is in its write-ahead log."""
        if not samples:
            return
        admit_all(samples)
        if self._api is None:
            self._api = self._ask_generation()
        path, query = self._write_target(self._api)
        body = gzip.compress(lines(samples), compresslevel=1)
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Encoding": "gzip"}
        status, answered, text = self._request("POST", path, query, headers, body)
        if status != 204:
            if status == 404:
                self._api = self._address.api  # another generation may stand there now: ask again
            raise refusal(self.url, status, answered, text)

    def read(self, device: str, fields: Sequence[str], start: int, end: int) -> pd.DataFrame:
        """See Store.read."""
        if len(set(fields)) != len(fields):
            raise ValueError(f"a field is asked for twice: {list(fields)}")
        columns: dict[tuple[str, int | None], str] = {}
        for field in fields:
            try:
                columns[field_of(field)] = field
            except ValueError:
                continue  # was never written
        span = f"time >= {max(start, 0)}ms AND time < {max(min(end, LATEST + 1), 0)}ms"
        where = f'WHERE "device" = {literal(device)} AND {span}'
        own = [quantity for quantity, number in columns if number is None]
        chosen = ", ".join(identifier(name) for name in (PRESENT, *own))
        rows: dict[int, dict[str, Value]] = {}
        for series in self._query(f'SELECT {chosen} FROM "{SAMPLE}" {where}'):
            for row in _rows(series):
                rows[row["time"]] = {columns[name, None]: row[name] for name in own if name in row}
        if numbers := {number for _name, number in columns if number is not None}:
            quantities = sorted({quantity for quantity, number in columns if number is not None})
            chosen = ", ".join(identifier(name) for name in quantities)
            wanted = " OR ".join(f"\"input\" = '{number}'" for number in sorted(numbers))
            for series in self._query(f'SELECT {chosen} FROM "{INPUT}" {where} AND ({wanted}) GROUP BY "input"'):
                number = int(series.tags["input"])
                for row in _rows(series):
                    if (values := rows.get(row["time"])) is None:
                        continue
                    for quantity in quantities:
                        if (name := columns.get((quantity, number))) is not None:
                            values[name] = row[quantity]
        times = sorted(rows)
        return frame(times, {field: [rows[time].get(field) for time in times] for field in fields})

    def last(self) -> dict[str, Sample]:
        """See Store.last."""
        newest: dict[str, tuple[int, dict[str, Value]]] = {}
        tail = "ORDER BY time DESC LIMIT 1"
        for series in self._query(f'SELECT * FROM "{SAMPLE}" GROUP BY "device" {tail}'):
            for row in _rows(series):
                newest[series.tags["device"]] = (row["time"], _values(row, None))
        for series in self._query(f'SELECT * FROM "{INPUT}" GROUP BY "device", "input" {tail}'):
            for row in _rows(series):
                found = newest.get(series.tags["device"])
                if found is not None and found[0] == row["time"]:  # an older point is of an older sample
                    found[1].update(_values(row, int(series.tags["input"])))
        return {device: Sample(device, time, values) for device, (time, values) in newest.items()}

    def count(self, device: str | None = None) -> int:
        """See Store.count."""
        where = "" if device is None else f'WHERE "device" = {literal(device)}'
        series = self._query(f'SELECT count("{PRESENT}") FROM "{SAMPLE}" {where}')
        return sum(int(row["count"]) for part in series for row in _rows(part))

    def check(self) -> list[str]:
        """See Store.check: asks the version, writes an empty batch, reads the types of the fields."""
        try:
            path, query = self._write_target(self._address.api or self._ask_generation())
            status, headers, text = self._request(
                "POST", path, query, {"Content-Type": "text/plain"}, b"# tepos check\n"
            )
            if status != 204:
                error = refusal(self.url, status, headers, text)
                if not isinstance(
                    error, StoreRejected
                ):  # a JSON 400 to a batch without points is in order: 2.x says so
                    return [str(error)]
            faults = []
            for measurement in (SAMPLE, INPUT):
                for series in self._query(f'SHOW FIELD KEYS FROM "{measurement}"'):
                    for key, kind in series.rows:
                        if kind in ("integer", "unsigned", "boolean"):
                            faults.append(
                                _(
                                    "{url}: field {field} of {measurement} is {kind}, so that every float is refused:"
                                    " another program wrote it; give tepos a bucket of its own"
                                ).format(url=self.url, field=key, measurement=measurement, kind=kind)
                            )
        except StoreError as error:
            return [str(error)]
        return faults

    def close(self) -> None:
        """See Store.close."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _ask_generation(self) -> str:
        """Which write path the server has, from the version that it gives to /ping."""
        status, headers, text = self._request("GET", "/ping", [], {}, None)
        if status in (401, 403) or status >= 500:
            raise refusal(self.url, status, headers, text)
        version = re.match(r"v?(\d+)\.(\d+)", headers.get("X-Influxdb-Version", ""))
        if version is None:
            raise StoreUnavailable(
                _(
                    "{url}: /ping answered {status} without the version of an InfluxDB; if a proxy hides it, add"
                    " &api=v1 (InfluxDB before 1.8) or &api=v2 to the address"
                ).format(url=self.url, status=status)
            )
        return "v1" if (int(version[1]), int(version[2])) < (1, 8) else "v2"

    def _write_target(self, api: str) -> tuple[str, list[tuple[str, str]]]:
        if api == "v1":
            return "/write", [*self._database(), ("precision", "ms")]
        # 2.x wants an org; without one its answer would be 400, which means "bad point": let it be 404 instead.
        return "/api/v2/write", [
            ("org", self._address.org or "-"),
            ("bucket", self._address.bucket),
            ("precision", "ms"),
        ]

    def _database(self) -> list[tuple[str, str]]:
        policy = self._address.policy
        return [("db", self._address.database), *([("rp", policy)] if policy else [])]

    def _query(self, query: str) -> Iterator[Series]:
        """Series that an InfluxQL query gives. Chunked: 1.x cuts an answer in one piece off at its row limit."""
        parameters = [*self._database(), ("q", query), ("epoch", "ms"), ("chunked", "true")]
        status, headers, text = self._request("GET", "/query", parameters, {"Accept": "application/json"}, None)
        if status != 200:
            error = refusal(self.url, status, headers, text)
            raise error if isinstance(error, StoreUnavailable | StoreDenied) else StoreUnavailable(str(error))
        return answer(text, self.url)

    def _request(
        self, method: str, path: str, query: list[tuple[str, str]], headers: dict[str, str], body: bytes | None
    ) -> tuple[int, urllib3.HTTPHeaderDict, str]:
        """Status, headers and text of the answer. StoreUnavailable when there is none. Redirects are not followed."""
        if self._token:
            headers = {**headers, "Authorization": self._authorization(self._token)}
        try:
            try:
                response: Any = self._client.api_client.call_api(  # type: ignore[no-untyped-call]
                    path,
                    method,
                    query_params=query,
                    header_params=headers,
                    body=body,
                    _return_http_data_only=True,
                    _preload_content=False,
                    _request_timeout=(CONNECT_MS, READ_MS),
                    urlopen_kw={"redirect": False},
                )
                limit = LONGEST_ANSWER_TO_A_WRITE if method == "POST" else None
                data = response.read(limit, decode_content=True)
                if limit and len(data) == limit:
                    response.close()
                else:
                    response.release_conn()
                return response.status, response.headers, data.decode("utf-8", "replace")
            except ApiException as error:
                if not error.status:  # TLS
                    raise StoreUnavailable(f"{self.url}: {error.reason}") from None
                text = error.body if isinstance(error.body, bytes) else b""
                return error.status, error.headers, text.decode("utf-8", "replace")
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            raise StoreUnavailable(f"{self.url}: {_plain(error)}") from None

    def _authorization(self, token: str) -> str:
        """1.x knows names and passwords; before 1.8 it takes them as Basic only, and after it too."""
        if ":" in token and self._api != "v2":
            return "Basic " + base64.b64encode(token.encode()).decode()
        return "Token " + token


def _plain(error: Exception) -> str:
    """The cause without urllib3's wrapping, which names Python objects."""
    text = str(getattr(error, "reason", None) or error)
    return re.sub(r"^.*?object at 0x[0-9a-f]+>: ", "", text) or type(error).__name__


def _rows(series: Series) -> Iterator[dict[str, Any]]:
    for row in series.rows:
        yield dict(zip(series.columns, row, strict=True))


def _values(row: dict[str, Any], number: int | None) -> dict[str, Value]:
    """The quantities in a row of `SELECT *`; tags and `present` are none."""
    values: dict[str, Value] = {}
    for name, value in row.items():
        field = name if number is None else f"{name}_{number}"
        try:
            field_of(field)
        except ValueError:
            continue
        if value is not None:
            values[field] = value if isinstance(value, str) else float(value)
    return values
