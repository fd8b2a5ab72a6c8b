"""How a device wants to be asked: what every map says, whether it lists registers or SunSpec's models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.strict import Strict

Address = Annotated[int, Field(ge=0, le=65535)]
"""Of a register on the wire: from zero."""


class LinkManners(Strict):
    """How this device wants to be talked to; seconds."""

    unit: Annotated[int, Field(ge=0, le=255)] = 1
    """Factory setting of the unit id."""
    port: Annotated[int, Field(ge=1, le=65535)] = 502
    connect_delay: Annotated[float, Field(ge=0, le=30)] = 0.0
    """Silence after the connection opened: some devices swallow a request that comes at once."""
    gap: Annotated[float, Field(ge=0, le=10)] = 0.0
    """Silence between two requests."""
    timeout: Annotated[float, Field(gt=0, le=60)] = 3.0
    """Total deadline of one request."""


class ReadLimits(Strict):
    """What one request may ask."""

    function: Literal[3, 4] = 3
    max_block: Annotated[int, Field(ge=1, le=125)] = 125
    max_gap: Annotated[int, Field(ge=0, le=124)] = 16
    """Unwanted registers that may be read along to save a request."""
