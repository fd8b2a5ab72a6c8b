"""The registers of one SunSpec model to values: markers, scale factors, symbols. Pure: knows no socket.

Everything that can be decided once is decided once: a poll is one struct, one comparison of the scale factors with
those of the last poll (they rarely change), and one multiplication and division for each figure.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence

from collector.sample import Value
from collector.sunspec.binding import Bound, Row
from collector.sunspec.models import CODES, HEADER, NOT_AVAILABLE, Point

LOWEST, HIGHEST = -10, 10
"""Scale factors of the standard; others are garbage, as devices give it when they fall asleep or wake up."""

_Scale = tuple[int, int] | str
"""(multiply, divide), or why there is no scale. Dividing by 10^n is exact where multiplying by 10^-n is not."""
_Planned = tuple[Row, int, frozenset[float], int]
"""A row, where its raw number stands in the struct's tuple, its not-available markers, what is special about it."""
_Quick = tuple[str, int, float, int, int, str | None]
"""A plain figure: field, place, marker, multiply, divide, and what is said where the marker stands (None: nothing)."""


class ModelDecoder:
    """Decodes the bound rows of one model; `count` registers from `address` hold all of them and the header."""

    def __init__(self, bound: Bound, rows: Sequence[Row] | None = None) -> None:
        self.model = bound.model
        self.address = bound.model.address
        self.rows = tuple(bound.rows if rows is None else rows)
        self.factors = tuple(sorted({r.factor_at for r in self.rows if r.factor_at is not None}))
        ends = [HEADER, *(r.offset + r.point.words for r in self.rows), *(f + 1 for f in self.factors)]
        self.count = max(ends)
        self.header = struct.pack(">HH", bound.model.id, bound.model.length)
        self._struct, index = _layout(self.rows, self.factors)
        self._factor_index = [index[at] for at in self.factors]
        slot = {at: i for i, at in enumerate(self.factors)}
        self._slots = [(r.exponent, None if r.factor_at is None else slot[r.factor_at]) for r in self.rows]
        self._plan = [(r, index[r.offset], _markers(r.point), _kind(r)) for r in self.rows]
        self._seen: list[int] | None = None
        self._scales: list[_Scale] = []
        self._quick: list[_Quick] = []
        self._rest: list[tuple[_Planned, _Scale]] = []

    def decode(
        self,
        data: bytes,
        at: int,
        values: dict[str, Value],
        masked: dict[str, str],
        unread: Mapping[Row, str] | None = None,
    ) -> None:
        """Put the fields of the registers that begin at byte `at` into `values`, or why they are missing into `masked`.

        `unread` names rows whose registers in `data` mean nothing, and why.
        """
        items = self._struct.unpack_from(data, at)
        factors = [items[i] for i in self._factor_index]
        if factors != self._seen:
            self._scales = [_scale(e if s is None else factors[s]) for e, s in self._slots]
            self._quick, self._rest = self._sorted_out()
            self._seen = factors
        rest = self._rest
        if unread:
            rest = list(zip(self._plan, self._scales, strict=True))
        else:
            for field, i, marker, multiply, divide, reason in self._quick:
                raw = items[i]
                if raw != marker:
                    values[field] = raw * multiply / divide
                elif reason is not None:
                    masked[field] = reason
        for (row, i, markers, kind), scale in rest:
            raw = items[i]
            if raw in markers or raw != raw or (unread and row in unread) or isinstance(scale, str):
                self._mask(row, raw, scale, masked, unread)
            elif kind is _PLAIN:
                values[row.fields[0]] = raw * scale[0] / scale[1]
            else:
                _special(row, kind, raw, scale, values, masked)

    def _sorted_out(self) -> tuple[list[_Quick], list[tuple[_Planned, _Scale]]]:
        """The whole numbers with a sound scale factor, which are nearly all, apart from what needs a closer look."""
        quick: list[_Quick] = []
        rest: list[tuple[_Planned, _Scale]] = []
        for planned, scale in zip(self._plan, self._scales, strict=True):
            row, i, markers, kind = planned
            if kind is _PLAIN and not isinstance(scale, str) and row.point.type in NOT_AVAILABLE:
                (marker,) = markers
                reason = None if row.stands_in else _not_available(row.point)
                quick.append((row.fields[0], i, marker, *scale, reason))
            else:
                rest.append((planned, scale))
        return quick, rest

    def _mask(
        self, row: Row, raw: float, scale: _Scale, masked: dict[str, str], unread: Mapping[Row, str] | None
    ) -> None:
        if row.stands_in:
            return
        if unread and row in unread:
            reason = unread[row]
        elif raw != raw or raw in (math.inf, -math.inf):
            reason = "not available (not a number)"
        elif raw in _markers(row.point):
            reason = _not_available(row.point)
        else:
            reason = str(scale)
        for field in row.fields:
            masked[field] = reason


_PLAIN, _STATE, _POWER_FACTOR, _NET = range(4)


def _kind(row: Row) -> int:
    if len(row.fields) > 1:
        return _NET
    if row.fields[0] == "state":
        return _STATE
    return _POWER_FACTOR if row.fields[0] == "power_factor" else _PLAIN


def _special(
    row: Row, kind: int, raw: float, scale: tuple[int, int], values: dict[str, Value], masked: dict[str, str]
) -> None:
    field = row.fields[0]
    if kind == _STATE:
        if row.stands_in:
            if values.get(field) is not None:
                return
            masked.pop(field, None)
        values[field] = row.point.symbols.get(int(raw), f"0x{int(raw):04X}")
        return
    value = raw * scale[0] / scale[1]
    if kind == _NET:
        drawn = value if row.import_positive else -value
        values["p_import"], values["p_export"] = max(0.0, drawn), max(0.0, -drawn)
        return
    # The standard says per cent; SMA and model 701 say a ratio.
    ratio = value if abs(value) <= 1 else raw * scale[0] / (100 * scale[1])
    if abs(ratio) <= 1:
        values[field] = ratio
    else:
        masked[field] = f"implausible ({value:g}, a power factor is -1..1 or -100..100 %)"


def _not_available(point: Point) -> str:
    return f"not available ({point.marker()})"


def _scale(factor: int) -> _Scale:
    if LOWEST <= factor <= HIGHEST:
        return (10**factor, 1) if factor >= 0 else (1, 10**-factor)
    if factor == NOT_AVAILABLE["sunssf"]:
        return "its scale factor is not available (0x8000)"
    return f"its scale factor {factor} is outside {LOWEST}..{HIGHEST}"


def _markers(point: Point) -> frozenset[float]:
    if point.type in NOT_AVAILABLE:
        return frozenset({NOT_AVAILABLE[point.type]})
    return frozenset({math.inf, -math.inf})  # a NaN is no member of any set: it is looked for by itself


def _layout(rows: Sequence[Row], factors: Sequence[int]) -> tuple[struct.Struct, dict[int, int]]:
    """One struct over all wanted registers, and where in its tuple the register at an offset stands."""
    wanted = {r.offset: (CODES[r.point.type], r.point.words) for r in rows} | {f: ("h", 1) for f in factors}
    layout, cursor = ">", 0
    index: dict[int, int] = {}
    for offset, (code, words) in sorted(wanted.items()):
        layout += f"{2 * (offset - cursor)}x{code}"
        index[offset] = len(index)
        cursor = offset + words
    return struct.Struct(layout), index
