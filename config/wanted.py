"""What the shape of a file wants at a path: the type that stands there, the choices that it leaves.

A path is that of pydantic's faults. Where a word in a table tells its kind, as `source` in [[weather]], that word is
one more step of it, which the file does not have.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

Step = int | str


def wanted_at(model: type[BaseModel], path: Sequence[Step]) -> object:
    """The type at that path of the shape, without Annotated and without `| None`; None beyond the shape."""
    here: object = model
    for step in path:
        if kinds := _kinds(here):
            here = kinds.get(step)
        elif owner := model_of(here):
            field = owner.model_fields.get(str(step))
            here = _bare(field.annotation) if field else None
        else:
            arms = get_args(here)
            here = _bare(arms[1] if get_origin(here) is dict else arms[0]) if arms else None
    return here


def in_file(model: type[BaseModel], path: Sequence[Step]) -> tuple[Step, ...]:
    """The path as the file has it."""
    kinds = [_kinds(wanted_at(model, path[:number])) for number in range(len(path))]
    return tuple(step for step, known in zip(path, kinds, strict=True) if not model_of(known.get(step)))


def model_of(wanted: object) -> type[BaseModel] | None:
    """The table that is wanted; None for anything else."""
    return wanted if isinstance(wanted, type) and issubclass(wanted, BaseModel) else None


def is_table(wanted: object) -> bool:
    """Whether a table is wanted, of one kind or of several."""
    return model_of(wanted) is not None or bool(_kinds(wanted))


def choices(wanted: object) -> list[str]:
    """The words of which one is wanted; none where any text will do."""
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return [str(member.value) for member in wanted]
    return [str(choice) for choice in get_args(wanted)] if get_origin(wanted) is Literal else []


def _kinds(wanted: object) -> dict[Step, object]:
    """Of tables whose kind a word tells: each kind by its word, and by the key of that word the choice of them all.

    Empty for everything else.
    """
    if get_origin(wanted) is not Annotated:
        return {}
    union, *more = get_args(wanted)
    key = next((key for each in more if isinstance(key := getattr(each, "discriminator", None), str)), None)
    if key is None:
        return {}
    kinds = {word: arm for arm in get_args(union) for word in get_args(arm.model_fields[key].annotation)}
    return kinds | {key: Literal[tuple(kinds)]}


def _bare(annotation: object) -> object:
    if get_origin(annotation) is Annotated:
        return annotation if _kinds(annotation) else _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(arm for arm in get_args(annotation) if arm is not type(None)))
    return annotation
