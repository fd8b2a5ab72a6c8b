"""Which periods of which job are closed, who works on which now, and what came in late. One row for each period.

A run takes a lease on a stretch of periods, does its work, and marks them done. Between the two the work may be done
and yet not be marked (the process was killed): it is done again, so it must be idempotent. `mark` leaves open what was
reopened since the lease was taken: its run may have read the data from before.

A late sample is found so: no lease and no done row ends after the `reach` of its job, which `lease` raises in the same
transaction. Whoever has put a sample into the store and then finds every reach at or before its time knows that all
who close its period will read the store later. Any other sample goes down as an arrival, to reopen periods.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.holder import Holder, this_process
from collector.ledger_file import LedgerFile

Span = tuple[int, int]
"""Start and end, half-open, ms since 1970 UTC."""
_JOB = "(SELECT id FROM job WHERE name = :job)"
_DAY = 86_400_000
KEPT_FOR_GOOD = 30
"""Days: of old states, one in so many stays."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right of one process to close the periods of a stretch. It ends when released, or when its holder is gone."""

    id: int
    job: str
    start: int
    end: int
    holder: Holder
    until: int
    """Where nobody can tell whether the holder lives, it ends at this moment (ms since 1970, UTC)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Samples of one device that came into one quarter-hour after it was closed, or while it was being closed."""

    device: str
    quarter: int
    """Start of the quarter-hour: ms since 1970, UTC."""
    first: int
    last: int
    """The times of the first and the last of them."""


class Periods(LedgerFile):
    """The done rows, leases, arrivals and states in ledger.db. One object per thread; times are ms since 1970, UTC."""

    def gaps(self, job: str, start: int, end: int) -> list[Span]:
        """The stretches of start..end in which no period of the job is done, in order."""
        if start >= end:
            return []
        span = {"job": job, "start": start, "end": end}
        rows = f"FROM done WHERE job = {_JOB} AND closed_at IS NOT NULL AND start >= :start AND start < :end"
        with self._transaction("DEFERRED") as sql:
            covered, ready = sql.execute(f"SELECT total(end - start), max(end) {rows}", span).fetchone()
            found = []
            if ready is None:
                ready = start
            elif covered != ready - start:  # only then the rows are looked at one by one
                before = f"SELECT lag(end, 1, :start) OVER (ORDER BY start) AS ready, start {rows}"
                found = sql.execute(f"SELECT ready, start FROM ({before}) WHERE ready < start", span).fetchall()  # noqa: S608
        return [*found, (ready, end)] if ready < end else found

    def done(self, job: str, start: int, end: int) -> dict[int, int]:
        """The done periods that begin within start..end: how often each was closed, by its start, in order."""
        query = f"SELECT start, revision FROM done WHERE job = {_JOB} AND closed_at IS NOT NULL"  # noqa: S608
        return dict(self._rows(f"{query} AND start >= :start AND start < :end ORDER BY start", job, start, end))

    def reopened(self, job: str) -> bool:
        """Whether a period of the job was done and is open again."""
        return bool(self._rows(f"SELECT 1 FROM done WHERE job = {_JOB} AND closed_at IS NULL LIMIT 1", job))  # noqa: S608

    def mark(self, lease: Lease, periods: Iterable[Span], now: int) -> int:
        """Write the done rows of these periods of the lease's job, and return how many.

        Not written: those that were reopened since the lease was taken, and all when the lease is no longer held.
        """
        with self._transaction() as sql:
            if not sql.execute("SELECT 1 FROM lease WHERE id = ?", (lease.id,)).fetchone():
                return 0
            touched = sql.execute("SELECT start, end FROM touched WHERE lease = ?", (lease.id,)).fetchall()
            job = self._job(lease.job)
            rows = [
                (job, start, end, now)
                for start, end in periods
                if not any(start < until and since < end for since, until in touched)
            ]
            if any(start < lease.start or end > lease.end for _job, start, end, _now in rows):
                raise ValueError("a period outside of the lease")
            sql.executemany(
                "INSERT INTO done (job, start, end, closed_at, revision) VALUES (?, ?, ?, ?, 1) ON CONFLICT DO"
                " UPDATE SET end = excluded.end, closed_at = excluded.closed_at, revision = revision + 1",
                rows,
            )
        return len(rows)

    def reopen(
        self, spans: Mapping[str, Iterable[Span]], *, by: Lease | None = None, seen: Sequence[Arrival] = ()
    ) -> dict[str, int]:
        """Open again every done period that overlaps the spans, by job; returns how many were done.

        Runs under way on such a period will not mark it, except that of the lease `by`. In the same transaction the
        arrivals `seen`, which are the reason, are struck off. An empty mapping of spans may do just that.
        """
        counts = {}
        with self._transaction() as sql:
            for name, stretches in spans.items():
                job, counts[name] = self._job(name), 0
                # A period is looked for by its start: no further back than the longest period that there is.
                (longest,) = sql.execute(
                    "SELECT coalesce((SELECT end - start FROM done WHERE job = ?1 ORDER BY start DESC LIMIT 1), 0)",
                    (job,),
                ).fetchone()
                for start, end in stretches:
                    counts[name] += sql.execute(
                        "UPDATE done SET closed_at = NULL WHERE job = ? AND closed_at IS NOT NULL"
                        " AND start > ? AND start < ? AND end > ?",
                        (job, start - 2 * longest, end, start),
                    ).rowcount
                    sql.execute(
                        "INSERT INTO touched SELECT id, ?2, ?3 FROM lease"
                        " WHERE job = ?1 AND start < ?3 AND end > ?2 AND id IS NOT ?4",
                        (job, start, end, by and by.id),
                    )
            sql.executemany(
                "DELETE FROM arrival WHERE device = ? AND quarter = ? AND first = ? AND last = ?",
                [(each.device, each.quarter, each.first, each.last) for each in seen],
            )
        return counts

    def lease(self, job: str, start: int, end: int, now: int, seconds: float) -> Lease | None:
        """Take the stretch start..end of a job for this process; None when another run holds any part of it.

        A holder that is gone holds nothing; one that cannot be judged holds until its lease ends, so it must `renew`.
        """
        me = this_process()
        with self._transaction() as sql:
            number = self._job(job)
            for taken in self._leases(job, start, end):
                if not _void(taken, me, now):
                    return None
                sql.execute("DELETE FROM lease WHERE id = ?", (taken.id,))
            until = now + round(seconds * 1000)
            (id_,) = sql.execute(
                "INSERT INTO lease (job, start, end, holder, until) VALUES (?, ?, ?, ?, ?) RETURNING id",
                (number, start, end, str(me), until),
            ).fetchone()
            sql.execute("UPDATE job SET reach = max(?, ifnull(reach, ?)) WHERE id = ?", (end, end, number))
        return Lease(id_, job, start, end, me, until)

    def renew(self, lease: Lease, now: int, seconds: float) -> bool:
        """Hold on for so many seconds from now; False when the lease is lost."""
        with self._transaction() as sql:
            until = now + round(seconds * 1000)
            return bool(sql.execute("UPDATE lease SET until = ? WHERE id = ?", (until, lease.id)).rowcount)

    def release(self, lease: Lease) -> None:
        """Give the stretch back."""
        with self._transaction() as sql:
            sql.execute("DELETE FROM lease WHERE id = ?", (lease.id,))

    def leases(self, job: str, start: int, end: int, now: int) -> list[Lease]:
        """The leases that are held on any part of the stretch."""
        me = this_process()
        with self._translated():
            return [lease for lease in self._leases(job, start, end) if not _void(lease, me, now)]

    def reach(self) -> int | None:
        """The latest end of anything that was ever leased or done; None before the first."""
        with self._translated():
            found: int | None = self._sql.execute("SELECT max(reach) FROM job").fetchone()[0]
        return found

    def arrived(self, arrivals: Iterable[Arrival]) -> None:
        """Write down samples that came late; the store must have them already."""
        with self._transaction() as sql:
            sql.executemany(
                "INSERT INTO arrival (device, quarter, first, last) VALUES (?, ?, ?, ?) ON CONFLICT DO"
                " UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)",
                [(each.device, each.quarter, each.first, each.last) for each in arrivals],
            )

    def arrivals(self) -> list[Arrival]:
        """What came late and has reopened nothing yet, by device and time."""
        with self._translated():
            rows = self._sql.execute("SELECT device, quarter, first, last FROM arrival ORDER BY device, quarter")
            return [Arrival(*row) for row in rows]

    def failed(self, job: str, what: str | None, now: int) -> None:
        """Remember what went wrong in the last round of a job; None when nothing did."""
        if what is None and self.failure(job) is None:
            return
        with self._transaction() as sql:
            values = (what, None if what is None else now, self._job(job))
            sql.execute("UPDATE job SET failure = ?, failed_at = ? WHERE id = ?", values)

    def failure(self, job: str) -> tuple[str, int] | None:
        """What went wrong in the last round of a job, and when."""
        rows = self._rows("SELECT failure, failed_at FROM job WHERE name = :job AND failure IS NOT NULL", job)
        return rows[0] if rows else None

    def keep_state(self, job: str, key: str, at: int, value: Any, keep_from: int | None = None) -> None:  # noqa: ANN401
        """Keep what a job knows at an instant (JSON), instead of what it kept for that instant before.

        Of the states before `keep_from` only that of every 30th day stays, to start again from. ValueError for no JSON.
        """
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        with self._transaction() as sql:
            number = self._job(job)
            sql.execute(
                "INSERT OR REPLACE INTO state (job, key, at, value) VALUES (?, ?, ?, ?)", (number, key, at, text)
            )
            if keep_from is not None:
                sql.execute(
                    "DELETE FROM state WHERE job = ? AND key = ? AND at < ? AND at / ? % ? <> 0",
                    (number, key, keep_from, _DAY, KEPT_FOR_GOOD),
                )

    def state(self, job: str, key: str, at: int) -> tuple[int, Any] | None:
        """The newest state kept for `at` or before, with its instant; None when there is none."""
        query = f"SELECT at, value FROM state WHERE job = {_JOB} AND key = :key AND at <= :at ORDER BY at DESC LIMIT 1"  # noqa: S608
        with self._translated():
            row = self._sql.execute(query, {"job": job, "key": key, "at": at}).fetchone()
        return None if row is None else (row[0], json.loads(row[1]))

    def _job(self, name: str) -> int:
        """The number of a job, which is given when it is first named. Within a transaction."""
        self._sql.execute("INSERT OR IGNORE INTO job (name) VALUES (?)", (name,))
        return int(self._sql.execute("SELECT id FROM job WHERE name = ?", (name,)).fetchone()[0])

    def _leases(self, job: str, start: int, end: int) -> list[Lease]:
        query = f"SELECT id, start, end, holder, until FROM lease WHERE job = {_JOB} AND start < :end AND end > :start"  # noqa: S608
        rows = self._sql.execute(query, {"job": job, "start": start, "end": end})
        return [Lease(id_, job, since, to, Holder.parse(holder), until) for id_, since, to, holder, until in rows]

    def _rows(self, query: str, job: str, start: int = 0, end: int = 0) -> list[Any]:
        with self._translated():
            return self._sql.execute(query, {"job": job, "start": start, "end": end}).fetchall()


def _void(lease: Lease, me: Holder, now: int) -> bool:
    """Whether a lease binds nobody any more."""
    condition = lease.holder.condition()
    # Past its end it still binds while its holder is known to live (it may be suspended), unless that is this process.
    return condition == "gone" or (lease.until <= now and (condition == "unknown" or lease.holder == me))
