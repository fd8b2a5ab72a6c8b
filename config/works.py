"""Words for what people do on site."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """These words stand in the ledger."""

    OUTAGE = "outage"
    """Planned: its loss counts as planned, its alerts are silent."""
    VISIT = "visit"
    REPLACEMENT = "replacement"
    """Another inverter, or other modules: what was learnt before no longer holds."""
    CLEANING = "cleaning"
    TREE = "tree"
    WARRANTY = "warranty"
