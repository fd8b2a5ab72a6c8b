"""Questions about samples in InfluxQL, and their answers as samples and frames. Their form there: lineprotocol."""

# ruff: noqa: S608 - InfluxQL has no parameters: every name passes identifier(), every text literal()

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from collector.sample import Sample, Value
from collector.store.frame import frame
from collector.store.influxql import Query, Series, groups_of, identifier, literal, one_of, span
from collector.store.lineprotocol import INPUT, PRESENT, SAMPLE, field_of

if TYPE_CHECKING:
    import pandas as pd


def read_many(
    query: Query, devices: Sequence[str], fields: Sequence[str], start: int, end: int
) -> dict[str, pd.DataFrame]:
    """See Store.read_many."""
    places: dict[tuple[str, int | None], str] = {}
    for field in fields:
        try:
            places[field_of(field)] = field
        except ValueError:
            continue  # was never written
    frames = {}
    for some in groups_of(devices):
        where = f"WHERE {span(start, end)} AND {one_of('device', some)}"
        own = {name: field for (name, number), field in places.items() if number is None}
        whole = _by_device(query(f'SELECT {_listed((PRESENT, *own))} FROM "{SAMPLE}" {where} GROUP BY "device"'))
        times = {device: found["time"].astype(np.int64) for device, found in whole.items()}
        values = {
            device: {field: found[name] for name, field in own.items() if name in found}
            for device, found in whole.items()
        }
        if numbers := {str(number) for _name, number in places if number is not None}:
            names = sorted({name for name, number in places if number is not None})
            for series in query(
                f'SELECT {_listed(names)} FROM "{INPUT}" {where} AND {one_of("input", sorted(numbers))}'
                ' GROUP BY "device", "input"'
            ):
                device = series.tags["device"]
                if device in times:
                    _join(series, places, times[device], values[device])
        for device in some:
            at = times.get(device, np.empty(0, dtype=np.int64))
            given = values.get(device, {})
            frames[device] = frame(at, {field: given.get(field, [None] * len(at)) for field in fields})
    return frames


def last(query: Query) -> dict[str, Sample]:
    """See Store.last."""
    newest: dict[str, tuple[int, dict[str, Value]]] = {}
    tail = "ORDER BY time DESC LIMIT 1"
    for series in query(f'SELECT * FROM "{SAMPLE}" GROUP BY "device" {tail}'):
        for row in _rows(series):
            newest[series.tags["device"]] = (row["time"], _values(row, None))
    for series in query(f'SELECT * FROM "{INPUT}" GROUP BY "device", "input" {tail}'):
        for row in _rows(series):
            found = newest.get(series.tags["device"])
            if found is not None and found[0] == row["time"]:  # an older point is of an older sample
                found[1].update(_values(row, int(series.tags["input"])))
    return {device: Sample(device, time, values) for device, (time, values) in newest.items()}


def first(query: Query) -> int | None:
    """See Store.first."""
    series = query(f'SELECT "{PRESENT}" FROM "{SAMPLE}" ORDER BY time LIMIT 1')
    return next((int(row["time"]) for part in series for row in _rows(part)), None)


def count(query: Query, device: str | None = None, before: int | None = None) -> int:
    """How many samples there are, of one device or of all, at any time or before one."""
    conditions = [] if device is None else [f'"device" = {literal(device)}']
    conditions += [] if before is None else [span(0, before)]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    series = query(f'SELECT count("{PRESENT}") FROM "{SAMPLE}" {where}')
    return sum(int(row["count"]) for part in series for row in _rows(part))


def _by_device(answer: Iterator[Series]) -> dict[str, dict[str, NDArray[Any]]]:
    """Columns of the points of each device; a long series comes in several parts."""
    parts: dict[str, list[dict[str, NDArray[Any]]]] = {}
    for series in answer:
        parts.setdefault(series.tags["device"], []).append(_columns(series))
    return {
        device: {name: np.concatenate([part[name] for part in found]) for name in found[0]}
        for device, found in parts.items()
    }


def _columns(series: Series) -> dict[str, NDArray[Any]]:
    columns = zip(*series.rows, strict=True) if series.rows else [()] * len(series.columns)
    return {name: np.array(column, dtype=object) for name, column in zip(series.columns, columns, strict=True)}


def _join(
    series: Series,
    places: dict[tuple[str, int | None], str],
    times: NDArray[np.int64],
    values: dict[str, NDArray[Any]],
) -> None:
    """Put the points of one DC input beside those of their device at the same times."""
    found = _columns(series)
    time = found.pop("time").astype(np.int64)
    at = np.searchsorted(times, time)
    known = np.isin(time, times)
    for name, column in found.items():
        field = places.get((name, int(series.tags["input"])))
        if field is not None:
            values.setdefault(field, np.full(len(times), None, dtype=object))[at[known]] = column[known]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(identifier, names))


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
