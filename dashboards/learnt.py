"""What the models have learnt of a town, in people's units: shares, kWh, days of the town. Plain data, fit for JSON.

Nothing is computed here that the models do not know; what they do not know is None.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

from config.kwh import ExpectedBasis
from config.shape import dotted
from config.town import Town
from models.calendar import day_of
from models.pv.closing.memory import Memory, scale_key
from models.pv.expected.calibration import Scale, State
from models.pv.fleet.finding import Finding

Document = dict[str, Any]
DIGITS = 4
KEYS = {"capacity": "kwp", "neighbours": "kwp", "azimuth": "surface_azimuth", "tilt": "surface_tilt"}
"""Figure of a check -> key of town.toml that it puts in doubt."""
ALL_ARRAYS = {"capacity", "neighbours"}
"""Figures of all arrays together; the others are those of the largest."""


def learnt(
    town: Town, memory: Memory, bases: Mapping[str, str], checks: Mapping[str, Document], tz: tzinfo
) -> Document:
    """Everything learnt, inverter by inverter and site by site, and the questions that wait for a person.

    bases: by inverter, what its newest day was judged by. checks: by inverter, what its last check of the metadata
    found (scripts.jobs.metadata).
    """
    keys = array_keys(town)
    paths = [f"{site.id}/{inverter.id}" for site in town.sites for inverter in site.inverters]
    inverters: list[Document] = [
        {
            "inverter": path,
            "basis": bases.get(path),
            "scales": list(_scales(path, memory)),
            "losses": list(_losses(path, memory, tz)),
            "metadata": metadata(checks[path], keys, tz) if path in checks else None,
        }
        for path in paths
    ]
    return {
        "inverters": inverters,
        "sites": [_site(site.id, memory, tz) for site in town.sites if memory.meters.get(site.id)],
        "questions": [
            {"inverter": each["inverter"], **{name: scale[name] for name in ("basis", "value", "low", "high")}}
            for each in inverters
            for scale in each["scales"]
            if scale["state"] == State.ASKS
        ],
    }


def metadata(found: Document, keys: Mapping[str, str], tz: tzinfo) -> Document:
    """What a check found of one inverter, with the keys of town.toml of each figure. keys: see `array_keys`.

    `spans` of the clock: [first day, last day, minutes], when it was changed within the readings.
    """
    arrays = [keys[plane[0]] for plane in found["declared"]]
    assumed = set(found["declared"][0][4])
    figures = [
        {
            "figure": figure,
            **told,
            **({"spans": [_span(span, tz) for span in told["spans"]]} if "spans" in told else {}),
            "assumed": KEYS.get(figure) in assumed,
            "keys": [f"{array}.{KEYS[figure]}" for array in (arrays if figure in ALL_ARRAYS else arrays[:1])]
            if figure in KEYS
            else [],
        }
        for figure, told in found["checks"].items()
    ]
    return {name: found[name] for name in ("basis", "days", "explained")} | {"figures": figures}


def array_keys(town: Town) -> dict[str, str]:
    """``site/roof/array`` -> where it stands: ``sites[3] (basly).roofs[0] (bat-4).arrays[0] (a)``."""
    data = {
        "sites": [
            {
                "id": site.id,
                "roofs": [{"id": roof.id, "arrays": [{"id": each.id} for each in roof.arrays]} for roof in site.roofs],
            }
            for site in town.sites
        ]
    }
    return {
        f"{site.id}/{roof.id}/{array.id}": dotted(data, ("sites", s, "roofs", r, "arrays", a))
        for s, site in enumerate(town.sites)
        for r, roof in enumerate(site.roofs)
        for a, array in enumerate(roof.arrays)
    }


def scale_of(path: str, basis: ExpectedBasis, memory: Memory) -> Scale | None:
    """The scale of one inverter and basis; None when no day has taught it anything."""
    epoch = memory.epochs.get(scale_key(path, basis))
    return epoch.scale() if epoch is not None and epoch.days else None


def _scales(path: str, memory: Memory) -> Iterator[Document]:
    for basis in ExpectedBasis:
        scale = scale_of(path, basis, memory)
        if scale is not None:
            yield {
                "basis": str(basis),
                **{name: _number(getattr(scale, name)) for name in ("value", "low", "high", "applied")},
                "days": scale.days,
                "since": scale.since and scale.since.isoformat(),
                "state": str(scale.state),
            }


def _losses(path: str, memory: Memory, tz: tzinfo) -> Iterator[Document]:
    """What is missing now: against the expectation; against the nameplate and the neighbours, from the first day."""
    watch = memory.watches.get(path)
    if watch is None:
        return
    if watch.finding is not None and watch.open:
        yield _loss(watch.finding, "expected", tz) | {"from_first_day": watch.finding.since == watch.first_day}
    if watch.first is not None:
        yield _loss(watch.first, "neighbours", tz) | {"from_first_day": True}


def _loss(found: Finding, against: str, tz: tzinfo) -> Document:
    return {
        "since": day_of(found.since, tz).isoformat(),
        "missing": _number(1 - found.ratio),
        "lost_kwh": round(found.lost_wh / 1000, 1),
        "against": against,
    }


def _site(site: str, memory: Memory, tz: tzinfo) -> Document:
    ratio, known = memory.ratio(site), len(memory.meters[site])
    if ratio is None:
        return {"site": site, "meter_per_inverters": None, "low": None, "high": None, "days": known, "drift": None}
    drift = ratio.drift and {
        "before": _number(ratio.drift.before),
        "recent": _number(ratio.drift.recent),
        "change": _number(ratio.drift.change),
        "since": day_of(ratio.drift.since, tz).isoformat(),
    }
    told = {"meter_per_inverters": ratio.value, "low": ratio.low, "high": ratio.high}
    return {"site": site, **{name: _number(value) for name, value in told.items()}, "days": ratio.days, "drift": drift}


def _span(span: list[Any], tz: tzinfo) -> list[Any]:
    start, end, minutes = span
    return [day_of(start, tz).isoformat(), day_of(end - 1, tz).isoformat(), minutes]


def _number(value: float) -> float | None:
    return round(float(value), DIGITS) if math.isfinite(value) else None
