"""From a data directory, in use or not, to a backup."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from collector.spool.file import sync
from config.faults import ConfigError
from config.language import _
from config.town import Place
from scripts.backup.archive import digest, pack, refuse_without_room
from scripts.backup.fault import BackupError
from scripts.backup.instant import copy_database, copy_spool, one_instant, size
from scripts.backup.manifest import DATABASES, PROVENANCE, SPOOL, STORE, TOWN, Database, Entry, Manifest, known_name
from scripts.backup.progress import Bar
from scripts.backup.soundness import counted, looked_at, refuse_damaged
from scripts.moments import iso, zone
from scripts.options import Workplace
from scripts.provenance import Provenance, provenance

PACKED = 0.75
"""The most that the archive takes, as a share of what is in it: 0.62 was measured on numbers without any pattern."""
MOST_TOWN_BYTES = 64 * 2**20
"""Of a town's files together: beyond it the folder is not a town's."""


def create(place: Workplace, target: Path, now: Callable[[], int], bar: Bar) -> Manifest:
    """Write the backup of a workplace to a new file. BackupError when that is not possible; then nothing is left."""
    found = _databases(place)
    if not found:
        raise BackupError(_("{folder}: there is nothing to back up here yet").format(folder=place.data))
    try:
        facts: Place | None = place.load_town().place
    except ConfigError:  # its files are kept as they are
        facts = None
    with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        folder = Path(name)
        notes = [*_notes(place), *_copy_town(place.town_folder, folder / TOWN)]
        at, spool = _copy_databases(found, folder, now, bar)
        kind = provenance(place.data) or Provenance.MEASURED
        (folder / PROVENANCE).write_text(f"{kind}\n", encoding="ascii")
        manifest = Manifest(
            created_at=iso(at, zone(facts.tz if facts else None)),
            tepos=version("tepos"),
            provenance=kind,
            town=facts.name if facts else None,
            store=place.store_url,
            notes=tuple(notes),
            spool=spool,
            entries=tuple(_entries(folder)),
        )
        made = folder / "made"
        pack(made, manifest, folder, bar.advance)
        _publish(made, target)
    return manifest


def _databases(place: Workplace) -> dict[str, Path]:
    """The databases that exist, by their names in a backup."""
    paths = {name: place.data / name for name in DATABASES}
    if place.store_file is not None:
        paths[STORE] = place.store_file.absolute()
    else:
        del paths[STORE]
    return {name: path for name, path in paths.items() if path.exists()}


def _notes(place: Workplace) -> Iterator[str]:
    if place.store_file is None:
        note = _(
            "the samples and rollups are in {url}, not in this backup: save them after it, with `influxd backup"
            " -portable` (InfluxDB 1) or `influx backup` (InfluxDB 2)"
        )
        yield note.format(url=place.store_url)


def _copy_town(town: Path, target: Path) -> Iterator[str]:
    """Copy the town's files; what is left out is told. Hidden ones are not a town's."""
    left = MOST_TOWN_BYTES
    for path in sorted(town.rglob("*")):
        within = path.relative_to(town)
        if any(part.startswith(".") for part in within.parts) or not path.is_file():
            continue
        try:
            known_name(f"{TOWN}{within.as_posix()}")
        except ValueError:
            yield _("left out, for its name: {file}").format(file=str(path).encode("utf-8", "replace").decode())
            continue
        left -= path.stat().st_size
        if left < 0:
            raise BackupError(_("{folder} holds more than 64 MiB: is it the folder of a town?").format(folder=town))
        (target / within).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / within)


def _copy_databases(
    found: Mapping[str, Path], folder: Path, now: Callable[[], int], bar: Bar
) -> tuple[int, dict[str, int] | None]:
    """Copy what all databases were at one instant: that instant, and the counters of the spool then."""
    log = found[SPOOL].with_name(f"{SPOOL}-wal") if SPOOL in found else None
    asleep = log is not None and not log.exists()
    with one_instant(found) as pinned:
        at = now()
        _expect(pinned, folder, bar)
        for name, connection in pinned.items():
            copy = copy_spool if name == SPOOL else copy_database
            copy(connection, folder / name, bar.advance)
            connection.close()  # its writers may begin their log again
    if log is not None and asleep and log.exists():
        raise BackupError(_("the collector was just being started; try again"))
    for name in found:
        refuse_damaged(folder / name, name, whole=False)
    return at, counted(folder / SPOOL) if SPOOL in found else None


def _expect(pinned: Mapping[str, sqlite3.Connection], folder: Path, bar: Bar) -> None:
    copies = sum(size(name, connection) for name, connection in pinned.items())
    refuse_without_room(folder.parent, round(copies * (1 + PACKED)))
    bar.expect(2 * copies)


def _entries(folder: Path) -> Iterator[Entry]:
    """What stands in the folder, the small and telling things first."""
    town = sorted(path for path in (folder / TOWN).rglob("*") if path.is_file())
    for path in (folder / PROVENANCE, *town, *(folder / name for name in DATABASES)):
        if path.exists():
            name = path.relative_to(folder).as_posix()
            database: Database | None = looked_at(path, name) if name in DATABASES else None
            yield Entry(name=name, size=path.stat().st_size, sha256=digest(path), database=database)


def _publish(made: Path, target: Path) -> None:
    """Give the file its name, unless somebody else has taken it meanwhile. Its owner's alone: people are in it."""
    made.chmod(0o600)
    try:
        os.link(made, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, as on many a USB stick
        if target.exists():
            raise
        made.rename(target)
    sync(target.parent)
