"""Holds the data of a file against the shape that config/town.py and config/device.py give it.

pydantic finds what does not fit; here it becomes a Fault in the words of the person who wrote the file: the dotted
key with the names of the things on the way, what is wrong, and what to write.
"""

from __future__ import annotations

import copy
import difflib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from config.faults import ConfigError, Fault
from config.language import _
from config.town import Figure
from config.wanted import choices, in_file, is_table, model_of, wanted_at
from config.weather import CsvColumn

Model = TypeVar("Model", bound=BaseModel)
Steps = tuple[int | str, ...]

NOT_IN_FILES = {"simulated", "maps"}
"""What a Town has in memory only."""
FIGURE = '{ value = %s, source = "…", status = "declared" }'
_OF_TAG = {"union_tag_not_found": "missing", "union_tag_invalid": "literal_error"}
"""Faults of the word that tells which kind of table this is, as those of any other word."""


def shaped(model: type[Model], data: object, file: str) -> Model:
    """The data as an object of that class; ConfigError with one fault for each thing that does not fit."""
    try:
        return _validate(model, data)
    except ValidationError as error:
        raise ConfigError(_faults(model, data, file, error)) from error


def shaped_or_none(model: type[Model], data: object) -> Model | None:
    """The data as an object, unknown keys left out; None when it does not fit: for checks of the sound parts."""
    try:
        return _validate(model, data)
    except ValidationError as error:
        unknown = [found["loc"] for found in error.errors(include_url=False) if found["type"] == "extra_forbidden"]
    known = copy.deepcopy(data)
    for *above, name in unknown:
        table = _at_path(known, tuple(above))
        if isinstance(table, dict):
            table.pop(str(name), None)
    try:
        return _validate(model, known) if unknown else None
    except ValidationError:
        return None


def dotted(data: object, steps: Iterable[int | str]) -> str:
    """The path of a key as people find it: ``sites[3] (ecole-basly).roofs[0] (bat-4).area``."""
    path, here = "", data
    for step in steps:
        here = _at(here, step)
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, Mapping) else None
            path += f"[{step}]" + (f" ({name})" if isinstance(name, str) and name else "")
        else:
            shown = step if step.replace("_", "").replace("-", "").isalnum() else json.dumps(step, ensure_ascii=False)
            path += f".{shown}" if path else shown
    return path


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for a name that nobody knows: the nearest known one, else all of them."""
    choices = sorted(known)
    if close := difflib.get_close_matches(name, choices, n=1):
        return _('did you mean "{name}"?').format(name=close[0])
    return _("write one of: {names}").format(names=", ".join(choices) or "-")


def _validate(model: type[Model], data: object) -> Model:
    # Through JSON, because pydantic's strict mode then still makes tuples of lists and enums of words, and yet takes
    # no "35" for 35. allow_nan: nan and inf are refused by the models, with their key.
    return model.model_validate_json(json.dumps(data, default=date.isoformat), strict=True)


def _faults(model: type[BaseModel], data: object, file: str, error: ValidationError) -> list[Fault]:
    faults = []
    for found in error.errors(include_url=False):
        loc: Steps = tuple(step for step in found["loc"] if step != "[key]")
        kind, ctx = found["type"], found.get("ctx", {})
        if kind in _OF_TAG:
            kind, loc = _OF_TAG[kind], (*loc, ctx["discriminator"].strip("'"))
        steps = in_file(model, loc)
        if kind == "too_short" and _at_path(data, steps):
            continue  # the entries are there, each with its own fault
        owner, wanted = wanted_at(model, loc[:-1]), wanted_at(model, loc)
        what, remedy = _tell(kind, ctx, found["msg"], owner, wanted, steps, _at_path(data, steps))
        faults.append(Fault(file, dotted(data, steps), what, remedy))
    return faults


def _tell(
    kind: str, ctx: Mapping[str, Any], message: str, owner: object, wanted: object, steps: Steps, value: object
) -> tuple[str, str]:
    """What is wrong, and what to write. `wanted` is the type that stands there, `owner` that of the table around it."""
    name, shown = str(steps[-1]) if steps else "", _show(value)
    match kind:
        case "missing":
            return _("this key is missing"), _("add {example}").format(example=_example(steps, wanted))
        case "extra_forbidden":
            table = model_of(owner)
            known = set(table.model_fields) - NOT_IN_FILES if table else set()
            return _("there is no such key here"), nearest(name, known)
        case "literal_error" | "enum" if name == "framer":
            return (
                _("{value} is not built yet: RTU comes later").format(value=shown),
                _('write framer = "tcp" and put a Modbus TCP gateway before the serial line'),
            )
        case "literal_error" | "enum":
            return _("{value} is not one of the choices").format(value=shown), nearest(str(value), choices(wanted))
        case "string_pattern_mismatch" if ctx["pattern"].startswith("^[a-z0-9"):
            joint = "_" if "_" in ctx["pattern"] else "-"
            what = _("{value} is no id: small letters without accents and digits, joined by {joint}")
            example = f'{name} = "{_slug(str(value), joint)}"'
            return what.format(value=shown, joint=joint), _("write {example}").format(example=example)
        case "string_pattern_mismatch":
            return (
                _("{value} is not of the right form").format(value=shown),
                _("write {example}").format(example=_example(steps, wanted)),
            )
        case "string_too_short":
            return (
                _("the text is too short"),
                _("write at least {n} characters").format(n=ctx["min_length"]),
            )
        case "string_too_long":
            return _("the text is too long"), _("write at most {n} characters").format(n=ctx["max_length"])
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            word = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
            limit = " ".join(f"{word[k]} {v}" for k, v in ctx.items() if k in word)
            return (
                _("{value} is out of range").format(value=shown),
                _("write a number {limit}").format(limit=limit),
            )
        case "figure_range":
            return (
                _("{value} {unit} is out of range")
                .format(value=_show(ctx["value"]), unit=ctx["unit"])
                .replace("  ", " "),
                _("write a value from {low} to {high} {unit}")
                .format(**{k: ctx[k] for k in ("low", "high", "unit")})
                .strip(),
            )
        case "finite_number":
            return _("{value} is no number").format(value=shown), _("write a number, or leave the key out")
        case "too_short":
            return _("it is empty"), _("add {example}").format(example=_example(steps, wanted))
        case "value_error":
            return str(ctx.get("error", message)), _("correct this table")
        case _ if kind.endswith("_type") or kind.startswith(("int_", "date_")):
            example = _example(steps, wanted, value)
            return (
                _("{value} is of the wrong kind").format(value=shown),
                _("write {example}").format(example=example),
            )
        case _:
            return message, _("correct this value")


def _at(data: object, step: int | str) -> object:
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return data.get(str(step)) if isinstance(data, Mapping) else None


def _at_path(data: object, steps: Steps) -> object:
    for step in steps:
        data = _at(data, step)
    return data


_TEXTS = {
    "id": "ecole-basly", "insee": "62528", "tz": "Europe/Paris", "status": "declared", "host": "192.0.2.10",
    "inverter": "inv-1", "link": "ecole-basly", "map": "sunspec", "owner": "commune", "station": "59343001",
}  # fmt: skip
_NUMBERS: dict[object, str] = {float: "1.5", int: "1", bool: "true"}


def _example(steps: Steps, wanted: object, value: object = None) -> str:
    """What the reader can write there."""
    name = str(next((step for step in reversed(steps) if isinstance(step, str)), ""))
    table = ".".join(step for step in steps if isinstance(step, str))
    if wanted is CsvColumn:
        return f"{name} = {{ name = {_show(value if isinstance(value, str) else '…')} }}"
    if wanted is Figure:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return f"{name} = {FIGURE % (_show(value) if number else '…')}"
    if get_origin(wanted) is tuple:
        return f"[[{table}]]" if is_table(get_args(wanted)[0]) else f"{name} = [1, 2]"
    if is_table(wanted) or get_origin(wanted) is dict or wanted is None:
        return f"[[{table}]]" if steps and isinstance(steps[-1], int) else f"[{table}]"
    if wanted is date:
        return f"{name} = 2013-03-08"
    if words := choices(wanted):
        return f'{name} = "{words[0]}" ({", ".join(words)})'
    return f"{name} = {_NUMBERS[wanted]}" if wanted in _NUMBERS else f'{name} = "{_TEXTS.get(name, "…")}"'


def _show(value: object) -> str:
    """The value as in the file, shortened."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, float):
        text = f"{value:g}"
    elif isinstance(value, str | list | dict):
        text = json.dumps(value, ensure_ascii=False, default=str)
    else:
        text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _slug(text: str, joint: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return joint.join(words)[:60].strip(joint) or "a1"
