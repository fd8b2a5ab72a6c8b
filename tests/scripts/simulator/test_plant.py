from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.quantities import split_field
from scripts.simulator.fault import Fault, FaultKind, parse_fault
from scripts.simulator.plant import Plant
from scripts.simulator.powers import EPOCH
from tests.scripts.simulator.sunny_town import sunny_town

DAY = 86_400_000
TOWN = sunny_town()
PLANT = Plant(TOWN, 1)
JUNE = EPOCH + 160 * DAY
NOON = JUNE + DAY // 2
YEAR = np.arange(EPOCH, EPOCH + 365 * DAY, 900_000)


def _month(plant: Plant, device: str, start: int = JUNE, days: int = 30):
    times = np.arange(start, start + days * DAY, 900_000)
    return times, plant.measure(device, times)


def test_a_south_roof_yields_what_it_would_at_loos():
    for seed in (1, 2, 3):
        energy = Plant(TOWN, seed).measure("south/inv", YEAR[[0, -1]])["energy_ac_total"]
        assert 850 < (energy[1] - energy[0]) / 20_000 < 1100


def test_east_and_west_yield_less_than_south_and_a_tracker_more():
    got = {}
    for device in ("south/inv", "east/inv", "west/inv", "tracker/inv"):
        first, last = PLANT.measure(device, YEAR[[0, -1]])["energy_ac_total"]
        got[device[:-4]] = last - first
    assert max(got["east"], got["west"]) < 0.9 * got["south"] < 0.9 * got["tracker"] / 1.1


def test_summer_gives_more_than_three_times_what_winter_gives():
    power = PLANT.measure("east/inv", YEAR)["pac"]
    assert power[151 * 96 : 243 * 96].sum() > 3 * (power[: 59 * 96].sum() + power[334 * 96 :].sum())


def test_night_is_exactly_zero_and_standby():
    for hour in (0, 1, 23):
        values = PLANT.values("east/inv", JUNE + hour * 3_600_000)
        assert (values["pac"], values["pdc"], values["i_dc_1"], values["state"]) == (0.0, 0.0, 0.0, "asleep")
        assert values["energy_ac_total"] > 0


def test_some_sunspec_inverters_have_no_values_at_night_but_keep_their_counter():
    town = TOWN.model_copy(update={"sites": tuple(s.model_copy(update={"id": "s1"}) for s in TOWN.sites[:1])})
    values = Plant(town, 1).values("s1/inv", JUNE)
    assert values["pac"] is values["v_ac_ln_a"] is values["frequency"] is None
    assert values["energy_ac_total"] > 0


@given(start=st.integers(0, 20 * DAY), device=st.sampled_from(["south/inv", "east/inv", "tracker/inv"]))
@settings(max_examples=20, deadline=None)
def test_energy_is_the_integral_of_power_and_never_falls(start, device):
    times = np.arange(JUNE + start, JUNE + start + DAY, 10_000)
    got = PLANT.measure(device, times)
    power = np.nan_to_num(got["pac"])
    integral = np.concatenate(([0.0], np.cumsum((power[1:] + power[:-1]) / 2 * 10 / 3600)))
    counted = got["energy_ac_total"] - got["energy_ac_total"][0]
    assert np.abs(counted - integral).max() < 2.0  # Wh; the trapezoids of 10 s
    assert (np.diff(counted) >= -1e-6).all()
    assert 0 <= power.min() < power.max() <= 18_000 + 1e-6


def test_the_daily_counter_starts_again_at_midnight_of_the_town():
    midnight = JUNE + DAY - 2 * 3_600_000  # summer time
    before, after = PLANT.values("east/inv", midnight - 1000), PLANT.values("east/inv", midnight)
    assert before["energy_ac_day"] > 1000
    assert after["energy_ac_day"] == pytest.approx(0)
    assert after["energy_ac_total"] == pytest.approx(before["energy_ac_total"])


def test_one_instant_is_what_a_series_says_of_it_in_any_process():
    times, got = _month(PLANT, "east/inv", days=3)
    single = Plant(TOWN, 1).values("east/inv", int(times[150]))
    assert single["pac"] == pytest.approx(got["pac"][150])
    assert single["energy_ac_total"] == pytest.approx(got["energy_ac_total"][150], abs=1e-3)
    assert Plant(TOWN, 2).values("east/inv", int(times[150]))["pac"] != pytest.approx(single["pac"])


def test_power_goes_on_smoothly_before_the_epoch_too():
    times = np.arange(EPOCH - DAY // 2, EPOCH + DAY // 2, 60_000)
    got = PLANT.measure("south/inv", times)
    power = np.nan_to_num(got["pac"])
    integral = ((power[1:] + power[:-1]) / 2 / 60).sum()
    assert got["energy_ac_total"][-1] - got["energy_ac_total"][0] == pytest.approx(integral, abs=20)


def test_roofs_of_the_town_go_together_hour_by_hour():
    same = Plant(_all_south(), 1)
    powers = [np.nan_to_num(_month(same, d)[1]["pac"]) for d in ("south/inv", "east/inv", "west/inv")]
    hourly = [power.reshape(-1, 4).mean(axis=1) for power in powers]
    assert (np.corrcoef(hourly)[np.triu_indices(3, 1)] > 0.9).all()


def _all_south():
    roof = TOWN.sites[0].roofs[0]
    return TOWN.model_copy(update={"sites": tuple(s.model_copy(update={"roofs": (roof,)}) for s in TOWN.sites)})


def test_inputs_make_the_whole_and_volts_times_amperes_make_watts():
    values = PLANT.values("east/inv", NOON)
    assert values["pdc_1"] + values["pdc_2"] == pytest.approx(values["pdc"])
    assert values["v_dc_1"] * values["i_dc_1"] == pytest.approx(values["pdc_1"])
    assert 300 < values["v_dc_1"] < 600
    assert 0.9 < values["pac"] / values["pdc"] < 0.98
    assert sum(values[f"v_ac_ln_{p}"] * values[f"i_ac_{p}"] for p in "abc") == pytest.approx(values["s_ac"])


def test_a_production_meter_counts_what_its_inverter_makes():
    inverter, meter = PLANT.values("south/inv", NOON), PLANT.values("south/meter", NOON)
    assert meter["p_export"] == pytest.approx(inverter["pac"])
    assert meter["p_import"] == 0
    later_i, later_m = PLANT.values("south/inv", NOON + DAY), PLANT.values("south/meter", NOON + DAY)
    exported = later_m["energy_export_total"] - meter["energy_export_total"]
    assert exported == pytest.approx(later_i["energy_ac_total"] - inverter["energy_ac_total"], abs=0.01)


def test_a_weather_mast_measures_what_falls_on_its_roof():
    values = PLANT.values("south/mast", NOON)
    assert values["ghi"] > values["dhi"] > 0
    assert values["temp_module"] > values["temp_air"]
    night = PLANT.values("south/mast", JUNE)
    assert (night["ghi"], night["poa_global"]) == (0, 0)


def test_every_quantity_exists_and_every_name_plate_says_simulated():
    for device in TOWN.devices():
        for name in PLANT.values(device, NOON):
            split_field(name)
        plate = PLANT.identity(device)
        assert "SIM" in plate.model
        assert not plate.manufacturer or "(simulated)" in plate.manufacturer


def _with(*texts: str) -> Plant:
    return Plant(TOWN, 1, [parse_fault(text) for text in texts])


def test_an_inverter_that_is_off_shows_voltage_no_power_and_its_state():
    values = _with("east/inv:inverter_off").values("east/inv", NOON)
    assert (values["pac"], values["i_dc_1"], values["state"]) == (0.0, 0.0, "fault")
    assert values["v_dc_1"] > 300
    assert values["fault_code"] > 0


def test_an_open_string_of_three_takes_a_third_of_its_input_and_counters_know():
    _, faulty = _month(_with("east/inv:string_open:input=2"), "east/inv", days=5)
    _, healthy = _month(PLANT, "east/inv", days=5)
    lit = healthy["pac"] > 1000
    assert faulty["pdc_2"][lit] == pytest.approx(healthy["pdc_2"][lit] * 2 / 3, rel=1e-6)
    assert faulty["pdc_1"][lit] == pytest.approx(healthy["pdc_1"][lit], rel=1e-6)
    integral = ((faulty["pac"][1:] + faulty["pac"][:-1]) / 8).sum()
    assert faulty["energy_ac_total"][-1] - faulty["energy_ac_total"][0] == pytest.approx(integral, abs=1)


def test_a_derated_inverter_never_exceeds_its_limit():
    _, got = _month(_with("east/inv:derating:to=0.3"), "east/inv")
    assert got["pac"].max() == pytest.approx(0.3 * 18_000)


def test_a_frozen_device_repeats_itself_and_then_goes_on():
    fault = Fault("east/inv", FaultKind.FROZEN, NOON, NOON + 3_600_000)
    plant = Plant(TOWN, 1, [fault])
    assert plant.values("east/inv", NOON + 1_800_000) == PLANT.values("east/inv", NOON)
    assert plant.values("east/inv", NOON + 3_600_000) == PLANT.values("east/inv", NOON + 3_600_000)


def test_a_reset_counter_begins_at_zero_and_counts_on():
    plant = Plant(TOWN, 1, [Fault("east/inv", FaultKind.COUNTER_RESET, NOON)])
    before, at, later = (plant.values("east/inv", t)["energy_ac_total"] for t in (NOON - 1000, NOON, NOON + DAY))
    assert at == 0
    whole = PLANT.values("east/inv", NOON + DAY)["energy_ac_total"] - PLANT.values("east/inv", NOON)["energy_ac_total"]
    assert before > 1e6
    assert later == pytest.approx(whole)


def test_weak_modules_give_their_share_on_all_inputs():
    _, healthy = _month(_with(), "east/inv", days=5)
    _, weak = _month(_with("east/inv:weak:to=0.8"), "east/inv", days=5)
    for name in ("pdc_1", "pdc_2"):
        lit = (healthy[name] > 500) & (weak[name] > 500)
        assert weak[name][lit] == pytest.approx(0.8 * healthy[name][lit], rel=1e-6)


def test_dirt_takes_more_with_every_week():
    fault = Fault("east/inv", FaultKind.SOILING, NOON, a_week=0.02)
    noons = NOON + np.arange(5) * 7 * 86_400_000
    clean, dirty = (Plant(TOWN, 1, faults).measure("east/inv", noons)["pdc_1"] for faults in ([], [fault]))
    assert dirty / clean == pytest.approx(1 - 0.02 * np.arange(5), abs=1e-6)


def test_a_fault_begins_and_ends_in_time():
    fault = Fault("east/inv", FaultKind.INVERTER_OFF, NOON, NOON + 3_600_000)
    plant = Plant(TOWN, 1, [fault])
    states = [plant.values("east/inv", NOON + m * 60_000)["state"] for m in (-16, 0, 59, 61)]
    assert states == ["running", "fault", "fault", "running"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", "is no fault"),
        ("east/inv:burnt", "is no fault"),
        ("east/inv:string_open:inputs=2", "known are input"),
        ("east/inv:string_open:input=x", "known are input"),
        ("east/inv:silent:start=2026-01-01T00:00:00", "known are input"),
    ],
)
def test_a_fault_that_cannot_be_read_is_told(text, says):
    with pytest.raises(ValueError, match=says):
        parse_fault(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nobody/inv:silent", "no device 'nobody/inv'"),
        ("south/meter:inverter_off", "no inverter"),
        ("east/inv:closes", "no link"),
        ("east/inv:string_open:strings=4", "has 3 strings"),
        ("east/inv:derating:to=2", "share"),
        ("east/inv:frozen", "give its start"),
        ("east/inv:soiling", "give its start"),
        ("east/inv:soiling:start=2026-02-01T00:00:00Z,a_week=7", "share"),
        ("east/inv:silent:start=2026-02-01T00:00:00Z,end=2026-01-01T00:00:00Z", "ends before"),
    ],
)
def test_a_fault_that_the_town_cannot_have_is_told(text, says):
    with pytest.raises(ValueError, match=says):
        parse_fault(text).checked(TOWN)


def test_a_fault_without_a_start_freezes_from_now_on():
    assert parse_fault("east/inv:frozen").since(NOON) == replace(parse_fault("east/inv:frozen"), start=NOON)
    assert parse_fault("east/inv:silent").since(NOON).start == 0
