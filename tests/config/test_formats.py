"""Numbers and dates as people of both languages read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from config import formats
from config.language import speaking

THIN, HARD = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", [f"12{THIN}345,60", f"98,5{THIN}%", f"1{THIN}234,5{HARD}kWh", f"7,50{HARD}€", "22 novembre 2026"]),
        ("en", ["12,345.60", "98.5%", f"1,234.5{HARD}kWh", "€7.50", "22 November 2026"]),
    ],
)
def test_figures_are_those_of_the_readers_language(language: str, told: list[str]) -> None:
    with speaking(language):
        assert [
            formats.number(12345.6, 2), formats.percent(0.985, 1), formats.kwh(1_234_500.0, 1),
            formats.money(Decimal("7.5")), formats.day(date(2026, 11, 22)),
        ] == told  # fmt: skip


def test_what_is_missing_is_a_dash_and_never_zero() -> None:
    made = [formats.number(None), formats.number(float("nan"), 2), formats.percent(None), formats.kwh(float("nan")),
            formats.money(None)]  # fmt: skip
    assert made == [formats.ABSENT] * 5


def test_a_trace_below_zero_is_zero_and_not_minus_zero() -> None:
    assert [formats.number(-0.3), formats.number(-0.04, 1), formats.percent(-0.001)] == ["0", "0.0", "0%"]
    assert formats.number(-0.6) == "-1"


def test_a_month_a_moment_and_a_duration_in_french() -> None:
    with speaking("fr"):
        assert formats.month(date(2026, 8, 1)) == "août 2026"
        assert formats.moment(datetime(2026, 8, 1, 7, 2, tzinfo=UTC)) == "1er août 2026, 07:02"
        assert formats.duration(timedelta(hours=50)) == f"2{HARD}jours"
