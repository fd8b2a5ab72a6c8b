"""What each lever brought: declared beside measured, the rest shown; overlaps multiply."""

import pytest

from config.carriers import Lever
from models.territory.levers import Saving, levers, overlapping, together


def saving(lever: Lever, mwh: float, subject: str = "school", confidence: str = "B", baseline: float | None = 100.0):
    return Saving(subject, lever, mwh, confidence, baseline)


def test_two_savings_on_one_meter_multiply():
    # 100 MWh, 30 % by insulation, 20 % by lower temperatures: 100·(1 - 0.7·0.8) = 44, not 50
    assert overlapping(100, 0.3, 0.2) == pytest.approx(44)
    found = together([saving(Lever.SOBRIETY, 20), saving(Lever.EFFICIENCY, 30)])
    assert (found[Lever.EFFICIENCY], found[Lever.SOBRIETY]) == pytest.approx((30, 14))


def test_savings_never_exceed_what_was_needed_before():
    assert sum(together([saving(Lever.EFFICIENCY, 90), saving(Lever.SOBRIETY, 90)]).values()) == pytest.approx(99)


def test_the_levers_stand_side_by_side_with_the_rest_that_nothing_explains():
    said = [saving(Lever.EFFICIENCY, 30), saving(Lever.SOBRIETY, 20), saving(Lever.SOBRIETY, 6, "hall")]
    found = levers(2019, 2023, said, (1_000.0, 900.0), (40.0, 470.0), corrected=True)
    rows = {row.lever: row for row in found.rows}
    assert (rows[Lever.EFFICIENCY].declared, rows[Lever.SOBRIETY].declared) == pytest.approx((30, 20))
    assert rows[Lever.RENEWABLES].measured == 430
    assert (found.change, found.explained, found.rest) == pytest.approx((100, 0.5, 50))


def test_somebody_s_word_is_shown_and_not_summed():
    found = levers(2019, 2023, [saving(Lever.SOBRIETY, 40, confidence="D")], (100.0, 90.0), None)
    row = found.rows[0]
    assert (row.declared, row.not_summed, found.explained) == (0, 40, 0)


def test_declared_production_adds_nothing_to_what_the_meters_say():
    found = levers(2019, 2023, [saving(Lever.RENEWABLES, 50)], None, (100.0, 130.0))
    assert (found.rows[2].declared, found.rows[2].measured) == (0, 30)


def test_without_a_measured_change_nothing_is_explained():
    found = levers(2019, 2023, [saving(Lever.EFFICIENCY, 30)], None, None)
    assert (found.change, found.explained, found.rest) == (None, None, None)
    assert levers(2019, 2023, [saving(Lever.EFFICIENCY, 30)], (90.0, 100.0), None).explained is None


def test_shares_beyond_one_are_refused():
    with pytest.raises(ValueError, match="shares"):
        overlapping(100, 1.2, 0.1)
