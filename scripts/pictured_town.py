"""The town of the README's pictures: the demo with three faults, a work, initiatives, roofs and a panel. All invented.

    faketime -f '@2026-06-18 13:40:00' .venv/bin/python -m scripts.pictured_town FOLDER 8000    # in one terminal
    .venv/bin/python -m scripts.screenshots http://127.0.0.1:8000                             # in another

Simulator, collector, jobs and page are those of `tepos demo`; only what people and faults do to the town is added. A
folder that was filled before goes on where it was. faketime (Debian's) sets the day, so that a picture is
made of June whenever somebody makes it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from collector.ledger import Ledger
from collector.ledger_file import LEDGER
from collector.people import PEOPLE
from collector.people import People as Kept
from config import load
from config.town import Town
from dashboards.accounts.database import ACCOUNTS, Database
from dashboards.accounts.people import People
from dashboards.accounts.roles import Role as Account
from dashboards.panels import Panels, roofs_of
from dashboards.registry import Registry
from dashboards.roofs import Roofs
from models.pv.alerts.works import Kind
from models.territory.initiatives.words import Action, Role
from scripts import behind_page
from scripts.collecting import Collecting
from scripts.jobs.registry import opened
from scripts.moments import utc_ms
from scripts.options import DEFAULT_TOWN, Workplace, embedded, workplace
from scripts.provenance import Provenance, refuse_mixture
from scripts.role import Role as Lock
from scripts.scheduler import Scheduling
from scripts.serving import Serving, served_of
from scripts.simulator.fault import Fault, FaultKind
from scripts.simulator.history import fill
from scripts.simulator.server import start_process
from scripts.simulator.weather import SyntheticWeather

DAYS, SEED = 400, 1
DAY, QUARTER = 86_400_000, 900_000
SPOOL_BYTES = 32 * 1024 * 1024
PASSWORD = "for the pictures only"  # noqa: S105 - it opens nothing else
DESKS = {"instruction": Account.REGISTRE, "exploitation": Account.EXPLOITATION}
"""Accounts of the pictured town, which listens on this machine only and holds nothing that is true."""


def faults(end: int) -> tuple[Fault, ...]:
    """A string that opened twelve days ago, an inverter off since yesterday morning, one that does not answer today."""
    return (
        Fault("ecole-lamendin/inv-1", FaultKind.STRING_OPEN, start=end - 12 * DAY, input=1),
        Fault("salle-varet/inv-2", FaultKind.INVERTER_OFF, start=(end // DAY - 1) * DAY),
        Fault("cybercoin/inv-1", FaultKind.SILENT, start=end - 3 * 3_600_000),
    )


def main(folder: Path, port: int) -> None:
    """Fill the folder up to now, then serve and poll it until SIGTERM or SIGINT."""
    place = workplace(folder, DEFAULT_TOWN)
    place = replace(place, store_url=embedded(place.data))
    refuse_mixture(place.data, Provenance.SIMULATED)
    wrong = faults(utc_ms() // QUARTER * QUARTER)
    with (
        Lock(place.data, "collect"),
        Lock(place.data, "schedule"),
        Lock(place.data, "serve"),
        start_process(load(DEFAULT_TOWN), SEED, faults=wrong) as town,
    ):
        collecting = Collecting(town, place.data, place.open_store, spool_bytes=SPOOL_BYTES)
        try:
            missed = True
            while missed:
                missed = _caught_up(collecting, wrong) > 0
                with opened(place, town, sources=[SyntheticWeather(SEED)]) as work:
                    work.round()
            if not (place.data / ACCOUNTS).exists():
                people(place, town, utc_ms())
            scheduling = Scheduling(lambda: opened(place, town, sources=[SyntheticWeather(SEED)]))
            page = Serving(served_of(place, town, simulated=True), port)
            try:
                scheduling.start()
                page.start()
                asyncio.run(_live(collecting))
            finally:
                page.stop()
                scheduling.stop()
        finally:
            collecting.close()


def _caught_up(collecting: Collecting, wrong: tuple[Fault, ...]) -> int:
    """How many readings were missing up to now. A long history takes a while, in which the next ones fall due."""
    end = utc_ms() // QUARTER * QUARTER
    store = collecting.open_store()
    try:
        newest = max((sample.time for sample in store.last().values()), default=end - DAYS * DAY - QUARTER)
    finally:
        store.close()
    start = (newest // QUARTER + 1) * QUARTER
    town, spool, delivery = collecting.town, collecting.spool, collecting.delivery
    made = fill(town, spool, delivery, start=start, end=end, seed=SEED, faults=wrong) if start < end else 0
    delivery.close()
    return made


async def _live(collecting: Collecting) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await collecting.run(stopping)


def people(place: Workplace, town: Town, now: int) -> None:
    """What people have done: initiatives on their way, roofs, a panel, a planned outage, an account."""
    with Ledger(place.data / LEDGER) as ledger, Kept(place.data / PEOPLE) as kept:
        registry = Registry(ledger, kept)
        for title, summary, who, theme, days, deeds in IDEAS:
            begun = now - days * DAY
            said = {"title": title, "summary": summary, "holder_kind": who, "theme": theme}
            number = registry.file(said, Role.HOLDER, begun, begun, 2026).initiative.id
            for count, (action, role, words) in enumerate(deeds):
                at = begun + count * (days - 1) * DAY // len(deeds)
                registry.act(number, action, role, words, at, at)
        Panels(ledger, kept).add(2026, next(iter(roofs_of(town))), 100, now)
        spot = town.place.latitude, town.place.longitude, town.place.altitude
        for name, kind, owner, kwp in ROOFS:
            roof = {"kind": kind, "owner": owner, "kwp": kwp, "tilt": "15", "azimuth": "170"}
            Roofs(ledger, spot).add(name, roof, "services", now)
    begin = now + DAY // 6
    behind_page.plan(
        place, Kind.OUTAGE, "ecole-basly", begin, begin + DAY // 6, "exploitation", {"note": "contrôle électrique"}
    )
    with Database(place.data / ACCOUNTS) as database:
        for desk, account in DESKS.items():
            People(database).add(desk, [account], PASSWORD, now)


SHEET = "3" * 64
"""Where a real town has the SHA-256 of a document that was signed."""
ROOFS = (("gymnase-caullet", "sports_hall", "commune", "90"), ("ecole-voltaire", "school", "commune", "36"),
         ("atelier-sud", "company", "company", "60"))  # fmt: skip
_A, _E, _H = Role.AGENT, Role.ELECTED, Role.HOLDER
_CONVENTION = {
    "town_does": "fournit les ampoules et deux demi-journées d'un électricien",
    "holders_do": "remplacent les ampoules, relèvent le compteur chaque mois",
    "start": "2026-04-15", "months": 24, "renewal": "express",
}  # fmt: skip
_EFFECT = {
    "effect": "eclairage", "lever": "efficiency", "carrier": "electricity", "perimeter": "patrimony", "kwh": 1800,
    "method": "calculated", "start": "2026-05-01",
}  # fmt: skip
_STUDIED: list[tuple[Action, Role, dict[str, Any]]] = [
    (Action.SUBMIT, _H, {}), (Action.ADMIT, _A, {}), (Action.STUDY, _A, {}),
    (Action.OPINE, _A, {"opinion": "Faisable avec les moyens du service.", "cost": "450"}),
]  # fmt: skip
_SIGNED: list[tuple[Action, Role, dict[str, Any]]] = [
    *_STUDIED, (Action.GRANT, _E, {"technical": True, "euros": "450"}), (Action.DRAFT, _A, _CONVENTION),
    (Action.SIGN, _H, {"side": "holder", "on": "2026-03-28", "document": SHEET}),
    (Action.SIGN, _E, {"side": "commune", "on": "2026-04-10", "document": SHEET}),
]  # fmt: skip
IDEAS: tuple[tuple[str, str, str, str, int, list[tuple[Action, Role, dict[str, Any]]]], ...] = (
    ("Des lampes économes à la salle des fêtes", "L'association remplace les lampes de la salle, la ville les fournit.",
     "association", "energy", 160,
     [*_SIGNED, (Action.START, _A, {}), (Action.DECLARE, _A, _EFFECT), (Action.REALISE, _A, {}),
      (Action.EVALUATE, _A, {"not_measured": True, "note": "Le compteur sert aussi à la cuisine."})]),
    ("Un verger partagé derrière l'école", "Vingt arbres fruitiers, plantés et soignés par les habitants.",
     "group", "nature", 90, _STUDIED),
    ("Un pédibus le mardi et le jeudi", "Les enfants vont à l'école à pied, avec deux parents.",
     "school", "mobility", 12, _STUDIED[:1]),
)  # fmt: skip
"""Title, summary, who carries it, theme, days ago, and what was done since."""

if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8000)
