"""Many register images of one mapped device at once: what `encode` gives row by row, column by column with numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from collector.registers import Field, fields_of, numpy_type
from config.device import DeviceMap

Column = NDArray[np.float64] | Sequence[str | None]
Words = dict[tuple[int, int], NDArray[np.uint16]]
"""{(function, address): the word of every row}"""


class RowEncoder:
    """Encodes rows of one device."""

    def __init__(self, device_map: DeviceMap, inputs: int | None = None) -> None:
        self._net = device_map.power_net
        self._fields = fields_of(device_map, inputs)

    def __call__(self, columns: Mapping[str, Column], length: int) -> Words:
        """The words of `length` rows (NaN or None: not available), equal to `encode` of each row.

        ValueError for a value that its register cannot hold, and for a row that leaves a register out which another
        row has: a value that is missing where the map knows no marker for it.
        """
        words: Words = {}
        for field in self._fields:
            if field.register.type == "string":
                raise ValueError(f"{field.name}: text is encoded row by row")
            values = self._values(field, columns, length)
            raws = _raws(field, values, length)
            if np.isnan(raws).all() and not field.is_float:
                continue
            if np.isnan(raws).any() and not field.is_float:
                raise ValueError(f"{field.name}: some rows have no value and the map has no marker for it")
            packed = _packed(field, raws)
            for n in range(field.register.words):
                words[field.function, field.register.address + n] = packed[:, n]
        return words

    def _values(self, field: Field, columns: Mapping[str, Column], length: int) -> Column:
        unknown = np.full(length, np.nan)
        if field.name == "power_net" and self._net:
            drawn, fed = (np.asarray(columns.get(name, unknown), float) for name in ("p_import", "p_export"))
            net: NDArray[np.float64] = (drawn - fed) * (1 if self._net.import_sign == "positive" else -1)
            return net
        return columns.get(field.name, unknown)


def _raws(field: Field, values: Column, length: int) -> NDArray[np.float64]:
    """Raw numbers as Field.raw gives them, NaN where it gives None."""
    if not isinstance(values, np.ndarray) or field.states is not None:
        words = [None] * length if isinstance(values, np.ndarray) else values
        known = {word: field.raw(word) for word in set(words)}
        return np.array([np.nan if known[word] is None else known[word] for word in words], dtype=np.float64)
    raws = values * field.register.divide / field.register.multiply
    if field.is_float:
        return raws
    marker = max(field.missing, default=None)
    filled: NDArray[np.float64] = np.where(np.isnan(raws), np.nan if marker is None else marker, np.rint(raws))
    return filled


def _packed(field: Field, raws: NDArray[np.float64]) -> NDArray[np.uint16]:
    kind = numpy_type(field.register.type)
    if not field.is_float:
        limits = np.iinfo(kind)
        if (raws < limits.min).any() or (raws > limits.max).any():
            raise ValueError(f"{field.name}: {raws.min():g} to {raws.max():g} does not fit into {field.register.type}")
    packed = np.ascontiguousarray(raws.astype(kind)).view(">u2").reshape(len(raws), -1)
    return packed[:, ::-1] if field.word_order == "little" else packed
