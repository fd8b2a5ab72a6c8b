"""Which points of a found chain are which fields: the map and the device's role choose, the header's length cuts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collector.errors import MapError
from collector.sunspec.chain import Chain, Found
from collector.sunspec.models import COMMON, HEADER, Point, definition
from config.quantities import Role, input_field
from config.sunspec_map import SunSpecMap, SunSpecModel


@dataclass(frozen=True, slots=True)
class Row:
    """One point that is read, and the fields that it gives: p_import and p_export for a meter's power, else one."""

    fields: tuple[str, ...]
    point: Point
    offset: int
    """Words from the model's id register."""
    factor_at: int | None
    """Words from the id register to the scale factor's register."""
    exponent: int
    """The scale factor where it is constant."""
    import_positive: bool = True
    stands_in: bool = False
    """Counts only when an earlier row left the field without a value."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """A point behind the end of a model."""

    offset: int
    """Words from the model's id register."""
    reason: str


@dataclass(frozen=True, slots=True)
class Bound:
    """What one model of the chain gives."""

    model: Found
    rows: tuple[Row, ...]
    beyond: Mapping[str, Beyond]
    """By field: what this model ought to give and cannot, for it is shorter than its definition."""


@dataclass(frozen=True, slots=True)
class Repetitions:
    """Which repetitions of a model's group count, from 1."""

    counting: tuple[int, ...] = ()
    all_count: bool = True
    """False: the group has others beside them, as the port of a battery."""


NONE = Repetitions()


def import_is_positive(sunspec_map: SunSpecMap, manufacturer: str) -> bool:
    """Whether the positive power of this maker's meters is import."""
    sign = sunspec_map.import_sign
    for maker in sunspec_map.makers:
        if manufacturer.lower().startswith(maker.manufacturer.lower()):
            sign = maker.import_sign
    return sign == "positive"


def common_of(chain: Chain, model: Found | None) -> Found | None:
    """The name plate that holds for a model: the last Common before it; the chain's first for None."""
    before = [m for m in chain.models if m.id == COMMON and (model is None or m.address < model.address)]
    if not before:
        return None
    return before[0] if model is None else before[-1]


def chosen(sunspec_map: SunSpecMap, chain: Chain, role: Role | None, instance: int) -> list[Found]:
    """The models that a role reads, in the order in which they give a quantity that several offer.

    Of a model that repeats (two inverters, two weather stations in one chain) the first; of those with numbered inputs
    all; of meters only the one asked for, because figures of two meters must not mix. MapError when there is none.
    """
    meters = [m for m in chain.models if m.id in sunspec_map.models and sunspec_map.models[m.id].role is Role.METER]
    meter = meters[instance - 1] if instance <= len(meters) else None
    models: list[Found] = []
    for model_id, entry in sunspec_map.models.items():
        same = [m for m in chain.models if m.id == model_id]
        if entry.role is Role.METER:
            same = [m for m in same if m is meter]
        if role in (None, entry.role):
            models += same if entry.inputs else same[:1]
    if not models and role is not None:
        which = f"meter number {instance}" if role is Role.METER else f"model for role {role}"
        held = ", ".join(str(m.id) for m in chain.models) or "nothing"
        end = chain.loose_end
        broken = f" and breaks off at {end.address} ({end.what})" if end else ""
        raise MapError(f"the SunSpec chain at {chain.base} has no {which}; it holds {held}{broken}")
    return models


def bind(
    sunspec_map: SunSpecMap,
    models: Iterable[Found],
    repetitions: Mapping[int, Repetitions],
    import_positive: bool,
) -> list[Bound]:
    """What each of the models offers. `repetitions` is by the address of the model."""
    bound: list[Bound] = []
    numbered: dict[int, int] = {}  # model id -> inputs so far: a second model 160 goes on counting
    for model in models:
        entry = sunspec_map.models[model.id]
        repeated = repetitions.get(model.address, NONE)
        wanted: list[_Wanted] = list(_quantities(entry, repeated))
        for inner in repeated.counting if entry.inputs else ():
            number = numbered[model.id] = numbered.get(model.id, 0) + 1
            wanted += [((input_field(q, number),), p, inner, False) for q, p in entry.inputs.items()]
        rows: list[Row] = []
        beyond: dict[str, Beyond] = {}
        for fields, name, repetition, stands_in in wanted:
            row = _row(model, fields, name, repetition, import_positive, stands_in)
            if isinstance(row, Row):
                rows.append(row)
            elif not stands_in:
                beyond.update(dict.fromkeys(fields, row))
        bound.append(Bound(model, tuple(rows), beyond))
    return bound


_Wanted = tuple[tuple[str, ...], str, int | None, bool]


def _quantities(entry: SunSpecModel, repeated: Repetitions) -> Iterable[_Wanted]:
    if not repeated.all_count:
        return  # the totals contain what must not count, as the power of a battery's port
    if entry.power_net:
        yield ("p_import", "p_export"), entry.power_net, None, False
    for quantity, name in entry.quantities.items():
        yield (quantity,), name, None, False
    for quantity, name in entry.otherwise.items():
        yield (quantity,), name, None, True


def _row(
    model: Found, fields: tuple[str, ...], name: str, repetition: int | None, import_positive: bool, stands_in: bool
) -> Row | Beyond:
    """The row, or why the model is too short for it."""
    size = model.length + HEADER
    point, offset = definition(model.id).locate(name, repetition)
    short = f"not in the device: its model {model.id} has only {model.length} registers"
    if offset + point.words > size:
        return Beyond(offset, short)
    if not isinstance(point.factor, str):
        return Row(fields, point, offset, None, point.factor or 0, import_positive, stands_in)
    factor = definition(model.id).points[point.factor]
    if factor.offset + factor.words > size:
        return Beyond(offset, f"its scale factor is {short}")
    return Row(fields, point, offset, factor.offset, 0, import_positive, stands_in)
