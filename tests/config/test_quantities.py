import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.quantities import QUANTITIES, input_field, split_field

PER_INPUT = sorted(name for name, quantity in QUANTITIES.items() if quantity.per_input)


@given(st.sampled_from(PER_INPUT), st.integers(1, 10**6))
def test_a_field_of_an_input_splits_into_what_it_was_made_of(name, number):
    assert split_field(input_field(name, number)) == (QUANTITIES[name], number)


@pytest.mark.parametrize("name", sorted(QUANTITIES))
def test_every_quantity_is_a_field_by_itself(name):
    assert split_field(name) == (QUANTITIES[name], None)


@pytest.mark.parametrize("field", ["", "pdc_0", "pdc_01", "pdc_-1", "pac_1", "pax", "PAC", "pdc_1_2", "pdc_1\n"])
def test_what_is_no_field_is_a_value_error(field):
    with pytest.raises(ValueError, match="is no field"):
        split_field(field)


@given(st.text())
def test_any_text_is_a_field_or_a_value_error(text):
    try:
        quantity, _ = split_field(text)
    except ValueError:
        return
    assert text.startswith(quantity.name)
