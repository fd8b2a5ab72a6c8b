"""What a recipe is: one way to see one kind of cause on one day. The engine (`diagnose`) runs them and weighs them."""

from __future__ import annotations

from typing import Protocol

from models.pv.diagnosis.day import InverterDay, TownDay
from models.pv.diagnosis.sign import Looked, Past


class Look(Protocol):
    """A recipe that looks at one inverter. Pure: the same day and past always give the same."""

    def __call__(self, inverter: InverterDay, day: TownDay, past: Past, /) -> Looked:
        """The signs on this inverter or its inputs, and what to remember of it (kept when the day is whole)."""
        ...


class LookTown(Protocol):
    """A recipe that looks at sites or the whole town: what falls together, who is beside whom."""

    def __call__(self, day: TownDay, past: Past, /) -> Looked:
        """The signs, on whatever subjects, and what to remember of the town."""
        ...
