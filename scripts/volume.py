"""Amounts of bytes as a person reads them, in powers of ten as disks are sold."""

from __future__ import annotations

from config.language import _


def volume(size: float) -> str:
    """``340 kB``, ``12.5 MB``, ``1.20 TB``: three digits, or the whole of a small number."""
    for limit, unit in ((1e3, _("{n} B")), (1e6, _("{n} kB")), (1e9, _("{n} MB")), (1e12, _("{n} GB"))):
        if abs(size) < 0.9995 * limit:
            return unit.format(n=_three(size / (limit / 1e3)))
    return _("{n} TB").format(n=_three(size / 1e12))


def _three(number: float) -> str:
    shown = f"{number:.3g}"
    return f"{number:.0f}" if "e" in shown else shown
