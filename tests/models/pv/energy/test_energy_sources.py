import pytest

from config.maps import load_maps
from config.quantities import Role
from models.pv.energy.sources import counter_facts, is_hybrid, meter_counts_production, production_fields

MAPS = load_maps()


@pytest.mark.parametrize(
    ("name", "role", "fields"),
    [
        ("goodwe_dt", Role.INVERTER, ("pac", "energy_ac_total")),
        ("goodwe_et", Role.INVERTER, ("pv_power", "energy_pv_total")),
        ("sunspec", Role.INVERTER, ("pac", "energy_ac_total")),
        ("sunspec", Role.METER, ("p_export", "energy_export_total")),
        ("eastron_sdm630", Role.METER, ("p_export", "energy_export_total")),
    ],
)
def test_each_device_has_its_fields_of_production_and_a_hybrid_those_of_its_panels(name, role, fields):
    assert production_fields(MAPS[name], role) == fields


def test_a_meter_behind_a_battery_does_not_measure_production():
    assert meter_counts_production([MAPS["goodwe_dt"], MAPS["sunspec"]])
    assert not meter_counts_production([MAPS["goodwe_dt"], MAPS["goodwe_et"]])
    assert is_hybrid(MAPS["goodwe_et"])


@pytest.mark.parametrize(
    ("name", "field", "modulus"),
    [
        ("goodwe_dt", "energy_ac_total", 2**32 * 100),
        ("huawei_sun2000", "energy_ac_total", 2**32 * 10),
        ("eastron_sdm630", "energy_export_total", None),
        ("eastron_sdm630", "energy_of_another", None),
    ],
)
def test_the_modulus_is_the_width_of_the_register_in_its_unit(name, field, modulus):
    facts = counter_facts(MAPS[name], field, 5000.0, (7,))
    assert (facts.modulus, facts.rated, facts.replaced, facts.width) == (modulus, 5000, (7,), None)


def test_of_sunspec_the_width_is_known_and_the_unit_is_the_devices_own():
    facts = counter_facts(MAPS["sunspec"], "energy_ac_total", 5000.0)
    assert (facts.modulus, facts.width) == (None, 32)
