"""What if all schools had panels: chosen by what is under the roof and whose it is; what is built adds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.ledger import Ledger
from dashboards.roofs import Roofs
from dashboards.views.scenarios import PRICE, Wish, scenarios
from models.territory.roof_pipeline import Step

NOW = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp() * 1000)
GIVEN = {"a-school": ("school", "commune"), "a-hall": ("sports_hall", "commune"), "a-shed": ("company", "company")}
USED = {"ring": "electricity", "year": 2024, "refused": None, "consumption": {"mwh": 1000.0, "gaps": 0}}


@pytest.fixture
def roofs(tmp_path: Path) -> Iterator[Roofs]:
    with Ledger(tmp_path / "ledger.db") as ledger:
        made = Roofs(ledger, (50.458, 2.789, 60.0))
        for name, (kind, owner) in GIVEN.items():
            made.add(name, {"kind": kind, "owner": owner, "kwp": "100", "tilt": "30", "azimuth": "180"}, "desk", NOW)
        yield made


def test_each_wish_has_its_roofs_and_one_without_a_roof_is_left_out(roofs: Roofs) -> None:
    found = scenarios(roofs.all(), 2026, None)
    told = {wish: each["roofs"] for wish, each in found.wishes.items()}
    assert told == {Wish.SCHOOLS: 1, Wish.COMMUNE: 2, Wish.COMPANIES: 1, Wish.ALL: 3}
    assert (found.first, found.last) == (2027, 2031)
    assert found.wishes[Wish.SCHOOLS]["euros_assumed"] == float(100 * PRICE)


def test_a_roof_that_makes_energy_already_adds_nothing(roofs: Roofs) -> None:
    said = {"stage": "commissioned", "on": "2026-06-01", "unmonitored": True}
    roofs.act("a-school", Step.STAGE, said, "desk", NOW)
    assert Wish.SCHOOLS not in scenarios(roofs.all(), 2026, None).wishes


def test_its_share_is_of_electricity_that_is_wholly_known_or_of_nothing(roofs: Roofs) -> None:
    whole = scenarios(roofs.all(), 2026, {"rings": [USED]})
    assert whole.share == pytest.approx(whole.wishes[Wish.ALL]["kwh_per_year"] / 1e6)
    in_part = USED | {"consumption": {"mwh": 1000.0, "gaps": 2}}
    assert scenarios(roofs.all(), 2026, {"rings": [in_part]}).share is None
    assert scenarios(roofs.all(), 2026, None).share is None
