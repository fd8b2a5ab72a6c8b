"""Each day's progress is kept as it was shown; a catch-up says one thing once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from collector.opendata.kept import Territory
from models.calendar import day_start
from scripts.jobs.period import PeriodStep, periods_between
from scripts.jobs.progress import ProgressJob
from tests.scripts.jobs.totals import PARIS, Town


def test_a_figure_shown_in_march_is_shown_again_in_june_with_the_data_of_march(tmp_path: Path) -> None:
    small, said = Town(tmp_path, day_start(date(2026, 3, 10), PARIS)), {"percent": 1.8}
    file = tmp_path / "territory.db"
    job = ProgressJob(file, small.days, lambda _now: dict(said), PARIS, lambda: small.now)
    past = list(periods_between(day_start(date(2026, 1, 1), PARIS), small.now, PeriodStep.DAY, PARIS))
    job.run(past)
    small.now, said["percent"] = day_start(date(2026, 6, 1), PARIS), 2.4
    job.run(past[-1:])
    with Territory(file) as kept:
        march, june = kept.progress(date(2026, 3, 31)), kept.progress(date(2026, 6, 30))
        assert march is not None
        assert june is not None
        assert (march[0], json.loads(march[2])) == (date(2026, 3, 10), {"percent": 1.8})
        assert json.loads(june[2]) == {"percent": 2.4}
        assert kept.progress(date(2026, 2, 1)) is None  # what would have been said then, nobody knows
    small.close()
