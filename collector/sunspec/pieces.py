"""Reads a model that does not come in one request: the scale factors, then the values, then the factors again.

A factor may change between two requests (a Fronius changes it with the power), and a value times the factor of another
moment is wrong by a power of ten. So factors that differ before and after leave their values missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collector.errors import MapError
from collector.reader import Problem
from collector.readplan import Span, plan
from collector.sunspec.asking import Asking, Refused
from collector.sunspec.binding import Row
from collector.sunspec.chain import Found, not_read
from collector.sunspec.decoder import ModelDecoder
from collector.sunspec.models import HEADER

_WHOLE_MODEL = 124  # max_gap: what stands between two wanted points of one model may always be read along


@dataclass(frozen=True, slots=True)
class Pieces:
    """What came of a model, laid out as one request would have brought it."""

    data: bytes
    unread: dict[Row, str]
    problems: list[Problem]


async def read_pieces(asking: Asking, decoder: ModelDecoder, *, bisect: bool) -> Pieces:
    """Read all rows of a model in several requests. MapError when another model stands there now.

    `bisect`: a refused request is halved down to single points, so that a hole costs only what stands in it.
    """
    data = bytearray(2 * decoder.count)
    unread: dict[Row, str] = {}
    refused: dict[Span, Refused] = {}
    heads = [(0, HEADER)] if asking.max_block >= HEADER else [(i, 1) for i in range(HEADER)]
    fixed = _spans(asking, decoder, [*heads, *((f, 1) for f in decoder.factors)])
    values = []
    for row in decoder.rows:
        if row.point.words <= asking.max_block:
            values += _spans(asking, decoder, [(row.offset, row.point.words)])
        else:
            unread[row] = f"needs {row.point.words} registers in one request, more than {asking.max_block}"
    before = await _gather(asking, fixed, bisect, refused)
    between = await _gather(asking, values, bisect, refused)
    after = await _gather(asking, fixed, bisect, refused) if between else before
    for moment in (before, after):
        _fill(data, decoder, moment)
        for at, words in heads:
            span = Span(asking.function, decoder.address + at, words)
            if span in moment and moment[span] != decoder.header[2 * at : 2 * (at + words)]:
                raise shifted(asking, decoder.model, bytes(data[: 2 * HEADER]))
    _fill(data, decoder, between)
    for row in decoder.rows:
        if row not in unread and (why := _doubt(asking, decoder, row, before, between, after, refused)):
            unread[row] = why
    return Pieces(bytes(data), unread, _problems(decoder.model, [*fixed, *values], refused, whole=not between))


def shifted(asking: Asking, model: Found, header: bytes) -> MapError:
    """The error for registers that no longer hold the header that was found there."""
    then = f"{model.id} ({model.length} registers)"
    now = f"{int.from_bytes(header[:2], 'big')} ({int.from_bytes(header[2:4], 'big')} registers)"
    return MapError(
        f"{asking.link} unit {asking.unit}: at {model.address} stood SunSpec model {then}, now {now}: "
        "the device's map has shifted"
    )


_Moment = dict[Span, bytes]


def _spans(asking: Asking, decoder: ModelDecoder, places: Iterable[tuple[int, int]]) -> list[Span]:
    return [Span(asking.function, decoder.address + offset, words) for offset, words in places]


async def _gather(asking: Asking, spans: Iterable[Span], bisect: bool, refused: dict[Span, Refused]) -> _Moment:
    came: _Moment = {}
    waiting = [list(b.spans) for b in plan(spans, max_block=asking.max_block, max_gap=_WHOLE_MODEL)]
    while waiting:
        group = waiting.pop(0)
        start, end = group[0].address, max(s.end for s in group)
        data = await asking.ask(start, end - start)
        if not isinstance(data, Refused):
            for span in group:
                came[span] = data[2 * (span.address - start) : 2 * (span.end - start)]
        elif bisect and len(group) > 1:
            half = len(group) // 2
            waiting[:0] = [group[:half], group[half:]]
        else:
            refused.update(dict.fromkeys(group, data))
    return came


def _fill(data: bytearray, decoder: ModelDecoder, moment: _Moment) -> None:
    for span, words in moment.items():
        at = 2 * (span.address - decoder.address)
        data[at : at + len(words)] = words


def _doubt(
    asking: Asking,
    decoder: ModelDecoder,
    row: Row,
    before: _Moment,
    between: _Moment,
    after: _Moment,
    refused: dict[Span, Refused],
) -> str | None:
    """Why a row must not be believed; None when it may."""
    value = Span(asking.function, decoder.address + row.offset, row.point.words)
    if value not in between:
        return f"not read ({refused[value]})"
    if row.factor_at is None:
        return None
    factor = Span(asking.function, decoder.address + row.factor_at, 1)
    if factor not in before or factor not in after:
        return f"its scale factor was not read ({refused[factor]})"
    if before[factor] != after[factor]:
        then, now = (int.from_bytes(m[factor], "big", signed=True) for m in (before, after))
        return f"its scale factor changed while it was read ({then}, then {now})"
    return None


def _problems(model: Found, wanted: Iterable[Span], refused: dict[Span, Refused], *, whole: bool) -> list[Problem]:
    """One problem for the model, or one for each run of wanted points that was refused."""
    if refused and whole:
        return [not_read(model, next(iter(refused.values())).code)]
    problems: list[Problem] = []
    run: list[Span] = []
    for span in [*sorted(set(wanted)), None]:
        if span is not None and span in refused:
            run.append(span)
        elif run:
            first, count = run[0].address, run[-1].end - run[0].address
            what = f"exception {refused[run[0]].code} on {count} register{'s' if count > 1 else ''}"
            problems.append(Problem(first, f"{what}: part of model {model.id} not read"))
            run = []
    return problems
