"""InfluxQL: writing what may stand in a query, reading what the answer says. Pure; understood by 1.x, 2.x and 3.x.

InfluxQL has no parameters that all generations understand, so every name and text goes through the two functions here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.errors import StoreUnavailable
from config.language import _


def identifier(name: str) -> str:
    """A measurement, field or tag name between double quotes."""
    return '"' + _escaped(name, '"') + '"'


def literal(text: str) -> str:
    """A text between single quotes."""
    return "'" + _escaped(text, "'") + "'"


def _escaped(text: str, quote: str) -> str:
    return text.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\n", "\\n")


@dataclass(frozen=True, slots=True)
class Series:
    """A part of a series: its tags, the names of its columns, and rows of them. The first column is `time` in ms."""

    tags: Mapping[str, str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


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
