"""What a sample must be so that every store can take it and give it back unchanged.

Checked before writing and by one rule for all stores: what one store takes, the other takes too, so a town may change
its store. Field names become columns and line protocol, hence only those of config.quantities pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from collector.errors import StoreRejected
from collector.sample import Sample
from config.language import _
from config.quantities import split_field

LATEST = 9_223_372_036_853
"""Last storable millisecond (year 2262): InfluxDB counts nanoseconds in 64 bits, and the end of a span is one more."""
MOST_FIELDS = 500
"""More is no device but a mistake: 12 DC inputs and everything else make some 80."""
LONGEST_NAME = 255
LONGEST_TEXT = 4096


@lru_cache(maxsize=4096)
def is_text(field: str) -> bool:
    """Whether a field holds text; every other field holds a number. ValueError when it is no field."""
    return split_field(field)[0].text


@lru_cache(maxsize=4096)
def kinds(fields: tuple[str, ...]) -> tuple[bool, ...]:
    """For each field: is it text? A device sends the same fields each time, so this is one look-up per sample."""
    return tuple(is_text(field) for field in fields)


@lru_cache(maxsize=8192)
def name_fault(device: str) -> str | None:
    """Why a device path can be kept in no store; None when it can.

    Line protocol has no way to write a backslash before a comma, a line break, or an empty tag.
    """
    if not device or device.startswith("/"):
        return _("the device path is empty or starts with a slash")
    if len(device) > LONGEST_NAME:
        return _("the device path is longer than {limit} characters").format(limit=LONGEST_NAME)
    if "\\" in device or not device.isprintable():
        return _("the device path holds a backslash, or a character that cannot be printed")
    return None


def admit(sample: Sample) -> None:
    """StoreRejected, with the reason, for a sample that a store cannot keep exactly as it is."""
    if fault := name_fault(sample.device):
        raise StoreRejected(f"{sample.device!r}: {fault}")
    time = sample.time
    if type(time) is not int or not 0 <= time <= LATEST:
        raise _rejected(sample, _("the time {time!r} is no millisecond between 1970 and 2262").format(time=time))
    if len(sample.values) > MOST_FIELDS:
        raise _rejected(sample, _("more than {limit} fields").format(limit=MOST_FIELDS))
    try:
        text = kinds(tuple(sample.values))
    except (ValueError, TypeError) as error:
        raise _rejected(sample, str(error)) from None
    for wanted, value in zip(text, sample.values.values(), strict=True):
        if value is None:
            continue
        if wanted:
            if type(value) is not str:
                break
            if len(value) > LONGEST_TEXT or not _encodable(value):
                break
        elif type(value) is float:
            if value - value != 0.0:  # inf and NaN: nothing else differs from itself here
                break
        elif not _number(value):
            break
    else:
        return
    for field, value in sample.values.items():
        if reason := _value_fault(field, value):
            raise _rejected(sample, reason)


def admit_all(samples: Iterable[Sample]) -> None:
    """`admit` each; StoreRejected at the first that cannot be kept."""
    for sample in samples:
        admit(sample)


def _rejected(sample: Sample, reason: str) -> StoreRejected:
    return StoreRejected(f"{sample.device} @ {sample.time}: {reason}")


def _number(value: object) -> bool:
    """Whether a value that is not plainly a float is a number that a float64 holds exactly."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        as_float = float(value)
    except OverflowError:
        return False
    return as_float == value and as_float - as_float == 0.0


def _encodable(value: str) -> bool:
    """Whether a text is Unicode that UTF-8 can write, without NUL (SQLite's own tools stop there)."""
    return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


def _value_fault(field: str, value: object) -> str | None:
    if value is None:
        return None
    if is_text(field):
        if not isinstance(value, str):
            return _("{field} is a text, not {value!r}").format(field=field, value=value)
        if len(value) > LONGEST_TEXT:
            return _("{field} is longer than {limit} characters").format(field=field, limit=LONGEST_TEXT)
        return None if _encodable(value) else _("{field} holds characters that are no text").format(field=field)
    if isinstance(value, str) or not _number(value):
        return _("{field} is a finite number, not {value!r}").format(field=field, value=value)
    return None
