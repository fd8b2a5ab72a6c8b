"""tepos backup: store, ledger, imports, weather, spool and town as one file, while tepos runs."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.language import _
from scripts.console import NOT_SO, WRONG, document, say, simulated_notice, stop, tell
from scripts.moments import utc_ms
from scripts.options import DataOption, JsonOption, TownOption, workplace
from scripts.provenance import Provenance
from scripts.volume import volume

if TYPE_CHECKING:
    from scripts.backup.manifest import Manifest


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The backup to be written; a new file."))],
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back up the data directory and the town as they are at one instant; nothing has to be stopped.

    Needs room beside FILE for a copy of the databases and for the backup itself. Samples of an InfluxDB are not in it.
    """
    from scripts.backup.create import create
    from scripts.backup.fault import BackupError
    from scripts.backup.progress import Bar

    place = workplace(data, town)
    if file.exists():
        stop(WRONG, _("{file} is there already; a backup overwrites nothing: give another name").format(file=file))
    if not file.absolute().parent.is_dir():
        stop(WRONG, _("{folder}: there is no such folder").format(folder=file.parent))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it leaves nothing half done behind
    try:
        with Bar(_("backup")) as bar:
            manifest = create(place, file, utc_ms, bar)
    except BackupError as error:
        stop(NOT_SO, *error.sentences)
    size = volume(file.stat().st_size)
    sentence = _("{file}: backup of {time}, {size}").format(file=file, time=manifest.created_at, size=size)
    show(manifest, file, sentence, as_json=as_json)


def show(manifest: Manifest, file: Path, sentence: str, *, as_json: bool) -> None:
    """What happened, in one sentence, and what is in the backup."""
    if manifest.provenance is Provenance.SIMULATED:
        tell(simulated_notice(), "bold yellow")
    for note in manifest.notes:
        tell(note, "yellow")
    if as_json:
        said: dict[str, Any] = manifest.model_dump(mode="json")
        document({"file": str(file), "size": file.stat().st_size, **manifest.figures(), **said})
        return
    say(sentence)
    held = _("samples: {samples}; rows of energy: {rollup_rows}; closed periods: {done_rows}; in the spool: {queued}")
    say(held.format(**manifest.figures()))
