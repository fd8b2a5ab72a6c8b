"""Signs and figures in the reader's language: what stands beside an icon, below a chart, in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, tzinfo

from config import formats
from config.carriers import Known
from config.kwh import ExpectedBasis
from config.language import _, spoken
from config.town import Site, Status
from dashboards.progress import words as progress_words
from dashboards.views.points import Curve, Point
from dashboards.views.scenarios import Scenarios, Wish
from dashboards.views.sites import Gives, Speaks
from dashboards.views.today import ENOUGH, Today
from dashboards.views.trajectory import Trajectory
from models.pv.alerts.works import Kind

DAY = 86_400_000


def speaks_word(sign: Speaks) -> str:
    """The communication of a site or device."""
    words = {
        Speaks.ANSWERS: _("answers"),
        Speaks.ASLEEP: _("asleep until the sun rises"),
        Speaks.OLD: _("not asked for a while"),
        Speaks.NEVER: _("never heard yet"),
        Speaks.PARTLY: _("partly silent"),
        Speaks.SILENT: _("silent"),
    }
    return words[sign]


def gives_word(sign: Gives) -> str:
    """The performance of a site."""
    words = {
        Gives.GOOD: _("as expected"),
        Gives.LOW: _("a little low"),
        Gives.POOR: _("low"),
        Gives.UNKNOWN: _("not known yet"),
    }
    return words[sign]


def expectation_word(basis: str | None) -> str:
    """What an expectation rests on."""
    words = {
        ExpectedBasis.SENSOR: _("a light sensor on site"),
        ExpectedBasis.FLEET: _("the other roofs under the same sky"),
        ExpectedBasis.SATELLITE: _("a weather service"),
        ExpectedBasis.SYNTHETIC: _("the invented weather of the demo"),
        ExpectedBasis.CLEAR_SKY: _("a cloudless sky: no expectation"),
        ExpectedBasis.NONE: _("nothing"),
    }
    return words[ExpectedBasis(basis)] if basis else _("nothing")


def known_word(status: str | None) -> str:
    """How a yearly figure is known."""
    return progress_words.status(Known(status)) if status else _("not known")


def figure_status(status: Status) -> str:
    """How a figure of the town's files came to be known."""
    words = {Status.MEASURED: _("measured"), Status.DECLARED: _("declared"), Status.ASSUMED: _("assumed")}
    return words[status]


def missing_word(what: str) -> str:
    """A figure that is missing for the bar."""
    words = {
        "electricity_consumption": _("the yearly electricity consumption of the commune"),
        "electricity_production": _("the yearly renewable production of the commune"),
    }
    return words.get(what, what)


def holder_word(who: str) -> str:
    """Who has such a figure."""
    words = {
        "network_operator": _("the network operator publishes it (Enedis, open data)"),
        "register": _("the national register of installations has it"),
    }
    return words.get(who, who)


def work_word(kind: Kind) -> str:
    """What is done on site."""
    words = {
        Kind.OUTAGE: _("planned outage"),
        Kind.VISIT: _("visit"),
        Kind.REPLACEMENT: _("part replaced"),
        Kind.CLEANING: _("cleaning"),
        Kind.TREE: _("tree cut"),
        Kind.WARRANTY: _("warranty claim"),
    }
    return words[kind]


def wish_word(wish: Wish) -> str:
    """What if…"""
    words = {
        Wish.SCHOOLS: _("all schools had panels"),
        Wish.COMMUNE: _("all roofs of the commune had panels"),
        Wish.HOUSING: _("all homes entered here had panels"),
        Wish.COMPANIES: _("all companies entered here had panels"),
        Wish.ALL: _("all roofs entered here had panels"),
    }
    return words[wish]


def scenarios_sentence(found: Scenarios) -> str:
    """What all of it would bring, beside what the territory uses."""
    whole = found.wishes[Wish.ALL]
    told = _("If all roofs entered here had panels, they would give {energy} a year, modelled, from {year} on.")
    said = told.format(energy=formats.kwh(whole["kwh_per_year"] * 1000), year=found.last + 1)
    if found.share is None:
        return f"{said} " + _(
            "What share of the territory's electricity that is cannot be said: nobody has given it yet."
        )
    share = _("That is {share} of the electricity that the territory used in {year}.")
    return f"{said} " + share.format(share=formats.percent(found.share, 1), year=found.used_year)


def trajectory_names() -> dict[str, str]:
    """The names of its lines."""
    return {
        "awaited": _("voted, on the straight line"),
        "milestone": _("milestone voted"),
        "measured": _("observed"),
    }


def trajectory_sentence(found: Trajectory) -> str:
    """What the chart shows, in words."""
    aims = [(year, aim) for year, aim in zip(found.years, found.milestones, strict=True) if aim is not None]
    seen = [(year, value) for year, value in zip(found.years, found.observed, strict=True) if value is not None]
    said = []
    if aims:
        last, aim = aims[-1]
        said.append(_("Voted: {percent} in {year}.").format(percent=formats.percent(aim / 100), year=last))
    if seen:
        last, value = seen[-1]
        said.append(_("Observed: {percent} in {year}.").format(percent=formats.percent(value / 100, 1), year=last))
    else:
        said.append(_("No year can be computed yet: what was observed is missing."))
    if found.gaps:
        years = ", ".join(map(str, found.gaps))
        said.append(_("Years without data, hatched: {years}.").format(years=years))
    return " ".join(said)


def clock(moment: int, tz: tzinfo) -> str:
    """``14 h 15`` or ``14:15``"""
    at = datetime.fromtimestamp(moment // 1000, tz)
    return f"{at.hour}\u00a0h\u00a0{at:%M}" if spoken() == "fr" else f"{at:%H:%M}"


def instant(moment: int, tz: tzinfo) -> str:
    """The full date and time."""
    return formats.moment(datetime.fromtimestamp(moment // 1000, tz))


def day(moment: int, tz: tzinfo, form: str = "long") -> str:
    """The day of an instant."""
    return formats.day(datetime.fromtimestamp(moment // 1000, tz).date(), form)


def iso(moment: int, tz: tzinfo) -> str:
    """ISO 8601, for programs and the `datetime` of a `time`."""
    return datetime.fromtimestamp(moment // 1000, tz).isoformat()


def short_day(when: date) -> str:
    """``12/03`` as stands below a chart."""
    return f"{when:%d/%m}"


def ago(moment: int, now: int) -> str:
    """How long ago an instant was."""
    return _("{age} ago").format(age=age(max(0, now - moment)))


def names_of(paths: Iterable[str]) -> str:
    """Devices of one site, without its name."""
    return ", ".join(path.split("/")[-1] for path in paths)


def age(milliseconds: int) -> str:
    """How old something is."""
    return formats.duration(timedelta(milliseconds=milliseconds))


def scopes(site: Site) -> list[str]:
    """What of a site a work can be about: the whole of it, or an inverter."""
    return [site.id, *(f"{site.id}/{each.id}" for each in site.inverters)]


def scope_name(scope: str, sites: Iterable[Site]) -> str:
    """A scope as people say it."""
    site, _slash, device = scope.partition("/")
    name = next((each.name for each in sites if each.id == site), site)
    if scope == "town":
        return _("the whole town")
    return f"{name}, {device}" if device else name


def for_days(days: int) -> str:
    """For how many days something has been as it is."""
    if days < 1:
        return _("since today")
    return _("for one day") if days == 1 else _("for {n} days").format(n=days)


def today_sentence(now: Today) -> str:
    """The one sentence below the one number."""
    if now.energy is None and now.until is None:
        return _("Nothing has been measured yet: the first figures come a quarter of an hour after the first reading.")
    if now.index is None and not now.judged.expected and (now.energy or 0) >= ENOUGH:
        return _("What this sky let us expect is not known yet.")
    if now.index is None:
        if now.yesterday is None:
            return _("The sun has given too little yet to say how the day goes.")
        return _("The sun has given too little yet to say how the day goes; yesterday the roofs made {energy}.").format(
            energy=formats.kwh(now.yesterday * 1000)
        )
    share = formats.percent(now.index)
    if now.index < 0.9:
        told = _("That is {share} of what this sky lets us expect: somebody is looking for what is missing.")
    elif now.index > 1.1:
        told = _("That is {share} of what this sky let us expect: more than thought.")
    else:
        told = _("That is what this sky lets us expect ({share}).")
    said = told.format(share=share)
    if now.judged.sites < now.sites:
        said += " " + _("This is told of {n} sites out of {all}.").format(n=now.judged.sites, all=now.sites)
    return said


def curve_sentence(curve: Curve, name: str) -> str:
    """What a chart shows, said in words; gaps and doubts are counted."""
    said = [_("{name}: {energy} measured.").format(name=name, energy=formats.kwh(_wh(curve.energy)))]
    if curve.gaps:
        said.append(_("Without data, hatched: {n} of {all}.").format(n=curve.gaps, all=len(curve.points)))
    if curve.unsure:
        said.append(_("Not measured in full, dotted: {n}.").format(n=curve.unsure))
    return " ".join(said)


def hour_of(tz: tzinfo) -> Callable[[Point], str]:
    """Names the hour of a point."""
    return lambda point: clock(point.start, tz)


def day_of(tz: tzinfo) -> Callable[[Point], str]:
    """Names the day of a point."""
    return lambda point: day(point.start, tz, "medium")


def hours_along(curve: Curve, tz: tzinfo) -> list[str]:
    """The words below hours: the first and the last, and what lies between."""
    return [clock(point.start, tz) for point in _some(curve)]


def day_along() -> list[str]:
    """The words below a whole day."""
    return [f"{hour}\u00a0h" if spoken() == "fr" else f"{hour}:00" for hour in (0, 6, 12, 18, 24)]


def ac_power() -> str:
    """The name of a line."""
    return _("alternating current")


def input_name(number: int) -> str:
    """The name of an input's line."""
    return _("input {n}").format(n=number)


def days_along(curve: Curve, tz: tzinfo) -> list[str]:
    """The words below days."""
    return [short_day(datetime.fromtimestamp(point.start // 1000, tz).date()) for point in _some(curve)]


def _some(curve: Curve) -> list[Point]:
    points = curve.points
    if len(points) < 3:
        return list(points)
    return [points[0], points[len(points) // 2], points[-1]]


def _wh(value: float | None) -> float | None:
    return None if value is None else value * 1000
