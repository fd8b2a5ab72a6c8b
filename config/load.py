"""The door to a town's files: reads them all, tells all faults in one go, gives a Town that the rest can trust."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from config.consistency import device_faults, id_faults, link_faults, timezone_faults, weather_faults
from config.contracts import FILE as CONTRACTS
from config.contracts import Contracts, contract_faults
from config.device import AnyMap, builtin_devices
from config.faults import ConfigError, Fault
from config.language import _
from config.maps import read_maps
from config.notify import FILE as NOTIFY
from config.notify import notify_faults
from config.shape import shaped
from config.strict import Strict
from config.survey import survey
from config.territory import FILE as TERRITORY
from config.territory import Territory, territory_faults
from config.tomlfile import read_toml
from config.town import Town
from config.wiring import wiring_faults

OTHER_FILES = (TERRITORY, CONTRACTS, NOTIFY)

Beside = TypeVar("Beside", bound=Strict)


def load(path: Path, extra_maps: Path | None = None) -> Town:
    """The town whose files stand in the folder `path`.

    `town.toml` is needed; `territory.toml` and `contracts.toml` may stand beside it, and a folder `devices` with the
    town's own device maps; `extra_maps` is one more folder of maps. ConfigError holds the faults of all these files.
    """
    if not path.is_dir():
        raise ConfigError([_no_folder(path)])
    maps, faults = read_maps(_map_folders(path, extra_maps))
    faults += _misnamed(path)
    town, town_faults = _read_town(path / "town.toml", maps, frozenset(maps) | _file_names(path, extra_maps))
    faults += town_faults
    sites = None if town is None else [site.id for site in town.sites]
    contracts, unfit = _beside(Contracts, path / CONTRACTS)
    faults += [*unfit, *contract_faults(str(path / CONTRACTS), contracts, sites)]
    territory, unfit = _beside(Territory, path / TERRITORY)
    faults += [*unfit, *territory_faults(str(path / TERRITORY), territory, sites)]
    faults += notify_faults(path, sites)
    if faults or town is None:
        raise ConfigError(faults)
    return town


def load_contracts(path: Path) -> Contracts:
    """The sale contracts of the town in that folder, none without contracts.toml. ConfigError as in `load`."""
    contracts, faults = _beside(Contracts, path / CONTRACTS)
    if faults := [*faults, *contract_faults(str(path / CONTRACTS), contracts, None)]:
        raise ConfigError(faults)
    return contracts


def load_territory(path: Path) -> Territory:
    """The territory of the town in that folder, an empty one without territory.toml. ConfigError as in `load`."""
    territory, faults = _beside(Territory, path / TERRITORY)
    if faults := [*faults, *territory_faults(str(path / TERRITORY), territory, None)]:
        raise ConfigError(faults)
    return territory


def _beside(shape: type[Beside], file: Path) -> tuple[Beside, list[Fault]]:
    """What a file beside town.toml says, and its faults; an empty object for a file that is absent or faulty."""
    if not file.exists():
        return shape(), []
    try:
        return shaped(shape, read_toml(file, may_be_empty=True), str(file)), []
    except ConfigError as error:
        return shape(), error.faults


def _read_town(file: Path, maps: dict[str, AnyMap], known: frozenset[str]) -> tuple[Town | None, list[Fault]]:
    try:
        data = read_toml(file)
    except ConfigError as error:
        return None, error.faults
    faults = list(_forbidden(str(file), data))
    town = None
    try:
        town = shaped(Town, data, str(file))
    except ConfigError as error:
        faults += error.faults
    found = survey(data)
    place = data.get("place")
    faults += timezone_faults(str(file), "place.tz", place.get("tz") if isinstance(place, dict) else None)
    faults += weather_faults(str(file), found)
    faults += id_faults(str(file), found)
    faults += link_faults(str(file), found, maps)
    faults += device_faults(str(file), found, maps, known)
    faults += wiring_faults(str(file), found, maps)
    if town is None:
        return None, faults
    named = {device.map for device in town.devices().values()} & set(maps)
    return town.model_copy(update={"maps": {name: maps[name] for name in sorted(named)}}), faults


def _forbidden(file: str, data: dict[str, Any]) -> Iterator[Fault]:
    """Take out of the data what no file may say, each with its fault."""
    if data.pop("simulated", None) is not None:
        what = _("no file can say that its town is simulated: only the demo does")
        yield Fault(file, "simulated", what, _("remove the line"))
    if data.pop("maps", None) is not None:
        what = _("device maps do not stand in a town file")
        yield Fault(file, "maps", what, _("write each into a file of the folder devices beside it"))


def _map_folders(path: Path, extra: Path | None) -> list[Path]:
    own = path / "devices"
    return [builtin_devices(), *([own] if own.exists() else []), *([extra] if extra else [])]


def _file_names(path: Path, extra: Path | None) -> frozenset[str]:
    return frozenset(file.stem for folder in _map_folders(path, extra) for file in folder.glob("*.toml"))


def _misnamed(path: Path) -> Iterable[Fault]:
    """A file whose name is almost one of ours would be passed over without a word."""
    names = ("town.toml", *OTHER_FILES)
    for file in sorted(path.glob("*.toml")):
        close = difflib.get_close_matches(file.name, names, n=1, cutoff=0.8)
        if close and file.name not in names:
            what = _("tepos does not read a file of this name")
            yield Fault(str(file), "", what, _('did you mean "{name}"?').format(name=close[0]))


def _no_folder(path: Path) -> Fault:
    if path.is_file():
        what = _("this is a file; a town is a folder that holds town.toml")
        return Fault(str(path), "", what, _("give the folder {folder}").format(folder=path.parent))
    what = _("there is no such folder")
    return Fault(
        str(path), "", what, _("give the folder of a town, as {example}").format(example="config/towns/example")
    )
