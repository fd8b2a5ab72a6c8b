"""C, P and the rings: each rule with numbers worked by hand."""

import pytest

from config.carriers import Basis, Carrier, Filiere, Known, Ring, Sector
from models.territory.amount import Amount, total
from models.territory.balance import Balance, ambient_heat, balance
from models.territory.plants import Counted, Production, production
from tests.models.territory.figures import mwh, plant, row, use

WANTED = (Carrier.ELECTRICITY, Carrier.GAS, Carrier.OIL, Carrier.WOOD, Carrier.FUEL)
WHOLE = [
    use(Carrier.ELECTRICITY, 20_000), use(Carrier.GAS, 10_000, Basis.PCS), use(Carrier.OIL, 2_000),
    use(Carrier.WOOD, 3_000), use(Carrier.FUEL, 40_000),
]  # fmt: skip


def made(*parts: tuple[Filiere, float], own: float | None = None) -> Production:
    own_use = mwh(own) if own is not None else None
    return Production(tuple(Counted(f"p{n}", f, mwh(e), own_use, True) for n, (f, e) in enumerate(parts)))


def of(uses, production: Production | None = None) -> Balance:
    return balance(2023, uses, production or Production(()), WANTED)


def test_the_needs_are_the_sum_of_sectors_and_carriers_with_gas_in_lower_heating_value():
    # 20 000 + 0.9 × 10 000 + 2 000 + 3 000 + 40 000
    assert of(WHOLE).ring(Ring.ALL_USES).consumption.mwh == pytest.approx(74_000)


def test_gas_given_in_lower_heating_value_is_not_reduced_again():
    assert of([use(Carrier.GAS, 9_000)]).ring(Ring.HEAT).consumption.mwh == 9_000


def test_the_basis_stays_with_the_figure_as_it_was_given():
    (gas,) = (each for each in of(WHOLE).uses if each.carrier is Carrier.GAS)
    assert (gas.basis, gas.amount.mwh, gas.pci.mwh) == (Basis.PCS, 10_000, 9_000)


def test_self_consumption_stands_on_both_sides():
    # 20 000 drawn, 100 used on the spot; a plant that made 400, 100 of it for its own house
    ring = of(WHOLE, made((Filiere.PHOTOVOLTAIC, 400), own=100)).ring(Ring.ELECTRICITY)
    assert (ring.consumption.mwh, ring.production.mwh) == (20_100, 400)


def test_a_missing_carrier_makes_all_uses_partial_and_leaves_electricity_alone():
    uses = [each for each in WHOLE if each.carrier not in (Carrier.OIL, Carrier.FUEL)]
    found = of(uses, made((Filiere.PHOTOVOLTAIC, 400)))
    assert found.ring(Ring.ALL_USES).missing == (Carrier.OIL, Carrier.FUEL)
    assert not found.ring(Ring.ALL_USES).computable
    assert found.ring(Ring.ELECTRICITY).computable


def test_a_withheld_cell_is_a_gap_and_no_zero():
    uses = [use(Carrier.ELECTRICITY, 15_000), use(Carrier.ELECTRICITY, None, sector=Sector.INDUSTRY)]
    electricity = of(uses).ring(Ring.ELECTRICITY).consumption
    assert (electricity.mwh, electricity.gaps, electricity.completeness) == (15_000, 1, 0.5)
    assert not electricity.whole


def test_a_carrier_of_withheld_cells_alone_is_missing():
    assert of([use(Carrier.ELECTRICITY, None)]).ring(Ring.ELECTRICITY).missing == (Carrier.ELECTRICITY,)


def test_heat_pumps_count_on_both_sides_or_on_neither():
    # 3 000 MWh of heat at SPF 3: 2 000 from the air
    ambient = ambient_heat(3_000, 3)
    heat_pumps = made((Filiere.HEAT_PUMP, ambient))
    assert ambient == pytest.approx(2_000)
    assert of(WHOLE, heat_pumps).ring(Ring.HEAT).production is None
    both = of([*WHOLE, use(Carrier.AMBIENT, ambient)], heat_pumps).ring(Ring.HEAT)
    assert (both.production.mwh, both.consumption.mwh) == pytest.approx((2_000, 16_000))


def test_half_of_incineration_and_nothing_of_cogeneration_is_renewable():
    ring = of(WHOLE, made((Filiere.WASTE, 1_000), (Filiere.OTHER, 500))).ring(Ring.ELECTRICITY)
    assert ring.production.mwh == 500


def test_a_plant_of_which_nothing_is_known_is_a_gap_in_the_production():
    found = of(WHOLE, production([plant("a", 50, 45)], [row("r", 200, None)]))
    assert (found.ring(Ring.ELECTRICITY).production.mwh, found.ring(Ring.ELECTRICITY).production.gaps) == (45, 1)


def test_a_sum_is_as_sure_as_its_least_sure_part_and_as_complete_as_its_parts():
    # 90 of 100 and 60 of 120: 150 of 220
    both = total([mwh(90, completeness=0.9), mwh(60, Known.MODELLED, completeness=0.5)])
    assert (both.mwh, both.status, both.completeness) == (150, Known.MODELLED, pytest.approx(150 / 220))


def test_the_sum_of_nothing_is_nothing_and_not_zero():
    assert total([]) is None


@pytest.mark.parametrize("wrong", [{"mwh": -1.0}, {"mwh": float("nan")}, {"completeness": 0.0}, {"sources": ""}])
def test_what_is_no_energy_is_refused(wrong):
    sound = {"mwh": 1.0, "sources": "x", "vintages": "", "status": Known.MEASURED, "completeness": 1.0} | wrong
    told = sound | {name: frozenset([sound[name]] if sound[name] else []) for name in ("sources", "vintages")}
    with pytest.raises(ValueError, match=r"energy|completeness|source"):
        Amount(**told)
