"""Closing killed at any moment: at the end nothing tells that it ever was."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from pandas.testing import assert_frame_equal

from config.kwh import Step, Subject
from scripts.jobs.closing import DAYS, MEMORY, QUARTERS
from tests.scripts.jobs.killed_closing import BOUNDS, FIRST, LAST, NOW, opened
from tests.scripts.jobs.past_town import past_town
from tests.scripts.simulator.sunny_town import sunny_town

ROOT = Path(__file__).parents[3]
KILLS = 40


def test_days_killed_at_any_moment_end_as_if_nothing_had_happened(tmp_path: Path) -> None:
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    for folder in (calm, killed):
        folder.mkdir()
    with past_town(calm, sunny_town(), FIRST, LAST):
        pass
    shutil.copy(calm / "store.db", killed / "store.db")
    command = [sys.executable, "-m", "tests.scripts.jobs.killed_closing", str(calm), str(killed), str(KILLS), "5"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    told = json.loads(ended.stdout)
    print(told)
    assert told["half_done"] == []
    assert told["between"] > 0, "no kill fell between a run and its done rows: the moments are badly chosen"
    with opened(calm) as expected, opened(killed) as found:
        assert set(found.periods.done(DAYS, 0, NOW)) == {start for start, _end in BOUNDS}
        assert set(found.periods.done(QUARTERS, 0, NOW)) == set(expected.periods.done(QUARTERS, 0, NOW))
        for step in Step:
            for kind in Subject:
                whole = (step, kind, None, 0, NOW)
                assert_frame_equal(found.store.read_rollups(*whole), expected.store.read_rollups(*whole))
        for _start, end in BOUNDS[-38:]:
            assert found.periods.state(DAYS, MEMORY, end) == expected.periods.state(DAYS, MEMORY, end)
