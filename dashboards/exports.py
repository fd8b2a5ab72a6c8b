"""Series of energy as they leave tepos: kWh, the town's time, one row per period, with what each figure rests on.

A file is read far from here and long after: every row says its unit, where its interval begins and ends (half-open,
ISO 8601 with offset), and whether it was measured or simulated. What is missing stays empty, never 0.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

import pandas as pd

from config.kwh import ROLLUP_TEXTS, Step, Subject
from dashboards import cells
from models.calendar import QUARTER, day_bounds, day_of
from models.pv import yields
from models.pv.sun import Floats

KILO = {
    "energy": "energy_kwh",
    "expected": "expected_kwh",
    "expected_low": "expected_low_kwh",
    "expected_high": "expected_high_kwh",
    "insolation": "insolation_kwh_m2",
    "lost_outage": "lost_outage_kwh",
    "lost_finding": "lost_finding_kwh",
    "lost_clipping": "lost_clipping_kwh",
    "energy_dc": "energy_dc_kwh",
    "insolation_corrected": "insolation_25c_kwh_m2",
}
"""Column of a rollup (Wh, Wh/m²) and its name here, a thousandth of it: to 1 mWh, so that sums stay sums."""
DIGITS = 6
FIGURES = (
    "final_yield_h", "reference_yield_h", "performance_ratio", "performance_index", "array_yield_h",
    "performance_ratio_25c",
)  # fmt: skip
"""Of IEC 61724-1: kWh/kWp, kWh/m² over 1 kW/m², the quotient of both, and measured over expected energy; kWh/kWp on the
DC side, and PR as of cells at 25 °C. They compare what belongs together: a row that is not completely measured has none
(but its light has)."""
SHARES = ("completeness", "availability")
COLUMNS = ("kind", "subject", "start", "end", *KILO.values(), *SHARES, *FIGURES, *ROLLUP_TEXTS, "simulated")
COMPLETE = 0.99


def series(
    rows: pd.DataFrame, kind: Subject, step: Step, tz: tzinfo, *, simulated: bool, installed: Mapping[str, float]
) -> pd.DataFrame:
    """The rows of Store.read_rollups with the columns COLUMNS, `start` and `end` in the town's time.

    installed: W of modules by subject, of those that are known.
    """
    ends = {start: _end(start, step, tz) for start in rows["time"].unique().tolist()}
    made = {
        "kind": str(kind),
        "subject": rows["subject"],
        "start": _moments(rows["time"], tz),
        "end": _moments(rows["time"].map(ends).astype("int64"), tz),
        **{name: (rows[column] / 1000).round(DIGITS) for column, name in KILO.items()},
        **{column: rows[column].round(DIGITS) for column in SHARES},
        **_figures(rows, installed),
        **{column: rows[column] for column in ROLLUP_TEXTS},
        "simulated": simulated,
    }
    return pd.DataFrame(made, columns=list(COLUMNS))


def _figures(rows: pd.DataFrame, installed: Mapping[str, float]) -> dict[str, Floats]:
    energy, energy_dc = (
        rows[name].where(rows["completeness"] >= COMPLETE).to_numpy(float) for name in ("energy", "energy_dc")
    )
    pdc0 = rows["subject"].map(dict(installed)).to_numpy(float)
    light, expected = rows["insolation"].to_numpy(float), rows["expected"].to_numpy(float)
    made = (
        yields.final_yield(energy, pdc0),
        yields.reference_yield(light),
        yields.performance_ratio(energy, pdc0, light),
        yields.performance_index(energy, expected),
        yields.array_yield(energy_dc, pdc0),
        yields.corrected_performance_ratio(energy, pdc0, rows["insolation_corrected"].to_numpy(float)),
    )
    return {name: figure.round(DIGITS) for name, figure in zip(FIGURES, made, strict=True)}


def as_csv(frame: pd.DataFrame) -> str:
    """A series after RFC 4180: header line, commas, decimal points, CR LF. No text in it is a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(map(cell, record.values()) for record in as_records(frame))
    return file.getvalue()


def as_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A series row by row, as JSON can say it: ISO 8601, None where missing."""
    columns = {}
    for name in COLUMNS:
        column = frame[name].tolist()
        if name in ("start", "end"):
            said = {moment: moment.isoformat() for moment in {*column}}
            columns[name] = [said[moment] for moment in column]
        else:
            columns[name] = [None if isinstance(value, float) and math.isnan(value) else value for value in column]
    return [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def as_parquet(frame: pd.DataFrame) -> bytes:
    """A series in Parquet: times stay times, missing values are null. ImportError without pyarrow."""
    file = io.BytesIO()
    frame.to_parquet(file, engine="pyarrow", index=False)
    return file.getvalue()


def _end(start: int, step: Step, tz: tzinfo) -> int:
    return start + QUARTER if step is Step.QUARTER else day_bounds(day_of(start, tz), tz)[1]


def _moments(times: pd.Series, tz: tzinfo) -> pd.Series:
    return pd.to_datetime(times, unit="ms", utc=True).dt.tz_convert(tz)


def cell(value: float | str | bool | None) -> str:
    """A value as it stands in a CSV file: to 1 mWh without an exponent, no text a formula, nothing where missing."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return str(cells.cell(value))
        case number:
            return f"{number:.{DIGITS}f}".rstrip("0").rstrip(".")
