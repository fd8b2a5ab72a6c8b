"""One year as files: each table as CSV and Parquet with its schema, a datapackage, a page to read, checksums.

Licence Ouverte 2.0 asks of who uses them to name the source and the date of the last update: both stand in every
package. The same data give the same bytes, whenever they are packed, but for that date.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboards.exports import cell
from dashboards.opendata.schema import TABLES, Table, Type
from dashboards.opendata.tables import Row

LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte / Open Licence 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
METHOD = "1"
"""Changes when a figure comes to mean something else."""
CHECKSUMS = "SHA256SUMS"


def package(
    town: str, year: int, updated: date, rows: Mapping[str, Sequence[Row]], *, simulated: bool
) -> dict[str, bytes]:
    """The files of a year by name. rows: by name of table, as dashboards.opendata.tables makes them."""
    files: dict[str, bytes] = {}
    for table in TABLES:
        files[f"{table.name}.csv"] = as_csv(table, rows[table.name]).encode()
        files[f"{table.name}.schema.json"] = _json(table.schema())
        if (parquet := as_parquet(table, rows[table.name])) is not None:
            files[f"{table.name}.parquet"] = parquet
    files["datapackage.json"] = _json(_descriptor(town, year, updated, files, simulated=simulated))
    files["LISEZMOI.md"] = _readme(town, year, updated, simulated=simulated).encode()
    files[CHECKSUMS] = checksums(files).encode()
    return files


def checksums(files: Mapping[str, bytes]) -> str:
    """As `sha256sum -c` reads them."""
    names = sorted(name for name in files if name != CHECKSUMS)
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in names)


def as_csv(table: Table, rows: Sequence[Row]) -> str:
    """A table after RFC 4180. No text in it is a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([column.name for column in table.columns])
    writer.writerows([cell(row[column.name]) for column in table.columns] for row in rows)
    return file.getvalue()


def as_parquet(table: Table, rows: Sequence[Row]) -> bytes | None:
    """The table with its types; None where pyarrow is not installed."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        return None
    types = {Type.STRING: pa.string(), Type.NUMBER: pa.float64(), Type.DATE: pa.date32(), Type.BOOLEAN: pa.bool_()}
    columns = {
        column.name: pa.array(
            [_day(row[column.name]) if column.type is Type.DATE else row[column.name] for row in rows],
            types[column.type],
        )
        for column in table.columns
    }
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file)
    return file.getvalue()


def _descriptor(town: str, year: int, updated: date, files: Mapping[str, bytes], *, simulated: bool) -> dict[str, Any]:
    resources = []
    for table in TABLES:
        for ending, form in (("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet")):
            path = f"{table.name}.{ending}"
            if path in files:
                about = {"title": table.title, "description": table.about, "mediatype": form, "format": ending}
                checks = {"bytes": len(files[path]), "hash": f"sha256:{hashlib.sha256(files[path]).hexdigest()}"}
                csv_only = {"encoding": "utf-8", "profile": "tabular-data-resource"} if ending == "csv" else {}
                resources.append(
                    {"name": path.replace(".", "_"), "path": path, **about, **checks, **csv_only,
                     "schema": table.schema()}
                )  # fmt: skip
    return {
        "name": f"tepos-{year}",
        "title": _title(town, year, simulated=simulated),
        "created": updated.isoformat(),
        "version": f"{year}.{METHOD}",
        "temporal": {"start": f"{year}-01-01", "end": f"{year}-12-31"},
        "licenses": [LICENCE],
        "sources": [{"title": f"{town}, tepos ({updated.isoformat()})"}],
        "simulated": simulated,
        "resources": resources,
    }


def _readme(town: str, year: int, updated: date, *, simulated: bool) -> str:
    lines = [f"# {_title(town, year, simulated=simulated)}", ""]
    if simulated:
        lines += ["**DONNÉES SIMULÉES : inventées par un ordinateur, mesurées nulle part.**", ""]
    lines += [
        f"Source : {town}, tepos. Dernière mise à jour : {updated.isoformat()}. {LICENCE['title']}.",
        "",
        "UTF-8, virgules, points décimaux, dates ISO 8601 ; une case vide est une valeur inconnue, jamais 0.",
        "Les empreintes se vérifient par `sha256sum -c SHA256SUMS`.",
    ]
    for table in TABLES:
        lines += ["", f"## {table.name}", "", table.about, "", "| colonne | type | unité | sens |", "|---|---|---|---|"]
        lines += [f"| `{c.name}` | {c.type} | {c.unit} | {c.meaning} |" for c in table.columns]
    return "\n".join(lines).replace(" :", "\u202f:").replace(" ;", "\u202f;") + "\n"


def _title(town: str, year: int, *, simulated: bool) -> str:
    return f"Production solaire de {town}, {year}" + (" (données simulées)" if simulated else "")


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
