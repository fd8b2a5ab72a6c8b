"""The newborns' panels at work: a form comes in, a certificate goes out, and what told whose it was is gone.

Facts hold number, year and roof, dated by the month: nothing by which a day of birth could be guessed. First name,
consent and the hash of the code lie in people.db, under the number, until the certificate or the withdrawal.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from collector.ledger import Fact, Ledger
from collector.people import People
from collector.store import Store
from config.kwh import Step, Subject
from config.language import _
from config.town import Town
from models.calendar import day_start
from models.pv.plant import installed, plant_of
from models.territory import newborns, typed
from models.territory.newborns import ENERGY_COUNTED, PANEL_W, Panel, Refused

Document = dict[str, Any]
KIND = "panel"
"""Of the facts."""
WAITING_DAYS = 90
"""For so long a first name waits for its certificate; then it goes without one."""
DAY = 86_400_000
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of codes: none looks like another one."""


@dataclass(frozen=True, slots=True)
class Added:
    """A panel, and the code that withdraws it: told once, kept only as a hash."""

    panel: Panel
    code: str


class Panels:
    """The panels of one ledger and one people.db; both are the caller's to open and close."""

    def __init__(self, ledger: Ledger, people: People) -> None:
        self.ledger = ledger
        self.people = people

    def all(self) -> dict[int, Panel]:
        """Every panel by its number."""
        facts = sorted(self.ledger.facts(KIND), key=lambda each: each.id)
        return newborns.fold((newborns.Step(fact.data["step"]), _number(fact), fact.data) for fact in facts)

    def one(self, number: int) -> Panel:
        """One panel; Refused when there is none of that number."""
        if (found := self.all().get(number)) is None:
            raise Refused(_("there is no panel {n}").format(n=number))
        return found

    def add(
        self,
        year: Any,  # noqa: ANN401 - as it was typed
        roof: str,
        places: int,
        now: int,
        first_name: Any = None,  # noqa: ANN401
        consent: Mapping[str, Any] | None = None,
    ) -> Added:
        """Add a panel on a roof that has so many `places`. A first name needs `consent`: parents, on, version.

        ValueError, Refused: nothing was kept.
        """
        born = typed.whole(year, typed.FIRST_YEAR, datetime.fromtimestamp(now // 1000, UTC).year)
        agreed = newborns.consent(**consent) if consent else None
        named = newborns.first_name(first_name, agreed) if first_name is not None else None
        code = _new_code()
        with self.ledger.deciding():
            panels = self.all()
            if sum(panel.roof == roof and not panel.withdrawn for panel in panels.values()) >= places:
                raise Refused(_("each of the {n} panels of {roof} is somebody's: choose another roof").format(
                    n=places, roof=roof))  # fmt: skip
            number = max(panels, default=0) + 1
            panel = newborns.follow(None, newborns.Step.ADD, number, {"year": born, "roof": roof})
            if named is not None and agreed is not None:
                self.people.keep("newborn", _owner(number), {"first_name": named, "consent": asdict(agreed)}, now)
            salt = secrets.token_hex(16)
            self.people.keep("code", _owner(number), {"salt": salt, "hash": _hashed(salt, code)}, now)
            self._append(newborns.Step.ADD, panel, now, {"year": born, "roof": roof})
        return Added(panel, code)

    def opened(self, number: int, code: str) -> Panel:
        """The panel of a number, for who has its code; Refused otherwise, whatever is wrong."""
        panel = self.all().get(number)
        kept = self._of(number, "code")
        good = bool(kept) and hmac.compare_digest(kept["hash"], _hashed(kept["salt"], _plain(code)))
        if panel is None or panel.withdrawn or not good:
            raise Refused(_("no panel has this number and this code"))
        return panel

    def first_name(self, number: int) -> str | None:
        """The first name that waits for its certificate."""
        name = self._of(number, "newborn").get("first_name")
        return str(name) if name is not None else None

    def certified(self, number: int, now: int) -> Panel:
        """The certificate is made: forget the first name and the consent."""
        with self.ledger.deciding():
            panel = newborns.follow(self.one(number), newborns.Step.CERTIFY, number, {})
            self._append(newborns.Step.CERTIFY, panel, now, {})
        self.people.erase(self._refs(number, "newborn"), now)
        return panel

    def withdrawn(self, number: int, code: str, now: int) -> Panel:
        """Withdraw a panel by its code; Refused for a wrong one."""
        self.opened(number, code)
        return self.withdrawn_by_services(number, now)

    def withdrawn_by_services(self, number: int, now: int) -> Panel:
        """Withdraw a panel without its code, on a request that somebody has checked: forget all that was kept of it."""
        with self.ledger.deciding():
            panel = newborns.follow(self.one(number), newborns.Step.WITHDRAW, number, {})
            self._append(newborns.Step.WITHDRAW, panel, now, {})
        self.people.erase(self.people.refs_of(_owner(number)), now)
        return panel

    def refs(self, number: int) -> list[str]:
        """All that is kept of a panel."""
        return self.people.refs_of(_owner(number))

    def waiting(self) -> int:
        """First names that wait for their certificates."""
        return len(self.people.all("newborn"))

    def purged(self, now: int) -> int:
        """Forget the first names for which nobody has fetched a certificate; how many."""
        old = self.people.older("newborn", now - WAITING_DAYS * DAY)
        return len(self.people.erase(old, now)) if old else 0

    def _append(self, step: newborns.Step, panel: Panel, now: int, data: Mapping[str, Any]) -> None:
        month = _month(now)
        self.ledger.append(KIND, str(panel.number), month, {"step": step.value, **data}, KIND, month)

    def _of(self, number: int, kind: str) -> dict[str, Any]:
        found = self.people.read(self._refs(number, kind))
        return next(iter(found.values()), {})

    def _refs(self, number: int, kind: str) -> list[str]:
        return [ref for ref in self.people.refs_of(_owner(number)) if ref.startswith(f"{kind}:")]


@dataclass(frozen=True, slots=True)
class RoofFacts:
    """A real roof under symbolic panels."""

    id: str
    roof_w: float
    panel_w: float
    panel_assumed: bool

    @property
    def places(self) -> int:
        """Panels that it has."""
        return newborns.room(self.roof_w, self.panel_w)


def roofs_of(town: Town) -> dict[str, RoofFacts]:
    """The roofs on which a panel may stand: those whose modules are known."""
    capacity = installed(plant_of(town), Subject.ROOF)
    made = {}
    for site in town.sites:
        for roof in site.roofs:
            name = f"{site.id}/{roof.id}"
            said = [array.module.pdc0.value for array in roof.arrays if array.module.pdc0]
            if capacity.get(name):
                made[name] = RoofFacts(name, capacity[name], said[0] if said else PANEL_W, not said)
    return made


def public(panels: Mapping[int, Panel]) -> Document:
    """All that is public: how many panels, by year of birth and by roof."""
    years = newborns.counts(panels.values())
    roofs: dict[str, int] = {}
    for panel in panels.values():
        if not panel.withdrawn:
            roofs[panel.roof] = roofs.get(panel.roof, 0) + 1
    return {
        "panels": sum(years.values()),
        "years": [{"year": year, "panels": count} for year, count in years.items()],
        "roofs": [{"roof": roof, "panels": count} for roof, count in sorted(roofs.items())],
        "kwh_counted": ENERGY_COUNTED,
    }


def energy(panel: Panel, roof: RoofFacts | None, store: Store, tz: tzinfo, now: int) -> Document:
    """What one panel has made since 1 January of its year: its share of what its real roof is known to have made.

    None where nothing is known; counted already in the energy of that roof.
    """
    start = day_start(date(panel.year, 1, 1), tz)
    found = store.read_rollups(Step.DAY, Subject.ROOF, [panel.roof], start, now, ["energy"])["energy"].dropna()
    made = float(found.sum()) / 1000 if len(found) else None
    share = newborns.share_of(made, roof.roof_w, roof.panel_w) if roof else None
    return {
        "number": panel.number,
        "year": panel.year,
        "roof": panel.roof,
        "since": date(panel.year, 1, 1).isoformat(),
        "days_known": len(found),
        "kwh": None if share is None else round(share, 1),
        "panel_w": roof.panel_w if roof else None,
        "panel_assumed": roof.panel_assumed if roof else None,
        "withdrawn": panel.withdrawn,
    }


def _number(fact: Fact) -> int:
    return int(fact.subject)


def _owner(number: int) -> str:
    return f"panel:{number}"


def _month(now: int) -> int:
    first = datetime.fromtimestamp(now // 1000, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return int(first.timestamp()) * 1000


def _new_code() -> str:
    signs = "".join(secrets.choice(_SIGNS) for _place in range(16))
    return "-".join(signs[place : place + 4] for place in range(0, 16, 4))


def _plain(code: str) -> str:
    """A code as it was made, however somebody typed it."""
    signs = "".join(sign for sign in str(code).upper() if sign.isascii() and sign.isalnum())
    return "-".join(signs[place : place + 4] for place in range(0, len(signs), 4))


def _hashed(salt: str, code: str) -> str:
    return hashlib.sha256(f"{salt} {code}".encode()).hexdigest()
