"""tepos weather: what was fetched from whom and when, what went wrong, and whom to name beside the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.language import _
from scripts.console import ABSENT, document, out, say, simulated_notice, table
from scripts.moments import iso, spoken, utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, workplace

if TYPE_CHECKING:
    from datetime import tzinfo

    import pandas as pd

    from scripts.jobs.outside import Outside

RECENT = 60 * 86_400_000
"""ms in which the newest light is looked for."""


def weather(town: TownOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show the sources of weather and their last answers; asks nobody, and works while jobs run."""
    from scripts.jobs.outside import is_simulated, weather_outside

    place = workplace(data, town)
    loaded = place.load_town()
    tz, now, simulated = zone(loaded.place.tz), utc_ms(), is_simulated(place, loaded)
    with weather_outside(place, loaded, make=False) as outside:
        found = _sources(outside, now) if outside else []
    if as_json:
        document({"simulated": simulated, "sources": [_dated(source, tz) for source in found]})
        return
    if simulated:
        say(simulated_notice(), "bold yellow")
    if not found:
        say(_("There is no source of weather here: nobody is asked."))
        return
    _show(found, now, tz)


def _sources(outside: Outside, now: int) -> list[dict[str, Any]]:
    """What is known of each source, moments in ms UTC: those of the town in their order, then those of the past."""
    archive = outside.archive
    basis = {source.name: source.basis for source in outside.sources} | archive.basis()
    attribution = {source.name: source.attribution for source in outside.sources} | archive.attributions()
    names = [name for name in dict.fromkeys([*outside.order, *basis]) if name in basis]
    light = archive.read(now - RECENT, now, names)
    found = []
    for name in names:
        answers = archive.told(name)
        last, wrong = next(iter(answers), None), next((told for told in answers if told.message), None)
        rows = light[name]["ghi"].dropna()
        found.append(
            {
                "source": name,
                "in_use": name in outside.order,
                "basis": str(basis[name]),
                "attribution": attribution[name],
                "asked_at": last and last.asked_at,
                "asked_from": last and last.start,
                "asked_to": last and last.end,
                "status": last and str(last.status),
                "masked": last and last.masked,
                "again_at": last and last.again_at,
                "error": wrong and wrong.message,
                "error_at": wrong and wrong.asked_at,
                "light_until": _end(light[name], rows.index[-1]) if len(rows) else None,
            }
        )
    return found


def _end(rows: pd.DataFrame, start: pd.Timestamp) -> int:
    return int(start.timestamp()) * 1000 + int(rows["step"][start])


def _dated(source: dict[str, Any], tz: tzinfo) -> dict[str, Any]:
    moments = ("asked_at", "asked_from", "asked_to", "again_at", "error_at", "light_until")
    return {key: iso(value, tz) if key in moments and value is not None else value for key, value in source.items()}


def _show(found: list[dict[str, Any]], now: int, tz: tzinfo) -> None:
    from dashboards.learnt_words import basis_word

    def moment(at: int | None) -> str:
        return ABSENT if at is None else spoken(at, now, tz)

    heads = (_("source"), _("counts as"), _("asked"), _("answer"), _("light until"), _("last error"))
    rows = [
        (
            source["source"],
            basis_word(source["basis"]),
            moment(source["asked_at"]),
            _answer(source["status"]),
            moment(source["light_until"]),
            f"{moment(source['error_at'])} {source['error']}" if source["error"] else ABSENT,
        )
        for source in found
    ]
    failed = [None if source["status"] in (None, "ok", "partial") else "red" for source in found]
    out.print(table("", heads, rows, fold=(5,), styles=failed))
    say(_("To be named beside the figures:"))
    for source in found:
        say(f"  {source['source']}: {source['attribution']}")


def _answer(status: str | None) -> str:
    words = {
        "ok": _("complete"),
        "partial": _("incomplete"),
        "unreachable": _("out of reach"),
        "slow": _("too slow"),
        "refused": _("refused"),
        "format": _("not understood"),
    }
    return words[status] if status else ABSENT
