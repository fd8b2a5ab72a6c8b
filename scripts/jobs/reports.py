"""The job that makes the monthly report of the town as soon as the month is closed: PDF and spreadsheet in `reports/`.

A report is a paper that somebody may have signed: it is never overwritten. When late readings change its figures, a new
revision stands beside it and says what it replaces.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from config.language import _
from models.calendar import day_of
from scripts.jobs.papers import Papers
from scripts.jobs.period import Period, period_of

log = logging.getLogger(__name__)
REPORTS = "reports"
"""The folder in the data directory."""


class ReportsJob(Papers):
    """Makes the report of each month that is over; of those before tepos was started only the last."""

    name = "reports"
    batch = 1
    cadence = {"hour": "5", "minute": "10"}  # noqa: RUF012 - read only

    def first(self) -> int | None:
        """See Job: the month before this one, or that of the oldest report; none without a sample."""
        oldest = self.after[0].first()
        if oldest is None:
            return None
        last = period_of(period_of(self._now(), self.step, self._tz).start - 1, self.step, self._tz)
        made = sorted(path.name[6:13] for path in self._folder.glob("tepos-????-??.json"))
        known = period_of(_noon(made[0], self._tz), self.step, self._tz).start if made else last.start
        return max(oldest, min(known, last.start))

    def run(self, periods: Sequence[Period]) -> None:
        """See Job."""
        for period in periods:
            self._make(day_of(period.start, self._tz))

    def _make(self, month: date) -> None:
        from dashboards.reports.monthly import monthly

        report = monthly(self._store, self._town, month, self._tz, simulated=self._simulated)
        if not any(each["days"] for each in report["subjects"]):
            return
        last = self._last(month)
        if last is not None and last[1]["report"] == report:
            return
        revision = 1 if last is None else last[0] + 1
        self._write(month, revision, report, None if last is None else date.fromisoformat(last[1]["made"][:10]))

    def _last(self, month: date) -> tuple[int, dict[str, Any]] | None:
        """The newest revision of a month's report and its number."""
        found = [path for path in self._folder.glob(f"tepos-{month:%Y-%m}*.json")]
        if not found:
            return None
        number, path = max((_revision(path), path) for path in found)
        return number, json.loads(path.read_text("utf-8"))

    def _write(self, month: date, revision: int, report: dict[str, Any], replaces: date | None) -> None:
        from dashboards.reports.page import page
        from dashboards.reports.pdf import PdfUnavailable, pdf_apart
        from dashboards.reports.workbook import workbook

        made_at = datetime.fromtimestamp(self._now() // 1000, self._tz)
        stem = f"tepos-{month:%Y-%m}" + (f"-revision-{revision}" if revision > 1 else "")
        files = {".xlsx": workbook(report), ".html": page(report, made_at, replaces=replaces).encode()}
        try:
            files[".pdf"] = pdf_apart(files[".html"].decode())
        except PdfUnavailable as error:
            log.warning("%s", _("the report of {month} has no PDF: {error}").format(month=report["month"], error=error))
        # The figures last: who finds them finds the papers too.
        files[".json"] = json.dumps({"made": made_at.isoformat(), "report": report}, ensure_ascii=False).encode()
        self._folder.mkdir(parents=True, exist_ok=True)
        for ending, content in files.items():
            part = self._folder / f"{stem}{ending}.part"
            part.write_bytes(content)
            part.replace(self._folder / f"{stem}{ending}")
        log.info("%s", _("report of {month}: {file}").format(month=report["month"], file=self._folder / stem))


def _revision(path: Path) -> int:
    _stem, _word, number = path.stem.partition("-revision-")
    return int(number or 1)


def _noon(month: str, tz: tzinfo) -> int:
    """An instant within a month written as 2026-10, ms."""
    return int(datetime.fromisoformat(f"{month}-02T12:00").replace(tzinfo=tz).timestamp()) * 1000
