"""Rollup rows: quarters and days of inverters, roofs, sites and the town, as the stores keep them (config.kwh)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.kwh import ROLLUP_NUMBERS, Subject
from models.pv.closing.books import Books
from models.pv.closing.expected import BASES
from models.pv.energy.days import day_energy
from models.pv.energy.rows import EnergyRows
from models.pv.sun import Floats

Codes = NDArray[np.int8]
WORDS = np.array([word.value for word in BASES], dtype=object)
NONE = len(BASES) - 1


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
    """One subject: what it made and what it should have made."""

    kind: Subject
    id: str
    energy: EnergyRows
    expected: Expected

    def frame(self) -> pd.DataFrame:
        """Its rows as the stores take them."""
        made, should = self.energy, self.expected
        numbers = (made.energy, should.energy, should.low, should.high, should.insolation, made.completeness)
        columns = {"kind": self.kind.value, "subject": self.id, "time": made.times}
        texts = {"basis": made.basis_words(), "status": made.status_words(), "expected_basis": WORDS[should.basis]}
        return pd.DataFrame(columns | dict(zip(ROLLUP_NUMBERS, numbers, strict=True)) | texts)


def frames(accounts: Sequence[Account]) -> pd.DataFrame:
    """All rows of all accounts; at least one account."""
    return pd.concat([account.frame() for account in accounts], ignore_index=True)


def summed(parts: Sequence[Expected], weights: Sequence[float]) -> Expected:
    """The expectation of several parts together. weights: their capacities, for the light on them.

    Energy that is not known of one part is not known of the sum. The bounds are summed as they are: parts under one
    sky err together. The basis is the least sure of any part.
    """
    energy, low, high = (np.sum([getattr(part, name) for part in parts], axis=0) for name in ("energy", "low", "high"))
    basis = np.max([part.basis for part in parts], axis=0).astype(np.int8)
    light = np.array([part.insolation for part in parts])
    size = np.where(np.isfinite(light), np.asarray(weights, float)[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(size.sum(axis=0) > 0, (size * np.nan_to_num(light)).sum(axis=0) / size.sum(axis=0), np.nan)
    return Expected(energy, low, high, basis, mean)


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
    lit = np.where(np.nan_to_num(should.energy) > 0.005 * _largest(should.energy, starts), should.basis, 0)
    basis = np.maximum.reduceat(lit, starts).astype(np.int8)
    unknown = np.isnan(should.energy)
    gone = np.logical_or.reduceat(np.isnan(should.insolation), starts) | dark
    day = Expected(
        energy,
        energy * np.maximum(1 - half_day, 0.0),
        energy * (1 + half_day),
        np.where(np.logical_and.reduceat(unknown, starts), NONE, basis).astype(np.int8),
        np.where(gone, np.nan, light),
    )
    return Account(account.kind, account.id, made, day)


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
