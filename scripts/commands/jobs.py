"""tepos jobs: the scheduled work by hand. What is closed, what is open and why; and a period closed again."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.language import _
from scripts.console import ABSENT, NOT_SO, WRONG, document, out, say, simulated_notice, stop, table, tell
from scripts.moments import iso, spoken, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.provenance import Provenance, provenance

if TYPE_CHECKING:
    from collector.periods import Lease
    from scripts.jobs.job import Job
    from scripts.jobs.registry import Work
    from scripts.jobs.runner import Outcome

app = typer.Typer(no_args_is_help=True)


@app.command("list", help=_("What each job has closed, what is open, and what went wrong."))
def list_jobs(town: TownOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the jobs; works while they run."""
    from scripts.jobs.registry import opened

    place = workplace(data, town)
    _refuse_nothing(place)
    with opened(place, place.load_town(), make=False) as work:
        found = [_state(job, work) for job in work.jobs]
        tz, now = work.tz, work.now()
    if as_json:
        simulated = provenance(place.data) is Provenance.SIMULATED
        document({"simulated": simulated, "jobs": [_dated(state, tz) for state in found]})
        return
    heads = (_("job"), _("due"), _("closed until"), _("open"), _("at work"), _("last error"))
    rows = [
        (
            state["job"],
            _when(state["cadence"]),
            _moment(state["done_until"], now, tz),
            str(state["open"]),
            _("process {pid}").format(pid=state["lease"]["pid"]) if state["lease"] else ABSENT,
            f"{_moment(state['failed_at'], now, tz)} {state['error']}" if state["error"] else ABSENT,
        )
        for state in found
    ]
    out.print(table("", heads, rows, right=(3,), fold=(5,), styles=["red" if s["error"] else None for s in found]))


@app.command("run", help=_("Close periods of a job now, also those that are closed already."))
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("The job, as `tepos jobs list` names it."))],
    period: Annotated[
        str,
        typer.Option("--for", metavar="PERIOD", help=_("2026-11-22T10:15, 2026-11-22, 2026-11, or two of them, A..B.")),
    ],
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run one job for a period. What is built on it opens again and is closed by the scheduler."""
    from scripts.jobs.period import PeriodStep, asked
    from scripts.jobs.registry import opened

    place = workplace(data, town)
    loaded = place.load_town()
    try:
        asked(period, PeriodStep.QUARTER, zone(loaded.place.tz))  # what is no period at all is said before anything
    except ValueError as error:
        stop(WRONG, str(error))
    _refuse_nothing(place)
    with opened(place, loaded) as work:
        job = next((job for job in work.jobs if job.name == name), None)
        if job is None:
            known = ", ".join(each.name for each in work.jobs)
            stop(WRONG, _("there is no job {name!r}; known are {known}").format(name=name, known=known))
        try:
            stretch = asked(period, job.step, work.tz)
        except ValueError as error:
            stop(WRONG, str(error))
        bounds = work.runner().closable(job)
        if bounds is None or min(stretch.end, bounds[1]) <= max(stretch.start, bounds[0]):
            stop(NOT_SO, _nothing(bounds, work.tz))
        work.late()
        outcome = work.runner().again(job, stretch, work.jobs)
    if as_json:
        document({"job": name, "closed": outcome.closed, "waiting": outcome.waiting, "error": outcome.error})
    elif outcome.closed:
        say(_("{job}: periods closed: {n}").format(job=name, n=outcome.closed))
    _end(outcome, job)


def _refuse_nothing(place: Workplace) -> None:
    """End the command where nothing was ever stored: who looks must not make a store."""
    if provenance(place.data) is Provenance.SIMULATED:
        tell(simulated_notice(), "bold yellow")
    if not place.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.store_file))


def _state(job: Job, work: Work) -> dict[str, Any]:
    """What is known of a job, as plain data; moments in ms UTC."""
    from scripts.jobs.period import periods_between

    bounds = work.runner().closable(job)
    gaps = work.periods.gaps(job.name, *bounds) if bounds else []
    failure = work.periods.failure(job.name)
    held = work.periods.leases(job.name, 0, 2**62, work.now())
    return {
        "job": job.name,
        "step": str(job.step),
        "cadence": dict(job.cadence),
        "done_until": (gaps[0][0] if gaps else bounds[1]) if bounds and bounds[0] < bounds[1] else None,
        "open": sum(1 for a, b in gaps for _period in periods_between(a, b, job.step, work.tz)),
        "error": failure and failure[0],
        "failed_at": failure and failure[1],
        "lease": _held(held[0]) if held else None,
    }


def _held(lease: Lease) -> dict[str, Any]:
    return {"pid": lease.holder.pid, "start": lease.start, "end": lease.end}


def _dated(state: dict[str, Any], tz: tzinfo) -> dict[str, Any]:
    moments = ("done_until", "failed_at", "start", "end")
    return {
        key: _dated(value, tz) if key == "lease" and value else iso(value, tz) if key in moments and value else value
        for key, value in state.items()
    }


def _moment(moment: int | None, now: int, tz: tzinfo) -> str:
    return ABSENT if moment is None else spoken(moment, now, tz)


def _when(cadence: dict[str, str]) -> str:
    """``00:20``, or ``:02/15``: as short as a column."""
    hour, minute = cadence.get("hour"), cadence.get("minute", "0")
    return f":{minute}" if hour is None else f"{hour:0>2}:{minute:0>2}"


def _nothing(bounds: tuple[int, int] | None, tz: tzinfo) -> str:
    if bounds is None:
        return _("There is nothing to close yet.")
    sentence = _("Nothing there can be closed: it must lie between {first} and {last}.")
    return sentence.format(first=iso(bounds[0], tz), last=iso(bounds[1], tz))


def _end(outcome: Outcome, job: Job) -> None:
    if outcome.held:
        stop(NOT_SO, _("Process {pid} is at work on these periods.").format(pid=outcome.held.holder.pid))
    if outcome.error:
        stop(NOT_SO, outcome.error)
    if outcome.waiting:
        names = ", ".join(each.name for each in job.after)
        stop(NOT_SO, _("Periods that wait for others ({jobs}): {n}.").format(jobs=names, n=outcome.waiting))
    if not outcome.closed:
        stop(NOT_SO, _("No period was closed: their samples changed meanwhile, or are gone."))
