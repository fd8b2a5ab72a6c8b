"""The recipes, each in the file of its concept. The order says nothing: `cause.PRIORITY` decides who takes a loss.

RECIPES look at one inverter, TOWN_RECIPES at all of them, LAST_RECIPES at one inverter once what the others explain has
been given back to it. What they remember is kept under their names.
"""

from __future__ import annotations

from models.pv.diagnosis.recipe import Look, LookTown
from models.pv.diagnosis.recipes.ageing import ageing
from models.pv.diagnosis.recipes.availability import inverter_off, planned
from models.pv.diagnosis.recipes.ceiling import ceiling
from models.pv.diagnosis.recipes.communication import communication
from models.pv.diagnosis.recipes.counter_stuck import counter_stuck
from models.pv.diagnosis.recipes.design import design, nameplate
from models.pv.diagnosis.recipes.device import device
from models.pv.diagnosis.recipes.frozen import frozen_answer
from models.pv.diagnosis.recipes.grid_trips import grid_trips
from models.pv.diagnosis.recipes.inputs import inputs
from models.pv.diagnosis.recipes.insulation import insulation
from models.pv.diagnosis.recipes.performance import performance
from models.pv.diagnosis.recipes.shading import shading
from models.pv.diagnosis.recipes.snow import snow
from models.pv.diagnosis.recipes.soiling import soiling
from models.pv.diagnosis.recipes.thermal import thermal

RECIPES: dict[str, Look] = {
    "communication": communication,
    "frozen": frozen_answer,
    "counter_stuck": counter_stuck,
    "inverter_off": inverter_off,
    "grid_trips": grid_trips,
    "device": device,
    "insulation": insulation,
    "inputs": inputs,
    "thermal": thermal,
    "ceiling": ceiling,
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
