"""What a backup says of itself: its first entry, manifest.json. It names all other entries, in order, with their sizes.

A reader believes nothing that the manifest does not announce, and no manifest whose names lead out of a folder.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, ValidationError

from config.language import _
from config.strict import Strict
from scripts.backup.fault import BackupError
from scripts.provenance import Provenance

VERSION: Final = 1
MANIFEST: Final = "manifest.json"
MOST_BYTES = 4 * 2**20
"""Of a manifest: a town of a thousand files takes a quarter of it."""
LONGEST_NAME = 100
"""Bytes of a name in a tar header without extensions."""
SPOOL, PEOPLE, LEDGER, STORE = "spool.db", "people.db", "ledger.db", "store.db"
DATABASES = (SPOOL, PEOPLE, LEDGER, "imports.db", "weather.db", "territory.db", STORE)
"""The databases of a data directory in the order in which they are copied: who must not be looked at for long first."""
PROVENANCE = "PROVENANCE"
TOWN = "town/"
"""Before the names of the town's files."""

Count = Annotated[int, Field(ge=0, lt=2**63)]


def known_name(name: str) -> str:
    """The name of an entry as it is, when a backup may hold one of that name; ValueError for any other."""
    if name in (*DATABASES, PROVENANCE):
        return name
    parts = PurePosixPath(name).parts
    plain = "/".join(parts) == name and ".." not in parts and "\\" not in name and name.isprintable()
    if not (name.startswith(TOWN) and len(parts) > 1 and plain and len(name.encode()) <= LONGEST_NAME):
        raise ValueError(f"no name of a file of a backup: {name!r}")
    return name


class Database(Strict):
    """What a SQLite file is: its marks, and the rows of each table."""

    application_id: int
    user_version: Count
    rows: dict[str, Count]


class Entry(Strict):
    """One file of a backup."""

    name: Annotated[str, AfterValidator(known_name)]
    size: Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    database: Database | None = None


class Manifest(Strict):
    """What stands in a backup and of which instant it is."""

    tepos_backup: int = VERSION
    created_at: str
    """The instant of all that is in it: ISO 8601 with offset."""
    tepos: str
    """The version that wrote it."""
    provenance: Provenance
    town: str | None
    """The name of the place."""
    store: str
    """The address of the store. A server's samples are not in the backup."""
    notes: tuple[str, ...] = ()
    """What a person has to know about it."""
    spool: dict[str, Count] | None
    """Its counters."""
    entries: tuple[Entry, ...]

    def rows(self, name: str, *prefixes: str) -> int:
        """The rows of those tables of a database whose names begin so."""
        found = [entry.database for entry in self.entries if entry.name == name and entry.database]
        return sum(n for database in found for table, n in database.rows.items() if table.startswith(prefixes))

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(entry.size for entry in self.entries)

    def town_files(self) -> list[str]:
        """The names of the town's files within its folder."""
        return [entry.name.removeprefix(TOWN) for entry in self.entries if entry.name.startswith(TOWN)]

    def figures(self) -> dict[str, int]:
        """What is in it, for people: samples, rollup rows, done periods and samples that wait."""
        return {
            "samples": self.rows(STORE, "sample_"),
            "rollup_rows": self.rows(STORE, "rollup_"),
            "done_rows": self.rows(LEDGER, "done"),
            "queued": (self.spool or {}).get("queued", 0),
        }


def parsed(content: bytes) -> Manifest:
    """The manifest in these bytes. BackupError when it is none, or of a version that this tepos does not know."""
    try:
        said: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BackupError(_("its manifest cannot be read: {error}").format(error=error)) from None
    version = said.get("tepos_backup") if isinstance(said, dict) else None
    if not isinstance(version, int):
        raise BackupError(_("this is no backup of tepos"))
    if version != VERSION:
        raise BackupError(
            _("it has version {found} of the format, this tepos knows version {known}: update tepos").format(
                found=version, known=VERSION
            )
        )
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BackupError(_("its manifest makes no sense: {what}").format(what=f"{where}: {first['msg']}")) from None
    names = [entry.name for entry in manifest.entries]
    if len({*names}) != len(names):
        raise BackupError(_("its manifest makes no sense: {what}").format(what=_("a name stands there twice")))
    return manifest
