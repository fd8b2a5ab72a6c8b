"""An InfluxDB server as the store speaks to it: line protocol in, InfluxQL out. The only home of influxdb-client.

Written through `/api/v2/write` (1.8 and newer, 2.x, 3.x) or `/write` (1.x before 1.8, found out by `/ping`, or said by
``api=v1`` in the URL). The client's own write_api hides the status of the answer, and a 200 from a proxy's login page
would pass for a success: so requests go through its `api_client.call_api`, and influx_http judges the answers.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import re
from collections.abc import Iterator
from typing import Any

import urllib3
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException

from collector.errors import StoreDenied, StoreRejected, StoreUnavailable
from collector.store.influx_address import InfluxAddress
from collector.store.influx_http import refusal
from collector.store.influxql import Series, answer
from config.language import _

CONNECT_MS = 3_000
READ_MS = 30_000
LONGEST_ANSWER_TO_A_WRITE = 16_384


class InfluxServer:
    """InfluxDB 1.x, 2.x or 3.x. Does not connect before it is used."""

    def __init__(self, address: InfluxAddress, token: str | None) -> None:
        self._address = address
        self._api = address.api
        self._token = token
        # The token stays out of the client: it is added to each request below, and nowhere else to be printed.
        self._client = InfluxDBClient(url=address.origin, token="", org=address.org)

    def write(self, bucket: InfluxAddress, lines: bytes) -> None:
        """Have a bucket take line protocol; any StoreError when it did not. What was answered 204 to is in its log."""
        if self._api is None:
            self._api = self._ask_generation()
        path, query = self._write_target(self._api, bucket)
        body = gzip.compress(lines, compresslevel=1)
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Encoding": "gzip"}
        status, answered, text = self._request("POST", path, query, headers, body)
        if status != 204:
            if status == 404:
                self._api = self._address.api  # another generation may stand there now: ask again
            raise refusal(bucket.shown, status, answered, text)

    def try_writing(self, bucket: InfluxAddress) -> None:
        """As `write`, but of nothing: whether the bucket is there and may be written. Asks the version anew."""
        path, query = self._write_target(self._address.api or self._ask_generation(), bucket)
        status, headers, text = self._request("POST", path, query, {"Content-Type": "text/plain"}, b"# tepos check\n")
        if status != 204:
            error = refusal(bucket.shown, status, headers, text)
            if not isinstance(error, StoreRejected):  # a JSON 400 to a batch without points is in order: 2.x says so
                raise error

    def query(self, bucket: InfluxAddress, query: str) -> Iterator[Series]:
        """Series that an InfluxQL query gives. Chunked: 1.x cuts an answer in one piece off at its row limit."""
        parameters = [*_database(bucket), ("q", query), ("epoch", "ms"), ("chunked", "true")]
        status, headers, text = self._request("GET", "/query", parameters, {"Accept": "application/json"}, None)
        if status != 200:
            error = refusal(bucket.shown, status, headers, text)
            raise error if isinstance(error, StoreUnavailable | StoreDenied) else StoreUnavailable(str(error))
        return answer(text, bucket.shown)

    def command(self, bucket: InfluxAddress, statement: str) -> str:
        """Have InfluxQL change something: what the server has against it, or nothing when it is done.

        StoreUnavailable, StoreDenied as for a write.
        """
        parameters = [*_database(bucket), ("q", statement)]
        status, headers, text = self._request("POST", "/query", parameters, {"Accept": "application/json"}, None)
        if status != 200:
            error = refusal(bucket.shown, status, headers, text)
            if status in (401, 403, 429) or status >= 500:
                raise error
            return str(error)
        try:
            list(answer(text, bucket.shown))
        except StoreUnavailable as refused:  # a 200 can carry an error
            return str(refused)
        return ""

    def close(self) -> None:
        """Release the connections."""
        self._client.close()  # type: ignore[no-untyped-call]

    def _ask_generation(self) -> str:
        """Which write path the server has, from the version that it gives to /ping."""
        status, headers, text = self._request("GET", "/ping", [], {}, None)
        if status in (401, 403) or status >= 500:
            raise refusal(self._address.shown, status, headers, text)
        version = re.match(r"v?(\d+)\.(\d+)", headers.get("X-Influxdb-Version", ""))
        if version is None:
            raise StoreUnavailable(
                _(
                    "{url}: /ping answered {status} without the version of an InfluxDB; if a proxy hides it, add"
                    " &api=v1 (InfluxDB before 1.8) or &api=v2 to the address"
                ).format(url=self._address.shown, status=status)
            )
        return "v1" if (int(version[1]), int(version[2])) < (1, 8) else "v2"

    def _write_target(self, api: str, bucket: InfluxAddress) -> tuple[str, list[tuple[str, str]]]:
        if api == "v1":
            return "/write", [*_database(bucket), ("precision", "ms")]
        # 2.x wants an org; without one its answer would be 400, which means "bad point": let it be 404 instead.
        return "/api/v2/write", [("org", bucket.org or "-"), ("bucket", bucket.bucket), ("precision", "ms")]

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
                    raise StoreUnavailable(f"{self._address.shown}: {error.reason}") from None
                text = error.body if isinstance(error.body, bytes) else b""
                return error.status, error.headers, text.decode("utf-8", "replace")
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            raise StoreUnavailable(f"{self._address.shown}: {_plain(error)}") from None

    def _authorization(self, token: str) -> str:
        """1.x knows names and passwords; before 1.8 it takes them as Basic only, and after it too."""
        if ":" in token and self._api != "v2":
            return "Basic " + base64.b64encode(token.encode()).decode()
        return "Token " + token


def _plain(error: Exception) -> str:
    """The cause without urllib3's wrapping, which names Python objects."""
    text = str(getattr(error, "reason", None) or error)
    return re.sub(r"^.*?object at 0x[0-9a-f]+>: ", "", text) or type(error).__name__


def _database(bucket: InfluxAddress) -> list[tuple[str, str]]:
    return [("db", bucket.database), *([("rp", bucket.policy)] if bucket.policy else [])]
