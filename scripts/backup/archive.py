"""The file of a backup: a compressed tar, its manifest first. `tar -tvzf FILE` lists it where there is no tepos.

Written and read as a stream, in bounded memory. The reader takes plain files only, of the names and sizes that the
manifest announces, in its order; so no entry can lead out of the folder, be a link, or grow beyond what was checked.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO

from config.language import _
from scripts.backup.fault import BackupError
from scripts.backup.manifest import MANIFEST, MOST_BYTES, Entry, Manifest, parsed
from scripts.volume import volume

CHUNK = 2**20
BLOCK = tarfile.BLOCKSIZE
LEVEL = 1
"""zlib: a level more would save 2 % of a store, and take as much time again."""


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(target: Path, manifest: Manifest, folder: Path, progress: Callable[[int], None]) -> None:
    """Write the manifest and its files, which stand in the folder, to a new file of mode 0600; durable on return."""
    fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        with (
            gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as stream,
            tarfile.open(fileobj=stream, mode="w|", format=tarfile.GNU_FORMAT) as tar,
        ):
            content = manifest.model_dump_json(indent=1).encode()
            if len(content) > MOST_BYTES:
                raise BackupError(_("the town has too many files: {n}").format(n=len(manifest.town_files())))
            tar.addfile(_head(MANIFEST, len(content)), BytesIO(content))
            for entry in manifest.entries:
                with (folder / entry.name).open("rb") as source:
                    tar.addfile(_head(entry.name, entry.size), _Told(source, progress))
        file.flush()
        os.fsync(file.fileno())


def read_manifest(file: IO[bytes]) -> Manifest:
    """The manifest at the beginning of an uncompressed archive. BackupError when there is none."""
    name, size = _next(file)
    if name != MANIFEST or size > MOST_BYTES:
        raise BackupError(_("this is no backup of tepos"))
    return parsed(_exactly(file, size, padded=True))


def unpack(path: Path, folder: Path, begin: Callable[[Manifest], None], progress: Callable[[int], None]) -> Manifest:
    """Write the files of a backup into an empty folder; each is what was packed, or it is a BackupError.

    `begin` is told what will come before anything is written. OSError when the machine refuses.
    """
    try:
        with gzip.open(path, "rb") as opened:
            file: IO[bytes] = opened  # type: ignore[assignment]  # GzipFile reads like any binary file
            manifest = read_manifest(file)
            begin(manifest)
            for entry in manifest.entries:
                _unpack_one(file, entry, folder, progress)
            _end(file)
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.HeaderError) as error:
        raise BackupError(_("it is no backup, or cut off or damaged: {error}").format(error=error)) from error
    return manifest


def refuse_without_room(folder: Path, needed: int) -> None:
    """BackupError when the file system of a folder has less room than that, in bytes."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        sentence = _("{folder}: {needed} are needed there, {missing} more than are free")
        raise BackupError(sentence.format(folder=folder, needed=volume(needed), missing=volume(needed - free)))


class _Told:
    """A file that tells how many bytes were read."""

    def __init__(self, file: IO[bytes], progress: Callable[[int], None]) -> None:
        self._file, self._progress = file, progress

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._progress(len(data))
        return data


def _head(name: str, size: int) -> tarfile.TarInfo:
    head = tarfile.TarInfo(name)
    head.size, head.mode = size, 0o600
    return head


def _unpack_one(file: IO[bytes], entry: Entry, folder: Path, progress: Callable[[int], None]) -> None:
    name, size = _next(file)
    if (name, size) != (entry.name, entry.size):
        raise BackupError(_("{file}: something else stands in its place").format(file=entry.name))
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    checksum, left = hashlib.sha256(), size
    with target.open("xb") as made:
        while left:
            data = _exactly(file, min(left, CHUNK))
            made.write(data)
            checksum.update(data)
            left -= len(data)
            progress(len(data))
        made.flush()
        os.fsync(made.fileno())
    _exactly(file, -size % BLOCK)
    if checksum.hexdigest() != entry.sha256:
        raise BackupError(_("{file}: its checksum is wrong").format(file=entry.name))


def _next(file: IO[bytes]) -> tuple[str, int]:
    """Name and size of the entry that begins here."""
    head = tarfile.TarInfo.frombuf(_exactly(file, BLOCK), "utf-8", "replace")
    if head.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or head.size < 0:
        raise BackupError(_("{file}: an entry of this kind stands in no backup").format(file=head.name))
    return head.name, head.size


def _exactly(file: IO[bytes], size: int, *, padded: bool = False) -> bytes:
    """So many bytes; `padded`: and what fills their last block. EOFError when there are fewer."""
    whole = size + (-size % BLOCK if padded else 0)
    data = file.read(whole)
    if len(data) < whole:
        raise EOFError(_("its end is missing"))
    return data[:size]


def _end(file: IO[bytes]) -> None:
    """Nothing but the zeros of tar's end; reading them lets gzip compare its own checksum."""
    while rest := file.read(CHUNK):
        if rest.strip(b"\0"):
            raise BackupError(_("something stands behind its end"))
