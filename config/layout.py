"""Layouts of files with production from before tepos: where the time stands, where the figures, and what they mean.

A layout is data (config/layouts/*.toml, or a file of the user's own); collector/imports reads files by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.faults import ConfigError, Fault
from config.language import _
from config.shape import nearest, shaped
from config.strict import Strict
from config.tomlfile import read_toml

Column = Annotated[str, Field(min_length=1)] | Annotated[int, Field(ge=1, le=10_000)]
"""A name of the heading, or a place counted from 1."""
DIRECTIVES = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "z": 6}
"""What a time format may hold, and how many characters each takes; %z is an offset as +01:00."""
WH = {"Wh": 1.0, "kWh": 1e3, "MWh": 1e6}
WATT = {"W": 1.0, "kW": 1e3, "MW": 1e6}


class Kind(StrEnum):
    """What the figures are."""

    ENERGY = "energy"
    """Made in each interval."""
    POWER = "power"
    """Mean over each interval."""
    INDEX = "index"
    """A counter's state at each instant; the intervals lie between the readings."""


class Step(StrEnum):
    """How long the interval of a line is."""

    MINUTES_5 = "5min"
    MINUTES_10 = "10min"
    QUARTER = "15min"
    HALF_HOUR = "30min"
    HOUR = "1h"
    DAY = "day"
    MONTH = "month"
    READINGS = "readings"
    """From one reading of an index to the next."""

    @property
    def length(self) -> timedelta | None:
        """None where it is not always the same."""
        minutes = {"5min": 5, "10min": 10, "15min": 15, "30min": 30, "1h": 60}.get(self.value)
        return None if minutes is None else timedelta(minutes=minutes)


class Times(Strict):
    """Where the time of a line stands."""

    columns: tuple[Column, ...] = Field(min_length=1, max_length=3)
    """Several, as date and hour, are read with a blank between them."""
    formats: tuple[Annotated[str, Field(min_length=2)], ...] = Field(min_length=1, max_length=8)
    """As strptime's, of DIRECTIVES only; the first that fits."""
    zone: Annotated[str, Field(pattern=r"^(town|utc|given|[+-]\d\d:\d\d)$")] = "town"
    """Whose time it is: the town's, with its changes of clocks; UTC; a fixed offset; or as %z gives it."""
    label: Literal["start", "end"] = "start"
    """Which end of its interval a time names."""


class Values(Strict):
    """Where the figures of a line stand, and what they are."""

    kind: Kind
    unit: Literal["Wh", "kWh", "MWh", "W", "kW", "MW"]
    columns: tuple[Column, ...] | Literal["others"] = Field(min_length=1)
    """`others`: every column that holds no time, each of one inverter that the heading names."""
    subject: Column | None = None
    """The column that names the inverter of a line."""


class Layout(Strict):
    """One kind of file."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=60)]
    about: Annotated[str, Field(min_length=3)]
    source: Annotated[str, Field(min_length=3)]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ";"
    encoding: Literal["utf-8", "latin-1", "cp1252", "utf-16"] = "utf-8"
    decimal: Literal[",", "."] = ","
    thousands: Literal["", ",", ".", "'"] = ""
    """Between thousands; blanks there are always understood."""
    heading: Annotated[int, Field(ge=0, le=60)] = 1
    """Lines before the first figures, the last of them with the names. Not used where columns are given by name: then
    the line with these names is looked for."""
    until: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """The table ends before a line that begins with one of these words, as "Total"."""
    foreign: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Words before the table that say that it is about something else, as "Consommation": such a file is refused."""
    unknown: tuple[str, ...] = ("-", "--", "n/a", "NaN", "null")
    """What stands, as an empty cell does, where nobody knows: a gap, never 0."""
    step: Step
    basis: Literal["imported", "index"] = "imported"
    """`index`: the network operator's, which settles what a site made also where it was measured."""
    time: Times
    values: Values

    @property
    def factor(self) -> float:
        """Wh (W of a power) for each unit of the file."""
        return (WH | WATT)[self.values.unit]

    @property
    def names_subjects(self) -> bool:
        """Whether a file says itself whose its figures are."""
        return self.values.columns == "others" or self.values.subject is not None

    @property
    def names(self) -> list[str]:
        """The columns that are given by name."""
        given = self.values.columns if isinstance(self.values.columns, tuple) else ()
        return [name for name in (*self.time.columns, *given, self.values.subject) if isinstance(name, str)]


def builtin_layouts() -> Path:
    """The folder of the layouts that come with tepos."""
    return Path(__file__).parent / "layouts"


def load_layout(name: str) -> Layout:
    """A layout that comes with tepos by its name, or one of the user's own by the path of its file (*.toml).

    ConfigError with all faults, also when there is none of that name.
    """
    own = name.endswith(".toml")
    path = Path(name) if own else builtin_layouts() / f"{name}.toml"
    known = sorted(file.stem for file in builtin_layouts().glob("*.toml"))
    if not own and name not in known:
        remedy = _("{nearest}, or give the path of a layout of your own, as my_layout.toml")
        raise ConfigError([Fault(name, "", _("no layout of this name"), remedy.format(nearest=nearest(name, known)))])
    layout = shaped(Layout, read_toml(path), str(path))
    if faults := [Fault(str(path), key, what, remedy) for key, what, remedy in _contradictions(layout)]:
        raise ConfigError(faults)
    return layout


def _contradictions(layout: Layout) -> Iterator[tuple[str, str, str]]:
    """Key, what is wrong, remedy: where each key is right and the whole makes no sense."""
    time, values = layout.time, layout.values
    if layout.thousands == layout.decimal:
        yield "thousands", _("it is also the decimal sign"), _("write another one, or leave it out")
    if layout.delimiter in (layout.decimal, layout.thousands) and layout.delimiter != ",":
        yield "delimiter", _("it also stands inside numbers"), _("write the sign between two cells, mostly ;")
    if (values.kind is Kind.INDEX) != (layout.step is Step.READINGS):
        what = _("readings are the intervals of an index, and of nothing else")
        yield "step", what, _('write step = "readings" with kind = "index", and with no other kind')
    if (values.unit in WATT) != (values.kind is Kind.POWER):
        yield "values.unit", _("a {kind} has no such unit").format(kind=values.kind), _("W, kW, MW: power; else Wh …")
    if values.kind is Kind.POWER and layout.step in (Step.DAY, Step.MONTH):
        yield "step", _("a mean power over days or months is not read"), _("give a shorter step, or energies")
    if values.columns == "others" and values.subject is not None:
        yield "values.subject", _('with columns = "others" the heading names the subjects'), _("leave it out")
    if values.columns == "others" and not layout.names and not layout.heading:
        yield "heading", _("without a heading nothing names the columns"), _("write heading = 1")
    if values.columns != "others" and len(values.columns) > 1:
        yield "values.columns", _("there is one column of values"), _('write one, or columns = "others"')
    for format_ in time.formats:
        if wrong := sorted({found for found in re.findall("%(.?)", format_)} - set(DIRECTIVES)):
            what = _("{format}: %{wrong} is not understood").format(format=format_, wrong=wrong[0])
            yield "time.formats", what, _("use %Y %m %d %H %M %S %z")
        elif ("%z" in format_) != (time.zone == "given"):
            what = _('{format}: an offset (%z) and zone = "given" belong together').format(format=format_)
            yield "time.formats", what, _("write both or neither")
        elif not all(part in format_ for part in _needed(layout.step)):
            what = _("{format} does not tell the time of a step of {step}").format(format=format_, step=layout.step)
            yield "time.formats", what, _("it needs {parts}").format(parts=" ".join(_needed(layout.step)))
    if layout.step in (Step.DAY, Step.MONTH) and time.zone not in ("town", "given"):
        yield "time.zone", _("days and months are those of the town"), _('write zone = "town"')


def _needed(step: Step) -> tuple[str, ...]:
    if step.length is not None:
        return ("%Y", "%m", "%d", "%H")
    return ("%Y", "%m") if step is Step.MONTH else ("%Y", "%m", "%d")
