"""The job that makes alerts of findings, and how their life stands in the ledger.

A catch-up goes through the days one after the other, so that the past has its alerts too; then comes today. What was
decided for an instant is never decided again: late data change the findings of the past, not what people were told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from collector.ledger import Fact, Ledger
from models.calendar import day_bounds, day_of, days
from models.pv.alerts.alert import Alert, fold
from models.pv.alerts.decide import decide
from models.pv.alerts.deed import Deed, What
from models.pv.alerts.gate import Price
from models.pv.diagnosis.finding import Finding
from scripts.jobs.closing import GRACE_QUARTER
from scripts.jobs.diagnosis import Diagnosis, found_on
from scripts.jobs.job import Job
from scripts.jobs.period import Period, PeriodStep

ALERTS = "alerts"
CLOCK = "clock"
"""Key of the instant until which everything is decided, and of the end of the last day that was."""
_KIND = "alert."


def deeds_of(ledger: Ledger) -> list[Deed]:
    """Everything that ever happened to an alert, in the order in which it was written down."""
    facts = [fact for what in What for fact in ledger.facts(f"{_KIND}{what}")]
    return [_deed(fact) for fact in sorted(facts, key=lambda fact: fact.id)]


def alerts_of(ledger: Ledger) -> dict[str, Alert]:
    """All alerts as they stand, by id."""
    return fold(deeds_of(ledger))


def append(ledger: Ledger, deed: Deed, now: int) -> None:
    """Write a deed down."""
    ledger.append(f"{_KIND}{deed.what}", deed.subject, deed.at, {"alert": deed.alert, **deed.data}, deed.by, now)


class AlertsJob:
    """Decides what is to be told, quarter by quarter; of many that were missed the days' ends and the last one."""

    name = ALERTS
    step = PeriodStep.QUARTER
    batch = 100_000
    reopens = False
    cadence = {"minute": "3,18,33,48"}  # noqa: RUF012 - read only

    def __init__(self, diagnosis: Diagnosis, price: Price, after: Sequence[Job] = ()) -> None:
        """`after`: the job that closes quarters."""
        self.after, self._diagnosis, self._price = after, diagnosis, price

    def first(self) -> int | None:
        """See Job."""
        return self._diagnosis.closing.first()

    def settled_until(self, now: int) -> int:
        """See Job."""
        return now - GRACE_QUARTER

    def run(self, periods: Sequence[Period]) -> None:
        """See Job."""
        state, end = self._diagnosis.closing.periods, periods[-1].end
        kept = state.state(ALERTS, CLOCK, 0)
        since, last_day = kept[1] if kept else (periods[0].start, periods[0].start)
        if end <= since:  # closed again by hand: all of it was decided
            return
        with Ledger(state.path) as ledger:
            for at, findings in self._days(last_day, end):
                self._decide(ledger, findings, max(at, since))
                # Day by day: killed in between, one moment is decided again, and that gives nothing new.
                since, last_day = max(at, since), at
                state.keep_state(ALERTS, CLOCK, 0, [since, last_day])
            if (live := self._diagnosis.live(end)) is not None:
                self._decide(ledger, live, end)
        state.keep_state(ALERTS, CLOCK, 0, [end, last_day])

    def _days(self, last: int, end: int) -> Iterator[tuple[int, list[Finding]]]:
        """The ends of the days after `last` that were looked at, and what was found on each."""
        closing = self._diagnosis.closing
        for day in days(day_of(last, closing.tz), day_of(end, closing.tz)):
            at = day_bounds(day, closing.tz)[1]
            found = found_on(closing.periods, at) if last < at <= end else None
            if found is not None and found[0] == at:
                yield at, found[1]

    def _decide(self, ledger: Ledger, findings: Iterable[Finding], at: int) -> None:
        with ledger.deciding():  # nobody answers meanwhile
            for deed in decide(findings, alerts_of(ledger), at, self._price):
                append(ledger, deed, self._diagnosis.closing.now())


def _deed(fact: Fact) -> Deed:
    data = {name: value for name, value in fact.data.items() if name != "alert"}
    return Deed(What(fact.kind.removeprefix(_KIND)), fact.data["alert"], fact.subject, fact.at, fact.by, data)
