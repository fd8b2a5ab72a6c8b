"""What was learnt, in words: for terminals and pages. Takes the parts of the document of dashboards.learnt."""

from __future__ import annotations

from collections.abc import Iterator

from config.kwh import ExpectedBasis
from config.language import _
from dashboards.learnt import Document

WIDEST = 180.0
"""Degrees: an interval of an angle that is wider says nothing."""
OFF, UNDECIDED = "off", "undecided"


def basis_word(basis: str | None) -> str:
    """What an expectation rests on."""
    words = {
        ExpectedBasis.SENSOR: _("sensor"),
        ExpectedBasis.FLEET: _("other roofs"),
        ExpectedBasis.SATELLITE: _("weather service"),
        ExpectedBasis.SYNTHETIC: _("invented weather"),
        ExpectedBasis.CLEAR_SKY: _("clear sky only"),
    }
    return words.get(ExpectedBasis(basis), _("nothing")) if basis else _("nothing")


def state_word(state: str) -> str:
    """What a scale rests on, and whether it is applied."""
    words = {
        "learning": _("being learnt, not applied yet"),
        "learnt": _("learnt"),
        "frozen": _("frozen while energy is missing"),
        "asks": _("asks for an answer, not applied"),
    }
    return words[state]


def scale_words(scale: Document) -> str:
    """``0.993 (0.992 to 0.994)``."""
    if scale["low"] is None:
        return f"{scale['value']:.3f}"
    return _("{value} ({low} to {high})").format(**{name: f"{scale[name]:.3f}" for name in ("value", "low", "high")})


def loss_words(loss: Document) -> str:
    """What is missing, since when, how much so far."""
    sentence = _("{share}% since {day}, {kwh} kWh so far")
    if loss["from_first_day"]:
        sentence = _("{share}% from the first day on ({day}), {kwh} kWh so far")
    return sentence.format(share=f"{100 * loss['missing']:.0f}", day=loss["since"], kwh=f"{loss['lost_kwh']:.0f}")


def drift_words(drift: Document | None) -> str | None:
    """How the ratio of a meter to its inverters has moved."""
    if drift is None:
        return None
    return _("{change}% since {day}").format(change=f"{100 * drift['change']:+.1f}", day=drift["since"])


def question(asked: Document) -> str:
    """Why a scale asks."""
    sentence = _(
        "{inverter} ({basis}): it makes {share}% of what is expected ({low} to {high}), which modules and losses do "
        "not explain. A wrong configuration, a loss from the first day? If it is the plant as it stands, say so:"
    )
    shares = {
        name: f"{100 * asked[value]:.0f}" for name, value in (("share", "value"), ("low", "low"), ("high", "high"))
    }
    return sentence.format(inverter=asked["inverter"], basis=basis_word(asked["basis"]), **shares)


def contradictions(inverter: str, checked: Document) -> Iterator[tuple[str, str]]:
    """What is off in the configuration of an inverter: a sentence, and what to correct."""
    figures = {each["figure"]: each for each in checked["figures"] if each["verdict"] == OFF}
    if "capacity" in figures:
        figures.pop("neighbours", None)  # it would say the same less exactly
    for name, told in figures.items():
        yield _("{inverter}: {what}").format(inverter=inverter, what=_sentence(name, told)), _remedy(told)


def undecided(inverter: str, checked: Document) -> str | None:
    """What the readings could not decide; None when they decided everything."""
    names = [figure_word(each["figure"]) for each in checked["figures"] if each["verdict"] == UNDECIDED]
    if not names:
        return None
    sentence = _("{inverter}: not decided by {n} clear days: {figures}")
    return sentence.format(inverter=inverter, n=checked["days"], figures=", ".join(names))


def figure_word(figure: str) -> str:
    """A figure of the configuration."""
    words = {
        "capacity": _("capacity"),
        "azimuth": _("azimuth"),
        "tilt": _("tilt"),
        "clock": _("clock"),
        "neighbours": _("energy beside the neighbours'"),
    }
    return words[figure]


def _sentence(figure: str, told: Document) -> str:
    found = _found(told, 1 if figure == "capacity" else 0)
    if figure == "clock":
        return _clock_sentence(told, found)
    if figure == "neighbours":
        sentence = _("for each kWp declared it makes {share}% of what its neighbours make")
        return sentence.format(share=f"{100 * told['found']:.0f}")
    sentence = _("{figure} {value} declared, the readings say {found}")
    if told["assumed"]:
        sentence = _("{figure} {value} by default, the readings say {found}")
    return sentence.format(figure=figure_word(figure), value=_value(told["declared"], told["unit"], 1), found=found)


def _clock_sentence(told: Document, found: str) -> str:
    if told["daylight_saving"]:
        sentence = _("the times of its readings follow summer time: add {winter} in winter, {summer} in summer")
        winter, summer = (_value(told["found"] - less, told["unit"], 0) for less in (0, 60))
        return sentence.format(winter=winter, summer=summer)
    if told["spans"]:
        sentence = _("the times of its readings were off, {spans} must be added")
        spans = (f"{_value(minutes, told['unit'], 0)} ({first} … {last})" for first, last, minutes in told["spans"])
        return sentence.format(spans=", ".join(spans))
    return _("the times of its readings are off: {found} must be added").format(found=found)


def _remedy(told: Document) -> str:
    if not told["keys"]:
        return _("set the clock of what gives these readings their time")
    keys = ", ".join(told["keys"])
    if told["figure"] not in ("azimuth", "tilt") and told["found"] < told["declared"]:
        return _("correct in town.toml: {keys}; if that is right, look for what is missing").format(keys=keys)
    return _("correct in town.toml: {keys}").format(keys=keys)


def _found(told: Document, digits: int) -> str:
    unit, low, high = told["unit"], told["low"], told["high"]
    value = _value(told["found"], unit, digits)
    if low is None or high is None or high <= low or (unit == "°" and high - low > WIDEST):
        return value
    inside = "°" if unit == "°" else ""
    bounds = {"low": _value(low, inside, digits), "high": _value(high, inside, digits)}
    between = _("{value} ({low} to {high})").format(value=_value(told["found"], inside, digits), **bounds)
    return between if inside else f"{between} {_unit(unit)}"


def _value(value: float, unit: str, digits: int) -> str:
    shown = f"{value:.{digits}f}".removesuffix(".0")
    return f"{shown}{unit}" if unit in ("°", "") else f"{shown} {_unit(unit)}"


def _unit(unit: str) -> str:
    return _("kWp") if unit == "kWp" else unit
