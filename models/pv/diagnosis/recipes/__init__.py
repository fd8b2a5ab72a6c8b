"""The recipes, each in the file of its concept. The order says nothing: `cause.PRIORITY` decides who takes a loss.

RECIPES look at one inverter, TOWN_RECIPES at all of them, LAST_RECIPES at one inverter once what the others explain has
been given back to it. What they remember is kept under their names.
"""

from __future__ import annotations

from models.pv.diagnosis.recipe import Look, LookTown
from models.pv.diagnosis.recipes.ageing import ageing
from models.pv.diagnosis.recipes.availability import inverter_off, planned
from models.pv.diagnosis.recipes.design import design, nameplate
from models.pv.diagnosis.recipes.performance import performance
from models.pv.diagnosis.recipes.shading import shading
from models.pv.diagnosis.recipes.snow import snow
from models.pv.diagnosis.recipes.soiling import soiling

RECIPES: dict[str, Look] = {
    "inverter_off": inverter_off,
    "shading": shading,
    "soiling": soiling,
    "ageing": ageing,
    "design": design,
}
TOWN_RECIPES: dict[str, LookTown] = {
    "planned": planned,
    "snow": snow,
    "nameplate": nameplate,
}
LAST_RECIPES: dict[str, Look] = {
    "performance": performance,
}
