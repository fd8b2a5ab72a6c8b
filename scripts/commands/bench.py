"""tepos bench: measure here and now, each figure beside a baseline of the same run."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from config.language import _
from scripts.bench import Figure
from scripts.console import NOT_SO, WRONG, document, err, out, start_logging, stop, table
from scripts.options import JsonOption

NAMES = ("collect", "store", "rollup", "expected", "import", "accuracy", "detection", "diagnosis", "page")


def bench(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help=_("One of {known}; without it all.").format(known=", ".join(NAMES))),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help=_("Seed of the simulated sky."))] = 1,
    days: Annotated[
        int, typer.Option(min=1, max=366, metavar="N", help=_("Days of history in the size figures."))
    ] = 30,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=_("Real measurements for the accuracy figures (default: ../shared/pvdata).")),
    ] = None,
    megabytes: Annotated[
        int, typer.Option(min=1, max=4000, metavar="N", help=_("Size of each file of open data in the import figures."))
    ] = 50,
    as_json: JsonOption = False,
) -> None:
    """Run the benchmarks; takes minutes."""
    start_logging("ERROR")
    if name is not None and name not in NAMES:
        stop(WRONG, _("no bench {name!r}; known are {known}").format(name=name, known=", ".join(NAMES)))
    if data is not None and not data.is_dir():
        stop(WRONG, _("no such folder: {path}").format(path=data))
    figures: list[Figure] = []
    for chosen in NAMES if name is None else (name,):
        try:
            for figure in _figures(chosen, seed, days, data, megabytes):
                figures.append(figure)
                err.print(f"{figure.name} {figure.value:g} {figure.unit}", markup=False)
        except ValueError as error:  # a bench that refuses: what it would print were not true
            stop(NOT_SO, str(error))
    if as_json:
        document([_plain(figure) for figure in figures])
        return
    rows = [(f.name, f"{f.value:g}", f.unit, _number(f.baseline), _number(f.ratio), f.note) for f in figures]
    columns = (_("figure"), _("value"), _("unit"), _("baseline"), _("ratio"), _("note"))
    out.print(table(_("Measured on this machine, now"), columns, rows, right=(1, 3, 4), fold=(5,)))


def _figures(name: str, seed: int, days: int, data: Path | None, megabytes: int) -> Any:  # noqa: ANN401 - an iterator of Figure
    if name == "collect":
        from scripts.bench import collect

        return collect.run(seed)
    if name == "rollup":
        from scripts.bench import rollup

        return rollup.run(seed)
    if name == "import":
        from scripts.bench import imports, opendata

        return chain(imports.run(seed), opendata.run(megabytes))
    if name == "expected":
        from scripts.bench import expected

        return expected.run(seed)
    if name == "page":
        from scripts.bench import page

        return page.run(seed)
    if name == "accuracy":
        from scripts.bench.accuracy import run as accuracy

        return accuracy.run(data or accuracy.BESIDE, seed)
    if name == "detection":
        from scripts.bench.accuracy.run import BESIDE
        from scripts.bench.detection import run as detection

        return detection.run(data or BESIDE, seed)
    if name == "diagnosis":
        from scripts.bench import diagnosis

        return diagnosis.run(seed)
    from scripts.bench import store

    return store.run(days)


def _plain(figure: Figure) -> dict[str, Any]:
    # A ratio bench gives the ratio as its value, as its name says; the two sides stand in the note.
    if "_ratio" in figure.name:
        note = f"{figure.value:g} against {figure.baseline:g} {figure.unit}; {figure.note}"
        return {
            "name": figure.name,
            "value": figure.ratio,
            "unit": "1",
            "baseline": 1.0,
            "ratio": figure.ratio,
            "note": note,
        }
    return {
        "name": figure.name, "value": figure.value, "unit": figure.unit, "baseline": figure.baseline,
        "ratio": figure.ratio, "note": figure.note,
    }  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
