"""`tepos backup` and `tepos restore` within this process, and a small data directory to try them on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pandas as pd
import typer
from typer.testing import CliRunner, Result

from collector.ledger import Ledger
from collector.periods import Periods
from collector.sample import Sample
from collector.spool.queue import Spool
from collector.store import open_store
from config.kwh import ROLLUP_NUMBERS, ROLLUP_TEXTS, Step
from scripts.commands.backup import backup
from scripts.commands.restore import restore
from tests.scripts.commands.runner import town_folder

NOW = 1_767_225_600_000
QUARTER = 900_000

app = typer.Typer()
app.command("backup")(backup)
app.command("restore")(restore)


def tepos(*words: object) -> Result:
    """Run one of the two; anything but an end with an exit code, or what `main` tells, is raised."""
    ended = CliRunner().invoke(app, [*map(str, words)])
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended


def installation(folder: Path) -> tuple[Path, Path]:
    """(data, town): 40 samples in the store, 3 of them refused, 10 that wait; a rollup; a done row, a lease, a fact."""
    data = folder / "data"
    with closing(open_store(f"sqlite:///{data}/store.db")) as store:
        store.write(samples(0, 40))
        numbers = {name: 1.5 for name in ROLLUP_NUMBERS}
        row = {"kind": "town", "subject": "town", "time": NOW, **numbers, **dict.fromkeys(ROLLUP_TEXTS)}
        store.write_rollups(Step.QUARTER, pd.DataFrame([row]))
    with Periods(data / "ledger.db") as periods:
        lease = periods.lease("days", NOW, NOW + QUARTER, NOW, 3600)
        assert lease is not None
        periods.mark(lease, [(NOW, NOW + QUARTER)], NOW)
    with Ledger(data / "ledger.db") as ledger:
        ledger.append("import", "hall", NOW, {"file": "portal.csv"}, "Zoé")
    spool = Spool.open(data / "spool.db", max_bytes=1 << 20, now=NOW)
    spool.append(samples(40, 50), NOW)
    spool.close()
    (data / "PROVENANCE").write_text("measured\n")
    return data, town_folder(folder / "town", [("meter", "eastron_sdm630", 1502, 1)])


def samples(first: int, last: int) -> list[Sample]:
    """One sample a second of a device."""
    return [Sample("hall/meter", NOW + 1000 * n, {"p_export": float(n), "state": "MPPT"}) for n in range(first, last)]
