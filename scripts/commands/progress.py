"""tepos progress: how far the territory is, with scope, year, source and status of each figure; or what is missing."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

import typer

from config.carriers import Carrier, Known, Lever, Perimeter, Ring
from config.language import _
from scripts.console import ABSENT, NOT_SO, WRONG, document, out, say, simulated_notice, stop, table
from scripts.moments import iso, utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, Workplace, workplace

Document = dict[str, Any]


def progress(
    year: Annotated[
        int | None, typer.Option("--year", metavar="Y", help=_("A year; by default the latest that is known best."))
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help=_("What was computed on that day, with the data of then.")),
    ] = None,
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Coverage of needs by local renewables. Exit 1 when nothing is known of what was asked."""
    if as_of and year is not None:
        stop(WRONG, _("--as-of shows the year that was shown then: it takes no --year."))
    place = workplace(data, town)
    told = _then(place, as_of) if as_of else _now(place, year)
    if as_json:
        document(told)
        return
    if told["simulated"]:
        say(simulated_notice(), "bold yellow")
    _show(told)


def _now(place: Workplace, year: int | None) -> Document:
    from contextlib import closing

    from scripts.progress import computed

    loaded, now = place.load_town(), utc_ms()
    try:
        if not place.store_is_made:
            told = computed(place, loaded, None, now, year)
        else:
            with closing(place.open_store()) as store:
                told = computed(place, loaded, store, now, year)
    except ValueError:
        stop(NOT_SO, _("Nothing is known of {year}.").format(year=year))
    return told | {"computed_at": iso(now, zone(loaded.place.tz)), "as_of": None}


def _then(place: Workplace, text: str) -> Document:
    from scripts.progress import shown_on

    try:
        day = date.fromisoformat(text)
    except ValueError:
        stop(WRONG, _("{text} is no date; write 2026-11-22.").format(text=repr(text)))
    found = shown_on(place, day)
    if found is None:
        stop(NOT_SO, _("No progress was computed on {day} or before.").format(day=day.isoformat()))
    on, at, kept = found
    told: Document = json.loads(kept)
    return told | {"computed_at": iso(at, zone(place.load_town().place.tz)), "as_of": on.isoformat()}


def _show(told: Document) -> None:
    from dashboards.progress import words

    if told["as_of"]:
        say(_("Computed on {day}, with the data of then.").format(day=told["as_of"]))
    if told["year"] is None:
        say(_("Nothing is known yet of any year."))
    else:
        heads = (
            *(_("year"), _("of what"), _("for what"), _("coverage")),
            *(_("made (MWh)"), _("needed (MWh)"), _("known how")),
        )
        rows = [_row(each, words) for each in (*told["rings"], *told["perimeters"][:2])]
        out.print(table(told["town"], heads, rows, right=(3, 4, 5), fold=(1, 2, 6)))
        if any("*" in cell for row in rows for cell in row[4:6]):
            say(_("*: a part of it is withheld or not known; the figure is what is known."))
        _why_not(told, words)
    for each in told["missing"]:
        say(_("missing: {what} ({holder})").format(**each), "dim")
    for path in told["trajectory"]:
        if path["observed"] or path["milestones"]:
            _show_path(path, words)
    _show_levers(told["levers"], words)
    _show_matching(told["matching"])
    if (met := told.get("measured_matching")) is not None:
        sentence = _(
            "Municipal meters with a curve ({n} of {all}), by steps of {step} min, measured: {own} met at once."
        )
        own = met["self_sufficiency"]
        say(
            sentence.format(
                n=met["buildings"], all=met["of_buildings"], step=met["step_minutes"], own=_percent(own and 100 * own)
            )
        )
    for claim in told["claims"]:
        say(_('"{says}" ({source}): a claim, not a result.').format(**claim))
    for source in told["sources"]:
        kept = ", ".join(filter(None, (source["publisher"], source["licence"], source["vintage"])))
        say(f"{source['title']} ({kept})", "dim")


def _row(each: Document, words: Any) -> tuple[str, ...]:  # noqa: ANN401 - the module
    percent = ABSENT if each["percent"] is None else _percent(each["percent"])
    made, used = each["production"], each["consumption"]
    known = words.status(Known(each["status"])) if each["status"] else ABSENT
    return (
        str(each["year"]), words.perimeter(Perimeter(each["perimeter"])), words.ring(Ring(each["ring"])), percent,
        _mwh(made), _mwh(used), known,
    )  # fmt: skip


def _why_not(told: Document, words: Any) -> None:  # noqa: ANN401 - the module
    from models.territory.coverage import Refusal

    for each in (*told["rings"], *told["perimeters"][:2]):
        if each["refused"] is None:
            continue
        scope = f"{words.perimeter(Perimeter(each['perimeter']))}, {words.ring(Ring(each['ring']))}"
        missing = ", ".join(words.carrier(Carrier(one["carrier"])) for one in each["missing"])
        say(f"{scope}: {words.refusal(Refusal(each['refused']))}" + (f" ({missing})" if missing else ""))


def _show_path(path: Document, words: Any) -> None:  # noqa: ANN401 - the module
    say("")
    say(_("Trajectory, {ring}:").format(ring=words.ring(Ring(path["ring"]))), "bold")
    if not path["milestones"]:
        say(_("The council has voted no milestone that is known here: no trajectory."))
    for each in path["milestones"]:
        sentence = _("{year}: {percent}, {made} MWh made for {used} MWh needed ({source}, {voted})")
        say(
            sentence.format(
                year=each["year"],
                percent=_percent(each["percent"]),
                made=f"{each['production_mwh']:.0f}",
                used=f"{each['consumption_mwh']:.0f}",
                source=each["source"],
                voted=each["voted"],
            )
        )
    if path["deviation_points"] is not None:
        say(_("Off the trajectory by {points} points.").format(points=f"{path['deviation_points']:+.1f}"))
    for each in path["required"]:
        sentence = _("Until {until}: each year {savings} MWh less needed and {growth} MWh more made (about {kwp} kWp).")
        say(
            sentence.format(
                until=each["until"],
                savings=f"{each['savings_mwh_per_year']:.0f}",
                growth=f"{each['growth_mwh_per_year']:.0f}",
                kwp=f"{each['kwp_per_year']:.0f}",
            )
        )
    if not path["enough_data"]:
        say(_("Observed rhythm: not enough data (years known: {n}, needed: 5).").format(n=len(path["observed"])))
        return
    pace, when = path["rhythm"], path["reached"]
    slope, low, high = (f"{pace[name]:+.0f}" for name in ("gap_mwh_per_year", "low", "high"))
    sentence = _("Observed rhythm of the gap: {slope} MWh a year ({low} to {high}, 90% interval, years: {n}).")
    say(sentence.format(slope=slope, low=low, high=high, n=pace["years"]))
    sentence = _("At this rhythm the gap is closed in {year} ({earliest} to {latest}).")
    say(sentence.format(**{name: _when(when[name]) for name in ("year", "earliest", "latest")}))


def _show_levers(told: Document | None, words: Any) -> None:  # noqa: ANN401 - the module
    known = told and any(each["measured_mwh"] or each["declared_mwh"] for each in told["levers"])
    if not told or not known:
        return
    say("")
    heads = (_("lever"), _("declared (MWh/a)"), _("measured (MWh/a)"), _("said only (MWh/a)"))
    rows = [
        (words.lever(Lever(each["lever"])), f"{each['declared_mwh']:.1f}", _number(each["measured_mwh"]),
         f"{each['not_summed_mwh']:.1f}")
        for each in told["levers"]
    ]  # fmt: skip
    title = _("Levers, electricity, {since} to {until}").format(**told)
    out.print(table(title, heads, rows, right=(1, 2, 3)))
    sentence = _("Consumption fell by {change} MWh; not explained by declarations: {rest} MWh.")
    say(sentence.format(change=_number(told["consumption_change_mwh"]), rest=_number(told["rest_mwh"])))


def _show_matching(told: Document | None) -> None:
    if told is None:
        return
    sentence = _("By steps of {n} min, MODELLED: {own} of the needs met at once; with the grid, carbon-free: {cfe}.")
    own, clean = told["self_sufficiency"], told["carbon_free"]
    say(sentence.format(n=told["step_minutes"], own=_percent(own and 100 * own), cfe=_percent(clean and 100 * clean)))


def _mwh(amount: Document | None) -> str:
    if amount is None:
        return ABSENT
    return f"{amount['mwh']:.1f}" + ("*" if amount["gaps"] or amount["completeness"] < 0.995 else "")


def _percent(value: float | None) -> str:
    from config.formats import percent

    return percent(None if value is None else value / 100, 1)


def _number(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.1f}"


def _when(year: float | None) -> str:
    return _("never") if year is None else f"{year:.0f}"
