"""What the plants of the commune made in a year, each counted once however many sources know it.

Three kinds of sources speak of the same plants: our meters, the national register (a row for each plant of 36 kW and
more, one sum for the smaller ones of a district), and a network operator's yearly sum for the commune. The register is
exhaustive: a monitored plant that was connected before its edition is in it. So a row that is a monitored plant is left
out, and a sum keeps what the monitored plants in it did not make. Initiatives and symbolic panels point to plants: 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from config.carriers import Filiere, Known
from models.territory.amount import Amount, total

WHOLE_YEAR = 0.9
"""Below this completeness of our own readings the register, where it knows the plant, is taken instead."""
SMALL = 36.0
"""kW: below, the register tells sums."""
ALIKE = (0.65, 1.2)
"""A plant's power in the register over its kWp: inverters are built smaller than modules, rarely larger."""
DAYS_APART = 400
"""Between the two dates of commissioning; the register has the connection, the town the first day of production."""
UNDATED = 1.0
"""A pair without two dates comes after every pair whose dates agree."""


@dataclass(frozen=True, slots=True)
class Monitored:
    """A plant that tepos counts itself."""

    id: str
    kwp: float
    made: Amount | None
    """Of the year; None when nothing is known of it."""
    self_consumed: Amount | None = None
    """What of it never went through the network's meter: None or unknown counts as injected, see `sale`."""
    commissioned: date | None = None
    register_name: str | None = None
    """As the register calls it, where a person has said so."""
    filiere: Filiere = Filiere.PHOTOVOLTAIC


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a register, or one sum of a network operator."""

    key: str
    """Names it among the rows: what the file calls it and where it stands in the file."""
    name: str
    filiere: Filiere
    kw: float | None
    plants: int | None
    """How many it is about; None when it does not say."""
    made: Amount | None
    """Injected and self-consumed; None: not declared. Of a sum: what was injected."""
    self_consumed: Amount | None = None
    commissioned: date | None = None
    is_sum: bool = False

    @property
    def single(self) -> bool:
        """Whether it is about one plant with a date and a power of its own."""
        return not self.is_sum and self.plants in (None, 1) and (self.kw or 0.0) >= SMALL


@dataclass(frozen=True, slots=True)
class Counted:
    """What one plant, or the rest of one sum, adds."""

    id: str
    filiere: Filiere
    made: Amount
    self_consumed: Amount | None
    monitored: bool
    same_as: str | None = None
    """The row of the register that is this plant, left out for that reason."""


@dataclass(frozen=True, slots=True)
class Production:
    """All plants of one year, each once."""

    counted: tuple[Counted, ...]
    unknown: tuple[str, ...] = ()
    """Plants of which neither source has an energy: a gap, not a zero."""

    def of(self, filieres: Iterable[Filiere], ids: frozenset[str] | None = None) -> Amount | None:
        """The sum of these filières; of the monitored plants named in `ids` alone when given."""
        wanted = frozenset(filieres)
        parts = (c for c in self.counted if c.filiere in wanted and (ids is None or c.id in ids))
        return total(c.made for c in parts)

    def self_consumed(self, ids: frozenset[str] | None = None) -> Amount | None:
        """What the plants made and the network never saw."""
        return total(c.self_consumed for c in self.counted if c.self_consumed and (ids is None or c.id in ids))


def matched(plants: Sequence[Monitored], rows: Sequence[Row]) -> dict[str, str]:
    """Id of each monitored plant -> key of the row of the register that is the same plant, where there is one.

    What a person said (register_name) comes first; then, of plants and rows alike in power and date, the closest pair
    again and again. One row is one plant at most.
    """
    found: dict[str, str] = {}
    free = {row.key: row for row in rows if row.single}
    for plant in plants:
        name = plant.register_name
        row = next((r for r in free.values() if name and _plain(r.name) == _plain(name)), None)
        if row:
            found[plant.id] = free.pop(row.key).key
    pairs = sorted(
        (apart, plant.id, row.key)
        for plant in plants
        if plant.id not in found and plant.register_name is None
        for row in free.values()
        if (apart := _apart(plant, row)) is not None
    )
    for _distance, plant_id, key in pairs:
        if plant_id not in found and key in free:
            found[plant_id] = free.pop(key).key
    return found


def production(plants: Sequence[Monitored], rows: Sequence[Row], edition: date | None = None) -> Production:
    """Each plant of the commune once: ours from our meters, all others from the rows.

    `rows` are of one source (a register, or sums): two sources of the same plants must not be mixed, ValueError for
    rows of both kinds about one filière. `edition`: plants commissioned after it are not in the rows.
    """
    kinds = {(row.filiere, row.is_sum) for row in rows}
    if mixed := sorted(f for f, is_sum in kinds if is_sum and (f, False) in kinds):
        raise ValueError(f"both a register and a sum about {mixed[0]}: the same plants twice")
    pairs = matched(plants, rows)
    by_key = {row.key: row for row in rows}
    counted: list[Counted] = []
    unknown: list[str] = []
    for plant in plants:
        row = by_key.get(pairs.get(plant.id, ""))
        made, own = plant.made, plant.self_consumed
        if not _whole(plant):
            if row is not None and row.made is not None:
                made, own = row.made, row.self_consumed
            elif row is None and _in_a_sum(plant, rows, edition):
                continue  # the sum tells of it
        if made is None:
            unknown.append(plant.id)
            continue
        if own is None and row is not None:
            own = row.self_consumed
        counted.append(Counted(plant.id, plant.filiere, made, own, True, row.key if row else None))
    inside = [p for p in plants if p.id not in pairs and _whole(p) and _in_a_sum(p, rows, edition)]
    ours = set(pairs.values())
    rest = _without(rows, ours, inside)
    for row in rows:
        if row.key in ours:
            continue
        if row.made is None:
            unknown.append(row.key)
            continue
        left = rest.get(row.key, row.made)
        own = row.self_consumed
        if own is not None and row.made.mwh > 0:
            own = own.scaled(left.mwh / row.made.mwh)
        if left.mwh > 0 or row.key not in rest:
            counted.append(Counted(row.key, row.filiere, left, own, False))
    return Production(tuple(counted), tuple(unknown))


def _whole(plant: Monitored) -> bool:
    """Whether our meters know the year; of a few weeks of it the other sources know more."""
    return plant.made is not None and plant.made.completeness >= WHOLE_YEAR


def _in_a_sum(plant: Monitored, rows: Sequence[Row], edition: date | None) -> bool:
    """Whether a row of several plants holds this one: a small one in a register, any one in an operator's sum."""
    if edition and plant.commissioned and plant.commissioned > edition:
        return False
    sums = [row for row in rows if not row.single and row.filiere is plant.filiere]
    return any(row.is_sum or plant.kwp < SMALL * ALIKE[1] for row in sums)


def _without(rows: Sequence[Row], ours: set[str], inside: Sequence[Monitored]) -> Mapping[str, Amount]:
    """What is left of the sums when the monitored plants in them are taken out: of all of them in proportion."""
    left: dict[str, Amount] = {}
    for filiere in {plant.filiere for plant in inside}:
        sums = [r for r in rows if r.filiere is filiere and not r.single and r.key not in ours and r.made]
        known = sum(r.made.mwh for r in sums if r.made)
        # A sum tells what was injected: what a plant used itself is not in it.
        taken = sum(
            p.made.mwh - (p.self_consumed.mwh if p.self_consumed and any(r.is_sum for r in sums) else 0.0)
            for p in inside
            if p.filiere is filiere and p.made
        )
        share = max(0.0, 1.0 - taken / known) if known > 0 else 0.0
        for row in sums:
            if row.made:
                rest = row.made.scaled(share)
                left[row.key] = replace(rest, status=max(rest.status, Known.ESTIMATED, key=lambda s: s.doubt))
    return left


def _apart(plant: Monitored, row: Row) -> float | None:
    """How unlike a plant and a row are; None when they cannot be one."""
    if row.filiere is not plant.filiere or not row.kw or plant.kwp <= 0:
        return None
    ratio = row.kw / plant.kwp
    if not ALIKE[0] <= ratio <= ALIKE[1]:
        return None
    if not (row.commissioned and plant.commissioned):
        return abs(ratio - 1.0) + UNDATED
    days = abs((row.commissioned - plant.commissioned).days)
    return abs(ratio - 1.0) + days / DAYS_APART if days <= DAYS_APART else None


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
