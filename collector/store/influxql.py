"""InfluxQL: writing what may stand in a query, reading what the answer says. Pure; understood by 1.x, 2.x and 3.x.

InfluxQL has no parameters that all generations understand, so every name and text goes through the two functions here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.errors import StoreUnavailable
from collector.store.admission import LATEST
from config.language import _

NAMES_AT_ONCE = 40


def identifier(name: str) -> str:
    """A measurement, field or tag name between double quotes."""
    return '"' + _escaped(name, '"') + '"'


def literal(text: str) -> str:
    """A text between single quotes."""
    return "'" + _escaped(text, "'") + "'"


def span(start: int, end: int) -> str:
    """The condition of start <= time < end (ms), cut to the times that InfluxDB knows."""
    return f"time >= {max(start, 0)}ms AND time < {max(min(end, LATEST + 1), 0)}ms"


def one_of(name: str, texts: Sequence[str]) -> str:
    """The condition that a tag has one of these values, at least one."""
    return "(" + " OR ".join(f"{identifier(name)} = {literal(text)}" for text in texts) + ")"


def groups_of(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The names in groups short enough for one query: it travels as an address, and proxies cut those off at 8 KB."""
    for first in range(0, len(names), NAMES_AT_ONCE):
        yield names[first : first + NAMES_AT_ONCE]


def _escaped(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\n", "\\n")


@dataclass(frozen=True, slots=True)
class Series:
    """A part of a series: its tags, the names of its columns, and rows of them. The first column is `time` in ms."""

    tags: Mapping[str, str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


Query = Callable[[str], Iterator[Series]]
"""Asks a server, and gives the series that it answers; StoreUnavailable, StoreDenied."""


def answer(text: str, url: str) -> Iterator[Series]:
    """The series in an answer of /query (one JSON document, or several of them with chunked=true).

    StoreUnavailable when the server reports an error, or when this is no answer of an InfluxDB at all.
    """
    decoder = json.JSONDecoder()
    position = 0
    seen = False
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        try:
            document, position = decoder.raw_decode(text, position)
            if "error" in document:
                raise StoreUnavailable(f"{url}: {document['error']}")
            for result in document["results"]:
                if "error" in result:
                    raise StoreUnavailable(f"{url}: {result['error']}")
                for series in result.get("series", ()):
                    yield Series(series.get("tags") or {}, series["columns"], series.get("values", ()))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StoreUnavailable(_foreign(url, text)) from None
        seen = True
    if not seen:
        raise StoreUnavailable(_foreign(url, text))


def _foreign(url: str, text: str) -> str:
    return _("{url}: no answer of an InfluxDB: {start!r}; does a proxy or a login page stand before it?").format(
        url=url, start=text[:80]
    )
