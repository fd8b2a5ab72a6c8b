"""The days of a month as an SVG image: a bar measured, a mark expected; a day without a figure is hatched, not empty.

A table of the same days stands beside it wherever it is shown.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from config import formats
from dashboards.reports.monthly import bounds

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640.0, 150.0, 46.0, 16.0, 8.0
INK, MADE, SHOULD, GRID = "#1d2a35", "#2f6f9f", "#b04a00", "#c9d2d8"


def daily_bars(days: Sequence[dict[str, Any]], month: date) -> str:
    """The picture as a data URI, for an `img` with a text of its own."""
    return "data:image/svg+xml;base64," + b64encode(svg(days, month).encode()).decode()


def svg(days: Sequence[dict[str, Any]], month: date) -> str:
    """The picture itself. days: as dashboards.reports.monthly tells them; those missing are hatched."""
    known = {each["day"]: each for each in days}
    first, last = bounds(month)
    count = (last - first).days + 1
    values = [v for each in days for v in (each["energy_kwh"], each["expected_kwh"]) if v is not None]
    top = nice(max(values, default=1.0))
    step, floor = (WIDTH - LEFT) / count, HEIGHT - BOTTOM
    scale = (floor - TOP) / top
    parts = [_frame(top, scale, floor)]
    for number in range(count):
        day = known.get((first + timedelta(days=number)).isoformat())
        x, width = LEFT + number * step + 1.5, step - 3
        if day is None or day["energy_kwh"] is None:
            parts.append(
                f'<rect x="{x:.1f}" y="{TOP:.1f}" width="{width:.1f}" height="{floor - TOP:.1f}" fill="url(#h)"/>'
            )
        else:
            high = max(day["energy_kwh"], 0.0) * scale
            parts.append(
                f'<rect x="{x:.1f}" y="{floor - high:.1f}" width="{width:.1f}" height="{high:.1f}" fill="{MADE}"/>'
            )
        if day is not None and day["expected_kwh"] is not None:
            y = floor - day["expected_kwh"] * scale
            parts.append(f'<path d="M{x - 1:.1f} {y:.1f}h{width + 2:.1f}" stroke="{SHOULD}" stroke-width="2"/>')
        if number % 5 == 4 or number == 0:
            parts.append(_label(x + width / 2, HEIGHT - 4, str(number + 1), "middle"))
    body = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" width="{WIDTH:.0f}"'
        f' height="{HEIGHT:.0f}"><defs><pattern id="h" width="5" height="5" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><path d="M0 0v5" stroke="{GRID}" stroke-width="2"/></pattern></defs>{body}'
        "</svg>"
    )


def nice(value: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten at or above a positive value."""
    power = 1.0
    while power * 10 < value:
        power *= 10
    while power > value:
        power /= 10
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def _frame(top: float, scale: float, floor: float) -> str:
    lines = []
    for part in (0.0, 0.5, 1.0):
        y = floor - part * top * scale
        digits = 0 if top >= 4 else 1 if top >= 0.4 else 2
        lines.append(f'<path d="M{LEFT:.0f} {y:.1f}H{WIDTH:.0f}" stroke="{GRID}" stroke-width="1"/>')
        lines.append(_label(LEFT - 5, y + 4, formats.number(part * top, digits), "end"))
    return "".join(lines)


def _label(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="DejaVu Sans, sans-serif" font-size="10" fill="{INK}"'
        f' text-anchor="{anchor}">{text}</text>'
    )
