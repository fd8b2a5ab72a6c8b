"""What Grafana puts in the place of the variables of a query, so that InfluxDB can be asked what a panel would ask.

Written from Grafana's documentation and never compared with a running one: `:regex` escapes as its variable syntax
says, several values become (a|b), the whole of a variable with a custom all-value is that value as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SPANS = {"10s": 10, "30s": 30, "1m": 60, "5m": 300, "10m": 600, "15m": 900, "30m": 1800, "1h": 3600, "2h": 7200,
         "6h": 21_600, "12h": 43_200, "1d": 86_400, "1w": 604_800}  # fmt: skip
ALL = "$__all"


@dataclass(frozen=True)
class Asked:
    """One query of a board, as it stands there."""

    where: str
    of: str
    """Variable of its source."""
    query: str
    interval: str = ""
    since: str = ""


@dataclass(frozen=True)
class Range:
    """What the board shows: ms; `relative` when it was chosen as `now-…`: then panels may have their own."""

    name: str
    start: int
    end: int
    midnight: int
    relative: bool = True

    def of(self, asked: Asked) -> tuple[int, int]:
        if not (asked.since and self.relative):
            return self.start, self.end
        if asked.since == "now/d":
            return self.midnight, self.end
        number, unit = re.fullmatch(r"(\d+)([mhd])", asked.since).groups()
        return self.end - int(number) * {"m": 60_000, "h": 3_600_000, "d": 86_400_000}[unit], self.end


def queries(board: Mapping[str, Any]) -> Iterator[Asked]:
    """All queries of panels, variables and annotations."""
    uid = board["uid"]
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            where = f"{uid}/{panel['title']}/{target['refId']}"
            of = target["datasource"]["uid"][2:-1]
            yield Asked(where, of, target["query"], panel.get("interval", ""), panel.get("timeFrom", ""))
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield Asked(f"{uid}/${variable['name']}", variable["datasource"]["uid"][2:-1], variable["query"])
    for annotation in board["annotations"]["list"]:
        if "query" in annotation:
            where = f"{uid}/@{annotation['name']}"
            yield Asked(where, annotation["datasource"]["uid"][2:-1], annotation["query"])


def replaced(asked: Asked, range_: Range, chosen: Mapping[str, Sequence[str]]) -> str:
    """The query with everything filled in."""
    start, end = range_.of(asked)
    text = asked.query.replace("$timeFilter", f"time >= {start}ms and time <= {end}ms")
    text = text.replace("${__from}", str(start)).replace("${__to}", str(end))
    text = text.replace("$__interval", _interval(end - start, asked.interval))
    for name, values in chosen.items():
        text = text.replace(f"${{{name}:regex}}", _regex(values))
    return text


def _interval(length_ms: int, least: str) -> str:
    wanted = max(length_ms / 1000 / 1000, SPANS.get(least, 10))
    return next((name for name, seconds in SPANS.items() if seconds >= wanted), "1w")


def _regex(values: Sequence[str]) -> str:
    if list(values) == [ALL]:
        return ".*"
    escaped = [re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
