import pytest

from config.shape import nearest

ROOF = "sites[0] (mairie).roofs[0] (toit-sud)"
ARRAY = f"{ROOF}.arrays[0] (sud)"


def keys(faults):
    return [fault.key for fault in faults]


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ("gap = 0.1", "gapp = 0.1", "links[1] (ecole).gapp", 'did you mean "gap"?'),
        ('owner = "commune"', 'ownr = "commune"', "sites[0] (mairie).owner", "add owner"),
        ("commissioned =", "comissioned =", "sites[0] (mairie).comissioned", 'did you mean "commissioned"?'),
        ("{ value = 52,", "{ vlaue = 1, value = 52,", f"{ROOF}.area.vlaue", 'did you mean "value"?'),
        ("[place]", "surprise = 1\n[place]", "surprise", "write one of: links, place, publisher, sites, weather"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_known_one(faults, old, new, key, remedy):
    told = {fault.key: fault.remedy for fault in faults((old, new))}
    assert remedy in told[key]


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ("latitude = 50.5", 'latitude = "50.5"', "place.latitude", "write latitude = 1.5"),
        ("latitude = 50.5", "latitude = true", "place.latitude", "write latitude = 1.5"),
        ("latitude = 50.5", "latitude = 95", "place.latitude", "≤ 90"),
        ("latitude = 50.5", "latitude = nan", "place.latitude", "write a number"),
        ("altitude = 30 ", "altitude = -1e400", "place.altitude", "write a number"),
        ('insee = "00000"', "insee = 62528", "place.insee", 'insee = "62528"'),
        ('insee = "00000"', 'insee = "6252"', "place.insee", 'insee = "62528"'),
        ("unit = 126", "unit = 300", "sites[0] (mairie).inverters[0] (inv-1).unit", "≤ 255"),
        ("unit = 126", "unit = 1.5", "sites[0] (mairie).inverters[0] (inv-1).unit", "write unit = 1"),
        ("2019-06-03", '"June"', "sites[0] (mairie).commissioned", "commissioned = 2013-03-08"),
        ("gap = 0.1", "gap = 11", "links[1] (ecole).gap", "≤ 10"),
        ('measures = "production"', 'measures = "producton"', "sites[1] (ecole).meters[0] (compteur).measures",
         'did you mean "production"?'),
        ("kwp = { value = 9.6, source = \"invented: installer's hand-over file, page 2\", status = \"declared\" }",
         "kwp = 9.6", f"{ARRAY}.kwp", 'write kwp = { value = 9.6, source = "…", status = "declared" }'),
        ("{ value = 35,", "{ value = 95,", f"{ARRAY}.surface_tilt", "from 0 to 90 °"),
        ("{ value = 170,", "{ value = 361,", f"{ARRAY}.surface_azimuth", "from 0 to 360 °"),
        ("{ value = 300,", "{ value = 0.3,", f"{ARRAY}.module.pdc0", "from 5 to 1000 W"),
        ("{ value = -0.0037,", "{ value = -0.37,", f"{ARRAY}.module.gamma_pdc", "from -0.01 to 0 /°C"),
        ("{ value = 9000,", "{ value = 9,", "sites[0] (mairie).inverters[0] (inv-1).pac_rated", "from 100 to"),
        ('technology = "mono-si"', 'technology = "mono"', f"{ARRAY}.module.technology", 'did you mean "mono-si"?'),
        ('id = "sud"', 'id = "Côté Sud"', f"{ROOF}.arrays[0] (Côté Sud).id", 'write id = "cote-sud"'),
        ('[[links]]\nid = "ecole"', '[[links]]\nframer = "rtu"\nid = "ecole"', "links[1] (ecole).framer",
         'framer = "tcp"'),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_key_and_what_to_write(faults, old, new, key, remedy):
    (fault,) = faults((old, new))
    assert (fault.key, remedy in fault.remedy) == (key, True), fault


def test_a_framer_other_than_tcp_is_told_to_come_later(faults):
    (fault,) = faults(('id = "ecole"', 'id = "ecole"\nframer = "rtu"'))
    assert "RTU comes later" in fault.what


def test_a_site_without_source_and_status_has_two_faults(faults):
    told = faults(('commissioned = 2019-06-03        # first day of production; leave it out when nobody knows\n'
                   'source = "invented for this example"\nstatus = "assumed"', ""))  # fmt: skip
    assert keys(told) == ["sites[0] (mairie).source", "sites[0] (mairie).status"]


def test_a_figure_without_source_is_told(faults):
    assert keys(faults(('area = { value = 52, source = "invented for this example",', "area = { value = 52,"))) == [
        f"{ROOF}.area.source"
    ]


def test_single_brackets_for_a_list_of_tables_are_told(faults):
    told = {f.key: f.remedy for f in faults(("[[sites.meters]]", "[sites.meters]"))}
    assert told["sites[1] (ecole).meters"] == "write [[sites.meters]]"


def test_a_town_without_sites_is_told(town):
    folder = town()
    text = (folder / "town.toml").read_text("utf-8")
    (folder / "town.toml").write_text(text[: text.index("# Links:")], "utf-8")
    import config

    with pytest.raises(config.ConfigError) as caught:
        config.load(folder)
    assert keys(caught.value.faults) == ["sites"]


def test_a_sound_list_is_not_called_empty_because_its_only_entry_is_faulty(faults):
    told = faults(('name = "Pan est"', "name = 4"))
    assert keys(told) == ["sites[1] (ecole).roofs[0] (est).name"]


def test_the_nearest_name_is_given_else_all():
    assert nearest("sunspek", ["sunspec", "goodwe_dt"]) == 'did you mean "sunspec"?'
    assert nearest("zzz", ["sunspec", "goodwe_dt"]) == "write one of: goodwe_dt, sunspec"
