"""What devices say of themselves, in words that people use: state words and fault codes of the makers.

The tables are data (config/devices/words/*.toml): the maker's own word, French, English, and the cause of the diagnosis
that it means. Only what a public document says stands there. A code that no table knows is told with its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from config.device import builtin_devices
from config.faults import ConfigError, Fault
from config.language import _, spoken
from config.shape import shaped
from config.strict import Strict
from config.tomlfile import read_toml

CAUSES = frozenset(
    {
        "insulation", "earth_leakage", "arc", "surge_protector", "fan", "over_temperature", "device_fault",
        "string_open", "input_low", "derating", "export_limit", "grid_trips",
    }
)  # fmt: skip
"""Words of models.pv.diagnosis.cause.Cause that a device can say by itself."""


@dataclass(frozen=True, slots=True)
class FaultWord:
    """One thing that a device says."""

    fr: str
    en: str
    cause: str | None
    """The word of a cause of the diagnosis; None when nothing is wrong, or nothing that has a cause."""
    maker_code: str
    """What the maker calls it, with its number: as a technician finds it in the manual."""
    known: bool = True
    """False: no table knows it, and `fr` and `en` say so."""

    @property
    def words(self) -> str:
        """In the language of the reader."""
        return self.fr if spoken() == "fr" else self.en


class Word(Strict):
    """One row of a table."""

    fr: str
    en: str
    maker: str = ""
    """The maker's own word; of a state its name in the table."""
    cause: str | None = None


class DeviceWords(Strict):
    """The tables of one maker."""

    maps: tuple[str, ...]
    """Names of the device maps whose devices speak so."""
    maker: str
    source: str
    codes_are: Literal["bits", "numbers"]
    """What `fault_code` is: a field of bits, bit 0 the lowest, or one number."""
    states: dict[str, Word]
    codes: dict[int, Word]
    """By bit or number."""
    bits: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    """Field -> the codes of its bits, bit 0 first: alarm words beside `fault_code`."""

    def state(self, word: str) -> FaultWord | None:
        """A state; None for one that the table does not know."""
        found = self.states.get(word)
        return FaultWord(found.fr, found.en, found.cause, word) if found else None

    def code(self, number: int) -> FaultWord:
        """A fault: a bit's place, or a number."""
        found = self.codes.get(number)
        if found is None:
            return unknown_code(number)
        return FaultWord(found.fr, found.en, found.cause, f"{number} {found.maker}")


def unknown_code(number: int) -> FaultWord:
    """A code that no table knows: told with its number, never guessed."""
    return FaultWord(
        f"code de défaut {number} du constructeur, inconnu de tepos",
        f"maker's fault code {number}, unknown to tepos",
        None,
        str(number),
        known=False,
    )


def state_word(map_name: str, state: str) -> FaultWord | None:
    """What a state means; None when no table of that map knows it."""
    table = device_words().get(map_name)
    return table.state(state) if table else None


def fault_words(map_name: str, code: float, field: str = "fault_code") -> tuple[FaultWord, ...]:
    """What a fault code says: one word for each bit that is set, or one for a number. () for 0: no fault.

    `field`: ``fault_code`` or an alarm word of the map (``alarms_a`` ...). Unknown codes are told with their number.
    """
    number = int(code)
    if number <= 0:
        return ()
    table = device_words().get(map_name)
    if table is None:
        return (unknown_code(number),)
    if field in table.bits:
        names = table.bits[field]
        set_bits = [bit for bit in range(number.bit_length()) if number >> bit & 1]
        return tuple(table.code(names[bit]) if bit < len(names) else unknown_code(1 << bit) for bit in set_bits)
    if table.codes_are == "numbers":
        return (table.code(number),)
    return tuple(table.code(bit) for bit in range(number.bit_length()) if number >> bit & 1)


@cache
def device_words() -> Mapping[str, DeviceWords]:
    """All tables that come with tepos, by the name of a device map. ConfigError with every fault."""
    tables, faults = read_words(builtin_devices() / "words")
    if faults:
        raise ConfigError(faults)
    return tables


def read_words(folder: Path) -> tuple[dict[str, DeviceWords], list[Fault]]:
    """The tables of a folder by the name of a device map, and the faults of those that are not sound."""
    tables: dict[str, DeviceWords] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            table = shaped(DeviceWords, read_toml(path), str(path))
        except ConfigError as error:
            faults += error.faults
            continue
        faults += _wrong(path, table)
        for name in table.maps:
            if name in tables:
                what = _('another file has the words of the map "{name}"').format(name=name)
                faults.append(Fault(str(path), "maps", what, _("keep them in one file")))
            tables[name] = table
    return tables, faults


def _wrong(path: Path, table: DeviceWords) -> list[Fault]:
    rows = [(f"states.{name}", word) for name, word in table.states.items()]
    rows += [(f"codes.{number}", word) for number, word in table.codes.items()]
    causes = ", ".join(sorted(CAUSES))
    return [
        Fault(str(path), f"{key}.cause", _("{cause} is no cause").format(cause=word.cause), causes)
        for key, word in rows
        if word.cause is not None and word.cause not in CAUSES
    ]
