"""tepos learnt: what the models have learnt, what they find odd, and what they ask a person."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.kwh import ExpectedBasis, Step, Subject
from config.language import _
from config.shape import nearest
from config.town import Town
from scripts.commands.learnt_words import basis_word, figure_sentences, loss_sentence, scale_state, span
from scripts.console import ABSENT, DONE, NOT_SO, WRONG, document, err, out, say, simulated_notice, stop, table
from scripts.moments import iso, utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace
from scripts.provenance import Provenance, provenance

if TYPE_CHECKING:
    from collector.periods import Periods
    from models.pv.closing.memory import Memory
    from scripts.jobs.metadata import Checker

app = typer.Typer(invoke_without_command=True)
InverterOption = Annotated[
    str | None, typer.Option("--inverter", metavar="SITE/INV", help=_("Of this inverter only."))
]
AllOption = Annotated[
    bool, typer.Option("--all", metavar="", help=_("Also what could not be decided about the configuration."))
]


@app.callback()
def learnt(
    context: typer.Context,
    day: Annotated[
        str | None, typer.Option("--day", metavar="DATE", help=_("As it was after that day; by default the newest."))
    ] = None,
    inverter: InverterOption = None,
    undecided: AllOption = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was learnt; works while jobs run."""
    if context.invoked_subcommand is not None:
        return
    place = workplace(data, town)
    loaded = place.load_town()
    _known(loaded, inverter)
    with _looked(place, loaded, _end_of(day, zone(loaded.place.tz))) as found:
        content = found.content(inverter)
    simulated = provenance(place.data) is Provenance.SIMULATED
    if as_json:
        document({"simulated": simulated, "closed_until": found.until, **content})
        return
    if simulated:
        say(simulated_notice(), "bold yellow")
    if found.until is None:
        say(_("No day is closed yet: nothing has been learnt."))
    else:
        say(_("Learnt from the days until {moment}.").format(moment=found.until))
        _show(content, place, town is not None, data is not None)
    _tell_figures(content["inverters"], undecided=undecided)


@app.command("confirm", help=_("Answer a scale that asks: it is the plant as it stands, not a loss."))
def confirm(
    inverter: Annotated[str, typer.Argument(metavar="SITE/INV", help=_("The inverter whose scale asks."))],
    by: Annotated[
        str, typer.Option("--by", metavar="WHO", help=_('Who says so: a role, as "services techniques"; no names.'))
    ],
    basis: Annotated[
        ExpectedBasis | None, typer.Option("--basis", metavar="B", help=_("Only the scale of this expectation."))
    ] = None,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the answer down; it holds from the first day that is not closed yet, until a part is replaced."""
    from collector.ledger import Ledger
    from collector.ledger_file import LEDGER
    from scripts.jobs.answers import KIND

    place = workplace(data, town)
    loaded = place.load_town()
    _known(loaded, inverter)
    if not by.strip():
        stop(WRONG, _("--by is empty: say in which role you answer."))
    with _looked(place, loaded, 2**62) as found:
        asked = [each for each in found.content(inverter)["questions"] if basis in (None, each["basis"])]
    if not asked or found.at is None:
        stop(NOT_SO, _("{inverter}: no scale asks for an answer.").format(inverter=inverter))
    with Ledger(place.data / LEDGER) as ledger:
        for each in asked:
            told = {name: each[name] for name in ("basis", "value", "low", "high")}
            ledger.append(KIND, inverter, found.at, told, by.strip(), utc_ms())
    if as_json:
        document({"inverter": inverter, "from": found.until, "by": by.strip(), "confirmed": asked})
        return
    for each in asked:
        sentence = _("{inverter}, by {basis}: {scale} is applied to what is closed from {moment} on.")
        words = {"inverter": inverter, "basis": basis_word(each["basis"]), "scale": f"{each['value']:.3f}"}
        say(sentence.format(**words, moment=found.until))


@app.command("check", help=_("Hold capacity, tilt, azimuth and clock against the stored readings, now."))
def check(
    days: Annotated[int, typer.Option("--days", min=14, max=400, help=_("So many days of readings."))] = 60,
    inverter: InverterOption = None,
    undecided: AllOption = False,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the configuration against the readings and keep what is found. Exit 1 when a figure is off."""
    from rich.progress import track

    from dashboards.learnt import array_keys, metadata
    from models.calendar import QUARTER
    from scripts.jobs.registry import opened

    place = workplace(data, town)
    loaded = place.load_town()
    _known(loaded, inverter)
    simulated = provenance(place.data) is Provenance.SIMULATED
    if not place.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.store_file))
    keys, content = array_keys(loaded), []
    with opened(place, loaded) as work:
        checker = work.checker
        paths = [path for path in checker.inverters if inverter in (None, path)]
        newest = [sample.time for device, sample in work.store.last().items() if device in checker.inverters]
        if not newest:
            stop(NOT_SO, _("There are no readings of inverters yet."))
        end = max(newest) // QUARTER * QUARTER + QUARTER
        turns = checker.check(paths, end, days * 86_400_000)
        for path, found in track(turns, "", len(paths), console=err, transient=True, disable=not err.is_terminal):
            content.append({"inverter": path, "metadata": metadata(found, keys)})
    off = any(each["verdict"] == "off" for one in content for each in one["metadata"]["figures"])
    if as_json:
        document({"simulated": simulated, "until": iso(end, work.tz), "days": days, "inverters": content})
    else:
        if simulated:
            say(simulated_notice(), "bold yellow")
        _tell_figures(content, undecided=undecided)
        if not off:
            say(_("Nothing in the configuration contradicts the readings; inverters checked: {n}.").format(n=len(paths)))
    raise typer.Exit(NOT_SO if off else DONE)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What there is to show of a town."""

    town: Town
    at: int | None
    """Until when the days are closed that were learnt from, ms; None when none is."""
    memory: Memory
    bases: dict[str, str]
    checks: dict[str, dict[str, Any]]
    tz: tzinfo

    @property
    def until(self) -> str | None:
        return None if self.at is None else iso(self.at, self.tz)

    def content(self, inverter: str | None) -> dict[str, Any]:
        """The document, of one inverter (and its site) only."""
        from dashboards.learnt import learnt

        made = learnt(self.town, self.memory, self.bases, self.checks, self.tz)
        if inverter is None:
            return made
        site = inverter.split("/")[0]
        return {
            "inverters": [each for each in made["inverters"] if each["inverter"] == inverter],
            "sites": [each for each in made["sites"] if each["site"] == site],
            "questions": [each for each in made["questions"] if each["inverter"] == inverter],
        }
