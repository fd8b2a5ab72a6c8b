"""Charts as shapes in a box 1000 wide and 100 high that the page stretches; all words stand outside of it, as text.

What is not known is a hatched stretch of full height, never a bar of height 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dashboards.views.points import Curve, Point

WIDTH, HEIGHT = 1000.0, 100.0
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
TICKS = 4
SMALLEST = 1e-6
"""Below it an axis shows nothing: exports round here too."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A column: its shape, what it says, and the figure behind it."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """``sure``, ``unsure`` or ``gap``."""
    value: float | None
    label: str
    expected_y: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart: shapes, and the words beside its axes (evenly spaced)."""

    bars: tuple[Bar, ...]
    up: tuple[float, ...]
    """Figures of the upright axis, the highest first, 0 last."""
    along: tuple[str, ...]

    @property
    def has(self) -> frozenset[str]:
        """Which kinds of bar it has, and ``expected``: what its key explains."""
        kinds = {bar.kind for bar in self.bars}
        return frozenset(kinds | {"expected"} if any(bar.expected_y is not None for bar in self.bars) else kinds)


@dataclass(frozen=True, slots=True)
class Line:
    """One line over time, broken where nothing is known."""

    name: str
    path: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A chart of lines; `band` is the path of an area, `gaps` are (x, width)."""

    lines: tuple[Line, ...]
    band: str
    gaps: tuple[tuple[float, float], ...]
    up: tuple[float, ...]
    along: tuple[str, ...]


def ceiling(highest: float) -> tuple[float, ...]:
    """Round figures for the upright axis, from above the highest value down to 0."""
    if not highest >= SMALLEST:
        return (1.0, 0.0)
    raw = highest / TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in STEPS if s * power >= raw * (1 - 1e-9))
    return tuple(round(step * n, 10) for n in range(math.ceil(highest / step - 1e-9), -1, -1))


def bars(curve: Curve, label: Callable[[Point], str], along: Sequence[str]) -> Bars:
    """The points of a curve as columns. `label` says what a column is, `along` are the words below."""
    points = curve.points
    up = ceiling(max((value for p in points for value in (p.energy, p.expected) if value is not None), default=0.0))
    place = WIDTH / max(len(points), 1)
    made = []
    for number, point in enumerate(points):
        x, width = number * place + place * 0.12, place * 0.76
        expected = None if point.expected is None else round(HEIGHT - point.expected / up[0] * HEIGHT, 2)
        if point.energy is None:
            made.append(Bar(round(x, 2), 0.0, round(width, 2), HEIGHT, "gap", None, label(point), expected))
            continue
        height = max(point.energy, 0.0) / up[0] * HEIGHT
        kind = "sure" if point.sure else "unsure"
        y = round(HEIGHT - height, 2)
        made.append(Bar(round(x, 2), y, round(width, 2), round(height, 2), kind, point.energy, label(point), expected))
    return Bars(tuple(made), up, tuple(along))


def lines(
    named: Iterable[tuple[str, Sequence[float | None]]],
    places: Sequence[float],
    along: Sequence[str],
    band: tuple[Sequence[float | None], Sequence[float | None]] | None = None,
    gaps: Sequence[tuple[float, float]] = (),
    dots: frozenset[str] = frozenset(),
) -> Lines:
    """Lines through values at places 0..1 of the width; `band` is low and high; gaps are (from, to), 0..1.

    Those named in `dots` are points, joined by nothing.
    """
    kept = [(name, tuple(values)) for name, values in named]
    every = [value for _name, values in kept for value in values if value is not None]
    every += [value for value in (band[1] if band else ()) if value is not None]
    up = ceiling(max(every, default=0.0))
    xs = [place * WIDTH for place in places]
    made = tuple(Line(name, (_dots if name in dots else _path)(xs, values, up[0]), values) for name, values in kept)
    area = _area(xs, *band, up[0]) if band else ""
    wide = tuple((round(a * WIDTH, 1), round((b - a) * WIDTH, 1)) for a, b in gaps)
    return Lines(made, area, wide, up, tuple(along))


def _path(xs: Sequence[float], values: Sequence[float | None], top: float) -> str:
    pieces, pen = [], "M"
    for x, value in zip(xs, values, strict=True):
        if value is None:
            pen = "M"
            continue
        alone = "h0" if pen == "M" else ""  # a point without neighbours is a dot, by its round ends
        pieces.append(f"{pen}{x:.1f} {HEIGHT - value / top * HEIGHT:.2f}{alone}")
        pen = "L"
    return "".join(pieces)


def _dots(xs: Sequence[float], values: Sequence[float | None], top: float) -> str:
    """A line of no length for each: its round ends make it a dot."""
    known = [(x, value) for x, value in zip(xs, values, strict=True) if value is not None]
    return "".join(f"M{x:.1f} {HEIGHT - value / top * HEIGHT:.2f}h0" for x, value in known)


def _area(xs: Sequence[float], low: Sequence[float | None], high: Sequence[float | None], top: float) -> str:
    known = [(x, a, b) for x, a, b in zip(xs, low, high, strict=True) if a is not None and b is not None]
    if len(known) < 2:
        return ""
    above = [f"{x:.1f} {HEIGHT - b / top * HEIGHT:.2f}" for x, _a, b in known]
    below = [f"{x:.1f} {HEIGHT - a / top * HEIGHT:.2f}" for x, a, _b in reversed(known)]
    return "M" + "L".join(above + below) + "Z"
