"""Many SunSpec images at once: what `sunspec_image` gives row by row, column by column with numpy.

A simulated year is a million images; their registers are what costs most of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from collector.reader import Identity
from collector.sunspec.image import COARSEST, NET, Frame, Place, Scaled, frame_of

Column = NDArray[np.float64] | Sequence[str | None]


def sunspec_images(
    columns: Mapping[str, Column],
    length: int,
    identity: Identity,
    *,
    base: int = 40000,
    inputs: int = 0,
    phases: int = 3,
) -> list[bytes]:
    """The bytes of the registers from `base` on, for each of `length` rows of columns (NaN or None: not available).

    Equal to sunspec_image of each row; ValueError as there.
    """
    frame = frame_of(columns, identity, base, inputs, phases)
    words = np.tile(np.frombuffer(frame.blank, dtype=np.uint8), (length, 1))
    for scaled in frame.scaled:
        _fill(words, scaled, frame, columns)
    joined, width = words.tobytes(), len(frame.blank)
    return [joined[width * n : width * (n + 1)] for n in range(length)]


def _fill(words: NDArray[np.uint8], scaled: Scaled, frame: Frame, columns: Mapping[str, Column]) -> None:
    numbers = np.array([_numbers(place, frame, columns, len(words)) for place in scaled.places])
    low, high = (np.array([getattr(p, name) for p in scaled.places], float)[:, None] for name in ("low", "high"))
    exponent = np.full(len(words), scaled.exponent)
    raws = _raws(numbers, exponent)
    if (too_low := (raws < 0) & (low >= 0)).any():  # a coarser factor would make it a false 0
        raise ValueError(f"SunSpec has no sign for it: {_named(scaled, too_low)}")
    while (outside := ((raws < low) | (raws > high))).any():
        exponent += outside.any(axis=0)
        if scaled.factor is None or exponent.max() > COARSEST:
            raise ValueError(f"does not fit into SunSpec's registers: {_named(scaled, outside)}")
        raws = _raws(numbers, exponent)
    for place, raw in zip(scaled.places, raws, strict=True):
        _put(words, place, raw)
    if scaled.factor:
        _put(words, scaled.factor, exponent.astype(float))


def _numbers(place: Place, frame: Frame, columns: Mapping[str, Column], length: int) -> NDArray[np.float64]:
    if place.field == NET:
        if "p_import" not in columns or "p_export" not in columns:
            return np.full(length, np.nan)
        net = (np.asarray(columns["p_import"], float) - np.asarray(columns["p_export"], float)) * frame.import_sign
        return np.where(np.isfinite(net), net, np.nan)
    column = columns.get(place.field)
    if column is None:
        return np.full(length, np.nan)
    if isinstance(column, np.ndarray):
        return np.where(np.isfinite(column), column, np.nan)
    symbols = {word: _symbol(place, word) for word in set(column)}
    return np.array([symbols[word] for word in column], dtype=np.float64)


def _symbol(place: Place, word: str | None) -> float:
    if word is None:
        return np.nan
    found = place.symbols.get(word, int(word, 16) if word.startswith("0x") else None)
    return np.nan if found is None else float(found)


def _raws(numbers: NDArray[np.float64], exponent: NDArray[np.int64]) -> NDArray[np.float64]:
    # Multiplied or divided by 10^n, as one image is: times 10^-n is not the same number.
    power = 10.0 ** np.abs(exponent)
    raws: NDArray[np.float64] = np.rint(np.where(exponent < 0, numbers * power, numbers / power))
    return raws


def _put(words: NDArray[np.uint8], place: Place, raw: NDArray[np.float64]) -> None:
    known = np.isfinite(raw)
    kind = np.dtype(place.packer.format)
    packed = np.ascontiguousarray(raw[known].astype(kind)).view(np.uint8).reshape(-1, kind.itemsize)
    words[known, place.at : place.at + kind.itemsize] = packed


def _named(scaled: Scaled, where: NDArray[np.bool_]) -> list[str]:
    return [place.field for place, wrong in zip(scaled.places, where, strict=True) if wrong.any()]
