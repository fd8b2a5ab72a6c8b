"""Yields, performance and losses of a stretch of closed days, and what a coming year may bring. Plain data, for JSON.

Every figure is formed from the days on which all that it needs is known, and says how many these are. None is missing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.kwh import ExpectedBasis, Subject
from dashboards.exports import COMPLETE, DIGITS
from models.pv import yields
from models.pv.plant import Plant
from models.pv.sun import Floats

Document = dict[str, Any]
YEAR = 365
"""Days from which on kWh/kWp are those of a year."""
COLUMNS = (
    "energy", "expected", "insolation", "completeness", "lost_outage", "lost_finding", "availability",
    "insolation_corrected", "energy_dc", "lost_clipping", "expected_basis",
)  # fmt: skip
"""Of the day rows, as Store.read_rollups gives them."""
UNSURE = (ExpectedBasis.CLEAR_SKY, ExpectedBasis.NONE)


def figures(rows: pd.DataFrame, subjects: Sequence[str], installed: Mapping[str, float], days: int) -> list[Document]:
    """The figures of each subject over a span of so many days, of which `rows` has those that are closed.

    rows: subject, COLUMNS. A subject that is not among `subjects` (it is gone) follows them. installed: W of modules.
    """
    codes, found = pd.factorize(rows["subject"], sort=True)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(found) + 1))
    numbers = np.array([rows[name].to_numpy(float)[order] for name in COLUMNS[:-1]])
    known = ~rows["expected_basis"].isin([*UNSURE, None]).to_numpy(bool)[order]
    groups = {str(subject): slice(*edges[n : n + 2]) for n, subject in enumerate(found)}
    everybody = [*subjects, *sorted({*groups} - {*subjects})]
    parts = ((each, groups.get(each, slice(0))) for each in everybody)
    return [_figures(each, numbers[:, own], known[own], installed.get(each, math.nan), days) for each, own in parts]


def _figures(subject: str, rows: Floats, known_basis: NDArray[np.bool_], pdc0: float, days: int) -> Document:
    """rows: one for each of COLUMNS but the last, by day."""
    energy, expected, light, complete, outage, finding, working, corrected, energy_dc, cut = rows
    whole = (complete >= COMPLETE) & np.isfinite(energy)
    sure = np.isfinite(expected) & known_basis
    lit, warm, fed = (whole & np.isfinite(each) for each in (light, corrected, energy_dc))
    judged = whole & sure
    explained = judged & np.isfinite(outage) & np.isfinite(finding)
    total, known = _sum(energy), _known(complete, expected) * len(energy) / days
    final = float(yields.final_yield(total, pdc0))
    a_year = days >= YEAR and known >= COMPLETE
    return {
        "subject": subject,
        "installed_kwp": _number(pdc0 / 1000),
        "days_closed": len(energy),
        "days_complete": int(whole.sum()),
        "energy_kwh": _number(total / 1000),
        "energy_known": _number(known),
        "final_yield_h": _number(final),
        "specific_yield_kwh_kwp": _number(final if a_year else math.nan),
        "reference_yield_h": _number(float(yields.reference_yield(_sum(light[lit])))),
        "performance_ratio": _number(float(yields.performance_ratio(_sum(energy[lit]), pdc0, _sum(light[lit])))),
        "performance_ratio_days": int(lit.sum()),
        "performance_ratio_25c": _number(
            float(yields.corrected_performance_ratio(_sum(energy[warm]), pdc0, _sum(corrected[warm])))
        ),
        "performance_ratio_25c_days": int(warm.sum()),
        "array_yield_h": _number(float(yields.array_yield(_sum(energy_dc[fed]), pdc0))),
        "array_yield_days": int(fed.sum()),
        "performance_index": _number(float(yields.performance_index(_sum(energy[judged]), _sum(expected[judged])))),
        "performance_index_days": int(judged.sum()),
        "availability": _number(_mean(working, expected)),
        "lost_outage_kwh": _number(_sum(outage[sure]) / 1000),
        "lost_outage_days": int((sure & np.isfinite(outage)).sum()),
        "lost_finding_kwh": _number(_sum(finding[sure]) / 1000),
        "lost_finding_days": int((sure & np.isfinite(finding)).sum()),
        "lost_clipping_kwh": _number(_sum(cut) / 1000),
        "lost_clipping_days": int(np.isfinite(cut).sum()),
        "unexplained_kwh": _number(_sum((expected - energy - outage - finding)[explained]) / 1000),
        "unexplained_days": int(explained.sum()),
    }


def outlook(
    plant: Plant, kind: Subject, subjects: Sequence[str], years: Mapping[int, Floats], installed: Mapping[str, float]
) -> list[Document]:
    """P50 and P90 of a coming year of each subject, None where nothing is modelled.

    years: Wh of each inverter of the plant (for roofs: that of models.pv.typical_year.by_roof) in past years of
    weather, at least one.
    """
    own = np.array([_subject(inverter.path, kind) for inverter in plant.inverters], dtype=object)
    table = np.array(list(years.values()))
    made = []
    for subject in subjects:
        mine = table[:, own == subject]
        known = np.isfinite(mine).all(axis=0)
        sums = mine[:, known].sum(axis=1)
        told = yields.exceedance(sums) if known.any() and sums.all() else None
        pdc0 = installed.get(subject, math.nan)
        made.append(
            {
                "subject": subject,
                "installed_kwp": _number(pdc0 / 1000),
                "p50_kwh": _number(told.p50 / 1000) if told else None,
                "p90_kwh": _number(told.p90 / 1000) if told else None,
                "p50_kwh_kwp": _number(told.p50 / pdc0) if told else None,
                "sigma": _number(told.sigma) if told else None,
            }
        )
    return made


def _subject(path: str, kind: Subject) -> str:
    return {Subject.SITE: path.split("/")[0], Subject.TOWN: "town"}.get(kind, path)


def _known(complete: Floats, expected: Floats) -> float:
    """The share of the expected energy whose measurement is known; of the days, where an expectation is missing."""
    whole = len(expected) > 0 and np.isfinite(expected).all() and expected.sum() > 0
    weights = expected if whole else np.ones(len(expected))
    return float(np.average(np.nan_to_num(complete), weights=weights)) if len(expected) else 0.0


def _mean(values: Floats, weights: Floats) -> float:
    both = np.isfinite(values) & (weights > 0)
    return float(np.average(values[both], weights=weights[both])) if both.any() else math.nan


def _sum(values: Floats) -> float:
    """Of what is known; NaN when nothing is."""
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else math.nan


def _number(value: float) -> float | None:
    return round(value, DIGITS) if math.isfinite(value) else None
