"""Whether the data of a directory were measured or simulated: written down beside them, so that they never mix."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from config.language import _
from scripts.console import WRONG, stop


class Provenance(StrEnum):
    """Where the readings of a data directory come from."""

    MEASURED = "measured"
    SIMULATED = "simulated"


def provenance(data: Path) -> Provenance | None:
    """What the data directory says of itself; None when it holds nothing yet.

    Readings that do not say where they come from count as measured: nothing simulated may join them.
    """
    try:
        return Provenance((data / "PROVENANCE").read_text(encoding="ascii").strip())
    except (FileNotFoundError, NotADirectoryError):
        return Provenance.MEASURED if any((data / name).exists() for name in ("store.db", "spool.db")) else None
    except ValueError:
        stop(WRONG, _("{file} must say 'measured' or 'simulated'.").format(file=data / "PROVENANCE"))


def holds_simulated(data: Path, store_file: Path | None) -> bool:
    """Whether the data directory, or the one in which the store's file stands, holds what nobody measured."""
    folders = {data} | ({store_file.absolute().parent} if store_file else set())
    return any(provenance(folder) is Provenance.SIMULATED for folder in folders)


def refuse_mixture(data: Path, wanted: Provenance) -> None:
    """Mark a new data directory, or end the command when it holds data of the other kind."""
    found = provenance(data)
    if found is None:
        data.mkdir(parents=True, exist_ok=True)
        (data / "PROVENANCE").write_text(f"{wanted}\n", encoding="ascii")
    elif found is not wanted:
        _refuse(data, wanted)


def refuse_foreign_store(file: Path | None, data: Path, wanted: Provenance) -> None:
    """End the command when the store's file stands in another data directory, of the other kind."""
    if file is None or file.absolute().parent == data:
        return
    if provenance(file.absolute().parent) not in (None, wanted):
        _refuse(file, wanted)


def _refuse(place: Path, wanted: Provenance) -> None:
    if wanted is Provenance.SIMULATED:
        stop(WRONG, _("{place} holds measured data; give another --data for simulated ones.").format(place=place))
    stop(WRONG, _("{place} holds simulated data; give another place for measured ones.").format(place=place))
