"""The progress of a workplace: its files, store and registers put together for the document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from collector.ledger import Ledger
from collector.opendata.database import NAME
from collector.opendata.kept import Territory
from collector.people import People
from collector.store import Store
from config import load_territory
from config.carriers import Lever
from config.town import Town
from dashboards.progress.document import coverages, progress
from dashboards.registry import Registry
from models.territory.coverage import Coverage
from models.territory.initiatives.counted import Why, counted
from models.territory.levers import Saving
from scripts.moments import zone
from scripts.options import Workplace
from scripts.provenance import holds_simulated

Document = dict[str, Any]
LEVERS = {"sobriety": Lever.SOBRIETY, "efficiency": Lever.EFFICIENCY}


def territory_db(place: Workplace, *, make: bool = False) -> Territory:
    """The file territory.db of a workplace, an empty one in memory where there is none and none is to be made."""
    path = place.data / NAME
    return Territory(path if make or path.exists() else None)


def savings(place: Workplace, year: int) -> Sequence[Saving]:
    """What initiatives say that they save in a year: counted once by the rules of the registry; class D apart."""
    from collector.ledger_file import LEDGER
    from collector.people import PEOPLE

    ledger, people = place.data / LEDGER, place.data / PEOPLE
    if not ledger.exists():
        return ()
    with Ledger(ledger) as deeds, People(people if people.exists() else None) as kept:
        realised = [each for each in Registry(deeds, kept).all() if each.was_realised]
    effects = [effect for each in realised for effect in each.effects]
    found = counted(effects, year)
    lever = {(effect.initiative, effect.id): LEVERS.get(effect.lever.value) for effect in effects}
    told = [(line.initiative, line.effect, line.saved.kwh, line.confidence.value) for line in found.lines]
    told += [(left.initiative, left.effect, left.kwh, "D") for left in found.left if left.why is Why.ONLY_SAID]
    return [
        Saving(f"{initiative}/{effect}", of, kwh / 1000, confidence)
        for initiative, effect, kwh, confidence in told
        if (of := lever[initiative, effect])
    ]


def computed(place: Workplace, town: Town, store: Store | None, now: int, year: int | None = None) -> Document:
    """The document as it is now. ValueError for a year of which nothing is known."""
    facts = load_territory(place.town_folder)
    simulated = holds_simulated(place)
    with territory_db(place) as kept:
        return progress(
            town, facts, kept, store, zone(town.place.tz), now,
            year=year, simulated=simulated, savings=lambda of: savings(place, of),
        )  # fmt: skip


def every_coverage(place: Workplace, town: Town, store: Store, now: int) -> list[Coverage]:
    """Every coverage of every year, as Grafana is told."""
    with territory_db(place) as kept:
        return coverages(town, load_territory(place.town_folder), kept, store, zone(town.place.tz), now)


def shown_on(place: Workplace, day: date) -> tuple[date, int, bytes] | None:
    """What was computed last on that day or before: its day, moment (ms) and bytes."""
    with territory_db(place) as kept:
        return kept.progress(day)
