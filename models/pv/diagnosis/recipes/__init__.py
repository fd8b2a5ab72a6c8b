"""The recipes, each in the file of its concept. The order says nothing: `cause.PRIORITY` decides who takes a loss.

RECIPES look at one inverter, TOWN_RECIPES at all of them, LAST_RECIPES at one inverter once what the others explain has
been given back to it. What they remember is kept under their names.
"""

from __future__ import annotations

from models.pv.diagnosis.recipe import Look, LookTown
from models.pv.diagnosis.recipes.availability import inverter_off, planned
from models.pv.diagnosis.recipes.performance import performance

RECIPES: dict[str, Look] = {
    "inverter_off": inverter_off,
}
TOWN_RECIPES: dict[str, LookTown] = {
    "planned": planned,
}
LAST_RECIPES: dict[str, Look] = {
    "performance": performance,
}
