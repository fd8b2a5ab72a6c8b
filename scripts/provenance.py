"""Whether the data of a directory were measured or simulated: written down beside them, so that they never mix."""

from __future__ import annotations

from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from collector.errors import StoreError
from collector.store.facts import FactStore
from config.kwh import Step, Subject
from config.language import _
from scripts.console import WRONG, stop

if TYPE_CHECKING:
    from scripts.options import Workplace

STORE = "STORE"
"""Of a demo with an InfluxDB: the file that holds its address. What is closed beside it is closed in no other store."""


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


def holds_simulated(place: Workplace) -> bool:
    """Whether the data directory, the one in which the store's file stands, or InfluxDB holds what nobody measured."""
    file = place.store_file
    folders = {place.data} | ({file.absolute().parent} if file else set())
    if any(provenance(folder) is Provenance.SIMULATED for folder in folders):
        return True
    return file is None and Provenance.SIMULATED in _told(place)


def refuse_mixture(data: Path, wanted: Provenance) -> None:
    """Mark a new data directory, or end the command when it holds data of the other kind."""
    found = provenance(data)
    if found is None:
        data.mkdir(parents=True, exist_ok=True)
        (data / "PROVENANCE").write_text(f"{wanted}\n", encoding="ascii")
    elif found is not wanted:
        _refuse(data, wanted)


def refuse_foreign_store(place: Workplace, wanted: Provenance) -> None:
    """End the command when the store holds data of the other kind.

    A file tells by the data directory in which it stands. An InfluxDB tells by what is in it; one that is down now is
    nothing that measured readings wait for, simulated ones do: StoreError.
    """
    file = place.store_file
    if file is not None:
        if file.absolute().parent != place.data and provenance(file.absolute().parent) not in (None, wanted):
            _refuse(file, wanted)
        return
    if wanted is Provenance.MEASURED:
        if Provenance.SIMULATED in _told(place):
            _refuse(place.store_url, wanted)
        return
    with closing(place.open_store()) as store:
        if not isinstance(store, FactStore):
            return
        told = store.simulated()
        begun = store.first() is not None or len(store.read_rollups(Step.DAY, Subject.TOWN, None, 0, 1 << 42))
        if False in told or (begun and not told):  # readings that do not say where they come from count as measured
            stop(WRONG, _("{url} holds readings that no demo made: give a demo an empty bucket.").format(url=store.url))


def keep_to_one_store(place: Workplace) -> None:
    """End the command when a demo's directory belongs to another store than this one; else note an InfluxDB there."""
    note = place.data / STORE
    known = note.read_text(encoding="utf-8").strip() if note.exists() else None
    if known is None and (place.data / "store.db").exists():
        known = _("the embedded store")
    mine = place.store_url if place.store_file is None else _("the embedded store")
    if known not in (None, mine):
        sentence = _("{data} belongs to a demo whose readings are in {store}; give another --data.")
        stop(WRONG, sentence.format(data=place.data, store=known))
    if place.store_file is None:
        note.write_text(f"{mine}\n", encoding="utf-8")


def _told(place: Workplace) -> frozenset[Provenance]:
    """What an InfluxDB tells of itself; nothing while it cannot be asked."""
    try:
        with closing(place.open_store()) as store:
            said = store.simulated() if isinstance(store, FactStore) else frozenset[bool]()
    except (StoreError, ValueError):
        return frozenset()
    return frozenset(Provenance.SIMULATED if each else Provenance.MEASURED for each in said)


def _refuse(place: Path | str, wanted: Provenance) -> None:
    if wanted is Provenance.SIMULATED:
        stop(WRONG, _("{place} holds measured data; give another --data for simulated ones.").format(place=place))
    stop(WRONG, _("{place} holds simulated data; give another place for measured ones.").format(place=place))
