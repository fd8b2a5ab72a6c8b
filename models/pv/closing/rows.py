"""Rollup rows: quarters and days of inverters, roofs, sites and the town, as the stores keep them (config.kwh)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.kwh import ROLLUP_NUMBERS, Basis, EnergyStatus, Subject
from models.pv.closing.array_side import ArraySide, side_of_days
from models.pv.closing.books import Books
from models.pv.closing.expected import BASES
from models.pv.closing.lost import Lost, lost_of_days, mean
from models.pv.energy.days import day_energy
from models.pv.energy.rows import EnergyRows
from models.pv.sun import Floats

Codes = NDArray[np.int8]
Mask = NDArray[np.bool_]
WORDS = np.array([word.value for word in BASES], dtype=object)
NONE = len(BASES) - 1
SLIGHT = 0.005
"""Quarters of which less than this part of the day's best one is expected say nothing about the day."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was expected of one subject in each of its rows; shape (rows,)."""

    energy: Floats
    low: Floats
    high: Floats
    basis: Codes
    """Place in BASES."""
    insolation: Floats


@dataclass(frozen=True, slots=True)
class Account:
    """One subject: what it made, what it should have made, and why it made less."""

    kind: Subject
    id: str
    energy: EnergyRows
    expected: Expected
    lost: Lost
    side: ArraySide

    def numbers(self) -> tuple[Floats, ...]:
        """Its columns in the order of ROLLUP_NUMBERS."""
        made, should, lost, side = self.energy, self.expected, self.lost, self.side
        return (
            made.energy, should.energy, should.low, should.high, should.insolation, made.completeness,
            lost.outage, lost.finding, lost.availability,
            side.corrected, side.energy_dc, side.clipped,
        )  # fmt: skip


def frames(accounts: Sequence[Account]) -> pd.DataFrame:
    """All rows of all accounts, as the stores take them; at least one account."""
    sizes = [len(account.energy.times) for account in accounts]
    columns: dict[str, Any] = {
        "kind": _text(np.repeat(np.array([account.kind.value for account in accounts], dtype=object), sizes)),
        "subject": _text(np.repeat(np.array([account.id for account in accounts], dtype=object), sizes)),
        "time": np.concatenate([account.energy.times for account in accounts]),
    }
    numbers = zip(*(account.numbers() for account in accounts), strict=True)
    columns |= {name: np.concatenate(parts) for name, parts in zip(ROLLUP_NUMBERS, numbers, strict=True)}
    columns["basis"] = _text(_words(Basis)[np.concatenate([account.energy.basis for account in accounts])])
    columns["status"] = _text(_words(EnergyStatus)[np.concatenate([account.energy.status for account in accounts])])
    columns["expected_basis"] = _text(WORDS[np.concatenate([account.expected.basis for account in accounts])])
    return pd.DataFrame(columns)


def _text(words: NDArray[np.object_]) -> pd.Series:
    """As they are: pandas would make strings of Arrow of them, and the stores words again."""
    return pd.Series(words, dtype=object)


def _words(of: type[StrEnum]) -> NDArray[np.object_]:
    return np.array([word.value for word in of], dtype=object)


def summed(parts: Sequence[Expected], weights: Sequence[float]) -> Expected:
    """The expectation of several parts together. weights: their capacities, for the light on them.

    Energy that is not known of one part is not known of the sum, unless that part has no modules. The bounds are summed
    as they are: parts under one sky err together. The basis is the least sure of any part.
    """
    modules = np.asarray(weights, float)[:, None]
    idle = (modules <= 0) & np.isnan([part.energy for part in parts])
    idle &= ~idle.all(axis=0)
    energy, low, high = (
        np.where(idle, 0.0, [getattr(part, name) for part in parts]).sum(axis=0) for name in ("energy", "low", "high")
    )
    basis = np.where(idle, 0, [part.basis for part in parts]).max(axis=0).astype(np.int8)
    light = np.array([part.insolation for part in parts])
    size = np.where(np.isfinite(light), modules, 0.0)
    return Expected(energy, low, high, basis, mean(size * np.nan_to_num(light), size))


def part_of(whole: Expected, share: Floats) -> Expected:
    """What a share of it (0..1 per row) was expected to make; the light is the same."""
    return Expected(whole.energy * share, whole.low * share, whole.high * share, whole.basis, whole.insolation)


def days_of(account: Account, tz: tzinfo, half_day: Floats) -> Account:
    """The account by days of the town, from quarters that cover whole days.

    half_day: half-width of the 80 % interval of each day as a share of its expectation, shape (days,): what one
    quarter misses another gives back, so the bounds of the quarters do not add up to those of the day.
    """
    made = day_energy(account.energy, tz, account.expected.energy)
    starts = np.searchsorted(account.energy.times, made.times)
    should = account.expected
    energy, light = (np.add.reduceat(values, starts) for values in (should.energy, np.nan_to_num(should.insolation)))
    dark = np.logical_and.reduceat(np.isnan(should.insolation) & (np.nan_to_num(should.energy) > 0), starts)
    slight = np.nan_to_num(should.energy) <= SLIGHT * _largest(should.energy, starts)
    basis = np.maximum.reduceat(np.where(slight, 0, should.basis), starts).astype(np.int8)
    unknown = np.isnan(should.energy)
    gone = np.logical_or.reduceat(np.isnan(should.insolation), starts) | dark
    day = Expected(
        energy,
        energy * np.maximum(1 - half_day, 0.0),
        energy * (1 + half_day),
        np.where(np.logical_and.reduceat(unknown, starts), NONE, basis).astype(np.int8),
        np.where(gone, np.nan, light),
    )
    lost = lost_of_days(account.lost, slight, starts)
    side = side_of_days(account.side, should.energy, should.insolation, slight, starts)
    return Account(
        account.kind, account.id, made, day, lost, replace(side, corrected=np.where(gone, np.nan, side.corrected))
    )


def _largest(values: Floats, starts: NDArray[np.intp]) -> Floats:
    sizes = np.diff(np.append(starts, len(values)))
    found: Floats = np.repeat(np.maximum.reduceat(np.nan_to_num(values), starts), sizes)
    return found


def by_roof(books: Books, share: Floats) -> list[list[tuple[int, Floats]]]:
    """For each roof of the books the inverters behind it, each with the roof's part of it per row.

    share: of each plane in its inverter, shape (planes, T).
    """
    parts: list[dict[int, Floats]] = [{} for _ in books.roofs]
    for plane, own in zip(books.plant.planes, share, strict=True):
        roof = parts[books.roofs.index(plane.roof)]
        roof[plane.inverter] = roof[plane.inverter] + own if plane.inverter in roof else own
    return [list(roof.items()) for roof in parts]
