"""What the data directory takes on the disk, how fast that grows, and for how long there is room.

Samples grow until the oldest are TEPOS_RAW_DAYS old, then as many are deleted as come in. Energy (rollups) is kept for
good and goes on growing, slowly. The spool has all its room from the beginning; done rows and weather are kilobytes a
day, and left out.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.errors import StoreError
from config.language import _
from scripts.options import Workplace
from scripts.volume import volume

if TYPE_CHECKING:
    from collector.store.sqlite_growth import Growth

DAY = 86_400_000
SOON = 30
"""Days: with less than that somebody has to act."""
HORIZON = 3650
"""Days: nobody knows what the town will have by then."""
LATE = 3
"""Days that raw samples may be older than they should be, before deleting them does not work."""


def disk(place: Workplace, now: int) -> dict[str, Any]:
    """The disk as plain data; makes nothing. Sizes in bytes.

    `state`: ``unknown`` (less than a day of samples), ``server`` (the samples are not on this machine), ``short`` (full
    in less than SOON days), ``filling`` (full within HORIZON days), ``enough``.
    """
    files = _files(place)
    free = shutil.disk_usage(_existing(place.data if place.store_file is None else place.store_file.parent)).free
    found: dict[str, Any] = {
        "state": "server" if place.store_file is None else "unknown",
        "used_bytes": sum(files.values()),
        "free_bytes": free,
        "files": files,
        "growth_bytes_per_day": None,
        "raw_days": place.settings.raw_days,
        "kept_days": None,
        "deleting_late": False,
        "full_in_days": None,
        "levels_off_in_days": None,
        "levels_off_bytes": None,
    }
    growth = _growth(place, now)
    if growth is None or not growth.raw_per_day:
        return found
    kept = (now - growth.first) / DAY
    late = kept > place.settings.raw_days + LATE
    left = float(HORIZON) if late else max(0.0, place.settings.raw_days - kept)
    per_day = (growth.raw_per_day if left else 0.0) + growth.rollups_per_day
    full = full_in(free + growth.free, growth.raw_per_day, growth.rollups_per_day, left)
    found |= {
        "state": "enough" if full is None else "short" if full < SOON else "filling",
        "growth_bytes_per_day": round(per_day),
        "kept_days": int(kept),
        "deleting_late": late,
        "full_in_days": None if full is None else int(full),
    }
    if full is None and not late:
        found["levels_off_in_days"] = round(left)
        found["levels_off_bytes"] = round(found["used_bytes"] + max(0.0, per_day * left - growth.free))
    return found


def full_in(room: float, raw: float, slow: float, days: float) -> float | None:
    """Days until `room` bytes are taken by `raw` and `slow` bytes a day, from now on in `days` days by `slow` alone.

    None when that is further than HORIZON.
    """
    if room < (raw + slow) * days:
        taken = room / (raw + slow)
    elif slow > 0:
        taken = days + (room - (raw + slow) * days) / slow
    else:
        return None
    return None if taken > HORIZON else taken


def room_left(disk: dict[str, Any]) -> tuple[list[str], str | None]:
    """The sentences of `tepos status` about the disk, and their colour."""
    said = [
        _("Disk: {used} used, {free} free").format(used=volume(disk["used_bytes"]), free=volume(disk["free_bytes"]))
    ]
    growth = volume(disk["growth_bytes_per_day"] or 0)
    match disk["state"]:
        case "unknown":
            said[0] += _("; how fast it fills is known after one day of samples")
        case "server":
            said[0] += _("; the samples are on a server, whose disk is not looked at here")
        case "enough" if disk["levels_off_in_days"]:
            sentence = _("; enough: grows by {growth} a day, and levels off at {size} in {n} days")
            size = volume(disk["levels_off_bytes"])
            said[0] += sentence.format(growth=growth, size=size, n=disk["levels_off_in_days"])
        case "enough":
            said[0] += _("; enough: grows by {growth} a day").format(growth=growth)
        case _full:
            said[0] += _("; grows by {growth} a day, full in {n} days").format(growth=growth, n=disk["full_in_days"])
    if disk["deleting_late"]:
        sentence = _("  samples are kept for {kept} days instead of {wanted}: `tepos jobs list` tells why")
        said.append(sentence.format(kept=disk["kept_days"], wanted=disk["raw_days"]))
    if disk["state"] == "short":
        said.append(_("  make room, or keep samples for fewer days (TEPOS_RAW_DAYS)"))
    return said, "bold red" if disk["state"] == "short" else None


def _files(place: Workplace) -> dict[str, int]:
    """Bytes that the files of the data directory, and the store's elsewhere, take on the disk, the largest first.

    What belongs to a database (its log, its ballast) counts with it.
    """
    found: dict[str, int] = {}
    paths = [*place.data.iterdir()] if place.data.is_dir() else []
    store = place.store_file
    if store is not None and store.absolute().parent != place.data:
        paths += store.absolute().parent.glob(f"{store.name}*")
    for path in paths:
        try:
            taken = path.stat().st_blocks * 512 if path.is_file() else 0
        except FileNotFoundError:  # a log that was closed in this moment
            continue
        name = path.name.partition(".db")[0] + ".db" if ".db" in path.name else path.name
        if taken:
            found[name] = found.get(name, 0) + taken
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _existing(folder: Path) -> Path:
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())


def _growth(place: Workplace, now: int) -> Growth | None:
    if place.store_file is None or not place.store_file.exists():
        return None
    from collector.store.sqlite_growth import growth

    try:
        return growth(place.store_file, now)
    except StoreError:  # what is wrong with it is told elsewhere
        return None
