"""Cells to instants: the formats of a layout, its zone, and both changes of clocks.

In autumn the town's clocks show an hour twice. The first time that a file shows it is summer time, the second winter
time; the other way round in a file that runs backwards. In spring an hour is never shown: such a time is a fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.layout import DIRECTIVES, Times

Millis = NDArray[np.datetime64]
Mask = NDArray[np.bool_]
NEVER = np.datetime64("NaT", "ms")
WIDEST = 40


def parse(cells: Sequence[str], formats: Sequence[str]) -> tuple[Millis, NDArray[np.int64]]:
    """The times as written, NaT where no format fits, and their offsets from UTC in minutes (0 without %z)."""
    times = np.full(len(cells), NEVER)
    offsets = np.zeros(len(cells), np.int64)
    if max(map(len, cells), default=0) <= WIDEST:
        texts = np.array(cells, dtype=f"<U{WIDEST}")
        letters = texts.view(np.uint32).reshape(len(cells), WIDEST)
        for format_ in formats:
            rest = np.flatnonzero(np.isnat(times))
            if not len(rest):
                break
            times[rest], offsets[rest] = _regular(letters[rest], format_)
    for place in np.flatnonzero(np.isnat(times)).tolist():
        times[place], offsets[place] = _one(cells[place].strip(), formats)
    return times, offsets


def _regular(letters: NDArray[np.uint32], format_: str) -> tuple[Millis, NDArray[np.int64]]:
    """The times of rows of letters that are written to the letter, each figure at its place; NaT for the others."""
    good = np.ones(len(letters), bool)
    found: dict[str, NDArray[np.int64]] = {}
    place, left = 0, format_
    while left:
        if left[0] == "%":
            kind, width, left = left[1], DIRECTIVES[left[1]], left[2:]
            field = letters[:, place : place + width]
            if kind == "z":
                found[kind], right = _offset(field)
            else:
                found[kind], right = _figure(field)
            good &= right
        else:
            good &= letters[:, place] == ord(left[0])
            width, left = 1, left[1:]
        place += width
    good &= (letters[:, place:] == 0).all(axis=1)
    year, month = found["Y"], found["m"]
    day = found.get("d", np.ones_like(year))
    hour, minute, second = (found.get(kind, np.zeros_like(year)) for kind in "HMS")
    good &= (year >= 1900) & (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    months = ((np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1).astype("datetime64[M]")
    good &= day <= ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    milliseconds = (((day - 1) * 24 + hour) * 60 + minute) * 60_000 + second * 1000
    times = months.astype("datetime64[ms]") + milliseconds.astype("timedelta64[ms]")
    times[~good] = NEVER
    return times, np.where(good, found.get("z", np.zeros_like(year)), 0)


def _figure(letters: NDArray[np.uint32]) -> tuple[NDArray[np.int64], Mask]:
    digits = letters.astype(np.int64) - ord("0")
    tens = 10 ** np.arange(letters.shape[1] - 1, -1, -1)
    return (digits * tens).sum(axis=1), np.asarray(((digits >= 0) & (digits <= 9)).all(axis=1), bool)


def _offset(letters: NDArray[np.uint32]) -> tuple[NDArray[np.int64], Mask]:
    """``+01:00`` as minutes."""
    (hours, good), (minutes, also) = _figure(letters[:, 1:3]), _figure(letters[:, 4:6])
    sign = np.where(letters[:, 0] == ord("-"), -1, 1)
    signed = (letters[:, 0] == ord("+")) | (letters[:, 0] == ord("-"))
    return sign * (hours * 60 + minutes), good & also & signed & (letters[:, 3] == ord(":"))


def _one(cell: str, formats: Sequence[str]) -> tuple[np.datetime64, int]:
    """A time that is written with less care: figures of one digit, 24:00, Z for an offset."""
    midnight = " 24:00" in cell or "T24:00" in cell
    text = cell.replace("24:00", "00:00", 1) if midnight else cell
    for format_ in formats:
        with suppress(ValueError, OverflowError):
            moment = datetime.strptime(text, format_)  # noqa: DTZ007 - the layout's zone comes after
            offset = moment.utcoffset() or timedelta()
            plain = moment.replace(tzinfo=None) + timedelta(days=midnight)
            return np.datetime64(plain, "ms"), round(offset.total_seconds() / 60)
    return NEVER, 0


class Clock:
    """The clock of one file; it remembers which times of the doubled hour it has seen."""

    def __init__(self, times: Times, town: tzinfo) -> None:
        self._zone, self._town = times.zone, town
        self._seen: dict[tuple[int, int], int] = {}
        self._backwards: bool | None = None

    def utc(self, times: Millis, offsets: NDArray[np.int64], groups: NDArray[np.int64]) -> Millis:
        """The same as instants UTC; NaT also where the town's clocks never show this time.

        groups: of each time the series that it belongs to; each goes through the doubled hour by itself.
        """
        if self._zone != "town":
            fixed = offsets if self._zone == "given" else np.full(len(times), _minutes(self._zone))
            return np.asarray(times - fixed.astype("timedelta64[m]").astype("timedelta64[ms]"))
        self._direction(times)
        index = pd.DatetimeIndex(times)
        summer = np.ones(len(times), bool)
        first = _localized(index, self._town, summer)
        doubled = np.flatnonzero((first != _localized(index, self._town, ~summer)) & ~np.isnat(first))
        if not len(doubled):
            return first
        for place in doubled.tolist():
            key = int(groups[place]), int(times[place].astype(np.int64))
            before = self._seen.get(key, 0)
            self._seen[key] = before + 1
            summer[place] = (before == 0) is not self._backwards
        return _localized(index, self._town, summer)

    def local(self, instants: Millis) -> Millis:
        """What the town's clocks show at instants UTC."""
        aware = pd.DatetimeIndex(instants).tz_localize(UTC).tz_convert(self._town)
        return np.asarray(aware.tz_localize(None).as_unit("ms").to_numpy())

    def midnights(self, days: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """The instants (ms) at which days of the town begin; where clocks change at midnight, the first of them."""
        known, place = np.unique(days, return_inverse=True)
        begins = pd.DatetimeIndex(known.astype("datetime64[ms]")).tz_localize(
            self._town, ambiguous=np.ones(len(known), bool), nonexistent="shift_forward"
        )
        return np.asarray(begins.as_unit("ms").asi8[place])

    def _direction(self, times: Millis) -> None:
        """A file runs the way its first block does."""
        known = times[~np.isnat(times)]
        if self._backwards is None and len(known):
            self._backwards = bool(known[0] > known[-1])


def _localized(index: pd.DatetimeIndex, town: tzinfo, summer: Mask) -> Millis:
    aware = index.tz_localize(town, ambiguous=summer, nonexistent="NaT").tz_convert(UTC)
    return np.asarray(aware.tz_localize(None).as_unit("ms").to_numpy())


def _minutes(zone: str) -> int:
    if zone == "utc":
        return 0
    fixed = datetime.strptime(zone, "%z").tzinfo
    assert isinstance(fixed, timezone)
    return round(fixed.utcoffset(None).total_seconds() / 60)
