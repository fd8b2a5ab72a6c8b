"""Numbers, dates and money as a person reads them, in the language of the reader (config.language.spoken).

French: ``12 345,6`` with narrow no-break spaces, ``98,5 %``; English: ``12,345.6``, ``98.5%``. What is missing is a
dash, never 0.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal

from config.language import spoken

ABSENT = "–"
"""What stands where there is no value."""
_LOCALES = {"fr": "fr_FR", "en": "en_GB"}


def number(value: float | Decimal | None, digits: int = 0) -> str:
    """With so many decimals, always: figures below one another stand digit under digit."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ABSENT
    from babel.numbers import format_decimal

    if not round(value, digits):
        value = 0  # and never -0
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, format=pattern, locale=_locale()))


def percent(share: float | None, digits: int = 0) -> str:
    """A share 0..1 as ``98,5 %``."""
    if share is None or not math.isfinite(share):
        return ABSENT
    from babel.numbers import format_percent

    if not round(share * 100, digits):
        share = 0.0
    blank = "\u202f" if spoken() == "fr" else ""
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + blank + "%"
    return str(format_percent(share, format=pattern, locale=_locale()))


def kwh(watt_hours: float | None, digits: int = 0) -> str:
    """Wh as ``1 234,5 kWh``."""
    return _with_unit(number(None if watt_hours is None else watt_hours / 1000, digits), "kWh")


def money(euros: Decimal | None, digits: int = 2) -> str:
    """``1 234,50 €``; in English ``€1,234.50``."""
    told = number(euros, digits)
    if told == ABSENT:
        return told
    return f"{told}\u00a0€" if spoken() == "fr" else f"€{told}"


def day(when: date, form: str = "long") -> str:
    """``22 novembre 2026``, ``1er août 2026``; forms are Babel's: short, medium, long, full."""
    from babel.dates import format_date

    told = str(format_date(when, form, locale=_locale()))
    return told.replace("1 ", "1er ", 1) if spoken() == "fr" and when.day == 1 and form != "short" else told


def month(when: date) -> str:
    """``novembre 2026``"""
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMMM", when, locale=_locale()))


def moment(when: datetime) -> str:
    """``22 novembre 2026, 07:02`` in the zone that the instant carries."""
    from babel.dates import format_time

    return f"{day(when.date())}, {format_time(when, 'HH:mm', tzinfo=when.tzinfo, locale=_locale())}"


def duration(length: timedelta) -> str:
    """``3 heures``, ``2 jours``: the largest unit, rounded."""
    from babel.dates import format_timedelta

    return str(format_timedelta(length, locale=_locale()))


def _with_unit(told: str, unit: str) -> str:
    return told if told == ABSENT else f"{told}\u00a0{unit}"


def _locale() -> str:
    return _LOCALES[spoken()]
