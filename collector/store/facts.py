"""Facts: what tepos has found out, as points for boards that read InfluxDB themselves.

tepos reads none of them back, but whether what lies beside them was simulated.

    tepos_device,device=ecole/inv-1,role=inverter,site=ecole age_s=12.0,answers=1.0,…,missing="why" 1767225600000

Numbers are floats always, as everywhere in InfluxDB here. A point written again keeps, for a field that is now missing,
the older value: `missing` names those, as in the rollups.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from collector.store.admission import LATEST, name_fault
from collector.store.lineprotocol import tag

STATE = ("tepos_device", "tepos_spool", "tepos_jobs", "tepos_alert")
"""Measurements that say how something stands at an instant: beside the samples, and no longer kept than these."""
LASTING = ("tepos_yield", "tepos_event", "tepos_progress")
"""Measurements that are kept for good: beside the rollups."""
LONGEST = 300
"""Characters of a text."""
POINTS_AT_ONCE = 5_000
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
"""Line breaks and the like; those that French sets before its signs stay."""
_TEXT = str.maketrans({"\\": "\\\\", '"': '\\"'})


@dataclass(frozen=True, slots=True)
class Fact:
    """One point. `time` is ms since 1970 UTC; a field of None or NaN is missing."""

    measurement: str
    time: int
    tags: Mapping[str, str]
    fields: Mapping[str, float | str | None]


@runtime_checkable
class FactStore(Protocol):
    """A store that boards read directly: the embedded one is none."""

    def write_facts(self, facts: Iterable[Fact]) -> None:
        """Keep the facts; writing one again replaces it. ValueError for what is none, StoreError as for samples."""
        ...

    def simulated(self) -> frozenset[bool]:
        """What tepos has told of the readings here: that they are simulated, that they are not; both is a mixture."""
        ...


def fact_lines(facts: Iterable[Fact]) -> Iterator[bytes]:
    """Line protocol of the facts, times in ms, in pieces of a size that a server takes. ValueError for what is none."""
    written = [_line(fact) for fact in facts]
    for first in range(0, len(written), POINTS_AT_ONCE):
        yield "\n".join(written[first : first + POINTS_AT_ONCE]).encode()


def _line(fact: Fact) -> str:
    if fact.measurement not in (*STATE, *LASTING) or not 0 <= fact.time <= LATEST or {*fact.tags} & {*fact.fields}:
        raise ValueError(f"no fact: {fact}")
    for value in fact.tags.values():
        if fault := name_fault(value):
            raise ValueError(f"{value!r}: {fault}")
    known = {name: value for name, value in fact.fields.items() if value is not None and value == value}
    fields = [f"{name}={_value(value)}" for name, value in known.items()]
    fields.append('missing="{}"'.format(",".join(name for name in fact.fields if name not in known)))
    tags = "".join(f",{name}={tag(value)}" for name, value in sorted(fact.tags.items()))
    return f"{fact.measurement}{tags} {','.join(fields)} {fact.time}"


def _value(value: float | str) -> str:
    if isinstance(value, str):
        return '"' + _BLANKS.sub(" ", value).strip(" ")[:LONGEST].translate(_TEXT) + '"'
    if math.isinf(value):
        raise ValueError("a fact is infinite")
    return repr(float(value))
