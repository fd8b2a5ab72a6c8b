"""tepos restore: a backup verified whole; put into an empty data directory unless only the verdict is wanted."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.language import _
from scripts.commands.backup import show
from scripts.console import NOT_SO, WRONG, stop, tell
from scripts.options import JsonOption, workplace

if TYPE_CHECKING:
    from scripts.backup.manifest import Manifest
    from scripts.options import Workplace


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The backup."))],
    verify: Annotated[
        bool, typer.Option("--verify", metavar="", help=_("Only verify it; restore nothing, change nothing."))
    ] = False,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help=_("An empty data directory (default ./data)."))
    ] = None,
    town: Annotated[
        Path | None, typer.Option("--town", metavar="DIR", help=_("Restore the town's files, too, into this folder."))
    ] = None,
    erased: Annotated[
        Path | None,
        typer.Option("--erased", metavar="LIST", help=_("What was erased since (default: erased.list beside FILE).")),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a backup, then restore it into an empty data directory; with --verify nothing but the first."""
    from scripts.backup.fault import BackupError
    from scripts.backup.progress import Bar
    from scripts.backup.restore import Occupied, check
    from scripts.backup.restore import restore as restored

    place = workplace(data)
    if not file.is_file():
        stop(WRONG, _("{file}: there is no such file").format(file=file))
    if erased is not None and not erased.is_file():
        stop(WRONG, _("{file}: there is no such file").format(file=erased))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends it leaves nothing half done behind
    try:
        with Bar(_("verify") if verify else _("restore")) as bar:
            manifest = check(file, bar) if verify else restored(file, place.data, town, bar, erased)
    except Occupied as error:
        stop(WRONG, *error.sentences)
    except BackupError as error:
        stop(NOT_SO, *(f"{file}: {sentence}" for sentence in error.sentences))
    told = _("{file}: backup of {time}, sound") if verify else _("{file}: backup of {time}, restored into {folder}")
    sentence = told.format(file=file, time=manifest.created_at, folder=place.data)
    show(manifest, file, sentence, as_json=as_json)
    if not verify:
        _advise(manifest, place, town)
        _remind(manifest, place)


def _advise(manifest: Manifest, place: Workplace, town: Path | None) -> None:
    """What is left to be done by a person."""
    from scripts.backup.manifest import STORE

    if town is None and manifest.town_files():
        tell(_("The town's files stayed in the backup; with --town DIR they are restored, too."))
    store = place.data / STORE
    if store.exists() and (place.store_file is None or place.store_file.absolute() != store):
        sentence = _("The store is {file}, but TEPOS_STORE names {url}: move the one, or change the other.")
        tell(sentence.format(file=store, url=place.store_url), "yellow")


def _remind(manifest: Manifest, place: Workplace) -> None:
    """A backup remembers what was erased after it was made."""
    from collector.erased import ERASED
    from scripts.backup.manifest import PEOPLE

    if manifest.rows(PEOPLE, "entry") and not (place.data / ERASED).exists():
        tell(
            _(
                "No erased.list was found: if anything was erased after this backup was made, it is here again."
                " Restore once more with --erased LIST, or erase it anew."
            ),
            "yellow",
        )
