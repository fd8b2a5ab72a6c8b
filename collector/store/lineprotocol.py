"""Samples as InfluxDB line protocol, times in ms. What a sample looks like in InfluxDB is decided here.

    sample,device=ecole/inv-1,site=ecole present=1.0,pac=14470.0,state="mppt" 1767225600137
    input,device=ecole/inv-1,input=2,site=ecole pdc=7350.0,v_dc=612.3 1767225600137

- `sample` has the fields of the device, `input` those of its DC inputs, so that a board can group by input.
- Numbers are floats always: one integer would fix the type of a field, and every float after it would be refused.
- `present` is 1.0 in each sample: a sample whose values are all missing must exist (InfluxDB keeps no empty point), and
  counting, or finding the newest, needs a field that is always there. It compresses to next to nothing.
- `site` is the first part of the device's path, for boards; the tag `device` alone is the identity.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from collector.sample import Sample, Value
from config.quantities import split_field

SAMPLE = "sample"
INPUT = "input"
PRESENT = "present"

_TAG = str.maketrans({",": "\\,", "=": "\\=", " ": "\\ "})
_TEXT = str.maketrans({"\\": "\\\\", '"': '\\"'})


def lines(samples: Iterable[Sample]) -> bytes:
    """Line protocol of samples that were admitted (collector.store.admission): anything else may be garbled."""
    out: list[str] = []
    for sample in samples:
        device, site = _tags(sample.device)
        own = [f"{PRESENT}=1.0"]
        inputs: dict[int, list[str]] = {}
        for field, value in sample.values.items():
            if value is None:
                continue
            quantity, number = field_of(field)
            (own if number is None else inputs.setdefault(number, [])).append(f"{quantity}={_value(value)}")
        out.append(f"{SAMPLE},device={device},site={site} {','.join(own)} {sample.time}")
        for number, fields in sorted(inputs.items()):
            out.append(f"{INPUT},device={device},input={number},site={site} {','.join(fields)} {sample.time}")
    return "\n".join(out).encode()


@lru_cache(maxsize=4096)
def field_of(field: str) -> tuple[str, int | None]:
    """Name of the quantity and number of the DC input: where a field stands. ValueError when it is no field."""
    quantity, number = split_field(field)
    return quantity.name, number


def tag(text: str) -> str:
    """The value of a tag; only for names that are admitted."""
    return text.translate(_TAG)


@lru_cache(maxsize=8192)
def _tags(device: str) -> tuple[str, str]:
    return tag(device), tag(device.partition("/")[0])


def _value(value: Value) -> str:
    return '"' + value.translate(_TEXT) + '"' if isinstance(value, str) else repr(float(value))  # type: ignore[arg-type]
