"""From a backup to a verdict on it, or to a data directory that goes on where the backup was made."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import get_args

from collector.erased import ERASED, read_erased, write_erased
from collector.errors import StoreError
from collector.people import People
from collector.spool.file import sync
from config.language import _
from scripts.backup.archive import refuse_without_room, unpack
from scripts.backup.fault import BackupError, about
from scripts.backup.manifest import DATABASES, LEDGER, PEOPLE, PROVENANCE, TOWN, Manifest
from scripts.backup.progress import Bar
from scripts.backup.soundness import verify
from scripts.role import Role, RoleName

UNFINISHED = ".restoring"
"""Folder within the data directory for what is not yet verified: on the same disk, so that nothing is copied twice."""


class Occupied(BackupError):
    """Something stands where a backup should be restored."""


def check(file: Path, bar: Bar) -> Manifest:
    """Unpack a backup aside, look at everything in it, and throw it away. BackupError when anything is not so."""
    # Beside the backup there once was room for the same; but it may be read-only.
    aside = file.absolute().parent
    if not os.access(aside, os.W_OK):
        aside = Path(gettempdir())
    with TemporaryDirectory(prefix=".tepos-restore-", dir=aside) as name:
        return _sound(file, Path(name), bar)


def restore(file: Path, data: Path, town: Path | None, bar: Bar, erased: Path | None = None) -> Manifest:
    """Verify a backup and put it into an empty data directory, and its town into an empty folder if one is given.

    What was erased since it was made is erased again: by the list `erased`, or else by an erased.list beside the backup
    and one that lies in the data directory.

    BackupError, Occupied: nothing was changed. RoleTaken when tepos runs there.
    """
    _refuse_occupied(data, town)
    with _reserved(data) as unfinished:
        manifest = _sound(file, unfinished, bar)
        if (ledger := unfinished / LEDGER).exists():
            _end_leases(ledger)
        _forget(unfinished / PEOPLE, data, [erased] if erased else [file.absolute().with_name(ERASED), data / ERASED])
        if town is not None:
            if not manifest.town_files():
                raise BackupError(_("it holds no files of a town: leave out --town"))
            _settle(unfinished / TOWN, town)
        for name in (PROVENANCE, *DATABASES):
            if (unfinished / name).exists():
                (unfinished / name).rename(data / name)
        shutil.rmtree(unfinished)
        sync(data)
    return manifest


def _sound(file: Path, folder: Path, bar: Bar) -> Manifest:
    def begin(manifest: Manifest) -> None:
        refuse_without_room(folder, manifest.size)
        bar.expect(manifest.size)

    manifest = unpack(file, folder, begin, bar.advance)
    verify(folder, manifest)
    return manifest


def _refuse_occupied(data: Path, town: Path | None) -> None:
    """Locks and the leavings of a restoration that was killed are nothing that could be overwritten."""
    for folder in filter(None, (data, town)):
        found = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
        if folder == data:
            found = [name for name in found if name not in (UNFINISHED, ERASED) and not name.endswith(".lock")]
        if found:
            sentence = _("{folder} is not empty ({names}): a backup is restored into an empty folder")
            raise Occupied(sentence.format(folder=folder, names=", ".join(found[:3])))


@contextmanager
def _reserved(data: Path) -> Iterator[Path]:
    """An empty folder within a data directory in which no tepos can begin its work; all gone after an error."""
    absent = [folder for folder in (data, *data.parents) if not folder.exists()]
    locks = [lock for name in get_args(RoleName) if not (lock := data / f"{name}.lock").exists()]
    unfinished = data / UNFINISHED
    with ExitStack() as held:
        for name in get_args(RoleName):
            held.enter_context(Role(data, name))
        try:
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            yield unfinished
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            for lock in locks:  # ours, and held until the end of this block
                lock.unlink()
            for folder in absent:
                with suppress(OSError):
                    folder.rmdir()
            raise


def _end_leases(ledger: Path) -> None:
    """Who held a lease when the backup was made works elsewhere, and may live on there: here nobody works yet."""
    with about(ledger.name), closing(sqlite3.connect(ledger)) as sql, sql:
        sql.execute("DELETE FROM touched")
        sql.execute("DELETE FROM lease")


def _forget(people: Path, data: Path, lists: list[Path]) -> None:
    """Erase again what these lists tell, before anybody can read it; the list goes on in the data directory."""
    try:
        digests = {digest: at for file in lists for digest, at in read_erased(file).items()}
        if people.exists():
            people.chmod(0o600)
            with People(people) as kept:
                kept.forget(digests)
                digests |= kept.erased()
        if digests:
            write_erased(data / ERASED, digests)
    except StoreError as error:
        raise BackupError(str(error)) from error


def _settle(files: Path, town: Path) -> None:
    """Put the town's files into their folder, all at once."""
    beside = town.absolute().with_name(f".{town.name}{UNFINISHED}")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        shutil.copytree(files, beside)
        beside.rename(town)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
