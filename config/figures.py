"""Every figure says where it comes from: the check of the files whose shape is not laid down yet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from config.faults import Fault
from config.language import _
from config.shape import Steps, dotted, nearest
from config.town import Status


def figure_faults(file: str, data: Mapping[str, Any]) -> Iterator[Fault]:
    """The tables that have a `value` but not its `source` and `status`."""
    for steps, table in _tables(data, ()):
        if "value" in table:
            key = dotted(data, steps)
            yield from _faults(file, f"{key}." if key else "", table)


def _faults(file: str, prefix: str, table: Mapping[str, Any]) -> Iterator[Fault]:
    value, source, status = table["value"], table.get("source"), table.get("status")
    if isinstance(value, float) and not math.isfinite(value):
        yield Fault(file, f"{prefix}value", _("{value} is no number").format(value=value), _("write a number"))
    if not isinstance(source, str) or len(source) < 3:
        what = _("a figure needs its source")
        yield Fault(file, f"{prefix}source", what, _("add {example}").format(example='source = "…"'))
    choices = [choice.value for choice in Status]
    if status not in choices:
        what = _("a figure needs its status")
        yield Fault(file, f"{prefix}status", what, nearest(str(status or ""), choices))


def _tables(value: object, steps: Steps) -> Iterator[tuple[Steps, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        yield steps, value
        for name, inner in value.items():
            yield from _tables(inner, (*steps, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _tables(inner, (*steps, index))
