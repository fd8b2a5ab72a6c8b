"""The certificate of a newborn's panel: one page for a frame, tagged for a screen reader, made once and kept nowhere.

It carries the code that withdraws the panel. The first name stands on it only when both parents have agreed.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config import formats
from config.language import _, spoken
from dashboards.reports.pdf import pdf_apart
from models.territory.newborns import Panel

TEMPLATES = Path(__file__).parent / "templates"


def page(
    panel: Panel, code: str, town: str, roof: str, made_on: date, *, first_name: str | None = None,
    simulated: bool = False,
) -> str:  # fmt: skip
    """The certificate as HTML, in the language that is spoken here. `roof`: its name for people."""
    return _environment().get_template("certificate.html").render(
        _=_,
        lang=spoken(),
        panel=panel,
        code=code,
        town=town,
        roof=roof,
        made_on=formats.day(made_on),
        first_name=first_name,
        simulated=simulated,
    )  # fmt: skip


def certificate(html: str) -> bytes:
    """The page as PDF/UA-1, made in a process of its own that keeps nothing. PdfUnavailable where it cannot be made."""
    return pdf_apart(html)


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
