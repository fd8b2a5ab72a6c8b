"""Reads the device maps: those that come with tepos, and a town's own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from config.device import AnyMap, DeviceMap, builtin_devices
from config.faults import ConfigError, Fault
from config.language import _
from config.shape import shaped
from config.sunspec_map import SunSpecMap
from config.tomlfile import read_toml


def load_maps(extra: Path | None = None) -> dict[str, AnyMap]:
    """All device maps by name: config/devices and, when given, the folder `extra`. ConfigError with all faults."""
    maps, faults = read_maps([builtin_devices()] if extra is None else [builtin_devices(), extra])
    if faults:
        raise ConfigError(faults)
    return maps


def read_maps(folders: Iterable[Path]) -> tuple[dict[str, AnyMap], list[Fault]]:
    """The maps of these folders that are sound, by name, and the faults of the others."""
    maps: dict[str, AnyMap] = {}
    homes: dict[str, Path] = {}
    faults: list[Fault] = []
    for folder in folders:
        if not folder.is_dir():
            faults.append(
                Fault(str(folder), "", _("there is no such folder"), _("create it, or give the right folder"))
            )
            continue
        for path in sorted(folder.glob("*.toml")):
            try:
                found = _read_map(path)
            except ConfigError as error:
                faults += error.faults
                continue
            if other := homes.get(found.name):
                faults.append(
                    Fault(
                        str(path),
                        "name",
                        _('the name "{name}" is already taken by {other}').format(name=found.name, other=other),
                        _("give the map, and its file, another name"),
                    )
                )
                continue
            maps[found.name], homes[found.name] = found, path
    return maps, faults


def _read_map(path: Path) -> AnyMap:
    data = read_toml(path)
    shape: type[DeviceMap] | type[SunSpecMap] = SunSpecMap if data.get("kind") == "sunspec" else DeviceMap
    found = shaped(shape, data, str(path))
    if found.name != path.stem:
        what = _('the map is named "{name}", its file "{file}"').format(name=found.name, file=path.name)
        raise ConfigError([Fault(str(path), "name", what, _("give both the same name"))])
    return found
