"""What people type: free text as it was meant, and words that must be a number, a date or an identifier.

Free text is kept as typed ("-20 % d'éclairage", "=même idée" are honest titles): normalised (NFC), bounded, without
control characters; nothing is escaped here, since each surface (HTML, CSV, XLSX) escapes in its own way. Everything
else is either what it should be or a ValueError that says what to write.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from config.language import _

LINE, PARAGRAPH = 300, 4000
"""Most characters of a title, and of a text."""
FIRST_YEAR, LAST_YEAR = 1990, 2100
_INVISIBLE = frozenset(
    "\u200b\u2060\ufeff\u00ad\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Without width, or turning the direction of what follows: nobody types them, they only mislead."""


def text(value: Any, most: int = PARAGRAPH, *, lines: bool = True) -> str:  # noqa: ANN401 - comes from outside
    """Free text in NFC without blanks around it; ValueError when it is empty, too long or holds control characters."""
    if not isinstance(value, str):
        raise ValueError(_("{value} is no text").format(value=_shown(value)))
    made = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    made = "".join(sign for sign in made if sign not in _INVISIBLE).strip()
    allowed, never = "\n\t" if lines else "", ("Cc", "Cs", "Co")
    wrong = next((sign for sign in made if unicodedata.category(sign) in never and sign not in allowed), None)
    if wrong is not None:
        told = _("the text holds the control character U+{code}: remove it")
        raise ValueError(told.format(code=f"{ord(wrong):04X}"))
    if not any(unicodedata.category(sign)[0] in "LNPS" for sign in made):
        raise ValueError(_("the text is empty"))
    if len(made) > most:
        raise ValueError(_("the text has {n} characters; at most {most}").format(n=len(made), most=most))
    return made


def line(value: Any) -> str:  # noqa: ANN401
    """Free text of one line, as a title."""
    return text(value, LINE, lines=False)


def number(value: Any, low: float = -math.inf, high: float = math.inf) -> float:  # noqa: ANN401
    """A finite number within bounds, from a number or its text (``1234.5`` or ``1234,5``)."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,15}([.,]\d{1,9})?", value.strip(), re.ASCII):
        value = float(value.strip().replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(_("{value} is no number; write 1234.5").format(value=_shown(value)))
    if not low <= value <= high:
        raise ValueError(
            _("{value} is not within {low} to {high}").format(value=_shown(value), low=f"{low:g}", high=f"{high:g}")
        )
    return float(value)


def whole(value: Any, low: int, high: int) -> int:  # noqa: ANN401
    """A whole number within bounds."""
    made = number(value, low, high)
    if made != int(made):
        raise ValueError(_("{value} is no whole number").format(value=_shown(value)))
    return int(made)


def euros(value: Any) -> str:  # noqa: ANN401
    """An amount of euros, 0 or more, as the text of a Decimal with cents at most: ``1250.50``."""
    said = str(value).strip().replace(",", ".") if isinstance(value, str | int | float | Decimal) else ""
    try:
        made = Decimal(said) if re.fullmatch(r"\d{1,10}(\.\d{1,2})?", said, re.ASCII) else None
    except InvalidOperation:
        made = None
    if made is None or isinstance(value, bool):
        raise ValueError(_("{value} is no amount of euros; write 1250.50").format(value=_shown(value)))
    return str(made)


def day(value: Any) -> str:  # noqa: ANN401
    """A date, as ISO 8601 (``2026-11-22``), of a year that a town can mean."""
    try:
        made = date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        made = None
    if made is None or not FIRST_YEAR <= made.year <= LAST_YEAR:
        raise ValueError(_("{text} is no date; write 2026-11-22.").format(text=_shown(value)))
    return made.isoformat()


def year(value: Any) -> int:  # noqa: ANN401
    """A year that a town can mean."""
    return whole(value, FIRST_YEAR, LAST_YEAR)


def identifier(value: Any) -> str:  # noqa: ANN401
    """The id of a building, plant or roof: letters, digits, ``. _ / : -``; never a path."""
    good = isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,79}", value, re.ASCII)
    if not good or ".." in value or "//" in value:
        told = _("{value} is no identifier: letters, digits and . _ / : - only, as ecole-lamendin/roof")
        raise ValueError(told.format(value=_shown(value)))
    return str(value)


def subject(value: Any) -> str:  # noqa: ANN401
    """The id of a building or meter, as the town calls it. Never the number of a delivery point: it is private."""
    made = identifier(value)
    if re.fullmatch(r"\d{14}", made):
        raise ValueError(_("{value} looks like the number of a delivery point, which is private").format(value=made))
    return made


def sha256(value: Any) -> str:  # noqa: ANN401
    """The hash of a document: 64 hexadecimal digits."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{64}", value, re.ASCII):
        raise ValueError(_("{value} is no SHA-256 of a document: 64 hexadecimal digits").format(value=_shown(value)))
    return value


def address(value: Any) -> str:  # noqa: ANN401
    """An address of the web: http or https, a host, no name or password in it."""
    try:
        parts = urlsplit(value) if isinstance(value, str) and len(value) <= 500 and value.isascii() else None
        good = parts and parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        good = good and value.isprintable() and not re.search(r"[\s<>\"'`\\]", value)
    except ValueError:
        good = False
    if not good:
        raise ValueError(_("{value} is no address of the web: https://…").format(value=_shown(value)))
    return str(value)


def siret(value: Any) -> str:  # noqa: ANN401
    """The number of an establishment: 14 digits."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{14}", value, re.ASCII):
        raise ValueError(_("{value} is no SIRET: 14 digits").format(value=_shown(value)))
    return value


def one_of(value: Any, known: Iterable[str]) -> str:  # noqa: ANN401
    """One of some words."""
    words = list(known)
    if not isinstance(value, str) or value not in words:
        raise ValueError(_("{value} is none of: {known}").format(value=_shown(value), known=", ".join(words)))
    return value


def yes(value: Any) -> bool:  # noqa: ANN401
    """``true`` or ``false``."""
    if isinstance(value, bool):
        return value
    return one_of(value, ("true", "false")) == "true"


_STREET = re.compile(
    r"\b\d{1,4}\s*(bis|ter|quater|[a-d])?\s*,?\s*(rue|avenue|av\.|boulevard|bd|impasse|chemin|route|allée|allee|place|"
    r"résidence|residence|cité|cite|square|sentier|lotissement)\b",
    re.IGNORECASE,
)


def place(value: Any) -> str:  # noqa: ANN401
    """A quarter, a municipal building, a public place: never the address of a home."""
    made = line(value)
    if _STREET.search(made):
        raise ValueError(
            _("{value} looks like the address of a home: name the quarter or the municipal building").format(
                value=_shown(made)
            )
        )
    return made


def _shown(value: Any) -> str:  # noqa: ANN401
    said = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return said if len(said) <= 60 else f"{said[:57]}…"
