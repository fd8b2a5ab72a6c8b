"""The recipes, each in the file of its concept. The order says nothing: `cause.PRIORITY` decides who takes a loss.

RECIPES look at one inverter, TOWN_RECIPES at all of them. What they remember is kept under their names.
"""

from __future__ import annotations

from models.pv.diagnosis.recipe import Look, LookTown

RECIPES: dict[str, Look] = {}
TOWN_RECIPES: dict[str, LookTown] = {}
