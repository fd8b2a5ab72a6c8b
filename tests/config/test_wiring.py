import pytest

import config

SUD = "sites[0] (mairie).roofs[0] (toit-sud).arrays[0] (sud)"
OUEST = "sites[1] (ecole).roofs[1] (ouest).arrays[0] (ouest)"
TILT = 'surface_tilt = { value = 35, source = "invented for this example", status = "assumed" }'
AZIMUTH = 'surface_azimuth = { value = 170, source = "invented: compass on the roof", status = "measured" }'


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("{ value = 9.6,", "{ value = 9.1,", f"{SUD}.kwp", "32 modules of 300 W make 9.60 kWp, not 9.1"),
        ("strings = 2\n", "strings = 3\n", f"{SUD}.kwp", "48 modules of 300 W make 14.40 kWp, not 9.6"),
        ("{ value = 300,", "{ value = 250,", f"{SUD}.kwp", "32 modules of 250 W make 8.00 kWp"),
        (TILT, "", f"{SUD}.surface_tilt", "a mount that is fixed needs this angle"),
        (AZIMUTH, "", f"{SUD}.surface_azimuth", "a mount that is fixed needs this angle"),
        (AZIMUTH, 'mount = "single-axis"', f"{SUD}.surface_azimuth", "a mount that is single-axis needs this angle"),
        ('inverter = "inv-1"\n', 'inverter = "inv1"\n', f"{SUD}.feeds[0].inverter", 'no inverter "inv1"'),
        ('inverter = "inv-2", input = 2', 'inverter = "compteur", input = 2', f"{OUEST}.feeds[1].inverter",
         'no inverter "compteur"'),
        ('inverter = "inv-2", input = 2', 'inverter = "inv-2", input = 7', f"{OUEST}.feeds[1].input",
         'the map "goodwe_dt" knows 6 inputs, not 7'),
    ],
)  # fmt: skip
def test_wrong_wiring_is_told(faults, old, new, key, words):
    (fault,) = faults((old, new))
    assert (fault.key, words in fault.what) == (key, True), fault


def test_a_two_axis_mount_has_no_angles(faults):
    told = faults(('id = "sud"', 'id = "sud"\nmount = "two-axis"'))
    assert [fault.key for fault in told] == [f"{SUD}.surface_tilt", f"{SUD}.surface_azimuth"]


def test_a_two_axis_mount_without_angles_is_sound(town):
    folder = town(('id = "sud"', 'id = "sud"\nmount = "two-axis"'), (TILT, ""), (AZIMUTH, ""))
    assert config.load(folder).sites[0].roofs[0].arrays[0].surface_tilt is None


def test_rounded_power_within_five_percent_is_sound(town):
    assert config.load(town(("{ value = 9.6,", "{ value = 9.2,"))).sites[0].roofs[0].arrays[0].kwp.value == 9.2


def test_strings_of_unequal_length_on_one_input_are_told(faults):
    (fault,) = faults(
        ("input = 2, strings = 1, modules_per_string = 20", "input = 1, strings = 1, modules_per_string = 19")
    )
    assert fault.key == f"{OUEST}.feeds[1].modules_per_string"


def test_an_unknown_inverter_suggests_the_nearest_of_the_site(faults):
    (fault,) = faults(('inverter = "inv-1"\n', 'inverter = "inv1"\n'))
    assert fault.remedy == 'did you mean "inv-1"?'
