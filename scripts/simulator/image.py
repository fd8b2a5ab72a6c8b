"""Register images: what a device's registers hold, from a file or from the simulated plant."""

from __future__ import annotations

import json
import re
import struct
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from collector.errors import DeviceException
from collector.link import Link
from collector.register_rows import RowEncoder
from collector.registers import encode, encode_plate
from collector.sample import Value
from collector.sunspec.image import sunspec_image
from collector.sunspec.images import sunspec_images
from config.device import AnyMap, DeviceMap
from models.pv.sun import Floats
from scripts.simulator.plant import ASLEEP, DERATED, FAULTY, RUNNING, Plant
from scripts.simulator.powers import Times

Runs = Sequence[tuple[int, int, bytes]]
"""(function, first address, words as big-endian bytes), without overlaps."""

# A maker's words for the simulation's states, the first that the map knows.
_WORDS = {
    RUNNING: (r"^on-grid$", r"^normal", r"^mppt$", r"running"),
    ASLEEP: (r"no irradiation", r"^wait", r"^sleeping$", r"standby", r"^off$"),
    FAULTY: (r"fault", r"error"),
    DERATED: (r"self-derating", r"power limited", r"^throttled$"),
}
_SUNSPEC_STATES = ("OFF", "SLEEPING", "MPPT", "THROTTLED", "FAULT", "STANDBY")


class RegisterImage:
    """Registers as runs of words; what is in no run does not exist."""

    def __init__(self, runs: Runs) -> None:
        self.runs = runs

    def read(self, function: int, address: int, count: int) -> bytes | None:
        """The words, or None when one of them does not exist."""
        for code, first, data in self.runs:
            offset = 2 * (address - first)
            if code == function and offset >= 0 and offset + 2 * count <= len(data):
                return data[offset : offset + 2 * count]
        return None


def load_image(path: Path) -> tuple[RegisterImage, int | None]:
    """The image in a JSON file and its unit; None: any unit.

    The file is ``{"unit_id": 126 or null, "holding": {"40000": 21365, …}, "input": {…}}``; other keys are notes.
    ValueError tells what is wrong with it, OSError that it cannot be read.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: no JSON: {error}") from None
    if not isinstance(data, dict) or not ("holding" in data or "input" in data):
        raise ValueError(f"{path}: no register image: it needs 'holding' or 'input', {{address: word}}")
    unit = data.get("unit_id")
    if unit is not None and not (_is_int(unit) and 0 <= unit <= 255):
        raise ValueError(f"{path}: unit_id: {unit!r} is not a unit (0 to 255, or null for any)")
    words: dict[tuple[int, int], int] = {}
    for table, function in (("holding", 3), ("input", 4)):
        registers = data.get(table) or {}
        if not isinstance(registers, dict):
            raise ValueError(f"{path}: {table}: must be {{address: word}}")
        for key, word in registers.items():
            if not (key.isascii() and key.isdigit() and int(key) <= 65535):
                raise ValueError(f"{path}: {table}: {key!r} is not an address (0 to 65535)")
            if not (_is_int(word) and 0 <= word <= 65535):
                raise ValueError(f"{path}: {table}.{key}: {word!r} is not a word (0 to 65535)")
            words[function, int(key)] = word
    if not words:
        raise ValueError(f"{path}: the image holds no registers")
    return RegisterImage(_runs(words, 0)), unit


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _runs(words: Mapping[tuple[int, int], int], fill: int) -> Runs:
    """Runs of consecutive words; holes of up to `fill` registers become zeros."""
    return [
        (f, a, struct.pack(f">{n}H", *(words.get((f, a + i), 0) for i in range(n)))) for f, a, n in _spans(words, fill)
    ]


def _spans(addresses: Mapping[tuple[int, int], int], fill: int) -> list[tuple[int, int, int]]:
    spans: list[tuple[int, int, int]] = []
    for function, address in sorted(addresses):
        if spans and spans[-1][0] == function and address - spans[-1][1] - spans[-1][2] <= fill:
            spans[-1] = (function, spans[-1][1], address - spans[-1][1] + 1)
        else:
            spans.append((function, address, 1))
    return spans


class DeviceImage:
    """The image of one device of the plant: its quantities through its own map.

    Between registers that the map knows lie others: up to the map's `max_gap` they exist and hold 0, as on the real
    device, so that requests that read across them are answered.
    """

    AHEAD = 10
    """Seconds that `at` works out together: one second or ten cost nearly the same."""

    def __init__(self, plant: Plant, path: str) -> None:
        device = plant.town.devices()[path]
        self.path, self.unit, self.plant = path, device.unit, plant
        self.map: AnyMap = plant.town.maps[device.map]
        self.inputs, self.phases, self.plate = plant.inputs(path), plant.phases(path), plant.identity(path)
        self.base = device.bases[0] if device.bases else 40000
        self._states = _states_of(self.map)
        self._fixed: dict[tuple[int, int], int] = {}
        if isinstance(self.map, DeviceMap):
            p = self.plate
            self._fixed = encode_plate(
                self.map, model=p.model, serial=p.serial, firmware=p.firmware, inputs=max(self.inputs, 1)
            )
        self._layout: tuple[frozenset[tuple[int, int]], list[tuple[int, int, int]]] = frozenset(), []
        self._ahead: deque[tuple[int, dict[str, Value]]] = deque()

    def images(self, times: Times) -> Iterator[RegisterImage]:
        """The images at these instants: those of `at`, worked out together (history needs a million of them)."""
        columns = self._columns(times)
        if not isinstance(self.map, DeviceMap):
            of = {"base": self.base, "inputs": self.inputs, "phases": self.phases}
            for data in sunspec_images(columns, len(times), self.plate, **of):
                yield RegisterImage([(3, self.base, data)])
            return
        try:
            words = RowEncoder(self.map, self.inputs)(columns, len(times))
        except ValueError:  # rows of different registers, or a value that does not fit: row by row, which tells
            yield from map(self.encode, _rows(columns))
            return
        fixed = {at: np.full(len(times), word, np.uint16) for at, word in self._fixed.items()}
        words = fixed | words
        nothing = np.zeros(len(times), np.uint16)
        runs = []
        for function, first, count in _spans(dict.fromkeys(words, 0), self.map.read.max_gap):
            run = [words.get((function, first + n), nothing) for n in range(count)]
            runs.append((function, first, 2 * count, np.stack(run, axis=1).astype(">u2").tobytes()))
        for n in range(len(times)):
            yield RegisterImage([(f, first, data[n * width : (n + 1) * width]) for f, first, width, data in runs])

    def _columns(self, times: Times) -> dict[str, Floats | list[str | None]]:
        """What the device measures at these instants, states in the maker's words."""
        columns = self.plant.measure(self.path, times)
        return {
            name: [self._states.get(word) for word in column] if isinstance(column, list) else column
            for name, column in columns.items()
        }

    def at(self, time: int) -> RegisterImage:
        """The image at an instant (ms UTC), to the second."""
        second = time // 1000
        while self._ahead and self._ahead[0][0] < second:
            self._ahead.popleft()
        if not self._ahead or self._ahead[0][0] != second:
            seconds = np.arange(second, second + self.AHEAD, dtype=np.int64)
            self._ahead = deque(zip(seconds.tolist(), _rows(self._columns(seconds * 1000)), strict=True))
        return self.encode(self._ahead[0][1])

    def encode(self, values: Mapping[str, Value]) -> RegisterImage:
        """The registers that hold these values."""
        if not isinstance(self.map, DeviceMap):
            words = sunspec_image(values, self.plate, base=self.base, inputs=self.inputs, phases=self.phases)
            return RegisterImage([(3, self.base, struct.pack(f">{len(words)}H", *words.values()))])
        image = self._fixed | encode(self.map, values, self.inputs)
        if self._layout[0] != image.keys():
            self._layout = frozenset(image), _spans(image, self.map.read.max_gap)
        return RegisterImage(
            [
                (f, a, struct.pack(f">{n}H", *[image.get((f, i), 0) for i in range(a, a + n)]))
                for f, a, n in self._layout[1]
            ]
        )


def _rows(columns: Mapping[str, Floats | list[str | None]]) -> list[dict[str, Value]]:
    lists = [column if isinstance(column, list) else column.tolist() for column in columns.values()]
    rows = zip(*lists, strict=True)
    return [{name: None if v != v else v for name, v in zip(columns, row, strict=True)} for row in rows]


def _states_of(device_map: AnyMap) -> dict[str, str | None]:
    """The simulation's states in the words of a map; None where it has none."""
    known: Sequence[str] = _SUNSPEC_STATES
    if isinstance(device_map, DeviceMap):
        register = device_map.quantities.get("state")
        table = device_map.states.get(register.states or "", {}) if register else {}
        known = list(table.values())

    def word(patterns: Sequence[str]) -> str | None:
        return next((w for p in patterns for w in known if re.search(p, w, re.IGNORECASE)), None)

    states = {state: word(patterns) for state, patterns in _WORDS.items()}
    return states | {DERATED: states[DERATED] or states[RUNNING]}


class ImageLink(Link):
    """A link without a wire: answers from an image, exception 2 where it has holes. For one unit."""

    def __init__(self, image: RegisterImage) -> None:
        super().__init__("image")
        self.image = image

    async def read(self, unit: int, function: int, address: int, count: int, *, timeout: float | None = None) -> bytes:
        """As Link.read."""
        data = self.image.read(function, address, count)
        if data is None:
            raise DeviceException(2, f"image unit {unit} function {int(function)} address {address} count {count}")
        return data
