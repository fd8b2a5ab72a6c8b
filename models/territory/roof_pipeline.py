"""The roofs of the town from the experiment to the mass: each from spotted to commissioned, a fold over its deeds.

What a roof could make is modelled (models.territory.roof_potential) and says so. Once commissioned it points to where
it is measured, and its modelled figure adds nothing any more: a kilowatt-hour is counted once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any

from config.language import _
from models.territory import typed


class Stage(StrEnum):
    """How far a roof has come."""

    SPOTTED = "spotted"
    STUDIED = "studied"
    DECIDED = "decided"
    FINANCED = "financed"
    BUILDING = "building"
    COMMISSIONED = "commissioned"
    RETIRED = "retired"
    SET_ASIDE = "set_aside"


class Kind(StrEnum):
    """What is under the roof."""

    EXPERIMENT = "experiment"
    SERVICES = "services"
    CHURCH = "church"
    SCHOOL = "school"
    SPORTS_HALL = "sports_hall"
    PUBLIC = "public"
    HOUSING = "housing"
    COMPANY = "company"
    OTHER = "other"


class Owner(StrEnum):
    """Whose it is: a kind, never a name."""

    COMMUNE = "commune"
    INTERCOMMUNAL = "intercommunal"
    STATE = "state"
    COMPANY = "company"
    ASSOCIATION = "association"
    LANDLORD = "landlord"
    INHABITANT = "inhabitant"


class Step(StrEnum):
    """What is said of a roof."""

    SPOT = "spot"
    DESCRIBE = "describe"
    STAGE = "stage"
    COST = "cost"


AHEAD = (Stage.SPOTTED, Stage.STUDIED, Stage.DECIDED, Stage.FINANCED, Stage.BUILDING, Stage.COMMISSIONED)
TO_COME = frozenset(AHEAD[:-1])
"""Stages of roofs that make nothing yet, and may."""


class Refused(ValueError):
    """The registry does not take this; the reason is for a person."""


_CHECKS: Mapping[str, Any] = MappingProxyType(
    {
        "name": typed.place, "kind": partial(typed.one_of, known=Kind), "owner": partial(typed.one_of, known=Owner),
        "kwp": partial(typed.number, low=0.1, high=50_000.0), "area": partial(typed.number, low=1.0, high=500_000.0),
        "tilt": partial(typed.number, low=0.0, high=90.0), "azimuth": partial(typed.number, low=0.0, high=360.0),
        "kwh": partial(typed.number, low=0.0, high=1e8), "light": partial(typed.number, low=100.0, high=3000.0),
        "latitude": partial(typed.number, low=-90.0, high=90.0),
        "longitude": partial(typed.number, low=-180.0, high=180.0),
        "rnb": typed.identifier, "bdtopo": typed.identifier, "assumed": lambda words: sorted(map(str, words)),
        "origin": partial(typed.text, most=80, lines=False), "stage": partial(typed.one_of, known=Stage),
        "on": typed.day, "site": typed.identifier, "register": typed.identifier, "unmonitored": typed.yes,
        "reason": typed.line, "euros": typed.euros, "sources": lambda parts: financing(parts),
    }
)  # fmt: skip
_FACTS = ("name", "kind", "owner", "kwp", "area", "tilt", "azimuth", "kwh", "light", "latitude", "longitude", "rnb",
          "bdtopo", "assumed", "origin")  # fmt: skip
TAKES: Mapping[Step, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        Step.SPOT: (("kind", "owner", "kwp", "tilt", "azimuth", "kwh", "light"), _FACTS),
        Step.DESCRIBE: ((), _FACTS),
        Step.STAGE: (("stage", "on"), ("site", "register", "unmonitored", "reason")),
        Step.COST: ((), ("euros", "sources")),
    }
)
"""What each step needs, and what it may say besides."""


@dataclass(frozen=True, slots=True)
class Roof:
    """One roof. What is assumed about it is named in `assumed`."""

    id: str
    stage: Stage
    kind: Kind
    owner: Owner
    kwp: float
    tilt: float
    azimuth: float
    """Degrees east of north."""
    kwh: float
    """A year, MODELLED."""
    light: float
    """kWh/m² a year on the horizontal, under which that was modelled."""
    dates: Mapping[Stage, date]
    """When it came into each stage."""
    name: str | None = None
    """Of the building; a home has none."""
    area: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    rnb: str | None = None
    bdtopo: str | None = None
    assumed: tuple[str, ...] = ()
    origin: str | None = None
    site: str | None = None
    """``site`` or ``site/roof`` where it is measured now."""
    register: str | None = None
    """Its installation in the national register."""
    reason: str | None = None
    euros: Decimal | None = None
    sources: tuple[tuple[str, Decimal], ...] = ()
    """Who pays how much."""

    @property
    def kwh_to_come(self) -> float:
        """kWh a year that it adds to what is measured: 0 once it is measured itself, or will never be built."""
        return self.kwh if self.stage in TO_COME else 0.0

    @property
    def unfinanced(self) -> Decimal | None:
        """Euros that nobody has promised yet; None as long as the cost is not known."""
        if self.euros is None:
            return None
        return max(Decimal(0), self.euros - sum((part for _who, part in self.sources), Decimal(0)))


def financing(parts: Any) -> list[list[str]]:  # noqa: ANN401 - comes from outside
    """Who pays how much, from ``["FRATRI=12000", …]`` or pairs; [[source, euros], …]."""
    made = []
    for part in parts:
        who, equals, much = part.rpartition("=") if isinstance(part, str) else (part[0], "=", part[1])
        if not equals:
            raise ValueError(_("{value}: write SOURCE=EUROS").format(value=repr(part)))
        made.append([typed.text(who, 80, lines=False), typed.euros(much)])
    return made


def checked(step: Step, said: Mapping[str, Any]) -> dict[str, Any]:
    """What was said, checked, as a fact may hold it; ValueError names the word. Absent (None) is not said."""
    needed, more = TAKES[step]
    given = {name: value for name, value in said.items() if value is not None}
    if unknown := sorted({*given} - {*needed, *more}):
        raise ValueError(_("a roof has no {names}").format(names=", ".join(unknown)))
    if missing := [name for name in needed if name not in given]:
        raise ValueError(_("of a roof is missing: {names}").format(names=", ".join(missing)))
    made = {}
    for name, value in given.items():
        try:
            made[name] = _CHECKS[name](value)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    if made.get("owner") == Owner.INHABITANT:  # whose home it is, a name would tell
        made.pop("name", None)
    return made


def fold(roof: str, deeds: Iterable[tuple[Step, Mapping[str, Any], date]]) -> Roof | None:
    """The roof after all that was said of it: (step, data, day), in the order of the facts. Refused for a bad one."""
    current: Roof | None = None
    for step, data, day in deeds:
        current = follow(roof, current, step, data, day)
    return current


def follow(roof: str, current: Roof | None, step: Step, data: Mapping[str, Any], day: date) -> Roof:
    """What one step makes of a roof; Refused with the reason."""
    if current is None:
        if step is not Step.SPOT:
            raise Refused(_("there is no roof {id}").format(id=roof))
        return replace(
            Roof(roof, Stage.SPOTTED, Kind(data["kind"]), Owner(data["owner"]), data["kwp"], data["tilt"],
                 data["azimuth"], data["kwh"], data["light"], {Stage.SPOTTED: day}),
            **_described(data),
        )  # fmt: skip
    match step:
        case Step.SPOT:
            raise Refused(_("there is a roof {id} already").format(id=roof))
        case Step.DESCRIBE:
            if current.stage is Stage.COMMISSIONED:
                raise Refused(_("{id} is commissioned: what it is stands in the town's files").format(id=roof))
            return replace(current, **_described(data))
        case Step.COST:
            euros = Decimal(data["euros"]) if "euros" in data else current.euros
            said = tuple((who, Decimal(much)) for who, much in data.get("sources", ())) or current.sources
            return replace(current, euros=euros, sources=said)
        case Step.STAGE:
            return _moved(current, data)


def _described(data: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: data[name] for name in _FACTS if name in data}
    for name, kind in (("kind", Kind), ("owner", Owner), ("assumed", tuple)):
        if name in made:
            made[name] = kind(made[name])
    return made


def _moved(current: Roof, data: Mapping[str, Any]) -> Roof:
    target, on = Stage(data["stage"]), date.fromisoformat(data["on"])
    place = {name: data.get(name) for name in ("site", "register")}
    told = _("{id} is {stage}: it cannot become {target}")
    no = Refused(told.format(id=current.id, stage=current.stage, target=target))
    if target is Stage.SET_ASIDE:
        if current.stage not in TO_COME:
            raise no
        if "reason" not in data:
            raise Refused(_("a roof is set aside with a reason"))
    elif target is Stage.RETIRED:
        if current.stage is not Stage.COMMISSIONED:
            raise no
    elif current.stage is Stage.SET_ASIDE:
        if target is not Stage.SPOTTED:
            raise no
    elif current.stage not in AHEAD or AHEAD.index(target) <= AHEAD.index(current.stage):
        raise no
    if (latest := current.dates[current.stage]) > on:
        told = _("{id} is {stage} since {latest}: {on} is before")
        raise Refused(told.format(id=current.id, stage=current.stage, latest=latest, on=on))
    if target is Stage.COMMISSIONED and not (any(place.values()) or data.get("unmonitored")):
        raise Refused(_("a commissioned roof says where it is measured: a site, a register's id, or unmonitored=true"))
    if target is not Stage.COMMISSIONED and any(place.values()):
        raise Refused(_("a roof is measured somewhere once it is commissioned"))
    measured = place if target is Stage.COMMISSIONED else {"site": current.site, "register": current.register}
    return replace(current, stage=target, dates={**current.dates, target: on}, reason=data.get("reason"), **measured)


@dataclass(frozen=True, slots=True)
class Total:
    """Roofs together."""

    roofs: int
    kwp: float
    kwh: float
    """A year, modelled."""
    euros: Decimal | None
    """Of those whose cost is known; None when of none."""
    euros_unknown: int
    """Roofs whose cost is not known."""


def total(roofs: Iterable[Roof]) -> Total:
    """The sum of some roofs, whatever their stage."""
    some = list(roofs)
    known = [roof.euros for roof in some if roof.euros is not None]
    return Total(len(some), sum(roof.kwp for roof in some), sum(roof.kwh for roof in some),
                 sum(known, Decimal(0)) if known else None, len(some) - len(known))  # fmt: skip


def by_stage(roofs: Sequence[Roof]) -> dict[Stage, Total]:
    """The sum of each stage. Only those of TO_COME add to what is measured."""
    return {stage: total(roof for roof in roofs if roof.stage is stage) for stage in Stage}


def measured_at(roofs: Iterable[Roof]) -> dict[str, str]:
    """Site or register's id -> the commissioned roof that points to it. Refused when two point to one."""
    found: dict[str, str] = {}
    for roof in roofs:
        for place in filter(None, (roof.site, roof.register) if roof.stage is Stage.COMMISSIONED else ()):
            if found.setdefault(place, roof.id) != roof.id:
                told = _("{place} is the place of two roofs: {one} and {other}")
                raise Refused(told.format(place=place, one=found[place], other=roof.id))
    return found
