"""The roofs of the town at work: facts of the ledger, their pipeline, and what pages and files show of it.

What stands here for everybody tells no home: roofs of inhabitants are counted, not listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from collector.ledger import Fact, Ledger
from config.language import _
from config.town import Town
from dashboards import cells
from dashboards.initiatives import plain
from models.territory import roof_scenario, typed
from models.territory.roof_pipeline import (
    AHEAD,
    TO_COME,
    Kind,
    Owner,
    Refused,
    Roof,
    Stage,
    Step,
    Total,
    by_stage,
    checked,
    follow,
    measured_at,
    total,
)
from models.territory.roof_potential import specific_yields
from models.territory.roof_rows import RoofRow
from models.territory.typical_light import LOOS_KWH_M2

Document = dict[str, Any]
KIND = "roof"
"""Of the facts."""
TABLE = ("id", "name", "kind", "owner", "stage", "stage_since", "kwp", "kwh_per_year_modelled", "tilt_deg",
         "azimuth_deg", "area_m2", "euros", "financed_euros", "measured_at", "rnb", "bdtopo", "assumed")  # fmt: skip
"""Columns of the public table."""


class Roofs:
    """The roofs of one ledger, which is the caller's to open and close. `place`: latitude, longitude, altitude (m)."""

    def __init__(self, ledger: Ledger, place: tuple[float, float, float], light: float = LOOS_KWH_M2) -> None:
        self.ledger = ledger
        self._place = place
        self._light = light

    def all(self) -> list[Roof]:
        """Every roof, by its id."""
        found: dict[str, Roof] = {}
        for fact in sorted(self.ledger.facts(KIND), key=lambda each: each.id):
            found[fact.subject] = follow(fact.subject, found.get(fact.subject), *_deed(fact))
        return [found[name] for name in sorted(found)]

    def one(self, name: str) -> Roof:
        """One roof; Refused when there is none of that id."""
        found = self._found(name)
        if found is None:
            raise Refused(_("there is no roof {id}").format(id=name))
        return found

    def add(self, name: str, said: Mapping[str, Any], by: str, now: int) -> Roof:
        """Add one roof; what it could make is modelled here. ValueError names the word that is wrong."""
        row = RoofRow(1, typed.identifier(name), said)
        with self.ledger.deciding():
            if self._found(name) is not None:
                raise Refused(_("there is a roof {id} already").format(id=name))
            self.bring([row], by, now)
            return self.one(name)

    def bring(self, rows: Sequence[RoofRow], by: str, now: int) -> Counter[str]:
        """Add or describe anew all these roofs, modelled in one go; all of them or none.

        Counts ``new``, ``changed``, ``same`` and ``commissioned`` (left as they are).
        """
        said = [{**row.said, "light": self._light, "kwh": 0.0} for row in rows]
        ready = [checked(Step.SPOT, each) for each in said]
        yields = specific_yields([each["tilt"] for each in ready], [each["azimuth"] for each in ready], self._place,
                                 self._light)  # fmt: skip
        done: Counter[str] = Counter()
        with self.ledger.deciding():
            known = {roof.id: roof for roof in self.all()}
            for row, data, specific in zip(rows, ready, yields.tolist(), strict=True):
                data["kwh"] = round(data["kwp"] * specific, 1)
                current = known.get(row.id)
                if current is not None and current.stage is Stage.COMMISSIONED:
                    done["commissioned"] += 1
                    continue
                if current is not None and _same(current, data):
                    done["same"] += 1
                    continue
                step = Step.SPOT if current is None else Step.DESCRIBE
                known[row.id] = self._append(row.id, step, data, by, now, current)
                done["new" if current is None else "changed"] += 1
        return done

    def act(self, name: str, step: Step, said: Mapping[str, Any], by: str, now: int) -> Roof:
        """Move a roof to a stage, or tell its cost. Refused (a ValueError) with the reason."""
        data = checked(step, said)
        with self.ledger.deciding():
            after = self._append(name, step, data, by, now, self.one(name))
            measured_at(self.all())  # no two roofs at one meter; else all of it is taken back
            return after

    def _append(self, name: str, step: Step, data: dict[str, Any], by: str, now: int, current: Roof | None) -> Roof:
        after = follow(name, current, step, data, _day(now))
        self.ledger.append(KIND, name, now, {"step": step.value, **data}, by, now)
        return after

    def _found(self, name: str) -> Roof | None:
        current: Roof | None = None
        for fact in sorted(self.ledger.facts(KIND, name), key=lambda each: each.id):
            current = follow(name, current, *_deed(fact))
        return current


def pipeline(roofs: Sequence[Roof]) -> Document:
    """Where the roofs stand: sums by stage and kind, what is to come, and the list without the homes. MODELLED."""
    coming = [roof for roof in roofs if roof.stage in TO_COME]
    return {
        "modelled": True,
        "light_kwh_m2": sorted({roof.light for roof in roofs}),
        "stages": [{"stage": stage.value, **_total(found)} for stage, found in by_stage(roofs).items()],
        "kinds": [{"kind": kind.value, **_total(total(roof for roof in coming if roof.kind is kind))} for kind in Kind],
        "to_come": _total(total(coming)),
        "inhabitants": _total(total(roof for roof in roofs if roof.owner is Owner.INHABITANT)),
        "measured_at": measured_at(roof for roof in roofs if roof.owner is not Owner.INHABITANT),
        "roofs": [row for row in rows(roofs)],
    }


def monitored(town: Town, roofs: Sequence[Roof]) -> Document:
    """The roofs that are measured already, beside the pipeline: each with the roof of the pipeline that points to it.

    Their energy is in the rollups; nothing of them adds to the pipeline. `unknown` are places that the town's files do
    not have: a roof points there, and nobody measures it.
    """
    pointing = measured_at(roof for roof in roofs if roof.site)
    own = [(site, roof) for site in town.sites for roof in site.roofs]
    known = {site.id for site, _roof in own} | {f"{site.id}/{roof.id}" for site, roof in own}
    told = [
        {
            "roof": f"{site.id}/{roof.id}",
            "name": site.name,
            "owner": site.owner,
            "kwp": round(sum(array.kwp.value for array in roof.arrays), 3),
            "since": site.commissioned.isoformat() if site.commissioned else None,
            "pipeline": pointing.get(f"{site.id}/{roof.id}") or pointing.get(site.id),
        }
        for site, roof in own
    ]
    sites = {roof.site for roof in roofs if roof.stage is Stage.COMMISSIONED and roof.site}
    installed = sum(array.kwp.value for _site, roof in own for array in roof.arrays)
    return {"kwp": round(installed, 3), "roofs": told, "unknown": sorted(sites - known)}


def rows(roofs: Iterable[Roof]) -> list[Document]:
    """The public table, with the columns TABLE: every roof that is nobody's home."""
    made = []
    for roof in roofs:
        if roof.owner is Owner.INHABITANT:
            continue
        financed = sum((part for _who, part in roof.sources), Decimal(0)) if roof.sources else None
        told = {
            "kwh_per_year_modelled": roof.kwh, "stage_since": roof.dates[roof.stage].isoformat(),
            "tilt_deg": roof.tilt, "azimuth_deg": roof.azimuth, "area_m2": roof.area,
            "euros": None if roof.euros is None else float(roof.euros),
            "financed_euros": None if financed is None else float(financed),
            "measured_at": roof.site or roof.register,
        }  # fmt: skip
        known = plain(roof)
        made.append({name: told[name] if name in told else known[name] for name in TABLE})
    return made


def as_csv(roofs: Iterable[Roof]) -> str:
    """The public table as CSV; no text in it is a formula."""
    return cells.table(TABLE, rows(roofs))


def scenario(
    roofs: Iterable[Roof],
    first: int,
    last: int,
    euros_per_kwp: Decimal,
    kinds: Sequence[Kind] = (),
    owners: Sequence[Owner] = (),
    least_kwp: float = 0.0,
) -> Document:
    """What if these were built from one year to another: kWh year by year, for a trajectory. MODELLED."""
    found = roof_scenario.scenario(roofs, first, last, euros_per_kwp, kinds, owners, least_kwp)
    return {
        "modelled": True,
        "from": first,
        "to": last,
        "kinds": [kind.value for kind in kinds],
        "owners": [owner.value for owner in owners],
        "roofs": len(found.roofs),
        "kwp": round(found.kwp, 3),
        "kwh_per_year": round(found.kwh, 1),
        "euros": float(found.euros),
        "euros_assumed": float(found.euros_assumed),
        "euros_per_kwp": float(euros_per_kwp),
        "degradation_per_year": roof_scenario.DEGRADATION,
        "years": [
            {"year": each.year, "roofs": each.roofs, "kwp": round(each.kwp, 3), "kwh": round(each.kwh, 1)}
            for each in found.years
        ],
    }


def next_stages(roof: Roof) -> list[Stage]:
    """The stages to which a roof may go now."""
    if roof.stage in TO_COME:
        return [*AHEAD[AHEAD.index(roof.stage) + 1 :], Stage.SET_ASIDE]
    return {Stage.COMMISSIONED: [Stage.RETIRED], Stage.SET_ASIDE: [Stage.SPOTTED]}.get(roof.stage, [])


def _deed(fact: Fact) -> tuple[Step, Mapping[str, Any], date]:
    return Step(fact.data["step"]), fact.data, _day(fact.at)


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment // 1000, UTC).date()


def _same(roof: Roof, data: Mapping[str, Any]) -> bool:
    known = plain(roof)
    return all(known.get(name) == value for name, value in data.items())


def _total(found: Total) -> Document:
    made = asdict(found)
    return made | {"kwp": round(found.kwp, 3), "kwh": round(found.kwh, 1),
                   "euros": None if found.euros is None else float(found.euros)}  # fmt: skip
