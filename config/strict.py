"""What every table of our files has in common: unknown keys forbidden, frozen once read, no infinite numbers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A table of a file. A key that nobody reads is a slip of the pen, and is told."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
