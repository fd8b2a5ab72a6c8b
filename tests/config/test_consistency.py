import pytest

import config

INV = "sites[0] (mairie).inverters[0] (inv-1)"
ECOLE = "sites[1] (ecole)"


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('"Europe/Paris"', '"Europe/Pari"', "place.tz", '"Europe/Paris"'),
        ('"Europe/Paris"', '"Europe"', "place.tz", "write a name as"),
        ('"Europe/Paris"', '"../../etc/passwd"', "place.tz", '"Europe/Paris"'),
        ('"Europe/Paris"', '""', "place.tz", '"Europe/Paris"'),
        ('host = "192.0.2.2"', 'host = "192.0.2.1"', "links[1] (ecole).host", 'put both devices on link "mairie"'),
        ('host = "192.0.2.2"', 'host = "192.0.2.300"', "links[1] (ecole).host", "an address as"),
        ('host = "192.0.2.2"', 'host = "in verter"', "links[1] (ecole).host", "write a name as"),
        ('host = "192.0.2.2"', 'host = "http://192.0.2.2/"', "links[1] (ecole).host", "the bare name"),
        ('host = "192.0.2.2"', 'host = "192.0.2.2:1502"', "links[1] (ecole).host", "port = 1502"),
        ("gap = 0.1", "gap = 0.5\nperiod = 1", "links[1] (ecole).period", "above 3 s"),
        ('map = "sunspec"', 'map = "sunspek"', f"{INV}.map", 'did you mean "sunspec"?'),
        ('map = "sunspec"', 'map = "eastron_sdm630"', f"{INV}.map", "write one of: goodwe_dt"),
        ('map = "eastron_sdm630"', 'map = "goodwe_dt"', f"{ECOLE}.meters[0] (compteur).map", "eastron_sdm630"),
        ('link = "mairie"\nunit = 126', 'link = "mairi"\nunit = 126', f"{INV}.link", 'did you mean "mairie"?'),
        ("unit = 2\n", "unit = 1\n", f"{ECOLE}.inverters[1] (inv-2).unit", "its own unit"),
        ("unit = 2\n", "unit = 2\nbases = [40000]\n", f"{ECOLE}.inverters[1] (inv-2).bases", "remove the line"),
        ("unit = 10\n", "unit = 10\ninstance = 2\n", f"{ECOLE}.meters[0] (compteur).instance", "remove the line"),
    ],
)
def test_what_does_not_fit_together_is_told(faults, old, new, key, remedy):
    told = {fault.key: fault for fault in faults((old, new))}
    assert remedy in told[key].remedy, told[key]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "ecole"\nhost', 'id = "mairie"\nhost', "links[1] (mairie).id"),
        ('id = "ecole"\nname', 'id = "mairie"\nname', "sites[1] (mairie).id"),
        ('id = "ouest"\nname', 'id = "est"\nname', f"{ECOLE}.roofs[1] (est).id"),
        ('id = "inv-2"', 'id = "inv-1"', f"{ECOLE}.inverters[1] (inv-1).id"),
        ('id = "compteur"', 'id = "inv-1"', f"{ECOLE}.meters[0] (inv-1).id"),
        ('[[sites.roofs]]\nid = "ouest"\nname = "Pan ouest"\n\n[[sites.roofs.arrays]]\nid = "ouest"',
         '[[sites.roofs.arrays]]\nid = "est"', f"{ECOLE}.roofs[0] (est).arrays[1] (est).id"),
    ],
)  # fmt: skip
def test_an_id_given_twice_is_told_where_it_comes_again(faults, old, new, key):
    told = {fault.key: fault for fault in faults((old, new))}
    assert "already taken by" in told[key].what


def test_a_link_that_no_device_uses_is_told(faults):
    (fault,) = faults(('[[links]]\nid = "mairie"', '[[links]]\nid = "gymnase"\nhost = "a"\n\n[[links]]\nid = "mairie"'))
    assert (fault.key, fault.what) == ("links[0] (gymnase)", "no device uses this link")


@pytest.mark.parametrize("host", ["inverter-3.example.org", "::1", "fe80::1", "localhost", "sma_1", "pi.local."])
def test_names_and_addresses_of_both_kinds_are_hosts(town, host):
    loaded = config.load(town(('host = "192.0.2.2"', f'host = "{host}"')))
    assert loaded.link("ecole").host == host


def test_two_spellings_of_one_host_are_one_end_point(faults):
    (fault,) = faults(('"192.0.2.1" ', '"Localhost"'), ('"192.0.2.2"', '"127.0.0.1"'))
    assert "one connection per host:port" in fault.remedy


def test_two_links_to_two_ports_of_one_host_are_sound(town):
    assert config.load(town(('host = "192.0.2.2"', 'host = "192.0.2.1"\nport = 1502'))).link("ecole").port == 1502


METER = '[[sites.meters]]\nid = "{id}"\nmap = "sunspec"\nlink = "mairie"\nunit = 126\nmeasures = "exchange"\n'
BEFORE = "# A second site:"


def test_an_inverter_and_the_meters_of_its_chain_share_a_unit(town):
    chain = METER.format(id="m1") + METER.format(id="m2") + "instance = 2\n"
    assert "mairie/m2" in config.load(town((BEFORE, chain + BEFORE))).devices()


def test_two_meters_of_one_chain_with_the_same_instance_are_told(faults):
    (fault,) = faults((BEFORE, METER.format(id="m1") + METER.format(id="m2") + BEFORE))
    assert fault.key == "sites[0] (mairie).meters[1] (m2).unit"
    assert "its own instance" in fault.remedy
