"""Jobs killed at any moment leave nothing half done; several processes at once never do the same period."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from collector.periods import Periods
from collector.spool.queue import Spool
from tests.scripts.jobs.killed_jobs import HOUR, START
from tests.scripts.jobs.totals import Figures, Town

ROOT = Path(__file__).parents[3]
KILLS = 60


def done(*words: object) -> Any:
    command = [sys.executable, "-m", "tests.scripts.jobs.killed_jobs", *map(str, words)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout)


def test_jobs_killed_at_any_moment_end_with_every_period_right(tmp_path: Path) -> None:
    ended = done("kill", tmp_path, KILLS, 11)
    town = Town(tmp_path, ended["now"])
    town.assert_true()
    assert town.periods.arrivals() == []
    assert town.periods.leases("quarters", 0, 2**62, town.now) == []
    spool = Spool.inspect(tmp_path / "spool.db").counters
    assert (spool.queued, spool.rejected, spool.dropped, spool.damaged) == (0, 0, 0, 0)
    marked = town.periods.done("quarters", START, town.now)
    written = town.figures.written("quarters")
    again = sum(written[start] - revision for start, revision in marked.items())
    late = sum(revision - 1 for revision in marked.values())
    town.close()
    print(f"{KILLS} kills: {len(marked)} quarter-hours, {late} closed anew after late samples, {again} written twice")
    assert again > 0, "no kill fell between a run and its done rows: the moments are badly chosen"
    assert late > KILLS


def test_processes_at_once_do_each_period_once(tmp_path: Path) -> None:
    ended = done("contend", tmp_path, 3, 48)
    assert sum(closed for closed, _refused in ended) == 48 * 4
    assert sum(closed > 0 for closed, _refused in ended) > 1, "one did it all: nobody contended"
    assert any(refused for _closed, refused in ended)
    figures = Figures(tmp_path / "figures.db")
    assert set(figures.written("quarters").values()) == {1}
    figures.sql.close()
    with Periods(tmp_path / "ledger.db") as periods:
        assert set(periods.done("quarters", START, START + 48 * HOUR).values()) == {1}
