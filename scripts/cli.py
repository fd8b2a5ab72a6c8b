"""The command `tepos`. Each command has its own file in scripts/commands; what it needs is imported when it runs."""

from __future__ import annotations

import os
import sys

import typer

from collector.errors import CollectorError
from config.faults import ConfigError
from config.language import _
from scripts.commands import (
    account,
    alerts,
    backup,
    bench,
    check,
    collect,
    demo,
    devices,
    diagnose,
    erase,
    export,
    export_opendata,
    grafana,
    import_,
    initiative,
    jobs,
    learnt,
    panel,
    probe,
    progress,
    quality,
    queue,
    report,
    restore,
    roof,
    schedule,
    serve,
    simulate,
    statement,
    status,
    weather,
    works,
    yields,
)
from scripts.console import NOT_SO, WRONG, tell
from scripts.role import RoleTaken

app = typer.Typer(
    name="tepos",
    help=_("Watches the solar production of a town's roofs and its progress toward 100 % renewable energy."),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.command("demo", help=_("A simulated Loos-en-Gohelle, polled and kept like the real one."))(demo.demo)
app.command("run", help=_("The town's own collector."))(collect.run)
app.command("collect", help=_("Poll the devices and keep their readings."))(collect.collect)
app.command("schedule", help=_("Close quarter-hours and days, as a service."))(schedule.schedule)
app.command("serve", help=_("The page, as a service."))(serve.serve)
app.add_typer(account.app, name="account", help=_("Who may sign in on the page, and keys for programs."))
app.command("probe", help=_("Identify one device and decode one reading."))(probe.probe)
app.command("simulate", help=_("Serve a register image, or a whole town, over Modbus TCP."))(simulate.simulate)
app.command("check", help=_("Check the configuration; with --probe also devices and store."))(check.check)
app.command("status", help=_("Each device's last sample and state; the spool; the store."))(status.status)
app.command("devices", help=_("The supported devices, and on which real image each was verified."))(devices.devices)
app.command("bench", help=_("Measure, beside a baseline of the same run."))(bench.bench)
export.app.command("opendata", help=_("A year for everybody: files with schemas, licence and checksums."))(
    export_opendata.opendata
)
app.add_typer(export.app, name="export", help=_("Series of energy as CSV, JSON or Parquet."))
app.add_typer(import_.app, name="import", help=_("What was produced before tepos: files of portals, loggers, Enedis."))
app.add_typer(jobs.app, name="jobs", help=_("The scheduled work: what is closed, and periods closed by hand."))
app.add_typer(alerts.app, name="alerts", help=_("What is wrong on which roof, what it costs; and your answers."))
app.add_typer(works.app, name="works", help=_("Planned outages, visits, parts replaced."))
app.command("diagnose", help=_("Replay the diagnosis over past days: what, where, since when, what it cost."))(
    diagnose.diagnose
)
app.add_typer(learnt.app, name="learnt", help=_("What was learnt of each roof, what is odd, and what asks you."))
app.add_typer(initiative.app, name="initiative", help=_("The registry of initiatives: from an idea to its evaluation."))
app.add_typer(roof.app, name="roof", help=_("Every roof of the town: from spotted to commissioned, and what if."))
app.add_typer(panel.app, name="panel", help=_("A symbolic panel for each birth; no name that stays."))
app.command("erase", help=_("Forget a person, an initiative's texts or a panel, with a receipt."))(erase.erase)
app.command("weather", help=_("Where the weather comes from: asked, answered, to be named."))(weather.weather)
app.command("quality", help=_("Which readings were not believed, and why."))(quality.quality)
app.command("yields", help=_("Yields, performance, availability and losses."))(yields.yields)
app.command("progress", help=_("How far the territory is: needs, own renewables, trajectory, levers."))(
    progress.progress
)
app.command("statement", help=_("The producer's month: energy, revenue, variance, roof fee."))(statement.statement)
app.command("report", help=_("One month of the town and its roofs, as PDF and spreadsheet."))(report.report)
app.command("backup", help=_("Store, ledger, spool and town as one file, while tepos runs."))(backup.backup)
app.command("restore", help=_("Verify a backup; restore it into an empty directory."))(restore.restore)
app.add_typer(grafana.app, name="grafana", help=_("Boards for Grafana, over InfluxDB."))
app.add_typer(queue.app, name="queue", help=_("The spool: what waits for the store."))


def main() -> None:
    """Entry point: exit 0 done, 1 not so, 2 wrong arguments or configuration. Only our own bugs show a traceback."""
    # Our matrices are small: a second thread of the linear algebra only takes the processor away from the polls.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a Latin-1 terminal lacks some of our signs
    try:
        app()
    except ConfigError as error:
        for fault in error.faults:
            tell(str(fault))
        tell(_("Faults in the configuration: {n}.").format(n=len(error.faults)))
        sys.exit(WRONG)
    except RoleTaken as error:
        sentence = _("{data}: process {pid} works here already; stop it first, or give another --data.")
        tell(sentence.format(data=error.data, pid=error.pid or "?"))
        sys.exit(NOT_SO)
    except CollectorError as error:
        tell(str(error))
        sys.exit(NOT_SO)
    except OSError as error:  # no room, no right, no such place
        where = f"{error.filename}: " if error.filename else ""
        tell(f"{where}{error.strerror or error}")
        sys.exit(NOT_SO)


if __name__ == "__main__":
    main()
